"""Where a text names one of the choices: as words, or, where all choices are numbers, as a number of that value.

A choice inside a number is not named: "1,500" names neither 500 nor 1, "12.5" no 5, "1/4" no 4. Nor is one inside a
word: "x1", "H2O" and "the 2nd choice" name no 1 and no 2. A unit written to the number ("5km") is no such word where
the text has nothing else.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from lawbound.rubrics.answers.hedges import is_denied
from lawbound.rubrics.answers.numbers import Number, numbers, plain_numerals

_EDGE_WORD = r"(?<!\w)", r"(?!\w)"
_EDGE_NUMBER = r"(?<!\w)(?<!\d[.,/:'])(?<!(?<!\w)-)", r"(?!\w)(?![.,/:']\d)"
_LETTER = r"[a-zà-ɏ]"
"""Letters of scripts that put spaces between words and numbers: 答案是5 names 5."""
_WORD_BEFORE = re.compile(rf"{_LETTER}_?\Z", re.IGNORECASE)
_WORD_BEHIND = re.compile(_LETTER, re.IGNORECASE)
_UNIT_ALONE = re.compile(rf"{_LETTER}{{1,5}}\W*", re.IGNORECASE)


class Named(NamedTuple):
    """A choice that a text names, and where."""

    start: int
    end: int
    choice: str


def named(text: str, choices: Sequence[str]) -> list[Named]:
    """The first place of each choice that a text names without a ``not`` before it, the first first, and
    the longest of those that begin together.

    Args:
        text: A normalised stretch, with plain numerals if the choices are numbers (`are_numbers`).
        choices: Normalised choices.
    """
    if are_numbers(choices):
        found = _named_numbers(text, choices)
    else:
        found = [one for choice in choices if (one := _named_words(text, choice)) is not None]
    return sorted(found, key=lambda one: (one.start, -len(one.choice)))


def are_numbers(choices: Sequence[str]) -> bool:
    """Whether every choice is a number and nothing else."""
    return all(_number(choice) is not None for choice in choices)


def _named_numbers(text: str, choices: Sequence[str]) -> list[Named]:
    values = {choice: number for choice in choices if (number := _number(choice)) is not None}
    found: dict[str, Named] = {}
    for number in numbers(text):
        before, after = text[: number.start], text[number.end :]
        if _is_in_word(before, after) or is_denied(before, after):
            continue
        # 1.234 may be two of the choices: the likelier reading is meant.
        for reading in number.readings:
            meant = [choice for choice, own in values.items() if reading == own.readings[0]]
            if meant:
                found.setdefault(meant[0], Named(number.start, number.end, meant[0]))
                break
    return list(found.values())


def _is_in_word(before: str, after: str) -> bool:
    if _WORD_BEFORE.search(before[-2:]):
        return True
    if not _WORD_BEHIND.match(after):
        return False
    return re.search(r"\w", before) is not None or _UNIT_ALONE.fullmatch(after) is None


def _number(choice: str) -> Number | None:
    """The number that a choice is; None if it is none, or not only that."""
    text = plain_numerals(choice).strip()
    found = numbers(text) if re.search(r"\d", text) else ()
    whole = len(found) == 1 and (found[0].start, found[0].end) == (0, len(text))
    return found[0] if whole else None


def _named_words(text: str, choice: str) -> Named | None:
    before = _edges(choice[:1])[0]
    after = _edges(choice[-1:])[1]
    for match in re.finditer(before + re.escape(choice) + after, text):
        if not is_denied(text[: match.start()], text[match.end() :]):
            return Named(match.start(), match.end(), choice)
    return None


def _edges(sign: str) -> tuple[str, str]:
    """What may not stand before and behind a choice that begins or ends with this sign."""
    if not sign.isascii():
        return "", ""
    return _EDGE_NUMBER if sign.isdigit() else _EDGE_WORD
