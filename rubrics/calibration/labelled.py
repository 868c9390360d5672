"""Labelled files: each row an answer, a class that somebody gave it, and the grader's reading of it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

from lawbound.rubrics.grading.answer_files import GRADED, GradeError, Row
from lawbound.rubrics.grading.grade_file import readings
from lawbound.rubrics.grading.open_answers import open_answers
from lawbound.rubrics.grading.row_values import (
    is_blank_cell,
    is_missing,
    odd_languages,
    odd_languages_in_words,
)
from lawbound.rubrics.verdict import Behaved
from lawbound.tasks.io.messages import counted

CLASSES: Final[tuple[Behaved, ...]] = get_args(Behaved)


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


def read_labelled(path: Path, *, progress: Callable[[int], None] | None = None) -> LabelledFile:
    """Read and grade a labelled file: ``id, prompt, response, gold[, lang, model, truncated]``.

    Args:
        path: JSONL, CSV or parquet.
        progress: Is told of each row that is done.

    Raises:
        GradeError: The file or a row is malformed, or no row has a label.
    """
    source = open_answers(path, only=(*GRADED, "gold", "model"))
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
