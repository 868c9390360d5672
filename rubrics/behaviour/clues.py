"""Which anchors and needs of a lexicon occur in a text: one number with a bit for each.

A sentence is read once. Whether any of hundreds of phrases can occur in it is then a look at some bits.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, reduce
from operator import or_
from typing import NamedTuple

from lawbound.rubrics.behaviour.anchors import Anchors

STEM = 5
"""Characters of a stem: enough to tell words apart, few enough to ignore their endings."""
_MOST_WORDS = 50_000
"""Distinct words cached; a full cache is emptied, so that memory stays bounded."""
ASCII = 1
"""The bit that says that a text is ASCII."""


class Clue(NamedTuple):
    """Words one of which occurs."""

    words: frozenset[str]
    is_literal: bool = False
    """The words are substrings, not stems."""


class Bits(dict[Clue, int]):
    """A bit for each clue, given when it is first asked for; signals with the same clue share it."""

    def __init__(self, first: int = ASCII.bit_length()) -> None:
        """Take the place of the first bit."""
        super().__init__()
        self._first = first

    def __missing__(self, clue: Clue) -> int:
        found = self[clue] = 1 << (self._first + len(self))
        return found


class _Known(dict[str, int]):
    """The bits of each word, filled as words are looked up."""

    def __init__(self, by_stem: Mapping[str, int]) -> None:
        super().__init__()
        self._by_stem = by_stem

    def __missing__(self, word: str) -> int:
        found = self[word] = self._by_stem.get(word[:STEM], 0)
        return found


class Clues:
    """Finds clues in texts."""

    def __init__(self, bits: Callable[[], Mapping[Clue, int]]) -> None:
        """Take what gives the clues with their bits; it is called when the first text is read."""
        self._bits = bits

    @property
    def end(self) -> int:
        """The place behind the last bit."""
        return max(self._bits().values(), default=ASCII).bit_length()

    def within(self, body: str, words: Iterable[str]) -> int:
        """The bits of the clues that occur in a text with these words or stems."""
        return self.within_each([body], [words])[0]

    def within_each(self, bodies: Sequence[str], words: Sequence[Iterable[str]]) -> list[int]:
        """The same for many texts."""
        known = self._known
        if len(known) >= _MOST_WORDS:
            known.clear()
        found = [
            reduce(or_, filter(None, map(known.__getitem__, own)), ASCII if body.isascii() else 0)
            for body, own in zip(bodies, words, strict=True)
        ]
        return list(map(or_, found, map(self._phrases.within, bodies))) if self._phrases else found

    @cached_property
    def _phrases(self) -> Anchors | None:
        phrases = self._by_word(is_literal=True)
        return Anchors(phrases) if phrases else None

    @cached_property
    def _known(self) -> _Known:
        return _Known(self._by_word(is_literal=False))

    def _by_word(self, is_literal: bool) -> dict[str, int]:
        found: dict[str, int] = {}
        for clue, bit in self._bits().items():
            for word in clue.words if clue.is_literal is is_literal else ():
                found[word] = found.get(word, 0) | bit
        return found
