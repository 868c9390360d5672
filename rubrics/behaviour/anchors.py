"""Finds which of hundreds of phrases a text contains, in one pass over its characters (Aho and Corasick, 1975).

Languages with much inflection or without spaces are searched by substrings; one search for each of them in each
sentence would be slow.
"""

from collections.abc import Mapping
from functools import cached_property

_MOST_TRANSITIONS = 2000
"""Transitions that a state caches, so that memory stays bounded."""


class _State(dict[str, "_State"]):
    """A state: the longest prefix of any phrase that the text so far ends with. Maps the next character to a state."""

    __slots__ = ("ends", "shorter")

    def __init__(self, shorter: "_State | None", ends: int) -> None:
        super().__init__()
        self.shorter = shorter
        """The state of the next shorter prefix; None for the empty one."""
        self.ends = ends
        """The bits of the phrases that end in this state."""

    def __missing__(self, char: str) -> "_State":
        found = self if self.shorter is None else self.shorter[char]
        if len(self) < _MOST_TRANSITIONS:
            self[char] = found
        return found


class Anchors:
    """Phrases to search for."""

    def __init__(self, phrases: Mapping[str, int]) -> None:
        """Take the phrases, none of them empty, with the bits of each."""
        self._phrases = phrases

    @cached_property
    def _start(self) -> _State:
        wanted = self._phrases
        begun = {phrase[:size] for phrase in wanted for size in range(1, len(phrase) + 1)}
        states = {"": _State(None, 0)}
        for text in sorted(begun, key=len):
            rest = next(text[i:] for i in range(1, len(text) + 1) if text[i:] in states)
            shorter = states[rest]
            state = _State(shorter, shorter.ends | wanted.get(text, 0))
            states[text] = states[text[:-1]][text[-1]] = state
        return states[""]

    def within(self, body: str) -> int:
        """The bits of the phrases that occur in a text."""
        state, found = self._start, 0
        for char in body:
            state = state[char]
            if state.ends:
                found |= state.ends
        return found
