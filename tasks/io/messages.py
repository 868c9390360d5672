"""Wording that many messages need: a fault in one line, text that steers no display, a counted noun, the name that was
probably meant."""

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches


def one_line(fault: object, longest: int | None = None) -> str:
    """The text of an error or message, with line breaks and runs of whitespace made one space.

    Args:
        fault: An error, or its text.
        longest: Most characters to keep; None keeps all.
    """
    return " ".join(str(fault).split())[:longest]


def printable(text: str) -> str:
    """Replace control, format and surrogate characters, which a terminal or a page might obey."""
    return "".join(
        char if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs") else "\ufffd"
        for char in text
    )


def counted(number: int, noun: str) -> str:
    """``1 finding``, ``2 findings``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def did_you_mean(asked: str, known: Iterable[str]) -> str:
    """A hint to append to a message, or an empty string if no known name is similar.

    Args:
        asked: The name that does not exist.
        known: The names that exist.
    """
    names = list(known)
    alike = [name for name in names if name.lower() == asked.lower()]
    near = alike or get_close_matches(asked, names, n=1)
    return f"; did you mean '{near[0]}'?" if near else ""
