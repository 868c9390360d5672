"""Scoring creative texts: how many of the brief's demands are met, and whether the text is more
than the brief itself.

``value`` = anchors x form x bounds:

- anchors: share of the asked-for words that the text holds; written without the brief, it lacks them.
- form: mean degree of the demands that shape a text (so many lines, these initials), of which half is
  taken for luck: max(0, 2 m - 1). A topical text of no particular form scores nothing.
- bounds: share of the limits kept (lengths, words to avoid), which are easy to keep by doing little.

A text that repeats the brief (its spans are taken out first) or itself scores 0. Chance is 0.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from operator import eq

from lawbound.rubrics.answers.written import (
    WORD,
    Text,
    letters_of,
    plain,
    sentence_counts,
    untitled,
    words_of,
)
from lawbound.tasks.io.yaml_files import quoted
from lawbound.tasks.item import Item, ItemError

SPAN = 6
"""This many words in a row that also stand in the prompt are a copy, not an echo of its topic."""
COPIED = 0.4
"""A text with a larger copied share than this answers nothing."""
DEGENERATE = 0.4
"""A text with a smaller share of distinct word pairs than this repeats itself."""

BOUNDS = frozenset({"words", "words_a_line", "avoids_word", "overlap", "most_repeats"})
"""Demands that limit a text; all others but ``contains`` shape it."""

_WHOLE = frozenset({"contains", "avoids_letter", "avoids_word"})
"""Demands on every word, including a title's."""
_BRIEF = 10
"""In texts with fewer words, repeated words say more than repeated pairs."""


@dataclass(frozen=True, slots=True)
class CreativeScore:
    """The score of one creative text."""

    satisfied: int
    """Demands met in full."""
    value: float
    """0 to 1; guessing and constants score 0."""
    copied: bool
    """Whether it is no attempt to be scored: empty, repeats the prompt or repeats itself."""


def score_creative(item: Item, text: str) -> CreativeScore:
    """Score a text against the constraints of a creative item, with its title or without, whichever is better."""
    whole = Text(plain(text))
    own = whole if (kept := _own_lines(whole.text, item.prompt)) == whole.text else Text(kept)
    bare = untitled(own.text)
    is_copied = (
        not own.words
        or len(own.words) < (1 - COPIED) * len(whole.words)
        or _repeats_itself(own.words)
    )
    return max(
        (
            _score(item, own, body, is_copied=is_copied)
            for body in ([own] if bare == own.text else [own, Text(bare)])
        ),
        key=lambda s: (s.value, s.satisfied),
    )


def check_demands(item: Item, where: str) -> None:
    """Refuse demands that no text could be checked against.

    Raises:
        ItemError: A demand is unknown, or its value has the wrong type.
    """
    for demand in item.constraints:
        check = CHECKS.get(demand.name)
        if check is None:
            raise ItemError(
                f"{where}: constraints: found {quoted(demand.name)}, expected one of {', '.join(CHECKS)}"
            )
        try:
            for text in ("", "One word\nand another."):
                check(Text(text), demand.value, item)
        except (ValueError, ArithmeticError) as fault:
            raise ItemError(
                f"{where}: constraints: {demand.name} is {quoted(demand.value)}, expected a value "
                "as the shipped items have it"
            ) from fault


def _score(item: Item, own: Text, body: Text, *, is_copied: bool) -> CreativeScore:
    degrees = {
        c.name: float(CHECKS[c.name](own if c.name in _WHOLE else body, c.value, item))
        for c in item.constraints
    }
    anchors = [degree for name, degree in degrees.items() if name == "contains"]
    bounds = [float(degree == 1) for name, degree in degrees.items() if name in BOUNDS]
    form = [d for name, d in degrees.items() if name != "contains" and name not in BOUNDS]
    value = _mean(anchors) * max(0.0, 2 * _mean(form) - 1) * _mean(bounds)
    return CreativeScore(
        satisfied=0 if is_copied else sum(degree == 1 for degree in degrees.values()),
        value=0.0 if is_copied else value,
        copied=is_copied,
    )


def _contains(text: Text, value: str, item: Item) -> float:
    present = {part for word in set(text.words) for part in (word, *re.split("['-]", word))}
    wanted = [word.strip().casefold() for word in value.split(",")]
    return _mean([float(word in present or word + "s" in present) for word in wanted])


def _word_range(text: Text, value: str, item: Item) -> bool:
    return _within(len(text.words), value)


def _sentences(text: Text, value: str, item: Item) -> bool:
    return int(value) in sentence_counts(text.text)


def _lines_exactly(text: Text, value: str, item: Item) -> bool:
    return len(text.lines) == int(value)


def _words_a_line(text: Text, value: str, item: Item) -> bool:
    lines = text.words_by_line
    return bool(lines) and all(_within(len(words), value) for words in lines)


def _line_lengths(text: Text, value: str, item: Item) -> float:
    """Share of the lines with the length required in their place."""
    found, asked = [len(words) for words in text.words_by_line], [int(n) for n in value.split()]
    return float(sum(map(eq, found, asked)) / max(len(found), len(asked)))


def _avoids_letter(text: Text, value: str, item: Item) -> bool:
    return bool(text.words) and value.casefold() not in letters_of(text.text)


def _avoids_word(text: Text, value: str, item: Item) -> bool:
    return bool(text.words) and value.casefold() not in text.words


def _last_word(text: Text, value: str, item: Item) -> bool:
    return text.words[-1:] == [value.casefold()]


def _acrostic(text: Text, value: str, item: Item) -> float:
    """Share of the lines that begin with the letter required in their place."""
    found = [letters_of(words[0])[:1] for words in text.words_by_line]
    return float(sum(map(eq, found, value.casefold())) / max(len(found), len(value)))


def _openings(text: Text, value: str, item: Item) -> bool:
    first = [words[0] for words in text.words_by_line]
    return len(first) > 2 and len(set(first)) == len(first)


def _alphabetical(text: Text, value: str, item: Item) -> bool:
    lines = [" ".join(words_of(letters_of(line))) for line in text.lines]
    return len(lines) > 2 and lines == sorted(lines)


def _overlap(text: Text, value: str, item: Item) -> bool:
    """No two lines share more of their words (Jaccard index) than the limit.

    Two lines that do share one of their rarest words (Bayardo, Ma and Srikant 2007, "Scaling up all pairs
    similarity search"), so that only lines with such a word in common are compared.
    """
    limit, bags = float(value), [set(words) for words in text.words_by_line]
    if len(bags) < 2 or not limit >= 0:
        return False
    times = Counter(chain.from_iterable(bags))
    having: defaultdict[str, list[int]] = defaultdict(list)
    for i, bag in enumerate(bags):
        rarest = sorted(bag, key=lambda word: (times[word], word))
        rarest = rarest[: len(bag) - int(min(limit, 1.0) * len(bag))]
        for j in {j for word in rarest for j in having[word]}:
            if len(bag & bags[j]) > limit * len(bag | bags[j]):
                return False
        for word in rarest:
            having[word].append(i)
    return True


def _most_repeats(text: Text, value: str, item: Item) -> bool:
    counts = Counter(text.words)
    return bool(counts) and max(counts.values()) <= int(value)


def _speakers(text: Text, value: str, item: Item) -> bool:
    names = [name.strip().casefold() for name in value.split(",")]
    said = [line.partition(":")[0].strip().casefold() for line in text.lines]
    return len(said) > 1 and all(name == names[i % len(names)] for i, name in enumerate(said))


def _asks(text: Text, value: str, item: Item) -> bool:
    """That speaker's lines all end with a question mark, and nobody else's contain one."""
    lines = text.lines
    is_theirs = [line.casefold().lstrip().startswith(value.casefold()) for line in lines]
    return any(is_theirs) and all(
        _closing(line) == "?" if theirs else "?" not in line
        for line, theirs in zip(lines, is_theirs, strict=True)
    )


CHECKS: dict[str, Callable[[Text, str, Item], float]] = {
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
    return line.rstrip("\"”'’»)] ")[-1:]


def _within(count: int, value: str) -> bool:
    least, most = value.split("-")
    return int(least) <= count <= int(most)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 1.0


def _repeats_itself(words: Sequence[str]) -> bool:
    if len(words) < _BRIEF:
        return len(words) >= 4 and len(set(words)) < len(words) / 2
    pairs = list(pairwise(words))
    return len(set(pairs)) / len(pairs) < DEGENERATE


def _own_lines(text: str, prompt: str) -> str:
    """The text without the spans of `SPAN` or more words that it shares with the prompt."""
    source = words_of(prompt)
    known = {tuple(source[i : i + SPAN]) for i in range(len(source) - SPAN + 1)}
    places = [(m.start(), m.end()) for m in WORD.finditer(text)]
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
