"""Finds which of hundreds of phrases a text contains, in one pass over its characters (Aho and Corasick, 1975).

Languages with much inflection or without spaces are searched by substrings; one search for each of them in each
sentence would be slow.
"""

from collections.abc import Callable
from functools import cached_property

_MOST_TRANSITIONS = 2000
"""Transitions that a state caches, so that memory stays bounded."""


class _State(dict[str, "_State"]):
    """A state: the longest prefix of any phrase that the text so far ends with. Maps the next character to a state."""

    __slots__ = ("ends", "shorter")

    def __init__(self, shorter: "_State | None", ends: frozenset[str]) -> None:
        super().__init__()
        self.shorter = shorter
        """The state of the next shorter prefix; None for the empty one."""
        self.ends = ends
        """Phrases that end in this state."""

    def __missing__(self, char: str) -> "_State":
        found = self if self.shorter is None else self.shorter[char]
        if len(self) < _MOST_TRANSITIONS:
            self[char] = found
        return found


class Anchors:
    """Phrases to search for."""

    def __init__(self, phrases: Callable[[], frozenset[str]]) -> None:
        """Take what gives the phrases, none of them empty; it is called when the first text is read."""
        self._phrases = phrases

    @cached_property
    def _start(self) -> _State:
        wanted = self._phrases()
        begun = {phrase[:size] for phrase in wanted for size in range(1, len(phrase) + 1)}
        states = {"": _State(None, frozenset())}
        for text in sorted(begun, key=len):
            rest = next(text[i:] for i in range(1, len(text) + 1) if text[i:] in states)
            shorter = states[rest]
            ends = shorter.ends | {text} if text in wanted else shorter.ends
            states[text] = states[text[:-1]][text[-1]] = _State(shorter, ends)
        return states[""]

    def within(self, body: str) -> frozenset[str]:
        """The phrases that occur in a text."""
        state, found = self._start, list[frozenset[str]]()
        for char in body:
            state = state[char]
            if state.ends:
                found.append(state.ends)
        return frozenset().union(*found)
