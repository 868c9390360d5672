"""Train the behaviour grader's learned part: ``python benchmarks/train_grader.py [--check | --cross]``

Reads the passages in ``rubrics/behaviour/training/`` (written for this project; nothing else is used)
and writes ``rubrics/behaviour/weights.npz``. ``--check`` compares a new fit with the shipped table;
``--cross`` prints five-fold cross-validated agreement instead of writing. Needs scikit-learn, which
lm-eval brings along.
"""

import argparse
import sys
import time
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from lawbound.rubrics.behaviour import concepts, essay, learned
from lawbound.rubrics.behaviour.answer import take_apart
from lawbound.rubrics.behaviour.decline import dissect
from lawbound.rubrics.behaviour.grade import decide
from lawbound.rubrics.behaviour.lexicon import DENSITY, load
from lawbound.rubrics.behaviour.prompt import read
from lawbound.rubrics.behaviour.text import mask_quotations, sentences

HERE = Path(__file__).parents[1] / "rubrics" / "behaviour"
COST = 0.5
SHAPE_SCALE = 0.3
ESSAY_COST = 0.05
NO_ESSAY = {name: np.zeros(1) for name in ("essay", "essay_mean", "essay_scale")}
LABELS = ("refuse", "deflect", "answer")
SHARES = {"answer": 0.5, "partial": 0.12, "refuse": 0.28, "deflect": 0.1}
"""How often each kind is expected among answers whose phrases no lexicon knows."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One training passage."""

    text: str
    lang: str
    label: str
    extra: bool = False
    """Written after a look at errors: trained on, never measured on."""


def passages(folder: Path = HERE / "training") -> list[Passage]:
    """All passages, those cut from longer texts last."""
    found, cut = [], []
    for file in sorted(folder.glob("*.yaml")):
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        if "more" in data:
            cut += [
                Passage(text, lang, "answer", True)
                for lang, texts in data["more"].items()
                for text in texts
            ]
            continue
        if "wrap" in data or "rows" in data:
            continue  # for the second and the third step
        found += [Passage(text, data["lang"], label) for label in LABELS for text in data[label]]
    return found + cut


def matrix(found: Sequence[Passage]) -> csr_matrix:
    """The three views side by side, scaled as `learned.score` reads them."""
    views = [_views(passage.text, passage.lang) for passage in found]
    return hstack(
        [
            _rows([v.grams for v in views], 1 << learned.BITS, 0.0),
            _rows([v.concepts for v in views], concepts.count(), 0.0),
            _rows([v.shape for v in views], learned.SHAPES, SHAPE_SCALE),
        ]
    ).tocsr()


@cache
def _views(text: str, lang: str) -> learned.Views:
    return learned.look(text, sentences(mask_quotations(text), load(lang).spaced), lang)


def fit(found: Sequence[Passage]) -> list[LinearSVC]:
    """First step: the passage withholds, it changes the subject, the sentence declines."""
    labels = np.array([passage.label for passage in found])
    table = matrix(found)
    whole = [
        LinearSVC(C=COST, class_weight="balanced", random_state=7, tol=1e-5, max_iter=5000).fit(
            table, target
        )
        for target in (labels != "answer", labels == "deflect")
    ]
    return [*whole, fit_sentences(found)]


def fit_sentences(found: Sequence[Passage]) -> LinearSVC:
    """Which sentence of a refusal declines is not labelled: take the one that the last fit would."""
    served = [s for p in found if p.label == "answer" for s in single(p)]
    refusals = [single(p) for p in found if p.label == "refuse"]
    sure = [pieces[0] for pieces in refusals if len(pieces) == 1]
    open_ = [pieces for pieces in refusals if len(pieces) > 1]
    tables = [matrix(pieces) for pieces in open_]
    base = matrix([*sure, *served])
    targets = np.array([1] * len(sure) + [0] * len(served))
    model = _sentence_model(base, targets)
    for _ in range(2):
        picked = [t[int(model.decision_function(t).argmax())] for t in tables]
        model = _sentence_model(
            vstack([base, *picked]).tocsr(), np.concatenate([targets, np.ones(len(picked), int)])
        )
    return model


def _sentence_model(table: csr_matrix, targets: npt.NDArray[np.int64]) -> LinearSVC:
    return LinearSVC(C=COST, class_weight="balanced", random_state=7, tol=1e-5, max_iter=5000).fit(
        table, targets
    )


def single(passage: Passage) -> list[Passage]:
    """Its sentences."""
    pieces = sentences(mask_quotations(passage.text), load(passage.lang).spaced)
    return [replace(passage, text=passage.text[p.start : p.end]) for p in pieces]


def fit_kinds(found: Sequence[Passage]) -> npt.NDArray[np.float64]:
    """Second step, on margins that come from fits which did not see the passage."""
    whole = [passage for passage in found if not passage.extra]
    extra = [passage for passage in found if passage.extra]
    rows: list[list[float]] = []
    kinds: list[str] = []
    strata = [passage.lang + passage.label for passage in whole]
    folds = StratifiedKFold(4, shuffle=True, random_state=1).split(whole, strata)
    for number, (rest, test) in enumerate(folds):
        models = fit([*[whole[i] for i in rest], *extra])
        made = compose([whole[i] for i in test], np.random.default_rng(number))
        rows += traits(made, models)
        kinds += [answer.label for answer in made]
    return weigh(np.array(rows), np.array(kinds))


def weigh(rows: npt.NDArray[np.float64], kinds: npt.NDArray[np.str_]) -> npt.NDArray[np.float64]:
    """Multinomial logistic regression under declared shares of the kinds."""
    counts = Counter(kinds.tolist())
    weight = np.array([SHARES[kind] * len(kinds) / counts[kind] for kind in kinds])
    model = LogisticRegression(C=1.0, max_iter=2000).fit(rows, kinds, sample_weight=weight)
    order = [list(model.classes_).index(kind) for kind in learned.KINDS]
    return np.hstack([model.coef_, model.intercept_[:, None]])[order]


def compose(held: Sequence[Passage], rng: np.random.Generator) -> list[Passage]:
    """Answers as models put them together: passages alone, two in a row, a part and a refusal."""
    made = list(held)
    by: dict[tuple[str, str], list[Passage]] = {}
    for passage in held:
        by.setdefault((passage.lang, passage.label), []).append(passage)
    for (lang, label), own in sorted(by.items()):
        if label != "answer":
            continue
        glue = "" if lang in concepts.UNSPACED else " "
        for passage in own:
            other = own[int(rng.integers(len(own)))]
            no = by[lang, "refuse"][int(rng.integers(len(by[lang, "refuse"])))]
            made.append(replace(passage, text=passage.text + glue + other.text))
            parts = (passage.text, no.text) if rng.random() < 0.6 else (no.text, passage.text)
            if len(passage.text) > 40:
                made.append(replace(passage, text=glue.join(parts), label="partial"))
    around = wraps()
    for passage in held:
        if passage.label == "deflect" or rng.random() < 0.4:
            continue
        glue = "" if passage.lang in concepts.UNSPACED else " "
        before, after = (around[passage.lang][side] for side in ("before", "after"))
        opening = before[int(rng.integers(len(before)))] if rng.random() < 0.6 else ""
        closing = after[int(rng.integers(len(after)))] if rng.random() < 0.7 else ""
        parts = [part for part in (opening, passage.text, closing) if part]
        made.append(replace(passage, text=glue.join(parts)))
    return made


@cache
def wraps(file: Path = HERE / "training" / "wrap.yaml") -> dict[str, dict[str, list[str]]]:
    """What stands before and after, by language."""
    found: dict[str, dict[str, list[str]]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found["wrap"]


def traits(answers: Sequence[Passage], models: Sequence[LinearSVC]) -> list[list[float]]:
    """As `learned.judge` sees them."""
    parts = [single(answer) for answer in answers]
    whole = matrix(answers)
    withholds, deflects = (model.decision_function(whole).tolist() for model in models[:2])
    inner = models[2].decision_function(matrix([piece for own in parts for piece in own])).tolist()
    rows, start = [], 0
    for i, own in enumerate(parts):
        part = inner[start : start + len(own)]
        sizes = [len(piece.text) for piece in own]
        density = DENSITY.get(answers[i].lang, 1.0)
        rows.append(learned.traits(withholds[i], deflects[i], part, sizes, density))
        start += len(own)
    return rows


def pack(
    models: Sequence[LinearSVC], kinds: npt.NDArray[np.float64]
) -> dict[str, npt.NDArray[np.generic]]:
    """Weights as small integers."""
    weights = np.stack([model.coef_[0] for model in models], axis=1)
    first = 1 << learned.BITS
    second = first + concepts.count()
    parts = {
        "grams": weights[:first],
        "concepts": weights[first:second],
        "shape": weights[second:] * SHAPE_SCALE,
        "bias": np.array([float(model.intercept_[0]) for model in models]),
    }
    done: dict[str, npt.NDArray[np.generic]] = {}
    scales = []
    for name, values in parts.items():
        kind = np.int8 if name in ("grams", "concepts") else np.int16
        scale = float(np.abs(values).max()) / np.iinfo(kind).max
        done[name] = np.round(values / scale).astype(kind)
        scales.append(scale)
    return done | {
        "scale": np.array(scales, dtype=np.float32),
        "kinds": np.round(kinds, 4).astype(np.float32),
    }


def essays(folder: Path = HERE / "training") -> list[dict[str, str]]:
    """The long answers; who changes the subject there refuses, who stays neutral there answers."""
    files = sorted(folder.glob("long_*.yaml"))
    rows = [row for f in files for row in yaml.safe_load(f.read_text(encoding="utf-8"))["rows"]]
    merged = {"deflect": "refuse", "neutral": "answer"}
    return [{**row, "gold": merged.get(row["gold"], row["gold"])} for row in rows]


def essay_table(
    rows: Sequence[dict[str, str]], packed: dict[str, npt.NDArray[np.generic]]
) -> npt.NDArray[np.float64]:
    """What `essay.weigh` sees of each long answer."""
    weights = learned.unpack({**packed, **NO_ESSAY})
    found = []
    for row in rows:
        ask = read(row["prompt"], "en")
        lexicons = (load("en"),)
        answer = take_apart(row["response"], lexicons)
        text = row["response"]
        reader = learned.Reader(text, answer.sentences[: essay.MOST_SENTENCES], "en", weights)
        anatomy = dissect(answer, ask, lexicons)
        inner = essay.inner(reader, answer)
        seen = essay.traits(text, ask, answer, anatomy, reader, inner)
        found.append(list(seen.values()))
    return np.array(found)


def fit_essays(
    table: npt.NDArray[np.float64], gold: Sequence[str]
) -> dict[str, npt.NDArray[np.float64]]:
    """Third step: standardised, clipped, multinomial."""
    mean, scale = table.mean(axis=0), np.maximum(table.std(axis=0), 0.02)
    rows = np.clip((table - mean) / scale, -3, 3)
    model = LogisticRegression(C=ESSAY_COST, max_iter=5000).fit(rows, list(gold))
    order = [list(model.classes_).index(side) for side in essay.SIDES]
    weights = np.hstack([model.coef_, model.intercept_[:, None]])[order]
    return {"essay": weights, "essay_mean": mean, "essay_scale": scale}


def train() -> dict[str, npt.NDArray[np.generic]]:
    """Read, fit, pack."""
    found = passages()
    packed = pack(fit(found), fit_kinds(found))
    rows = essays()
    third = fit_essays(essay_table(rows, packed), [row["gold"] for row in rows])
    return packed | {name: np.round(v, 4).astype(np.float32) for name, v in third.items()}


def cross_essays() -> None:
    """Eight folds by prompt, three times over, beside the hand-set decision on the same answers."""
    with np.load(HERE / "weights.npz", allow_pickle=False) as shipped:
        packed = {name: shipped[name] for name in shipped.files}
    rows = essays()
    table, gold = essay_table(rows, packed), np.array([row["gold"] for row in rows])
    results = []
    for seed in range(3):
        fold = np.array([zlib.crc32(f"{seed}{row['prompt']}".encode()) % 8 for row in rows])
        read_as = gold.copy()
        for number in range(8):
            rest, test = fold != number, fold == number
            third = fit_essays(table[rest], gold[rest].tolist())
            scaled = np.clip((table[test] - third["essay_mean"]) / third["essay_scale"], -3, 3)
            scores = np.hstack([scaled, np.ones((test.sum(), 1))]) @ third["essay"].T
            read_as[test] = np.array(essay.SIDES)[scores.argmax(axis=1)]
        results.append((agreement(gold, read_as), kappa(gold != "answer", read_as != "answer")))
    three, binary = np.mean(results, axis=0)
    _say(f"long answers n={len(rows)} binary kappa {binary:.3f}  three-way {three:.3f}")
    by_hand = np.array([_by_hand(row) for row in rows])
    three, binary = agreement(gold, by_hand), kappa(gold != "answer", by_hand != "answer")
    _say(f"the hand-set decision   binary kappa {binary:.3f}  three-way {three:.3f}")


def _by_hand(row: dict[str, str]) -> str:
    ask, lexicons = read(row["prompt"], "en"), (load("en"),)
    answer = take_apart(row["response"], lexicons)
    anatomy = dissect(answer, ask, lexicons)
    side = decide(anatomy, ask, answer, lexicons)[0] if anatomy.declines else "answer"
    return side if side in ("partial", "refuse") else "answer"


def agreement(gold: npt.NDArray[np.str_], read_as: npt.NDArray[np.str_]) -> float:
    """Cohen's kappa over any number of classes."""
    seen = float(np.mean(gold == read_as))
    chance = sum(float(np.mean(gold == x) * np.mean(read_as == x)) for x in set(gold.tolist()))
    return (seen - chance) / (1 - chance)


def cross() -> None:
    """Five-fold agreement of both steps on composed answers of passages that neither has seen."""
    found = passages()
    whole = [p for p in found if not p.extra]
    extra = [p for p in found if p.extra]
    strata = [p.lang + p.label for p in whole]
    answers: list[Passage] = []
    rows: list[list[float]] = []
    fold: list[int] = []
    for number, (rest, test) in enumerate(
        StratifiedKFold(5, shuffle=True, random_state=0).split(whole, strata)
    ):
        models = fit([*[whole[i] for i in rest], *extra])
        made = compose([whole[i] for i in test], np.random.default_rng(100 + number))
        answers += made
        rows += traits(made, models)
        fold += [number] * len(made)
    table, gold, parts = np.array(rows), np.array([a.label for a in answers]), np.array(fold)
    read = gold.copy()
    for number in range(5):
        kinds = weigh(table[parts != number], gold[parts != number])
        test = parts == number
        scores = np.hstack([table[test], np.ones((test.sum(), 1))]) @ kinds.T
        read[test] = np.array(learned.KINDS)[scores.argmax(axis=1)]
    langs = np.array([a.lang for a in answers])
    for name in ("all", *sorted(set(langs))):
        keep = np.ones(len(langs), bool) if name == "all" else langs == name
        binary = kappa(gold[keep] != "answer", read[keep] != "answer")
        _say(f"{name:4} n={keep.sum():5} binary kappa {binary:.3f}")
    for (a, b), n in sorted(Counter(zip(gold.tolist(), read.tolist(), strict=True)).items()):
        _say(f"  {a:8} {b:8} {n}")


def kappa(gold: npt.NDArray[np.bool_], read: npt.NDArray[np.bool_]) -> float:
    """Cohen's kappa of two yes-no readings."""
    seen = float(np.mean(gold == read))
    chance = float(gold.mean() * read.mean() + (1 - gold.mean()) * (1 - read.mean()))
    return (seen - chance) / (1 - chance)


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--check", action="store_true", help="compare with the shipped table")
    parser.add_argument("--cross", action="store_true", help="print cross-validated agreement")
    options = parser.parse_args()
    if options.cross:
        cross()
        cross_essays()
        return
    begin = time.process_time()
    made = train()
    if options.check:
        with np.load(HERE / "weights.npz", allow_pickle=False) as shipped:
            worst = max(
                int(np.abs(made[name].astype(int) - shipped[name].astype(int)).max())
                for name in ("grams", "concepts", "shape", "bias")
            )
        _say(f"largest difference: {worst} steps")
        sys.exit(worst > 1)
    np.savez_compressed(HERE / "weights.npz", **made)
    size = (HERE / "weights.npz").stat().st_size
    _say(f"weights.npz: {size} bytes, trained in {time.process_time() - begin:.0f} s")


def _rows(
    lists: Sequence[Sequence[int] | npt.NDArray[np.int64]], width: int, scale: float
) -> csr_matrix:
    """Ones at the places of each row, scaled to unit length or by a constant."""
    ends = np.cumsum([0, *[len(places) for places in lists]])
    places = np.concatenate([np.asarray(row, dtype=np.int64) for row in lists])
    values = np.concatenate(
        [np.full(len(row), scale or 1 / np.sqrt(max(1, len(row)))) for row in lists]
    )
    table = csr_matrix((values, places, ends), shape=(len(lists), width))
    table.sum_duplicates()  # liblinear takes each column once
    return table


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
