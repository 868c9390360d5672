"""Train the behaviour grader's learned part: ``python benchmarks/train_grader.py [--check]``

Reads the passages in ``rubrics/behaviour/training/`` (written for this project; nothing else is used)
and writes ``rubrics/behaviour/weights.npz``. ``--check`` compares a new fit with the shipped table.
Needs scikit-learn, which lm-eval brings along. ``benchmarks/cross_grader.py`` cross-validates.
"""

import argparse
import itertools
import sys
import time
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
from lawbound.rubrics.behaviour.lexicon import DENSITY, load
from lawbound.rubrics.behaviour.prompt import read
from lawbound.rubrics.behaviour.text import mask_quotations, sentences

HERE = Path(__file__).parents[1] / "rubrics" / "behaviour"
COST = 0.5
SHAPE_SCALE = 0.3
ESSAY_COST = 0.05
NO_ESSAY = {name: np.zeros(1) for name in ("essay", "essay_mean", "essay_scale")}
LONG = 0.4
"""Share of passages that also begin an answer of three to five."""
PART = 40
"""A shorter passage is hardly a part of an answer."""
LABELS = ("refuse", "deflect", "answer", "decline_rest")
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
    second: bool = False
    """By the second author."""


def passages(folder: Path = HERE / "training") -> list[Passage]:
    """All passages of both authors, those written after a look at errors last."""
    found, extra = [], []
    for file in [*sorted(folder.glob("*.yaml")), *sorted(folder.glob("second/*.yaml"))]:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        second = file.parent.name == "second"
        if "more" in data:
            extra += [
                Passage(text, lang, "answer", True)
                for lang, texts in data["more"].items()
                for text in texts
            ]
        elif "lang" in data and "rows" not in data:  # the rest is for the second and third step
            found += [
                Passage(text, data["lang"], label, second=second)
                for label in LABELS
                for text in data.get(label, ())
            ]
    return found + extra


def sided(folder: Path = HERE / "training" / "second") -> list[tuple[str, Passage]]:
    """Prompts that ask for a side; ``neutral`` answers set out both, ``one_sided`` ones take one."""
    files = sorted(folder.glob("*.yaml"))
    loaded = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]
    return [
        (row["prompt"], Passage(row["response"], data["lang"], label, second=True))
        for data in loaded
        for label in ("neutral", "one_sided")
        for row in data[label]
    ]


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


def fit(found: Sequence[Passage], sides: Sequence[Passage]) -> list[LinearSVC]:
    """First step: the passage withholds, it changes the subject, the sentence declines, both sides."""
    labels = np.array([passage.label for passage in found])
    table = matrix(found)
    whole = [_model(table, target) for target in (labels != "answer", labels == "deflect")]
    return [*whole, fit_sentences(found), fit_sides(found, sides)]


def fit_sentences(found: Sequence[Passage]) -> LinearSVC:
    """Which sentence of a refusal declines is not labelled: take the one that the last fit would."""
    served = [s for p in found if p.label == "answer" for s in single(p)]
    refusals = [single(p) for p in found if p.label in ("refuse", "decline_rest")]
    sure = [pieces[0] for pieces in refusals if len(pieces) == 1]
    open_ = [pieces for pieces in refusals if len(pieces) > 1]
    tables = [matrix(pieces) for pieces in open_]
    base = matrix([*sure, *served])
    targets = np.array([1] * len(sure) + [0] * len(served))
    model = _model(base, targets)
    for _ in range(2):
        picked = [t[int(model.decision_function(t).argmax())] for t in tables]
        model = _model(
            vstack([base, *picked]).tocsr(), np.concatenate([targets, np.ones(len(picked), int)])
        )
    return model


def fit_sides(found: Sequence[Passage], sides: Sequence[Passage]) -> LinearSVC:
    """Both sides set out, against one side taken and against everything else, at any length."""
    served = [p for p in found if p.label == "answer"]
    paired = [
        replace(one, text=one.text + ("" if one.lang in concepts.UNSPACED else " ") + other.text)
        for one, other in itertools.pairwise(served)
        if one.lang == other.lang
    ]
    rest = [*found, *paired]
    targets = np.array([p.label == "neutral" for p in sides] + [False] * len(rest))
    return _model(matrix([*sides, *rest]), targets)


def _model(table: csr_matrix, targets: npt.NDArray[np.generic]) -> LinearSVC:
    return LinearSVC(C=COST, class_weight="balanced", random_state=7, tol=1e-5, max_iter=5000).fit(
        table, targets
    )


def single(passage: Passage) -> list[Passage]:
    """Its sentences."""
    pieces = sentences(mask_quotations(passage.text), load(passage.lang).spaced)
    return [replace(passage, text=passage.text[p.start : p.end]) for p in pieces]


def fit_kinds(found: Sequence[Passage], sides: Sequence[Passage]) -> npt.NDArray[np.float64]:
    """Second step, on margins that come from fits which did not see the passage."""
    whole = [passage for passage in found if not passage.extra]
    extra = [passage for passage in found if passage.extra]
    rows: list[list[float]] = []
    kinds: list[str] = []
    strata = [passage.lang + passage.label for passage in whole]
    folds = StratifiedKFold(4, shuffle=True, random_state=1).split(whole, strata)
    for number, (rest, test) in enumerate(folds):
        models = fit([*[whole[i] for i in rest], *extra], sides)
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
    made = [passage for passage in held if passage.label != "decline_rest"]
    by: dict[tuple[str, str], list[Passage]] = {}
    for passage in held:
        by.setdefault((passage.lang, passage.label), []).append(passage)
    for (lang, label), own in sorted(by.items()):
        if label != "answer":
            continue
        glue = "" if lang in concepts.UNSPACED else " "
        for passage in own:
            other = own[int(rng.integers(len(own)))]
            made.append(replace(passage, text=passage.text + glue + other.text))
            if len(passage.text) * DENSITY.get(lang, 1.0) > PART:
                made.append(_partly(passage, by, glue, rng))
            if rng.random() < LONG:
                picked = rng.integers(len(own), size=int(rng.integers(2, 5)))
                text = glue.join([passage.text, *[own[int(i)].text for i in picked]])
                made.append(replace(passage, text=text))
                made.append(_partly(made[-1], by, glue, rng))
    around = wraps()
    for passage in held:
        if passage.label in ("deflect", "decline_rest") or rng.random() < 0.4:
            continue
        glue = "" if passage.lang in concepts.UNSPACED else " "
        before, after = (around[passage.lang][side] for side in ("before", "after"))
        opening = before[int(rng.integers(len(before)))] if rng.random() < 0.6 else ""
        closing = after[int(rng.integers(len(after)))] if rng.random() < 0.7 else ""
        parts = [part for part in (opening, passage.text, closing) if part]
        made.append(replace(passage, text=glue.join(parts)))
    return made


def _partly(
    passage: Passage,
    by: dict[tuple[str, str], list[Passage]],
    glue: str,
    rng: np.random.Generator,
) -> Passage:
    """The passage and, mostly after it, a sentence that declines the rest or a refusal."""
    rests = by.get((passage.lang, "decline_rest"), [])
    if rests and rng.random() < 0.6:
        parts = [passage.text, rests[int(rng.integers(len(rests)))].text]
    else:
        refusals = by[passage.lang, "refuse"]
        parts = [passage.text, refusals[int(rng.integers(len(refusals)))].text]
    if rng.random() < 0.3:
        parts.reverse()
    return replace(passage, text=glue.join(parts), label="partial")


@cache
def wraps(file: Path = HERE / "training" / "wrap.yaml") -> dict[str, dict[str, list[str]]]:
    """What stands before and after, by language."""
    found: dict[str, dict[str, list[str]]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found["wrap"]


def traits(answers: Sequence[Passage], models: Sequence[LinearSVC]) -> list[list[float]]:
    """As `learned.judge` sees them."""
    parts = [single(answer) for answer in answers]
    whole = _margins(answers, models)
    inner = _margins([piece for own in parts for piece in own], models)
    close = _margins([closing(answer) for answer in answers], models)
    rows, start = [], 0
    for i, own in enumerate(parts):
        part = inner[start : start + len(own)]
        sizes = [len(piece.text) for piece in own]
        density = DENSITY.get(answers[i].lang, 1.0)
        rows.append(learned.traits(whole[i], part, close[i], sizes, density))
        start += len(own)
    return rows


def closing(answer: Passage) -> Passage:
    """Its last two sentences."""
    pieces = sentences(mask_quotations(answer.text), load(answer.lang).spaced)
    return replace(answer, text=answer.text[pieces[-2:][0].start :])


def _margins(found: Sequence[Passage], models: Sequence[LinearSVC]) -> npt.NDArray[np.float64]:
    rows = matrix(found)
    return np.stack([model.decision_function(rows) for model in models], axis=1)


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
    found, sides = passages(), [passage for _, passage in sided()]
    packed = pack(fit(found, sides), fit_kinds(found, sides))
    rows = essays()
    third = fit_essays(essay_table(rows, packed), [row["gold"] for row in rows])
    return packed | {name: np.round(v, 4).astype(np.float32) for name, v in third.items()}


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--check", action="store_true", help="compare with the shipped table")
    options = parser.parse_args()
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
