"""What a row of a file of answers says besides prompt and response: whether it was cut off, its language, or nothing."""

from collections import Counter
from typing import Any

from lawbound.rubrics.grading.answer_files import GradeError, Row
from lawbound.tasks.io.messages import counted
from lawbound.tasks.io.yaml_files import quoted
from lawbound.tasks.languages import language_code

_SAID = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}


def stated_truncation(row: Row) -> bool | None:
    """Whether a row says that its answer was cut off; None if it does not say.

    Raises:
        GradeError: It holds another value.
    """
    value = row.fields.get("truncated")
    if is_blank_cell(value):
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        said = value.strip().lower()
        if said in _SAID:
            return _SAID[said]
    elif isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    raise GradeError(
        f"{row.where}: truncated is {row.fields['truncated']!r:.40}, expected true or false"
    )


def is_missing(row: Row) -> bool:
    """Whether a row has null for its response: no answer came, which is not an empty answer."""
    return is_gap(row.fields.get("response", ""))


def with_nulls(row: Row) -> dict[str, Any]:
    """The fields of a row, with null for a response or language that is nan, which no column of texts can hold."""
    gaps = [name for name in ("response", "lang") if row.fields.get(name) != row.fields.get(name)]
    return {**row.fields, **dict.fromkeys(gaps)} if gaps else row.fields


def stated_language(row: Row) -> str | None:
    """The language that a row names, without whitespace around it; None if it names none.

    Raises:
        GradeError: It is not text.
    """
    value = row.fields.get("lang")
    if not value or is_gap(value):
        return None
    if not isinstance(value, str):
        raise GradeError(f"{row.where}: lang is {value!r}, expected a language code such as 'en'")
    return value.strip() or None


def is_blank(row: Row) -> bool:
    """Whether every cell is empty, as in the rows that spreadsheets write below the last answer."""
    return not any(str(cell).strip() for cell in row.fields.values() if cell is not None)


def odd_languages(row: Row) -> tuple[str, ...]:
    """A row's language if it is not a code of ISO 639-1 (`en`, also as `en-US` or `en_US`)."""
    spoken = stated_language(row) or "en"
    return () if language_code(spoken) else (spoken,)


def odd_languages_in_words(counts: Counter[str]) -> str:
    """One line about unknown languages."""
    named = ", ".join(quoted(name, 20) for name, _ in counts.most_common(3))
    more = ", ..." if len(counts) > 3 else ""
    return (
        f"lang is {named}{more} in {counted(counts.total(), 'row')}, expected codes of ISO 639-1 such as 'en': the "
        "language was guessed from the prompt"
    )


def is_blank_cell(value: object) -> bool:
    """Whether a cell says nothing: blank, null, or nan as pandas writes it, which a CSV has as text."""
    return is_gap(value) or (isinstance(value, str) and value.strip().lower() in ("", "nan"))


def is_gap(value: object) -> bool:
    """Whether a value is null, or nan as pandas writes it."""
    return value is None or value != value
