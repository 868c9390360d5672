"""Reading numbers the way people and models write them.

``1.234`` is a thousand-odd in Berlin and a bit over one in Boston. If a number has two readings,
both are kept, and an answer is right if one of them is; otherwise the first is reported.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from lawbound.rubrics.answers.digits import ascii_numerals, spell_chinese

_PLAIN = "|".join([
    r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?(?![\d,])",
    r"\d{1,3}(?:\.\d{3})+(?:,\d+)?(?!\d)",
    r"\d{1,3}(?:' ?\d{3}| \d{3})+(?:[.,]\d+)?(?!\d)",
    r"\d++(?:[.,]\d++)?",
    r"\.\d++",
])  # fmt: skip
_NUMBER = re.compile(
    rf"(?P<sign>(?<![\w)])[-+]\s?)?(?<!\d)(?:(?:(?P<whole>\d++)\s+)?(?P<above>\d++)\s*/\s*(?P<below>\d++)|"
    rf"(?P<plain>{_PLAIN}))(?:\s?(?:[x×*]\s?10\s?\^\s?\{{?|[eE])(?P<power>[-+]?\d+)\}}?)?"
    rf"(?P<percent>\s?(?:%|percent|per cent))?"
)
_ONES = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2
    )
}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6}
_MOST_ZEROS = 400
"""A number with a greater power of ten is nobody's answer, and would take for ever to write out."""
_WORD = "|".join([*_ONES, *_TENS, *_SCALES])
_WORDS = re.compile(rf"\b(?:{_WORD})(?:(?:[\s-]+|\s+and\s+)(?:{_WORD}))*\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Number:
    """One number in a text."""

    readings: tuple[Fraction, ...]
    """Its possible values, the likelier first."""
    start: int
    end: int
    percent: bool = False
    """Readings are as written: ``35 %`` reads 35."""
    decimals: int = 0
    """Digits after the decimal mark of the first reading."""


def numbers(text: str) -> tuple[Number, ...]:
    """Every number of a text, in order; positions refer to `plain_numerals` of the text."""
    found = [number for match in _NUMBER.finditer(text) if (number := _read(match)) is not None]
    if not found:
        found = [
            Number((Fraction(spelled_out(m.group())),), m.start(), m.end())
            for m in _WORDS.finditer(text)
        ]
    return tuple(found)


def plain_numerals(text: str) -> str:
    """The text with LaTeX fractions, other digits and Chinese numerals in ASCII."""
    text = re.sub(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r" \1/\2 ", text)
    text = re.sub(r"\\[dt]?frac\s*(\d)\s*(\d)", r" \1/\2 ", text)
    text = text.replace("{,}", ",").replace(r"\times", "x").replace(r"\cdot", "x")
    text = re.sub(r"\\[,;:! ]", " ", text).replace("\\%", "%").replace("\\$", "$")
    return spell_chinese(ascii_numerals(text))


def spelled_out(words: str) -> int:
    """Value of an English number in words, ``forty-two`` or ``one hundred and five``."""
    total = section = 0
    for word in re.findall(r"[a-z]+", words.lower()):
        if word == "hundred":
            section = (section or 1) * 100
        elif word in _SCALES:
            total += (section or 1) * _SCALES[word]
            section = 0
        elif word != "and":
            section += _ONES.get(word, _TENS.get(word, 0))
    return total + section


def _read(match: re.Match[str]) -> Number | None:
    percent = bool(match["percent"])
    sign = -1 if (match["sign"] or "").strip() == "-" else 1
    exponent = int(match["power"] or 0)
    if abs(exponent) > _MOST_ZEROS:
        return None
    power = Fraction(10) ** exponent
    if match["above"]:
        below = int(match["below"])
        if below == 0:
            return None
        whole = int(match["whole"] or 0)
        value = sign * (whole + Fraction(int(match["above"]), below)) * power
        return Number((value,), match.start(), match.end(), percent)
    written = match["plain"]
    readings = _readings(written)
    decimals = len(re.split(r"[.,]", written)[-1]) if readings[0].denominator > 1 else 0
    return Number(
        tuple(sign * r * power for r in readings), match.start(), match.end(), percent, decimals
    )


def _readings(written: str) -> list[Fraction]:
    compact = re.sub(r"[' ]", "", written)
    marks = re.findall(r"[.,]", compact)
    if not marks:
        return [Fraction(compact)]
    if len(set(marks)) == 2:
        last = marks[-1]
        other = "," if last == "." else "."
        return [Fraction(compact.replace(other, "").replace(last, "."))]
    if len(marks) > 1:
        return [Fraction(re.sub(r"[.,]", "", compact))]
    whole, decimals = re.split(r"[.,]", compact)
    as_decimal = Fraction(f"{whole or 0}.{decimals}")
    if (
        len(decimals) != 3
        or not whole
        or whole.startswith("0")
        or len(whole) > 3
        or written != compact
    ):
        return [as_decimal]
    as_thousand = Fraction(whole + decimals)
    return [as_thousand, as_decimal] if marks == [","] else [as_decimal, as_thousand]
