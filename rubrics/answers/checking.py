"""Finds the final answer of a text and checks it: found or not, right or not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lawbound.rubrics.answers.final import Candidate, candidates, declines
from lawbound.rubrics.answers.hedges import is_bound, is_denied, offers_either
from lawbound.rubrics.answers.named import Named, are_numbers, named
from lawbound.rubrics.answers.numbers import plain_numerals
from lawbound.rubrics.answers.quantities import quantity
from lawbound.tasks.item import Answer

_LETTER = re.compile(
    r"\s*(?i:option|choice|answer|opción|opção|alternative|alternativa|вариант|seçenek|phương án|lựa chọn|pilihan|opsi|"
    r"选项?|選項|選択肢|선택지|보기|विकल्प|الخيار|ตัวเลือก|ข้อ)?"
    r"\s*[(\[]?([A-Ha-h])[)\].:]{0,2}(?=\s|$|[,;。])"
)
_CLOCK = re.compile(
    r"(?<!\d)(\d{1,2})(?:[:.h](\d{2}))?(?::\d{2})?\s*([ap]\.?m\.?)?(?!\d)", re.IGNORECASE
)
_SPLIT = re.compile(
    r"\s*(?:,|;|→|->|=>|>|<|\n|\band\b|\bthen\b|\bund\b|\bet\b|\by\b|\be\b|和|、|，|\bи\b|\bve\b|\bvà\b|"
    r"(?<=[^\W\d_])\sdan(?=\s[^\W\d_])|(?<=\s)(?:और|و)(?=\s)|และ|그리고|및|(?<=[^\u3040-\u309f])と(?=[^\u3040-\u309f]))\s*"
)


@dataclass(frozen=True, slots=True)
class AnswerResult:
    """The result of checking one answer."""

    extracted: bool
    """Whether a final answer could be found at all."""
    correct: bool | None
    """None if no final answer was found."""
    value: str
    """The answer found, in canonical form if it could be read."""


def check(text: str, answer: Answer) -> AnswerResult:
    """Find the final answer of a text and compare it with the right one."""
    value = extract(text, answer)
    if value is None:
        return AnswerResult(False, None, "")
    return AnswerResult(True, _canonical(value, answer) == _canonical(answer.value, answer), value)


def extract(text: str, answer: Answer) -> str | None:
    """The final answer that a text states, in canonical form, or None if it states none.

    The last explicit statement wins (`lawbound.rubrics.answers.final`). If a number has several
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
    return quantity(text, answer, explicit=candidate.explicit) if letter is None else letter


def _choice(candidate: Candidate, answer: Answer) -> str | None:
    pool = {_norm(choice): choice for choice in reversed(answer.choices or (answer.value,))}
    text = _norm(candidate.text)
    if text in pool:
        return pool[text]
    letter = _option(candidate.text, answer)
    if letter is not None:
        return letter
    if _CLOCK.fullmatch(answer.value) and ":" in answer.value:
        return _clock(candidate)
    if are_numbers(tuple(pool)):
        text = plain_numerals(text)
    found = named(text, tuple(pool))
    if found and candidate.explicit:
        return text if _offered(found, text) else pool[found[0].choice]
    if found:
        return pool[found[0].choice] if len(found) == 1 else None
    return text if candidate.explicit and text and not _vague(text) else None


def _offered(found: Sequence[Named], text: str) -> bool:
    """Whether the choice that comes first is offered beside another: "Rosa or Felix"."""
    first, *others = found
    return any(
        offers_either(text[first.end : one.start]) for one in others if one.start > first.end
    )


def _vague(text: str) -> bool:
    return declines(text) or bool(
        re.search(r"\b(?:unknown|unclear|not sure|don't know|no answer|your answer)\b", text)
    )


def _clock(candidate: Candidate) -> str | None:
    text = plain_numerals(candidate.text)
    found = [(match, time) for match in _CLOCK.finditer(text) if (time := _minutes(match))]
    if not found:
        return None
    place = 0 if candidate.explicit else len(found) - 1
    match, time = found[place]
    around = text[: match.start()], text[match.end() :]
    rivals = [
        other
        for (one, _), (two, _) in zip(
            found[max(0, place - 1) :], found[max(1, place) :], strict=False
        )
        for other in (one, two)
        if offers_either(text[one.end() : two.start()]) and _minutes(other) != time
    ]
    return text.strip() if rivals or is_denied(*around) or is_bound(*around) else time


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
    text = "\n".join(candidate.items) or candidate.text.strip().strip("[](){}.$")
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


_READERS = {
    "number": _number,
    "choice": _choice,
    "text": _choice,
    "sequence": _members,
    "set": _members,
}
