"""One kind of phrase: its patterns, and the stems or substrings without which a text is not searched.

Where a text is searched for substrings anyway, each alternative of a pattern is tried only if its `literals` occur.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache, cached_property, reduce
from operator import or_
from typing import NamedTuple, TypeVar

from lawbound.rubrics.behaviour.clues import ASCII, Bits, Clue, Clues
from lawbound.rubrics.behaviour.literals import alternatives, needs_of
from lawbound.rubrics.behaviour.text import Searchable, Text

Piece = TypeVar("Piece", bound=Searchable)
_MOST_SETS = 4096
"""Sets of needs that a signal caches; a full cache is emptied, so that memory stays bounded."""
Patterns = tuple[tuple[int, re.Pattern[str]], ...]
"""Alternatives worth trying, each with the place of its pattern."""


@cache
def _compiled(source: str, for_ascii: bool) -> re.Pattern[str]:
    """A pattern for ASCII text or for any. In ASCII text both find the same, unless they ask for white space, and the
    former asks no table of Unicode what a letter is: it takes a quarter less time."""
    same = source.isascii() and "\\s" not in source.lower()
    return re.compile(source, re.ASCII) if for_ascii and same else re.compile(source)


class _Part(NamedTuple):
    """A pattern or one of its alternatives."""

    needs: tuple[Clue, ...]
    """Each must occur."""
    place: int
    """Of the pattern in the signal."""
    source: str


class _Worth(dict[int, Patterns]):
    """The alternatives worth trying by the needs that are met (a bit each): most sentences share few such sets."""

    def __init__(self, parts: Sequence[tuple[int, int, str]]) -> None:
        """Take the needs, the place and the source of each alternative; nothing is compiled yet."""
        super().__init__()
        self._parts = parts
        self.asked = reduce(or_, [needed for needed, _, _ in parts], ASCII)
        """The bits of everything that decides which alternatives are tried."""

    def __missing__(self, met: int) -> Patterns:
        if len(self) >= _MOST_SETS:
            self.clear()
        unmet, for_ascii = self.asked ^ met, met & ASCII == ASCII
        found = tuple(
            [
                (place, _compiled(source, for_ascii))
                for needed, place, source in self._parts
                if not needed & unmet
            ]
        )
        self[met] = found
        return found


class Signal:
    """One kind of phrase. Its anchors are cheap to test: a text without any is not searched."""

    def __init__(
        self,
        anchors: Clue,
        sources: Sequence[tuple[tuple[frozenset[str], ...], str]],
        bits: Bits | None = None,
    ) -> None:
        """Take phrases.

        Args:
            anchors: Stems, or substrings in languages whose words have no usable stems.
            sources: Patterns with their needs: sets of stems, of each of which one must occur. Without needs a pattern
                is always tried.
            bits: Numbers the clues; those of texts that are searched are numbered alike.
        """
        self.anchors = anchors
        self.sources = sources
        self._bits = Bits() if bits is None else bits
        self.gate = self._bits[anchors] if anchors.words else 0
        """The bit of the anchors; none without any: nothing is then found."""

    @cached_property
    def _parts(self) -> Sequence[_Part]:
        every = [
            (tuple(map(Clue, needs)), place, source)
            for place, (needs, source) in enumerate(self.sources)
        ]
        if not self.anchors.is_literal:
            return [_Part(*own) for own in every]
        return [
            _Part((*needs, *[Clue(need, is_literal=True) for need in needs_of(part)]), place, part)
            for needs, place, source in every
            for part in alternatives(source)
        ]

    @cached_property
    def bit_of(self) -> Mapping[Clue, int]:
        """The anchors and all needs, with the bit of each."""
        every = dict.fromkeys(
            [self.anchors, *[need for part in self._parts for need in part.needs]]
        )
        return {clue: self._bits[clue] for clue in every}

    @cached_property
    def _worth(self) -> _Worth:
        bits = self.bit_of
        return _Worth([(sum({bits[n] for n in p.needs}), p.place, p.source) for p in self._parts])

    def near(self, text: Searchable) -> bool:
        """Whether an anchor occurs."""
        return text.clues & self.gate != 0

    def among(self, pieces: Sequence[Piece]) -> Sequence[Piece]:
        """The texts in which an anchor occurs; a search of the others finds nothing."""
        gate = self.gate
        return [p for p in pieces if p.clues & gate]

    def find(self, text: Searchable) -> re.Match[str] | None:
        """The leftmost match of the first pattern that matches; at the same place, of its first alternative."""
        clues = text.clues
        if not clues & self.gate:
            return None
        worth, body = self._worth, text.body
        first, own = None, 0
        for place, pattern in worth[clues & worth.asked]:
            if first is not None and place != own:
                break
            found = pattern.search(body)
            if found is not None and (first is None or found.start() < first.start()):
                first, own = found, place
        return first

    def find_in(self, body: str, stems: frozenset[str]) -> re.Match[str] | None:
        """The first match in a text that was not yet searched for clues."""
        words, is_literal = self.anchors
        if any(word in body for word in words) if is_literal else not words.isdisjoint(stems):
            return self.find(Text(body, self._own.within(body, stems)))
        return None

    @cached_property
    def _own(self) -> Clues:
        """Finds the anchors and needs of this signal alone."""
        return Clues(lambda: self.bit_of)

    def forget(self) -> None:
        """Empty the cache."""
        if "_worth" in self.__dict__:
            self._worth.clear()


class AnyOf:
    """Several signals, any of which will do; a text without an anchor of any is recognised at once."""

    def __init__(self, signals: Sequence[Signal]) -> None:
        """Take signals in the order in which they are tried."""
        self._signals = signals
        self._gates = reduce(or_, [signal.gate for signal in signals], 0)

    def near(self, text: Searchable) -> bool:
        """Whether a search could find a phrase."""
        return text.clues & self._gates != 0

    def of(self, text: Searchable) -> "AnyOf":
        """These signals, or none if a text has no anchor of any: then its parts need not be tried."""
        return self if self.near(text) else _NONE

    def within(self, text: Searchable) -> bool:
        """Whether a phrase occurs."""
        if not text.clues & self._gates:
            return False
        for signal in self._signals:  # noqa: SIM110 - a generator costs more than most of what it would go through
            if signal.find(text) is not None:
                return True
        return False


_NONE = AnyOf(())


NOTHING = Signal(Clue(frozenset()), ())
"""A signal that never occurs."""
