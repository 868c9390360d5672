"""From a text to a verdict on its final answer: found or not, right or not."""

import re
from dataclasses import dataclass
from fractions import Fraction

from lawbound.rubrics.answers.final import Candidate, candidates, declines
from lawbound.rubrics.answers.numbers import Number, numbers, plain_numerals
from lawbound.tasks.item import Answer

_LETTER = re.compile(r"\s*(?:option|choice|answer)?\s*[(\[]?([A-Ha-h])[)\].:]?(?=\s|$|[,;])")
_CLOCK = re.compile(
    r"(?<!\d)(\d{1,2})(?:[:.h](\d{2}))?(?::\d{2})?\s*([ap]\.?m\.?)?(?!\d)", re.IGNORECASE
)
_SAID = re.compile(
    r"\b(?:is|are|was|were|so|makes|gives|leaves|totals?)\s+(?:about |exactly |only )?\W{0,2}$",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"\s*(?:,|;|→|->|=>|>|<|\n|\band\b|\bthen\b|\bund\b|\bet\b|\by\b|\be\b|和|、|，)\s*"
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


@dataclass(frozen=True, slots=True)
class AnswerResult:
    """What became of one answer."""

    extracted: bool
    """Whether a final answer could be found at all."""
    correct: bool | None
    """None where none was found."""
    value: str
    """The answer found, in canonical form where it could be read."""


def check(text: str, answer: Answer) -> AnswerResult:
    """Find the final answer of a text and compare it with the right one."""
    value = extract(text, answer)
    if value is None:
        return AnswerResult(False, None, "")
    return AnswerResult(True, _canonical(value, answer) == _canonical(answer.value, answer), value)


def extract(text: str, answer: Answer) -> str | None:
    """The final answer that a text states, in canonical form, or None if it states none.

    The last explicit statement wins (`lawbound.rubrics.answers.final`). Where a writing has several
    readings (``1.234``), the right one is reported if it is among them.
    """
    for candidate in candidates(text):
        value = _READERS[answer.form](candidate, answer)
        if value is not None:
            return value
    return None


def _number(candidate: Candidate, answer: Answer) -> str | None:
    text = plain_numerals(candidate.text)
    letter = _option(text, answer)
    if letter is not None:
        return letter
    found = numbers(text)
    if not found:
        return None
    number = _stated(text, found, candidate)
    right = Fraction(answer.value)
    if "/" in answer.value and number.readings[0].denominator == 1 and len(found) > 1:
        ratio = re.match(r"\s*(?:out of|in|of|von|sur|de|из)\s*(\d+)", text[number.end :])
        if ratio and int(ratio.group(1)):
            return str(number.readings[0] / int(ratio.group(1)))
    if _other_unit(text[number.end :], answer.unit):
        return f"{_decimal(number.readings[0])} {text[number.end :].split()[0]}"
    readings = [_scaled(reading, number, answer.unit) for reading in number.readings]
    if right in readings or any(_rounds_to(right, reading, number) for reading in readings):
        return answer.value
    return _decimal(readings[0])


def _stated(text: str, found: tuple[Number, ...], candidate: Candidate) -> Number:
    """The number that is meant: after the last ``=``; else after the last ``is`` or ``so``; else the
    first if marked, the last if not."""
    equals = text.rfind("=")
    after = [number for number in found if number.start > equals]
    if equals >= 0 and after:
        return after[0]
    said = [number for number in found if _SAID.search(text[: number.start])]
    if said:
        return said[-1]
    return found[0] if candidate.explicit else found[-1]


def _scaled(reading: Fraction, number: Number, unit: str) -> Fraction:
    return reading / 100 if number.percent and unit not in ("%", "percent") else reading


def _rounds_to(right: Fraction, reading: Fraction, number: Number) -> bool:
    """Whether a decimal is the right fraction, rounded to three places or more."""
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
    """Whether the number carries another unit of the same quantity; those are not converted."""
    word = re.match(r"\s*([a-z]+)", rest.lower())
    if not unit or word is None:
        return False
    said, meant = _singular(word.group(1)), _singular(unit.lower())
    return said != meant and any(said in group and meant in group for group in _UNIT_GROUPS)


def _singular(unit: str) -> str:
    unit = _ALIASES.get(unit, unit)
    return unit[:-1] if unit.endswith("s") and len(unit) > 2 else unit


def _choice(candidate: Candidate, answer: Answer) -> str | None:
    pool = answer.choices or (answer.value,)
    text = _norm(candidate.text)
    exact = [choice for choice in pool if _norm(choice) == text]
    if exact:
        return exact[0]
    letter = _option(candidate.text, answer)
    if letter is not None:
        return letter
    if _CLOCK.fullmatch(answer.value) and ":" in answer.value:
        return _clock(candidate)
    named = [
        (place, choice) for choice in pool if (place := _place(_norm(choice), text)) is not None
    ]
    if named:
        return (
            min(named, key=lambda pair: (pair[0], -len(pair[1])))[1]
            if candidate.explicit
            else _only(named)
        )
    return text if candidate.explicit and text and not _vague(text) else None


def _only(named: list[tuple[int, str]]) -> str | None:
    return named[0][1] if len(named) == 1 else None


def _vague(text: str) -> bool:
    return declines(text) or bool(
        re.search(r"\b(?:unknown|unclear|not sure|don't know|no answer|your answer)\b", text)
    )


def _place(choice: str, text: str) -> int | None:
    """Where a choice is named and not ruled out by a ``not`` before it."""
    edge = r"(?<!\w)" if choice[:1].isascii() else ""
    close = r"(?!\w)" if choice[-1:].isascii() else ""
    for match in re.finditer(edge + re.escape(choice) + close, text):
        if not re.search(r"\b(?:not|isn't|nicht|no)\s+$", text[: match.start()]):
            return match.start()
    return None


def _clock(candidate: Candidate) -> str | None:
    found = [_minutes(match) for match in _CLOCK.finditer(plain_numerals(candidate.text))]
    times = [time for time in found if time is not None]
    if not times:
        return None
    return times[0] if candidate.explicit else times[-1]


def _minutes(match: re.Match[str]) -> str | None:
    hour, minute, half = (
        int(match[1]),
        int(match[2] or 0),
        (match[3] or "").lower().replace(".", ""),
    )
    if not match[2] and not half:
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return f"{hour % 24:02d}:{minute:02d}" if hour <= 24 and minute < 60 else None


def _members(candidate: Candidate, answer: Answer) -> str | None:
    text = candidate.text.strip().strip("[](){}.$")
    parts = [_norm(part) for part in _SPLIT.split(text)]
    parts = [re.sub(r"^(?:\d+[.)]\s*|the |an? )", "", part) for part in parts if part]
    if not parts or (not candidate.explicit and len(parts) < 2):
        return None
    return ", ".join(parts)


def _option(text: str, answer: Answer) -> str | None:
    """The option that a lone letter names, unless single letters are answers themselves."""
    if not answer.choices or any(
        len(choice.strip()) == 1 and choice.isalpha() for choice in answer.choices
    ):
        return None
    match = _LETTER.match(text)
    if match is None:
        return None
    rest = text[match.end() :].strip()
    bare = match.group().strip()
    if (rest and bare.islower()) or (rest and not re.search(r"[)\].:]$", bare)):
        return None
    index = ord(match.group(1).upper()) - ord("A")
    return answer.choices[index] if index < len(answer.choices) else None


def _canonical(value: str, answer: Answer) -> object:
    if answer.form == "number":
        try:
            return Fraction(value)
        except (ValueError, ZeroDivisionError):
            return value
    parts = [_norm(part) for part in value.split(", ")]
    if answer.form == "set":
        return frozenset(parts)
    return tuple(parts) if answer.form == "sequence" else _norm(value)


def _norm(text: str) -> str:
    text = re.sub(r"\s+", " ", text.casefold()).strip(" .,;:!?\"'“”‘’«»()[]$\\。，！")
    return re.sub(r"^(?:the|an?) ", "", text)


def _decimal(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    scaled = value * 10**6
    return str(float(value)) if scaled.denominator == 1 else str(value)


_READERS = {
    "number": _number,
    "choice": _choice,
    "text": _choice,
    "sequence": _members,
    "set": _members,
}
