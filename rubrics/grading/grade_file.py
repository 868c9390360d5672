"""Grading a file of answers that somebody already has: same rows, six more columns."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Final

from lawbound.rubrics.behaviour.decision import Asked, grade_all
from lawbound.rubrics.behaviour.truncation import looks_truncated
from lawbound.rubrics.grading.answer_files import GradeError, Row, Source, gathered
from lawbound.rubrics.grading.answer_scan import with_columns
from lawbound.rubrics.grading.graded_files import ADDED, PARQUET, graded_file
from lawbound.rubrics.grading.open_answers import open_answers
from lawbound.rubrics.grading.piped_answers import PIPED, STANDARD_INPUT, kept_answers
from lawbound.rubrics.grading.row_values import (
    is_blank,
    is_missing,
    odd_languages,
    odd_languages_in_words,
    stated_language,
    stated_truncation,
)
from lawbound.rubrics.verdict import Reading
from lawbound.runners.engines.thinking import split_thinking
from lawbound.tasks.io.messages import counted

TOGETHER: Final = 400
"""Rows that are graded together, to share the cost of the learned part; fewer if they are long."""
UNANSWERED: Final = Reading("unscored", frozenset(), "", 0.0)
"""Reading of a row without an answer: that none came is not the model's doing."""


def grade_file(
    source: Path,
    out: Path | None = None,
    *,
    lang: str | None = None,
    prefix: str = "",
    progress: Callable[[int], None] | None = None,
    tell: Callable[[str], None] | None = None,
) -> dict[str, int]:
    """Grade every row; the input's columns pass through untouched, except for formulas that no CSV
    held before.

    Args:
        source: JSONL, CSV or parquet with ``id, prompt, response[, lang]``; ``-`` is JSONL from standard input.
        out: File to write, whose ending is its format; None writes JSONL to standard output. It
            appears whole or not at all, and replaces an older one.
        lang: Language of the prompts if a row names none.
        prefix: Prefix for the names of the added columns.
        progress: Is told, now and then, how many further rows are done.
        tell: Is told at the end, a line each, of blank rows of a CSV file, which are left out, of
            rows without an answer, and of unknown languages.

    Returns:
        How many answers there were of each behaviour.

    Raises:
        GradeError: A file, a line or a value is malformed; nothing is written.
    """
    if not re.fullmatch(r"(\w[\w.-]*)?", prefix):
        raise GradeError(f"prefix is {prefix!r:.40}, expected letters, digits and any of _ . -")
    names = tuple(prefix + name for name in ADDED)
    counts: Counter[str] = Counter()
    odd: Counter[str] = Counter()
    blank = missing = 0

    def filled(opened: Source) -> Iterator[Row]:
        nonlocal blank
        for row in opened.rows:
            if opened.is_csv and is_blank(row):
                blank += 1
            else:
                yield row

    with kept_answers() if source == PIPED else nullcontext() as kept:
        opened = _opened(source, out, kept)
        if opened.columns is not None:
            _refuse_graded(f"{_named(source)}: line 1", opened.columns, prefix)
        with graded_file(out, opened, names) as writer:
            for together in gathered(filled(opened), TOGETHER):
                graded = grade_rows(together, lang=lang, prefix=prefix)
                for row, added in zip(together, graded, strict=True):
                    counts[added[names[0]]] += 1
                    missing += is_missing(row)
                    odd.update(odd_languages(row))
                    writer.write(row, added)
                if progress is not None:
                    progress(len(together))
    if tell is not None and blank:
        tell(f"{counted(blank, 'blank row')} left out")
    if tell is not None and missing:
        tell(f"response is null in {counted(missing, 'row')}: unscored, since no answer came")
    if tell is not None and odd:
        tell(odd_languages_in_words(odd))
    return dict(counts)


def grade_rows(
    rows: Sequence[Row], *, lang: str | None = None, prefix: str = ""
) -> list[dict[str, Any]]:
    """The columns that grading adds to each row. A row's own ``truncated`` is kept.

    Raises:
        GradeError: A field is missing or is not text.
    """
    for row in rows:
        _refuse_graded(row.where, tuple(row.fields), prefix)
        if "id" not in row.fields:
            raise GradeError(f"{row.where}: has no 'id', expected id, prompt, response[, lang]")
    done = []
    for row, (one, reading) in zip(rows, readings(rows, lang), strict=True):
        keeps = stated_truncation(row) is not None and not prefix
        values = (
            reading.behaviour,
            reading.withheld,
            sorted(reading.addons),
            row.fields["truncated"] if keeps else one.truncated,
            reading.evidence,
            reading.confidence,
        )
        done.append({prefix + name: value for name, value in zip(ADDED, values, strict=True)})
    return done


def readings(rows: Sequence[Row], lang: str | None = None) -> list[tuple[Asked, Reading]]:
    """The grader's input for each row, and its reading.

    Raises:
        GradeError: A field is missing or malformed.
    """
    asked = [_asked(row, lang) for row in rows]
    found = grade_all(asked)
    return [
        (one, UNANSWERED if is_missing(row) else reading)
        for row, one, reading in zip(rows, asked, found, strict=True)
    ]


def without_trace(prompt: str, response: str, lang: str | None) -> Asked:
    """The part of a stored answer that is graded: a reasoning trace at its beginning is judged
    apart, and whether the token limit cut the answer off is guessed."""
    split = split_thinking(response)
    cut = looks_truncated(split.answer) if split.answer.strip() else bool(split.thinking)
    return Asked(prompt, split.answer, lang, cut, split.thinking)


def _opened(source: Path, out: Path | None, kept: IO[bytes] | None) -> Source:
    """The input, with what the output's format must know in advance."""
    both = out is not None and kept is None and out.exists() and source.exists()
    if out is not None and both and out.samefile(source):
        raise GradeError(f"{out}: is the input itself, expected another file to write")
    ending = "" if out is None else out.suffix.lower()
    opened = open_answers(_named(source), whole=ending not in PARQUET, kept=kept)
    if opened.columns is None and ending in (".csv", *PARQUET):
        return with_columns(_named(source), typed=ending in PARQUET, kept=kept)
    return opened


def _named(source: Path) -> Path:
    """The input's name in messages."""
    return STANDARD_INPUT if source == PIPED else source


def _asked(row: Row, lang: str | None) -> Asked:
    """What is asked about a row; whether it was cut off is guessed if the row does not say."""
    prompt = _text(row, "prompt")
    response = "" if is_missing(row) else _text(row, "response")
    spoken = stated_language(row) or lang
    stated = stated_truncation(row)
    asked = without_trace(prompt, response, spoken)
    return asked if stated is None else replace(asked, truncated=stated)


def _text(row: Row, name: str) -> str:
    if name not in row.fields:
        raise GradeError(f"{row.where}: has no {name!r}, expected id, prompt, response[, lang]")
    value = row.fields[name]
    if not isinstance(value, str):
        found = "null" if value is None else f"{value!r:.40}"
        raise GradeError(f"{row.where}: {name} is {found}, expected text (empty text is allowed)")
    return value


def _refuse_graded(where: str, columns: tuple[str, ...], prefix: str) -> None:
    for name in (prefix + name for name in ADDED):
        if name in columns and name != "truncated":
            raise GradeError(
                f"{where}: has a column {name!r} already, expected none that grading adds; "
                f"--prefix grader_ adds {f'grader_{name}'!r} and so on"
            )
