"""Cells of CSV files: text by models and strangers must not run as a formula or control a terminal."""

import re
from collections.abc import Sequence
from typing import Final

_FORMULA: Final = re.compile(r"[\s\x00-\x1f\x7f\ufeff\u200b-\u200f\u2060]*[=+\-@＝＋－＠]|[\t\r]")
"""Spreadsheets skip whitespace and invisible characters, and some read full-width ones as plain."""
_NUMBER: Final = re.compile(r"-?[0-9.]+(e[+-]?[0-9]+)?")
"""A negative kappa is a number, not a formula."""
_STEERING: Final = {
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"},
    0x7F: 0x2421,
    **dict.fromkeys([*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], 0xFFFD),
}
"""Control characters as pictures of themselves; those that change the direction of text as �."""


def inert(text: str) -> str:
    """A cell, with an apostrophe in front if a spreadsheet would take it for a formula."""
    return "'" + text if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def as_written(cell: str) -> str:
    """The text that `inert` was given."""
    return cell[1:] if cell[:1] == "'" and inert(cell[1:]) == cell else cell


def shown(text: str) -> str:
    """Text for people: control characters are visible and do nothing."""
    return text.translate(_STEERING)


def other_separators(header: Sequence[str]) -> str:
    """A hint to append to a message where a whole header is one name that holds other separators than commas."""
    for sign, signs in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and sign in header[0]:
            return f"; if {signs} separate the columns, save them with commas"
    return ""
