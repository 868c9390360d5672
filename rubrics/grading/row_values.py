"""What a row of given answers says beside prompt and response: that it was cut off, its language, or nothing at all."""

import re
from collections import Counter

from lawbound.rubrics.grading.answer_files import GradeError, Row
from lawbound.tasks.files import quoted
from lawbound.tasks.languages import ISO_639_1
from lawbound.tasks.messages import counted


def stated_truncation(row: Row) -> bool | None:
    """Whether a row says that its answer was cut off; None where it says nothing.

    Raises:
        GradeError: It says something else.
    """
    value = row.fields.get("truncated")
    if value in (None, ""):
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    if isinstance(value, str) and value.lower() in ("true", "false", "0", "1"):
        return value.lower() in ("true", "1")
    raise GradeError(f"{row.where}: truncated is {value!r:.40}, expected true or false")


def is_blank(row: Row) -> bool:
    """Whether not one cell holds anything, as in the rows that spreadsheets write below the last answer."""
    return not any(str(cell).strip() for cell in row.fields.values() if cell is not None)


def odd_languages(row: Row) -> tuple[str, ...]:
    """What a row calls its language, where that is no code of ISO 639-1 (`en`, also as `en-US` or `en_US`)."""
    spoken = row.fields.get("lang") or "en"
    return () if re.split("[-_]", str(spoken).lower())[0] in ISO_639_1 else (str(spoken),)


def odd_languages_in_words(counts: Counter[str]) -> str:
    """One line about languages that are none."""
    named = ", ".join(quoted(name, 20) for name, _ in counts.most_common(3))
    more = ", ..." if len(counts) > 3 else ""
    return (
        f"lang is {named}{more} in {counted(counts.total(), 'row')}, expected codes of ISO 639-1 such as 'en': the "
        "language was guessed from the prompt"
    )
