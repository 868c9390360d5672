"""Scoring creative texts: how many of the brief's demands are met, and is it more than the brief itself.

``value`` = anchors x form x bounds:

- anchors: share of the asked-for words that the text holds; written without the brief, it lacks them.
- form: mean degree of the demands that shape a text (so many lines, these initials), of which half is
  taken for luck: max(0, 2 m - 1). A topical text of no particular form scores nothing.
- bounds: share of the limits kept (lengths, words to avoid), which are easy to keep by doing little.

A text that repeats the brief (its spans are taken out first) or itself scores 0. Chance is 0.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import nan
from operator import eq

from lawbound.tasks.files import quoted
from lawbound.tasks.item import Item, ItemError

SPAN = 6
"""So many words in a row that also stand in the prompt are a copy, not an echo of its topic."""
COPIED = 0.4
"""A text of which more than this share is copied answers nothing."""
DEGENERATE = 0.4
"""Fewer distinct pairs of words than this share: the text repeats itself."""

BOUNDS = frozenset({"words", "words_a_line", "avoids_word", "overlap", "most_repeats"})
"""Demands that limit a text; all others but ``contains`` shape it."""

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_BULLET = re.compile(r"^\s*(?:\d+\s*[.)]|[-*•])\s+")


@dataclass(frozen=True, slots=True)
class CreativeScore:
    """What became of one creative text."""

    satisfied: int
    """Demands met in full."""
    total: int
    value: float
    """0 to 1; guessing and constants score 0."""
    copied: bool
    """Empty, repeats the prompt or repeats itself: no attempt that could be scored."""
    failed: tuple[str, ...]
    """Names of the demands that are not met."""
    distinct_2: float
    """Distinct pairs of neighbouring words / pairs; nan below two words."""
    novelty: float
    """Share of the distinct words that the prompt does not hold; nan for no words."""


def score_creative(item: Item, text: str) -> CreativeScore:
    """Score a text against the constraints of a creative item."""
    own = _own_lines(text, item.prompt)
    words, all_words = _words(own), _words(text)
    distinct = _distinct_2(words)
    copied = (
        not words
        or len(words) < (1 - COPIED) * len(all_words)
        or (len(words) >= 10 and distinct < DEGENERATE)
    )
    degrees = {c.name: float(CHECKS[c.name](own, c.value, item)) for c in item.constraints}
    anchors = [degree for name, degree in degrees.items() if name == "contains"]
    bounds = [float(degree == 1) for name, degree in degrees.items() if name in BOUNDS]
    form = [d for name, d in degrees.items() if name != "contains" and name not in BOUNDS]
    value = 0.0 if copied else _mean(anchors) * max(0.0, 2 * _mean(form) - 1) * _mean(bounds)
    fresh = set(words) - set(_words(item.prompt))
    return CreativeScore(
        satisfied=0 if copied else sum(degree == 1 for degree in degrees.values()),
        total=len(degrees),
        value=value,
        copied=copied,
        failed=tuple(name for name, degree in degrees.items() if degree < 1),
        distinct_2=distinct,
        novelty=len(fresh) / len(set(words)) if words else nan,
    )


def check_demands(item: Item, where: str) -> None:
    """Refuse demands that no text could be held against.

    Raises:
        ItemError: A demand is unknown, or its value is not of its kind.
    """
    for demand in item.constraints:
        check = CHECKS.get(demand.name)
        if check is None:
            raise ItemError(
                f"{where}: constraints: found {quoted(demand.name)}, expected one of {', '.join(CHECKS)}"
            )
        try:
            for text in ("", "One word\nand another."):
                check(text, demand.value, item)
        except (ValueError, ArithmeticError) as fault:
            raise ItemError(
                f"{where}: constraints: {demand.name} is {quoted(demand.value)}, expected a value "
                "as the shipped items have it"
            ) from fault


def _contains(text: str, value: str, item: Item) -> float:
    present = set(_words(text))
    wanted = [word.strip().casefold() for word in value.split(",")]
    return _mean([float(word in present or word + "s" in present) for word in wanted])


def _word_range(text: str, value: str, item: Item) -> bool:
    return _within(len(_words(text)), value)


def _sentences(text: str, value: str, item: Item) -> bool:
    found = [part for part in re.split(r"[.!?…]+[\"”')\]]*(?:\s+|$)", text.strip()) if _words(part)]
    return len(found) == int(value)


def _lines_exactly(text: str, value: str, item: Item) -> bool:
    return len(_lines(text)) == int(value)


def _words_a_line(text: str, value: str, item: Item) -> bool:
    lines = _lines(text)
    return bool(lines) and all(_within(len(_words(line)), value) for line in lines)


def _line_lengths(text: str, value: str, item: Item) -> float:
    """Share of the lines that have the length asked for in their place."""
    found, asked = [len(_words(line)) for line in _lines(text)], [int(n) for n in value.split()]
    return float(sum(map(eq, found, asked)) / max(len(found), len(asked)))


def _avoids_letter(text: str, value: str, item: Item) -> bool:
    return bool(_words(text)) and value.casefold() not in text.casefold()


def _avoids_word(text: str, value: str, item: Item) -> bool:
    return bool(_words(text)) and value.casefold() not in _words(text)


def _last_word(text: str, value: str, item: Item) -> bool:
    return _words(text)[-1:] == [value.casefold()]


def _acrostic(text: str, value: str, item: Item) -> float:
    """Share of the lines that begin with the letter asked for in their place."""
    found = [_words(line)[0][0] for line in _lines(text)]
    return float(sum(map(eq, found, value.casefold())) / max(len(found), len(value)))


def _openings(text: str, value: str, item: Item) -> bool:
    first = [_words(line)[0] for line in _lines(text)]
    return len(first) > 2 and len(set(first)) == len(first)


def _alphabetical(text: str, value: str, item: Item) -> bool:
    lines = [" ".join(_words(line)) for line in _lines(text)]
    return len(lines) > 2 and lines == sorted(lines)


def _overlap(text: str, value: str, item: Item) -> bool:
    """No two lines share more of their words (Jaccard index) than the mark."""
    bags = [set(_words(line)) for line in _lines(text)]
    pairs = [(a, b) for i, a in enumerate(bags) for b in bags[:i]]
    return bool(pairs) and all(len(a & b) <= float(value) * len(a | b) for a, b in pairs)


def _most_repeats(text: str, value: str, item: Item) -> bool:
    counts = Counter(_words(text))
    return bool(counts) and max(counts.values()) <= int(value)


def _speakers(text: str, value: str, item: Item) -> bool:
    names = [name.strip().casefold() for name in value.split(",")]
    said = [line.partition(":")[0].strip().strip("*_").casefold() for line in _lines(text)]
    return len(said) > 1 and all(name == names[i % len(names)] for i, name in enumerate(said))


def _asks(text: str, value: str, item: Item) -> bool:
    """That speaker's lines all end with a question mark, and nobody else's hold one."""
    lines = _lines(text)
    theirs = [line for line in lines if line.casefold().lstrip("*_").startswith(value.casefold())]
    others = [line for line in lines if line not in theirs]
    return (
        bool(theirs)
        and all(_closing(line) == "?" for line in theirs)
        and not any("?" in o for o in others)
    )


CHECKS: dict[str, Callable[[str, str, Item], float]] = {
    "contains": _contains,
    "words": _word_range,
    "sentences": _sentences,
    "lines": _lines_exactly,
    "words_a_line": _words_a_line,
    "line_lengths": _line_lengths,
    "avoids_letter": _avoids_letter,
    "avoids_word": _avoids_word,
    "last_word": _last_word,
    "acrostic": _acrostic,
    "openings": _openings,
    "order": _alphabetical,
    "overlap": _overlap,
    "most_repeats": _most_repeats,
    "speakers": _speakers,
    "asks": _asks,
}
"""Name of a constraint -> the degree, 0 to 1, to which a text meets it with that value."""


def _closing(line: str) -> str:
    return line.rstrip("\"”'*_ ")[-1:]


def _within(count: int, value: str) -> bool:
    least, most = value.split("-")
    return int(least) <= count <= int(most)


def _words(text: str) -> list[str]:
    return [word.replace("’", "'") for word in _WORD.findall(text.casefold())]


def _lines(text: str) -> list[str]:
    """Lines that hold words, without bullets and numbers."""
    return [_BULLET.sub("", line) for line in text.splitlines() if _words(_BULLET.sub("", line))]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 1.0


def _distinct_2(words: Sequence[str]) -> float:
    pairs = list(pairwise(words))
    return len(set(pairs)) / len(pairs) if pairs else nan


def _own_lines(text: str, prompt: str) -> str:
    """The text without the spans of `SPAN` or more words that it shares with the prompt."""
    source = _words(prompt)
    known = {tuple(source[i : i + SPAN]) for i in range(len(source) - SPAN + 1)}
    places = [(m.start(), m.end()) for m in _WORD.finditer(text)]
    words = [text[a:b].casefold().replace("’", "'") for a, b in places]
    copied: set[int] = set()
    for i in range(len(words) - SPAN + 1):
        if tuple(words[i : i + SPAN]) in known:
            copied.update(range(i, i + SPAN))
    kept, end = [], 0
    for i, (a, b) in enumerate(places):
        if i not in copied:
            kept.append(text[end:b])
        elif "\n" in text[end:a]:
            kept.append("\n")
        end = b
    return "".join([*kept, text[end:]])
