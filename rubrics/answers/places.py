"""Where the pattern of a claim stands in an answer, and where it only seems to.

A number is read whole: "Article 44" is no "Article 4", "0.6 million" no "6 million", "6,000" no 6.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import regex

_PATIENCE = 5.0
"""Seconds for one pattern on one answer; the shipped ones take some microseconds."""
_HAN = "〇零一二三四五六七八九十百千"
_NUMBER = re.compile(rf"\d+(?:[.,٫٬．，]\d+)*|[{_HAN}]+")
_DAY = re.compile(r"\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})")
"""A day in figures, 24.02.2022, whose parts are numbers of their own."""


class FactError(ValueError):
    """A claim cannot be looked for."""


def matches(pattern: str, text: str) -> Iterator[regex.Match[str]]:
    """Matches of a pattern that cut no number in two.

    Patterns may be a stranger's, and no look at their shape tells every slow one: time is limited.

    Raises:
        FactError: The pattern takes seconds on this answer.
    """
    try:
        for match in _strangers(pattern).finditer(text, timeout=_PATIENCE):
            if not _cuts_a_number(text, match.start(), match.end()):
                yield match
    except TimeoutError as fault:
        raise FactError(
            f"pattern {pattern!r:.80} takes more than {_PATIENCE:g} s on an answer, expected one "
            "without several gaps in a row"
        ) from fault


def _cuts_a_number(text: str, start: int, end: int) -> bool:
    if start == end:
        return False
    begins = text[start].isdecimal() or text[start] in _HAN
    ends = text[end - 1].isdecimal() or text[end - 1] in _HAN
    inside = _insides(text)
    return (begins and start in inside) or (ends and end in inside)


@lru_cache(maxsize=64)
def _insides(text: str) -> frozenset[int]:
    """Places between two signs of one number."""
    inside: set[int] = set()
    for number in _NUMBER.finditer(text):
        inside.update(range(number.start() + 1, number.end()))
        if _DAY.fullmatch(number[0]):
            dots = [place for place in range(*number.span()) if text[place] == "."]
            inside.difference_update(dots, (dot + 1 for dot in dots))
    return frozenset(inside)


@lru_cache(maxsize=4096)
def _strangers(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern, regex.IGNORECASE)
