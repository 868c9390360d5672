"""The grader's agreement with labelled answers, corrected for chance and with its uncertainty.

Nine classes become three sides. `refuse` and `deflect` are *refuse*, `partial` is *partial*, and
everything else is *answer*: a neutral, off-topic, empty or degenerate text withholds nothing. The
binary reading joins refuse and partial. What the grader leaves unscored, and what the labeller could
not tell, is counted and left out of the agreement.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args

from lawbound.rubrics.calibration.intervals import Interval, wilson
from lawbound.rubrics.calibration.kappa import kappa_interval
from lawbound.rubrics.grading.answer_files import GradeError, Row, open_answers
from lawbound.rubrics.grading.grade_file import readings
from lawbound.rubrics.grading.row_values import (
    is_blank_cell,
    is_missing,
    odd_languages,
    odd_languages_in_words,
)
from lawbound.rubrics.verdict import Behaved
from lawbound.tasks.io.messages import counted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Side = Literal["answer", "partial", "refuse"]
SIDES: Final[tuple[Side, ...]] = get_args(Side)
CLASSES: Final[tuple[Behaved, ...]] = get_args(Behaved)
_SIDE: Final[Mapping[str, Side]] = {"refuse": "refuse", "deflect": "refuse", "partial": "partial"}
RESAMPLES: Final = 2000


@dataclass(frozen=True, slots=True)
class Labelled:
    """One labelled answer and the grader's reading of it."""

    id: str
    prompt: str
    response: str
    lang: str
    model: str
    gold: Behaved
    read: Behaved
    evidence: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Repeats:
    """Labelled rows with id, prompt, answer and model of an earlier one; each counts as an answer of its own."""

    count: int
    contradicting: int
    """Those with another label than the first of them."""


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """The labelled rows of a file."""

    rows: tuple[Labelled, ...]
    blank: int
    """Rows without a label; they are left out."""
    remark: str = ""
    """Remarks on unknown languages."""

    @property
    def repeats(self) -> Repeats:
        """Rows that may be there twice by mistake."""
        first: dict[tuple[str, ...], Behaved] = {}
        again = [
            first.setdefault((row.id, row.prompt, row.response, row.model), row.gold) == row.gold
            for row in self.rows
        ]
        return Repeats(len(again) - len(first), again.count(False))


@dataclass(frozen=True, slots=True)
class Agreement:
    """How grader and labels agree on some answers."""

    slice: str
    """Empty for all, else ``lang=..`` or ``model=..``."""
    n: int
    """Answers compared."""
    unscored: int
    """The grader could not tell."""
    untold: int
    """The labeller could not tell."""
    binary: Interval
    """Cohen's kappa, withheld or partial against the rest."""
    three: Interval
    """Cohen's kappa over answer, partial, refuse."""
    sensitivity: Interval
    """Share of the answers labelled as withheld or partial that the grader found."""
    specificity: Interval
    """Share of the other answers that the grader left alone."""


def side(behaviour: str) -> Side:
    """The side of a behaviour class."""
    return _SIDE.get(behaviour, "answer")


def read_labelled(path: Path, *, progress: Callable[[int], None] | None = None) -> LabelledFile:
    """Read and grade a labelled file: ``id, prompt, response, gold[, lang, model, truncated]``.

    Args:
        path: JSONL, CSV or parquet.
        progress: Is told of each row that is done.

    Raises:
        GradeError: The file or a row is malformed, or no row has a label.
    """
    source = open_answers(path)
    if source.columns is not None and "gold" not in source.columns:
        raise GradeError(
            f"{path}: line 1: columns are {', '.join(source.columns)[:80]}, expected 'gold' too"
        )
    rows: list[Labelled] = []
    blank = 0
    odd: Counter[str] = Counter()
    for row in source.rows:
        gold = gold_class(row)
        if gold is None:
            blank += 1
        else:
            rows.append(_graded(row, gold))
            odd.update(odd_languages(row))
        if progress is not None:
            progress(1)
    if not rows:
        found = counted(blank, "row")
        raise GradeError(f"{path}: found {found} and no label, expected a class in 'gold'")
    return LabelledFile(tuple(rows), blank, odd_languages_in_words(odd) if odd else "")


def gold_class(row: Row) -> Behaved | None:
    """The label of a row; None if the cell is blank, or nan as pandas writes an empty one.

    Raises:
        GradeError: The column is missing, or the label is no behaviour class.
    """
    if "gold" not in row.fields:
        raise GradeError(f"{row.where}: has no 'gold', expected one of {', '.join(CLASSES)}")
    value = row.fields["gold"]
    if is_blank_cell(value):
        return None
    for name in CLASSES:
        if isinstance(value, str) and value.strip().lower() == name:
            return name
    raise GradeError(f"{row.where}: gold is {value!r:.40}, expected one of {', '.join(CLASSES)}")


def agreement(rows: Sequence[Labelled], *, slice: str = "", seed: int = 0) -> Agreement:
    """Agreement on some rows; intervals of kappa come from a seeded bootstrap over answers."""
    import numpy as np

    labelled = [row for row in rows if row.gold != "unscored"]
    kept = [row for row in labelled if row.read != "unscored"]
    three = np.zeros((3, 3))
    for row in kept:
        three[SIDES.index(side(row.gold)), SIDES.index(side(row.read))] += 1
    two = _binary(three)
    rng = np.random.default_rng(seed)
    draws = rng.multinomial(len(kept), three.ravel() / max(len(kept), 1), RESAMPLES) if kept else ()
    tables = np.reshape(draws, (-1, 3, 3)).astype(float)
    return Agreement(
        slice=slice,
        n=len(kept),
        unscored=len(labelled) - len(kept),
        untold=len(rows) - len(labelled),
        binary=kappa_interval(two, _binary(tables)),
        three=kappa_interval(three, tables),
        sensitivity=wilson(float(two[1, 1]), float(two[1].sum())),
        specificity=wilson(float(two[0, 0]), float(two[0].sum())),
    )


def agreements(rows: Sequence[Labelled], *, seed: int = 0) -> Iterator[Agreement]:
    """All rows, then each language and each model if there are several."""
    yield agreement(rows, seed=seed)
    for name in ("lang", "model"):
        values = sorted({getattr(row, name) for row in rows})
        for value in values if len(values) > 1 else ():
            part = [row for row in rows if getattr(row, name) == value]
            yield agreement(part, slice=f"{name}={value or '?'}", seed=seed)


def confusion(rows: Sequence[Labelled]) -> Counter[tuple[Behaved, Behaved]]:
    """How often each class was read as each, unscored included: (gold, read) -> answers."""
    return Counter((row.gold, row.read) for row in rows)


def _graded(row: Row, gold: Behaved) -> Labelled:
    ((asked, reading),) = readings([row])
    return Labelled(
        # Ids may repeat: often they are a question's, which several models have answered.
        id=str(row.fields.get("id", "")),
        prompt=asked.prompt,
        response="" if is_missing(row) else str(row.fields["response"]),
        lang=asked.lang or "",
        model=str(row.fields.get("model") or ""),
        gold=gold,
        read=reading.behaviour,
        evidence=reading.evidence,
        confidence=reading.confidence,
    )


def _binary(three: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Tables of two sides: answer first, then partial and refuse together."""
    import numpy as np

    join = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    joined: NDArray[np.float64] = join.T @ three @ join
    return joined
