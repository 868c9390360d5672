"""Where the pattern of a claim stands in an answer, and where it only seems to.

- A number is read whole: "Article 44" is no "Article 4", "0.6 million" no "6 million", "6,000" no 6.
- A pattern may open with a guard, ``^(?![\\s\\S]*RIGHT)[\\s\\S]*?WRONG``: WRONG counts only where RIGHT is
  not claimed. The two are split, so that a denial before WRONG is heard, and every WRONG is looked at.
- A pattern that is anchored at the start reads past an opening: "Answer: no", "It was the Hutu". It also
  reads a plain reply as "Yes." or "No.": "Nope", "That is a myth".
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import regex

from lawbound.rubrics.answers.openings import OPENINGS
from lawbound.rubrics.answers.replies import plain_reply
from lawbound.tasks.io.errors import LawboundError

_PATIENCE = 5.0
"""Most seconds of the processor for one pattern on one answer, however busy the machine is; the shipped ones take
milliseconds."""
_HAN = "〇零一二三四五六七八九十百千"
_NUMBER = re.compile(rf"\d+(?:[.,٫٬．]\d+|，\d{{3}}(?!\d))*|[{_HAN}]+")
"""A full-width comma before three digits groups them; before a year it ends a clause."""
_DAY = re.compile(r"\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})|\d{4}\.\d{1,2}\.\d{1,2}")
"""A day in figures, 24.02.2022 or 2022.2.24, whose parts are numbers of their own."""
_GUARD = r"^(?![\s\S]*"
_GAP = r"[\s\S]*?"


class FactError(LawboundError, ValueError):
    """A claim cannot be searched for."""


def matches(pattern: str, text: str, *, first: bool) -> Iterator[regex.Match[str]]:
    """Matches of a pattern that cut no number in two; `first` finds only one at the start of the text.

    Patterns may come from strangers, and no check of their form finds every slow one: time is limited.

    Raises:
        FactError: The pattern takes seconds on this answer.
    """
    try:
        compiled = _strangers(pattern)
        if first:
            opening = compiled.match(text, timeout=_PATIENCE)
            found = iter([opening] if opening else [])
        else:
            found = compiled.finditer(text, timeout=_PATIENCE)
        for match in found:
            if not _cuts_a_number(text, match.start(), match.end()):
                yield match
    except TimeoutError as fault:
        raise FactError(
            f"pattern {pattern!r:.80} takes more than {_PATIENCE:g} s of the processor on an answer, expected one "
            "without several gaps in a row"
        ) from fault


@lru_cache(maxsize=4096)
def split_guard(pattern: str) -> tuple[str, str]:
    """The guard of a pattern, empty if it has none, and the pattern that it guards."""
    end = _closing(pattern, len(_GUARD)) if pattern.startswith(_GUARD) else -1
    if end < 0:
        return "", pattern
    guarded = pattern[end + 1 :]
    claim = guarded.removeprefix(_GAP) if guarded.startswith(_GAP) else f"^{guarded}"
    return pattern[len(_GUARD) : end], claim


def past_openings(text: str, pattern: str, lang: str) -> tuple[str, ...]:
    """The text past its opening, for a pattern that is anchored at the start."""
    return _past_openings(text, lang) if "^" in pattern else ()


@lru_cache(maxsize=64)
def _past_openings(text: str, lang: str) -> tuple[str, ...]:
    rests: list[str] = []
    for spoken in dict.fromkeys(
        (lang, "en")
    ):  # many models answer in English whatever the question
        rest = text
        for part in OPENINGS.get(spoken, ()):
            if (found := re.match(part, rest, re.IGNORECASE)) and found.end():
                rest = rest[found.end() :]
                rests.append(rest)
    replies = [plain_reply(said, lang) for said in (text, *rests)]
    return tuple(dict.fromkeys(said for said in (*rests, *replies) if said))


def _cuts_a_number(text: str, start: int, end: int) -> bool:
    if start == end:
        return False
    begins = text[start].isdecimal() or text[start] in _HAN
    ends = text[end - 1].isdecimal() or text[end - 1] in _HAN
    inside = _insides(text)
    return (begins and start in inside) or (ends and end in inside)


@lru_cache(maxsize=64)
def _insides(text: str) -> frozenset[int]:
    """Positions between two characters of one number."""
    inside: set[int] = set()
    for number in _NUMBER.finditer(text):
        inside.update(range(number.start() + 1, number.end()))
        if _DAY.fullmatch(number[0]):
            dots = [place for place in range(*number.span()) if text[place] == "."]
            inside.difference_update(dots, (dot + 1 for dot in dots))
    return frozenset(inside)


def _closing(pattern: str, start: int) -> int:
    """Where the group around a position closes; -1 if it does not."""
    depth, place, in_class = 1, start, False
    while place < len(pattern):
        sign = pattern[place]
        if sign == "\\":
            place += 1
        elif in_class:
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
        elif sign in "()":
            depth += 1 if sign == "(" else -1
            if not depth:
                return place
        place += 1
    return -1


@lru_cache(maxsize=4096)
def _strangers(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern, regex.IGNORECASE)
