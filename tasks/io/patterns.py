"""Regular expressions written by strangers, which are refused if matching could take for ever.

Python's matcher backtracks. A repetition inside a repetition, ``(a+)+``, tries every way to split
the text and doubles its time with each letter. Such patterns are recognised by their shape, before
they are used on any text. The remaining ones take time polynomial in the text, whose length is
bounded where patterns are used on answers.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from lawbound.tasks.io.messages import one_line

LONGEST = 2000
"""Most characters of a pattern."""
MANY = 20
"""Most repetitions of a group with a choice inside, ``(a|ab)``."""
FEW = 5
"""Most repetitions of a group with an unbounded repetition inside."""

EXAMPLES = 64
"""Most texts with which a pattern's choices are tried; a list of months times days has more."""

_TOKEN = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?[:=!>]|\(\?<[=!]|\(\?P?<\w+>|\(\?[a-zA-Z-]+:?|[()|]|"
    r"(?P<repeat>[*+?]|\{\d*,?\d*\})[?+]?|.",
    re.DOTALL,
)
_COUNTS = re.compile(r"\{(\d*)(,?)(\d*)\}")


@lru_cache(maxsize=8192)
def why_unsafe(pattern: str) -> str:
    """What is wrong with a pattern, to follow ``which``; empty if nothing is."""
    if len(pattern) > LONGEST:
        return f"is longer than {LONGEST} characters, expected a short pattern"
    try:
        re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as fault:
        why = one_line(fault)
        return f"does not compile: {why}, expected a regular expression"
    if _repeats_a_repetition(pattern):
        return "repeats a repetition and could take for ever, expected no pattern like (a+)+"
    return ""


def examples(pattern: str) -> tuple[str, ...]:
    """Short texts that a pattern matches, one for each choice in it; none if its parts are not
    plain words.

    Args:
        pattern: A pattern that `why_unsafe` accepts.
    """
    tokens = [(token[0], token["repeat"] is not None) for token in _TOKEN.finditer(pattern)]
    compiled = re.compile(pattern, re.IGNORECASE)
    found = dict.fromkeys(_texts(iter(tokens)))
    return tuple(text for text in found if text.strip() and compiled.search(text))


def _texts(tokens: Iterator[tuple[str, bool]]) -> list[str]:
    """Texts that the tokens up to their group's end may stand for, a guess that `examples`
    tries."""
    every: list[str] = []
    branch, last = [""], [""]
    for text, is_repeat in tokens:
        if is_repeat:
            last = [*last, ""] if text[0] in "?*" else last
            continue
        branch = [head + tail for head in branch for tail in last][:EXAMPLES]
        last = [""]
        if text == ")":
            break
        if text == "|":
            every, branch = every + branch, [""]
        elif text.startswith("(") and not text.endswith(")"):
            inside = _texts(tokens)
            last = [""] if text[2:3] in ("=", "!", "<") else inside  # looks ahead or behind
        else:
            last = [_SIGNS.get(text, text.removeprefix("\\").removeprefix("[")[:1])]
    branch = [head + tail for head in branch for tail in last]
    return (every + branch)[:EXAMPLES]


_SIGNS = {
    **dict.fromkeys(("\\b", "\\B", "^", "$"), ""),
    "\\s": " ",
    "\\d": "7",
    "\\w": "x",
    ".": "x",
}
"""The example for a token that is not a letter."""


def _repeats_a_repetition(pattern: str) -> bool:
    """Whether a repeatable group contains something that can repeat, or be read, in many ways."""
    allowed = [float("inf")]
    """How often each open group may repeat, beginning with the whole pattern."""
    closed = float("inf")
    """How often the preceding element may repeat."""
    for token in _TOKEN.finditer(pattern):
        text, repeat = token[0], token["repeat"]
        if repeat is not None:
            most, is_variable = _bounds(repeat)
            if most > closed:
                return True
            inside = FEW if most > MANY else MANY if is_variable else float("inf")
            allowed[-1] = min(allowed[-1], inside)
            closed = min(closed, inside)
            continue
        closed = float("inf")
        if text == "|":
            allowed[-1] = min(allowed[-1], MANY)
        elif text.startswith("(") and not (text.startswith("(?") and text.endswith(")")):
            allowed.append(float("inf"))
        elif text == ")" and len(allowed) > 1:
            closed = allowed.pop()
            allowed[-1] = min(allowed[-1], closed)
    return False


def _bounds(repeat: str) -> tuple[float, bool]:
    """The highest count of a repetition, and whether it may repeat less often."""
    counts = _COUNTS.fullmatch(repeat)
    if counts is None:
        return (1, True) if repeat == "?" else (float("inf"), True)
    least, comma, most = counts.groups()
    if not comma:
        return (int(least), False) if least else (0, False)  # `{}` is text
    return (int(most) if most else float("inf")), True
