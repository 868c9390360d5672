"""What an expression matches holds the words that it is said to need: matches are made from the expressions."""

import random
import re
from collections.abc import Iterator, Sequence
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from lawbound.rubrics.behaviour.clues import STEM
from lawbound.rubrics.behaviour.lexicon import LANGUAGES, load
from lawbound.rubrics.behaviour.literals import alternatives, needs_of
from lawbound.rubrics.behaviour.signal import Signal
from lawbound.rubrics.behaviour.text import Text, clean, stems_of

ANY = "ǫ"
"""Stands for a letter that an expression leaves open; no lexicon has it."""
HARMONY = str.maketrans("ıuüadc", "iiietç")
"""Of letters that Turkish endings choose among, expressions take any."""
WORD = 4
"""Stretches that may be longer stand between words."""
DRAWS = 60
"""Matches drawn of each expression, beside one for each alternative in it."""
FITTED = [("en", "around")]
"""Anchors that the learned steps were fitted with; wider ones wait for the next fit."""
_JOINED = re.compile(r"\b(?:in|be)ok\b|p\.s\.\w")
"""What only an expression writes in one."""


def _drawn(parsed: Any, rng: random.Random) -> str:
    """Some text of that shape."""
    return "".join(_piece(op, value, rng) for op, value in parsed)


def _piece(op: Any, value: Any, rng: random.Random) -> str:
    if op is codes.LITERAL:
        return chr(value)
    if op is codes.BRANCH:
        return _drawn(rng.choice(value[1]), rng)
    if op is codes.SUBPATTERN:
        return _drawn(value[3], rng)
    if op in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        least, most, inner = value
        if most > WORD and inner[0][0] in (codes.ANY, codes.IN) and _is_gap(inner[0]):
            return f" {ANY} " if least or rng.random() < 0.7 else " "
        times = least if least or rng.random() < 0.7 else min(1, int(most))
        return "".join(_drawn(inner, rng) for _ in range(times))
    if op is codes.IN:
        return _letter(value, rng)
    return ANY if op in (codes.ANY, codes.NOT_LITERAL, codes.CATEGORY) else ""


def _is_gap(letter: tuple[Any, Any]) -> bool:
    """Whether an open stretch may hold blanks: words stand there, apart from those around."""
    op, value = letter
    return op is codes.ANY or (
        value[0][0] is codes.NEGATE and (codes.LITERAL, ord(" ")) not in value
    )


def _letter(options: Sequence[tuple[Any, Any]], rng: random.Random) -> str:
    if options[0][0] is codes.NEGATE:
        return ANY
    op, value = rng.choice(options)
    if op is codes.CATEGORY:
        blank = value in (codes.CATEGORY_SPACE, codes.CATEGORY_NOT_WORD)
        return " " if blank else "5" if value is codes.CATEGORY_DIGIT else ANY
    return chr(value if op is codes.LITERAL else value[0])


def _each(parsed: Any, rng: random.Random) -> Iterator[str]:
    """One text for each alternative, whatever stands around it."""
    for place, (op, value) in enumerate(parsed):
        parts: Any = ()
        if op is codes.BRANCH:
            parts = value[1]
        elif op is codes.SUBPATTERN:
            parts = [value[3]]
        elif op in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            parts = [value[2]]
        for part in parts:
            for text in (*_each(part, rng), _drawn(part, rng)):
                yield _drawn(parsed[:place], rng) + text + _drawn(parsed[place + 1 :], rng)


def _holds(body: str, words: frozenset[str]) -> bool:
    """Whether a text holds one of some stems, or may where letters are left open or words run together."""
    if not words or not words.isdisjoint(stems_of(body)):
        return True
    body, words = body.translate(HARMONY), frozenset(word.translate(HARMONY) for word in words)
    if any(len(word) > 2 and word in body for word in words):
        return True
    begun = {word[: word.index(ANY)][:STEM] for word in re.findall(r"\w+", body) if ANY in word}
    return any(word.startswith(start) for start in begun if start for word in words)


def _is_written(text: str) -> bool:
    """Whether a cleaned answer may read so."""
    return clean(text) == text and _JOINED.search(text) is None


def lacking(lang: str, seed: int = 5) -> list[tuple[str, str, list[str]]]:
    """Group, the words of which one is lacking, and the matches without it."""
    found, rng = [], random.Random(seed)
    for name, signal in load(lang).signals.items():
        for needs, source in signal.sources:
            if not needs and signal.anchors.is_literal:
                continue
            parsed, compiled = _parser.parse(source), re.compile(source)
            texts = [*_each(parsed, rng), *[_drawn(parsed, rng) for _ in range(DRAWS)]]
            matched = [text for text in texts if compiled.search(text) and _is_written(text)]
            wanted = [(" ".join(sorted(need))[:60], need) for need in needs]
            if not signal.anchors.is_literal and (lang, name) not in FITTED:
                wanted.append(("anchors", signal.anchors.words))
            for label, words in wanted:
                short = [text for text in matched if not _holds(text, words)]
                if short:
                    found.append((name, label, short))
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_an_expression_matches_holds_what_it_needs(lang: str) -> None:
    assert lacking(lang) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_match_of_an_expression_holds_the_strings_read_from_it(lang: str) -> None:
    rng, needs = random.Random(6), 0
    for signal in load(lang).signals.values():
        for part in [part for _, source in signal.sources for part in alternatives(source)]:
            parsed, compiled = _parser.parse(part), re.compile(part)
            texts = [*_each(parsed, rng), *[_drawn(parsed, rng) for _ in range(DRAWS // 3)]]
            found = [match.group() for text in texts if (match := compiled.search(text))]
            for need in needs_of(part):
                needs += 1
                assert [text for text in found if not any(word in text for word in need)] == []
    assert needs > 200


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_a_signal_finds_is_what_its_whole_expressions_find_first(lang: str) -> None:
    lexicon, rng, seen = load(lang), random.Random(7), 0
    for signal in lexicon.signals.values():
        sources = [_parser.parse(source) for _, source in signal.sources]
        for _ in range(DRAWS // 3):
            body = " ".join(_drawn(rng.choice(sources), rng) for _ in range(3))
            text = Text(body, lexicon.clues.within(body, stems_of(body)))
            for found in (signal.find(text), signal.find_in(body, stems_of(body))):
                assert (found and found.span()) == _first(signal, text)
                seen += found is not None
    assert seen > 200


def _first(signal: Signal, text: Text) -> tuple[int, int] | None:
    if not signal.near(text):
        return None
    stems = stems_of(text.body)
    for needs, source in signal.sources:
        if all(need & stems for need in needs) and (found := re.search(source, text.body)):
            return found.span()
    return None


@pytest.mark.parametrize(
    ("source", "needs"),
    [
        ("will not (?:help|serve)", [{"will not help", "will not serve"}]),
        ("cannot .*(?:help|serve)", [{"cannot "}, {"help", "serve"}]),
        ("refuses? to[mn]", [{"refuse tom", "refuse ton", "refuses tom", "refuses ton"}]),
        ("decline(?:ning)?", [{"decline"}]),
        ("(?:please )?(?:stop)*(?!never)", []),
        ("(?:sorry.{3}|regret)!", [{"sorry", "regret"}]),
        ("(?:sorry|.*)", []),
        ("(?:sorry){2}(?<=never)", [{"sorry"}]),
        ("(?i:sorry)", []),
        ("a|e", []),
    ],
)
def test_strings_that_an_expression_needs(source: str, needs: list[set[str]]) -> None:
    assert sorted(map(sorted, needs_of(source))) == sorted(map(sorted, needs))


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("a|(?:b|c)d|[|)]e|", ["a", "(?:b|c)d", "[|)]e", ""]),
        (r"\(|\||[]|]|[^]|]|[\]|]", [r"\(", r"\|", "[]|]", "[^]|]", r"[\]|]"]),
    ],
)
def test_alternatives_of_an_expression(source: str, parts: list[str]) -> None:
    assert alternatives(source) == parts
