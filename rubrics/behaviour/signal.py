"""One kind of phrase: its patterns, and the stems or substrings without which a text is not searched.

Where a text is searched for substrings anyway, each alternative of a pattern is tried only if its `literals` occur.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, reduce
from operator import or_
from typing import NamedTuple, TypeVar

from lawbound.rubrics.behaviour.anchors import Anchors
from lawbound.rubrics.behaviour.literals import Need, alternatives, needs_of
from lawbound.rubrics.behaviour.text import Searchable, Text

Piece = TypeVar("Piece", bound=Searchable)
_MOST_SETS = 4096
"""Sets of needs that a signal caches; a full cache is emptied, so that memory stays bounded."""
Patterns = tuple[tuple[int, re.Pattern[str]], ...]
"""Alternatives worth trying, each with the place of its pattern."""
_ASCII = 1
"""The bit among those of the needs that says that the text is ASCII."""


@cache
def _compiled(source: str, for_ascii: bool) -> re.Pattern[str]:
    """A pattern for ASCII text or for any. In ASCII text both find the same, unless they ask for white space, and the
    former asks no table of Unicode what a letter is: it takes a quarter less time."""
    same = source.isascii() and "\\s" not in source.lower()
    return re.compile(source, re.ASCII) if for_ascii and same else re.compile(source)


class _Part(NamedTuple):
    """A pattern or one of its alternatives."""

    needs: tuple[Need, ...]
    """Stems; of each set one must occur."""
    literals: tuple[Need, ...]
    """Substrings; of each set one must occur."""
    place: int
    """Of the pattern in the signal."""
    source: str

    @property
    def every(self) -> Sequence[tuple[bool, Need]]:
        """All needs, and whether they are of substrings."""
        return [*[(False, need) for need in self.needs], *[(True, need) for need in self.literals]]


class _Worth(dict[int, Patterns]):
    """The alternatives worth trying by the needs that are met (a bit each): most sentences share few such sets."""

    def __init__(self, parts: Sequence[tuple[int, int, str]]) -> None:
        """Take the needs, the place and the source of each alternative; nothing is compiled yet."""
        super().__init__()
        self._parts = parts
        self._every = reduce(or_, [needed for needed, _, _ in parts], _ASCII)

    def __missing__(self, met: int) -> Patterns:
        if len(self) >= _MOST_SETS:
            self.clear()
        unmet, for_ascii = self._every ^ met, met & _ASCII == _ASCII
        found = tuple(
            [
                (place, _compiled(source, for_ascii))
                for needed, place, source in self._parts
                if not needed & unmet
            ]
        )
        self[met] = found
        return found


@dataclass(frozen=True)
class Signal:
    """One kind of phrase. Its anchors are cheap to test: a text without any is not searched."""

    stems: frozenset[str]
    anchors: frozenset[str]
    """Substrings, in languages whose words have no usable stems; a signal has either stems or anchors."""
    sources: tuple[tuple[tuple[frozenset[str], ...], str], ...]
    """Patterns with their needs: sets of stems, of each of which one must occur. Without needs a pattern is always
    tried."""

    @cached_property
    def needed(self) -> frozenset[str]:
        """All stems that meet a need."""
        return frozenset().union(*[need for needs, _ in self.sources for need in needs])

    @cached_property
    def literals(self) -> frozenset[str]:
        """Substrings that patterns need, if anchors are substrings: texts are searched for both together."""
        return frozenset(self._literal_bits)

    @cached_property
    def _parts(self) -> Sequence[_Part]:
        if self.stems:
            return [_Part(needs, (), i, source) for i, (needs, source) in enumerate(self.sources)]
        return [
            _Part(needs, needs_of(part), i, part)
            for i, (needs, source) in enumerate(self.sources)
            for part in alternatives(source)
        ]

    @cached_property
    def _bit_of_need(self) -> Mapping[tuple[bool, Need], int]:
        """A bit for each need; needs of substrings (True) are not those of stems, though they may be spelled alike."""
        every = dict.fromkeys(need for part in self._parts for need in part.every)
        return {need: _ASCII << i for i, need in enumerate(every, start=1)}

    @cached_property
    def _stem_bits(self) -> Mapping[str, int]:
        """The needs that a stem meets, a bit each: one look-up for each stem in place of a test for each need."""
        return self._bits(literal=False)

    @cached_property
    def _literal_bits(self) -> Mapping[str, int]:
        return self._bits(literal=True)

    def _bits(self, literal: bool) -> dict[str, int]:
        found: dict[str, int] = {}
        for (kind, need), bit in self._bit_of_need.items():
            for text in need if kind is literal else ():
                found[text] = found.get(text, 0) | bit
        return found

    @cached_property
    def _worth(self) -> _Worth:
        bits = self._bit_of_need
        parts = [(sum(bits[n] for n in {*p.every}), p.place, p.source) for p in self._parts]
        return _Worth(parts)

    def near(self, text: Searchable) -> bool:
        """Whether an anchor occurs."""
        if self.stems:
            return not self.stems.isdisjoint(text.stems)
        return not self.anchors.isdisjoint(text.anchors)

    def among(self, pieces: Sequence[Piece]) -> Sequence[Piece]:
        """The texts in which an anchor occurs; a search of the others finds nothing."""
        if stems := self.stems:
            return [p for p in pieces if not stems.isdisjoint(p.stems)]
        anchors = self.anchors
        return [p for p in pieces if not anchors.isdisjoint(p.anchors)]

    def find(self, text: Searchable) -> re.Match[str] | None:
        """The leftmost match of the first pattern that matches; at the same place, of its first alternative."""
        stems, body = text.stems, text.body
        met = _ASCII if body.isascii() else 0
        if self.stems:
            if self.stems.isdisjoint(stems):
                return None
        else:
            if self.anchors.isdisjoint(text.anchors):
                return None
            literals = self._literal_bits
            for literal in self.literals & text.anchors:
                met |= literals[literal]
        if self.needed:
            bits = self._stem_bits
            for stem in self.needed & stems:
                met |= bits[stem]
        first, own = None, 0
        for place, pattern in self._worth[met]:
            if first is not None and place != own:
                break
            found = pattern.search(body)
            if found is not None and (first is None or found.start() < first.start()):
                first, own = found, place
        return first

    def find_in(self, body: str, stems: frozenset[str]) -> re.Match[str] | None:
        """The first match in a text that was not yet searched for anchors."""
        if self.stems:
            return self.find(Text(body, stems, frozenset()))
        if not any(anchor in body for anchor in self.anchors):
            return None
        return self.find(Text(body, stems, self._own.within(body)))

    @cached_property
    def _own(self) -> Anchors:
        """Finds the anchors and literals of this signal alone."""
        return Anchors(lambda: self.anchors | self.literals)

    def forget(self) -> None:
        """Empty the cache."""
        if "_worth" in self.__dict__:
            self._worth.clear()


class AnyOf:
    """Several signals, any of which will do; a text without an anchor of any is recognised at once."""

    def __init__(self, signals: Sequence[Signal]) -> None:
        """Take signals in the order in which they are tried."""
        self._signals = signals
        self._stems = frozenset().union(*[signal.stems for signal in signals])
        self._anchors = frozenset().union(*[signal.anchors for signal in signals])

    def near(self, text: Searchable) -> bool:
        """Whether a search could find a phrase."""
        return not (self._stems.isdisjoint(text.stems) and self._anchors.isdisjoint(text.anchors))

    def of(self, text: Searchable) -> "AnyOf":
        """These signals, or none if a text has no anchor of any: then its parts need not be tried."""
        return self if self.near(text) else _NONE

    def within(self, text: Searchable) -> bool:
        """Whether a phrase occurs."""
        if self._stems.isdisjoint(text.stems) and self._anchors.isdisjoint(text.anchors):
            return False
        for signal in self._signals:  # noqa: SIM110 - a generator costs more than most of what it would go through
            if signal.find(text) is not None:
                return True
        return False


_NONE = AnyOf(())


class _Nothing(Signal):
    """A signal that never occurs."""

    def near(self, text: Searchable) -> bool:
        """Always False."""
        return False

    def find(self, text: Searchable) -> None:
        """Always None."""


NOTHING = _Nothing(frozenset(), frozenset(), ())
