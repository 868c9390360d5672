"""Reads a number as the answer: which one of a text is meant, in which unit, and whether it is stated."""

import re
from fractions import Fraction

from lawbound.rubrics.answers.digits import decimal_text
from lawbound.rubrics.answers.hedges import (
    is_bound,
    is_denied,
    offers_either,
    spans_a_range,
    unit_before,
)
from lawbound.rubrics.answers.numbers import Number, numbers
from lawbound.tasks.item import Answer

_SAID = re.compile(
    r"\b(?:is|are|was|were|so|makes|gives|leaves|totals?)\s+(?:about |exactly |only )?\W{0,2}$",
    re.IGNORECASE,
)
_UNIT_GROUPS = (
    {"second", "minute", "hour", "day", "week", "month", "year", "sec", "min", "h", "hr"},
    {"mm", "cm", "m", "km", "metre", "meter", "kilometre", "kilometer", "mile"},
    {"g", "kg", "gram", "kilogram", "ton", "tonne"},
)
_ALIASES = {
    "min": "minute",
    "mins": "minute",
    "hr": "hour",
    "hrs": "hour",
    "h": "hour",
    "sec": "second",
}


def quantity(text: str, answer: Answer, *, explicit: bool) -> str | None:
    """The number that a stretch states: the right one as it is written, another as a decimal, and
    the whole text if it states none ("not 30", "30 or 32").

    Args:
        text: A stretch with plain numerals.
        answer: The right answer, which decides between readings, and its unit.
        explicit: Whether the stretch is marked as the answer.
    """
    found = numbers(text)
    if not found:
        return None
    number = _stated(text, found, explicit=explicit)
    around = (text[: number.start], text[number.end :])
    if is_denied(*around) or is_bound(*around):
        return text.strip()
    right = Fraction(answer.value)
    if "/" in answer.value and number.readings[0].denominator == 1 and len(found) > 1:
        ratio = re.match(r"\s*(?:out of|in|of|von|sur|de|из)\s*(\d+)", text[number.end :])
        if ratio and int(ratio.group(1)):
            return str(number.readings[0] / int(ratio.group(1)))
    if _has_a_rival(text, found, number, answer):
        return text.strip()
    if _other_unit(text[number.end :], answer.unit):
        return f"{_decimal(number.readings[0])} {text[number.end :].split()[0]}"
    readings = [_scaled(reading, number, answer.unit) for reading in number.readings]
    if right in readings or any(_rounds_to(right, reading, number) for reading in readings):
        return answer.value
    return _decimal(readings[0])


def _stated(text: str, found: tuple[Number, ...], *, explicit: bool) -> Number:
    """The number that is meant: after the last ``=``; else after the last ``is`` or ``so``; else the
    first if marked, the last if not."""
    equals = text.rfind("=")
    after = [number for number in found if number.start > equals]
    if equals >= 0 and after:
        return after[0]
    said = [number for number in found if _SAID.search(text[: number.start])]
    if said:
        return said[-1]
    return found[0] if explicit else found[-1]


def _has_a_rival(text: str, found: tuple[Number, ...], number: Number, answer: Answer) -> bool:
    """Whether another number is offered beside it: "30 or 32", "30-32"."""
    place = found.index(number)
    return any(
        _are_rivals(text, first, second, answer)
        for first, second in zip(found[max(0, place - 1) :], found[max(1, place) :], strict=False)
        if number in (first, second)
    )


def _are_rivals(text: str, first: Number, second: Number, answer: Answer) -> bool:
    """Whether two numbers are offered as one answer, not as two notations ("1/2 or 0.5") or
    units."""
    between, rest = text[first.end : second.start], text[second.end :]
    alone = not re.search(r"\w", text[: first.start]) and "/" not in answer.value
    if not offers_either(between) and not (spans_a_range(between) and alone):
        return False
    unit, word = unit_before(between), re.match(r"\s*([^\W\d_]*)", rest.casefold())
    other = word.group(1) if word else ""
    of_one_kind = not other or _singular(other) == _singular(unit)
    if not of_one_kind and (
        unit or not (offers_either(between) or re.fullmatch(r"\W*\w+\W*", rest))
    ):
        return False
    one, two = (_scaled(number.readings[0], number, answer.unit) for number in (first, second))
    slack = max(Fraction(n.decimals and 1, 2 * 10**n.decimals) for n in (first, second))
    shared = {*first.readings} & {*second.readings}
    return not shared and abs(one - two) > slack


def _scaled(reading: Fraction, number: Number, unit: str) -> Fraction:
    return reading / 100 if number.percent and unit not in ("%", "percent") else reading


def _rounds_to(right: Fraction, reading: Fraction, number: Number) -> bool:
    """Whether a decimal is the right fraction, rounded to three or more places."""
    places = number.decimals + (2 if number.percent else 0)
    terminating = not re.sub(r"[25]", "", "".join(map(str, _factors(right.denominator))))
    if terminating or places < 3:
        return False
    return abs(right - reading) <= Fraction(1, 2 * 10**places)


def _factors(n: int) -> list[int]:
    found = []
    for prime in (2, 5):
        while n % prime == 0:
            n //= prime
            found.append(prime)
    return found + ([n] if n > 1 else [])


def _other_unit(rest: str, unit: str) -> bool:
    """Whether the number has another unit of the same quantity; units are not converted."""
    word = re.match(r"\s*([a-z]+)", rest.lower())
    if not unit or word is None:
        return False
    said, meant = _singular(word.group(1)), _singular(unit.lower())
    return said != meant and any(said in group and meant in group for group in _UNIT_GROUPS)


def _singular(unit: str) -> str:
    unit = _ALIASES.get(unit, unit)
    return unit[:-1] if unit.endswith("s") and len(unit) > 2 else unit


def _decimal(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    return decimal_text(value, 6) if (value * 10**6).denominator == 1 else str(value)
