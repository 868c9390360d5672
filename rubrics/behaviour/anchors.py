"""Which of hundreds of phrases a text holds, found in one pass over its letters.

A language whose words are bent or not spaced is known by substrings. To try one after the other costs a search
each, sentence by sentence; here all are looked for together, after Aho and Corasick (1975).
"""

from collections.abc import Iterable
from functools import cached_property

_MOST_SIGNS = 2000
"""Signs that a place remembers, so that its memory stays bounded."""


class _Place(dict[str, "_Place"]):
    """How much of a phrase has been read. By the next sign, the place after it: that of the longest beginning of any
    phrase which the text then ends with."""

    __slots__ = ("ends", "shorter")

    def __init__(self, shorter: "_Place | None", ends: frozenset[str]) -> None:
        super().__init__()
        self.shorter = shorter
        """The place of the next shorter beginning that the text ends with; none where nothing has been read."""
        self.ends = ends
        """Phrases that end here."""

    def __missing__(self, sign: str) -> "_Place":
        found = self if self.shorter is None else self.shorter[sign]
        if len(self) < _MOST_SIGNS:
            self[sign] = found
        return found


class Anchors:
    """Phrases to look for."""

    def __init__(self, phrases: Iterable[str]) -> None:
        """Take them; none is empty. They are put in order when a first text is read."""
        self._phrases = frozenset(phrases)

    @cached_property
    def _start(self) -> _Place:
        wanted = self._phrases
        begun = {phrase[:size] for phrase in wanted for size in range(1, len(phrase) + 1)}
        places = {"": _Place(None, frozenset())}
        for text in sorted(begun, key=len):
            rest = next(text[i:] for i in range(1, len(text) + 1) if text[i:] in places)
            shorter = places[rest]
            ends = shorter.ends | {text} if text in wanted else shorter.ends
            places[text] = places[text[:-1]][text[-1]] = _Place(shorter, ends)
        return places[""]

    def within(self, body: str) -> frozenset[str]:
        """Those that a text holds."""
        place, found = self._start, set[str]()
        for sign in body:
            place = place[sign]
            if place.ends:
                found |= place.ends
        return frozenset(found)
