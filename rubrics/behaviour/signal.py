"""One kind of phrase: its patterns, and the stems or substrings without which a text is not searched."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from lawbound.rubrics.behaviour.text import Searchable, Text

Piece = TypeVar("Piece", bound=Searchable)
_MOST_SETS = 4096
"""Sets of needs that a signal caches; a full cache is emptied, so that memory stays bounded."""
Patterns = tuple[re.Pattern[str], ...]


class _Worth(dict[int, Patterns]):
    """The patterns worth trying by the needs that are met (a bit each): most sentences share few such sets."""

    def __init__(self, sources: Sequence[tuple[int, str]]) -> None:
        """Take the needs and the source of each pattern; nothing is compiled yet."""
        super().__init__()
        self._sources = sources

    @cached_property
    def _parts(self) -> Sequence[tuple[int, re.Pattern[str]]]:
        return [(needed, re.compile(source)) for needed, source in self._sources]

    def __missing__(self, met: int) -> Patterns:
        if len(self) >= _MOST_SETS:
            self.clear()
        found = tuple([pattern for needed, pattern in self._parts if needed & met == needed])
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
    def _bits(self) -> Mapping[str, int]:
        """The needs that a stem meets, a bit each: one look-up for each stem in place of a test for each need."""
        found: dict[str, int] = {}
        for need, bit in self._bit_of_need.items():
            for stem in need:
                found[stem] = found.get(stem, 0) | bit
        return found

    @cached_property
    def _bit_of_need(self) -> Mapping[frozenset[str], int]:
        every = dict.fromkeys(need for needs, _ in self.sources for need in needs)
        return {need: 1 << i for i, need in enumerate(every)}

    @cached_property
    def _worth(self) -> _Worth:
        bits = self._bit_of_need
        return _Worth(
            [(sum(bits[need] for need in {*needs}), source) for needs, source in self.sources]
        )

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
        """The first match."""
        stems = text.stems
        if self.stems:
            if self.stems.isdisjoint(stems):
                return None
        elif self.anchors.isdisjoint(text.anchors):
            return None
        bits, body, met = self._bits, text.body, 0
        for stem in self.needed & stems:
            met |= bits[stem]
        for pattern in self._worth[met]:
            if found := pattern.search(body):
                return found
        return None

    def find_in(self, body: str, stems: frozenset[str]) -> re.Match[str] | None:
        """The first match in a text that was not yet searched for anchors."""
        return self.find(Text(body, stems, frozenset([a for a in self.anchors if a in body])))

    def forget(self) -> None:
        """Empty the cache."""
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

    def within(self, text: Searchable) -> bool:
        """Whether a phrase occurs."""
        if self._stems.isdisjoint(text.stems) and self._anchors.isdisjoint(text.anchors):
            return False
        for signal in self._signals:  # noqa: SIM110 - a generator costs more than most of what it would go through
            if signal.find(text) is not None:
                return True
        return False


class _Nothing(Signal):
    """A signal that never occurs."""

    def near(self, text: Searchable) -> bool:
        """Always False."""
        return False

    def find(self, text: Searchable) -> None:
        """Always None."""


NOTHING = _Nothing(frozenset(), frozenset(), ())
