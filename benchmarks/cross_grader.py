"""Cross-validate the learned part of the grader: ``python benchmarks/cross_grader.py [--folds | --essays]``

By default each author's passages are read by the whole grader with a table that has seen only the
other's; ``neutral`` and ``one_sided`` entries, which one author wrote, by one that has seen the other
half of them. ``--folds`` takes the first two steps alone, in five folds over composed answers; ``--essays``
the third, in eight folds. Nothing is written.
"""

import argparse
import sys
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from unittest.mock import patch

import numpy as np
import numpy.typing as npt
from grader import kappa
from sklearn.model_selection import StratifiedKFold
from train_grader import (
    HERE,
    NO_ESSAY,
    PART,
    Passage,
    compose,
    essay_table,
    essays,
    fit,
    fit_essays,
    fit_kinds,
    pack,
    passages,
    sided,
    traits,
    weigh,
)

from lawbound.rubrics.behaviour import concepts, essay, grade, learned
from lawbound.rubrics.behaviour.answer import take_apart
from lawbound.rubrics.behaviour.decline import dissect
from lawbound.rubrics.behaviour.grade import decide
from lawbound.rubrics.behaviour.lexicon import DENSITY, load
from lawbound.rubrics.behaviour.prompt import read

WITHHELD = ("partial", "refuse", "deflect")
READINGS = ("answer", "neutral", "partial", "refuse", "deflect", "off-topic")
Asked = tuple[str, Passage]
"""A prompt, empty for a passage alone, and what is to be read."""


def across() -> None:
    """Each author's passages by a table of the other's."""
    for name, weights, asked in split():
        _say(f"\n{name}")
        table(asked, weights)


def split() -> Iterator[tuple[str, learned.Weights, list[Asked]]]:
    """What is trained on, the table, and what it has not seen.

    Only one author wrote ``decline_rest``, ``neutral`` and ``one_sided``: a table sees every other one.
    """
    found, sides = passages(), sided()
    rests = [p for p in found if p.label == "decline_rest"]
    own = [p for p in found if not (p.extra or p.label == "decline_rest")]
    extra = [p for p in found if p.extra]
    for name, second in (("first on second", False), ("second on first", True)):
        known = [p for p in own if p.second is second]
        weights = fitted([*known, *rests[::2], *extra], [passage for _, passage in sides[::2]])
        held = [p for p in own if p.second is not second]
        tested = [("", p) for p in [*held, *longer([*held, *rests[1::2]])]]
        yield name, weights, [*tested, *([] if second else sides[1::2])]


def fitted(known: Sequence[Passage], sides: Sequence[Passage]) -> learned.Weights:
    """A table of the first two steps."""
    packed = pack(fit(known, sides), fit_kinds(known, sides))
    return learned.unpack({**packed, **NO_ESSAY})


def longer(held: Sequence[Passage]) -> list[Passage]:
    """One passage and then a sentence that declines the rest; three passages, without one and with."""
    made = []
    for lang in sorted({p.lang for p in held}):
        glue = "" if lang in concepts.UNSPACED else " "
        size = DENSITY.get(lang, 1.0)
        own = [p for p in held if p.lang == lang]
        parts = [p.text for p in own if p.label == "answer" and len(p.text) * size > PART]
        rests = [p.text for p in own if p.label == "decline_rest"]
        for i in range(0, len(parts) - 2, 3):
            rest, long = rests[i // 3 % len(rests)], parts[i : i + 3]
            made += [
                Passage(glue.join([parts[i], rest]), lang, "part"),
                Passage(glue.join(long), lang, "long"),
                Passage(glue.join([*long, rest]), lang, "long_part"),
            ]
    return made


def table(asked: Sequence[Asked], weights: learned.Weights) -> None:
    """Print how the whole grader reads each kind, and how often as withheld by language."""
    with patch.object(learned, "load", return_value=weights):
        seen = [grade(prompt, p.text, lang=p.lang).behaviour for prompt, p in asked]
    counts = Counter((p.label, reading) for (_, p), reading in zip(asked, seen, strict=True))
    kinds = dict.fromkeys(p.label for _, p in asked)
    _say(f"{'':13}{'n':>6}" + "".join(f"{name:>10}" for name in READINGS))
    for kind in kinds:
        row = [counts[kind, reading] for reading in READINGS]
        _say(f"{kind:13}{sum(row):6}" + "".join(f"{n:10}" for n in row))
    _say("withheld     " + "".join(f"{name:>13}" for name in kinds))
    for lang in sorted({p.lang for _, p in asked}):
        shares = [
            np.mean(
                [
                    reading in WITHHELD
                    for (_, p), reading in zip(asked, seen, strict=True)
                    if p.lang == lang and p.label == kind
                ]
            )
            for kind in kinds
        ]
        _say(f"{lang:13}" + "".join(f"{share:13.2f}" for share in shares))


def by_folds() -> None:
    """Five-fold agreement of both steps on composed answers of passages that neither has seen."""
    found, sides = passages(), [p for _, p in sided()]
    whole = [p for p in found if not p.extra]
    extra = [p for p in found if p.extra]
    strata = [p.lang + p.label for p in whole]
    answers: list[Passage] = []
    rows: list[list[float]] = []
    fold: list[int] = []
    for number, (rest, test) in enumerate(
        StratifiedKFold(5, shuffle=True, random_state=0).split(whole, strata)
    ):
        models = fit([*[whole[i] for i in rest], *extra], sides)
        made = compose([whole[i] for i in test], np.random.default_rng(100 + number))
        answers += made
        rows += traits(made, models)
        fold += [number] * len(made)
    table, gold, parts = np.array(rows), np.array([a.label for a in answers]), np.array(fold)
    read_as = gold.copy()
    for number in range(5):
        kinds = weigh(table[parts != number], gold[parts != number])
        test = parts == number
        scores = np.hstack([table[test], np.ones((test.sum(), 1))]) @ kinds.T
        read_as[test] = np.array(learned.KINDS)[scores.argmax(axis=1)]
    langs = np.array([a.lang for a in answers])
    for name in ("all", *sorted(set(langs))):
        keep = np.ones(len(langs), bool) if name == "all" else langs == name
        two = binary(gold[keep], read_as[keep])
        _say(f"{name:4} n={keep.sum():5} binary kappa {two:.3f}")
    for (a, b), n in sorted(Counter(zip(gold.tolist(), read_as.tolist(), strict=True)).items()):
        _say(f"  {a:8} {b:8} {n}")


def by_essays() -> None:
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
        results.append((kappa(list(zip(gold, read_as, strict=True))), binary(gold, read_as)))
    three, two = np.mean(results, axis=0)
    _say(f"long answers n={len(rows)} binary kappa {two:.3f}  three-way {three:.3f}")
    by_hand = np.array([_by_hand(row) for row in rows])
    three, two = kappa(list(zip(gold, by_hand, strict=True))), binary(gold, by_hand)
    _say(f"the hand-set decision   binary kappa {two:.3f}  three-way {three:.3f}")


def _by_hand(row: dict[str, str]) -> str:
    ask, lexicons = read(row["prompt"], "en"), (load("en"),)
    answer = take_apart(row["response"], lexicons)
    anatomy = dissect(answer, ask, lexicons)
    side = decide(anatomy, ask, answer, lexicons)[0] if anatomy.declines else "answer"
    return side if side in ("partial", "refuse") else "answer"


def binary(gold: npt.NDArray[np.str_], read_as: npt.NDArray[np.str_]) -> float:
    """Kappa of withheld against not."""
    return kappa(
        [(str(a != "answer"), str(b != "answer")) for a, b in zip(gold, read_as, strict=True)]
    )


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--folds", action="store_true", help="first two steps, composed answers")
    parser.add_argument("--essays", action="store_true", help="third step, long answers")
    options = parser.parse_args()
    if options.folds:
        by_folds()
    if options.essays:
        by_essays()
    if not (options.folds or options.essays):
        across()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
