"""The forms of a language's prompts: each is looked for only in prompts with the strings that it needs (`literals`)."""

import re
from collections.abc import Mapping
from functools import cached_property

from lawbound.rubrics.behaviour.clues import Bits, Clue, Clues
from lawbound.rubrics.behaviour.literals import needs_of

_NO_STEMS = frozenset[str]()


class Forms(dict[str, re.Pattern[str]]):
    """Expressions by name."""

    def clues(self, prompt: str) -> int:
        """The bits of the strings of any form that occur in a cleaned prompt."""
        return self._clues.within(prompt, _NO_STEMS)

    def hold(self, name: str, text: str, clues: int) -> bool:
        """Whether a cleaned prompt or a part of it has a form; none has one that the language lacks.

        Args:
            name: The form.
            text: The prompt or the part.
            clues: Those of the whole prompt.
        """
        needed = self._needed.get(name)
        if needed is None or clues & needed != needed:
            return False
        return self[name].search(text) is not None

    @cached_property
    def _needed(self) -> Mapping[str, int]:
        return {
            name: sum(self._bits[clue] for clue in clues) for name, clues in self._needs.items()
        }

    @cached_property
    def _bits(self) -> Mapping[Clue, int]:
        bits = Bits()
        return {clue: bits[clue] for clues in self._needs.values() for clue in clues}

    @cached_property
    def _needs(self) -> Mapping[str, frozenset[Clue]]:
        return {
            name: frozenset(Clue(need, is_literal=True) for need in needs_of(form.pattern))
            for name, form in self.items()
        }

    @cached_property
    def _clues(self) -> Clues:
        return Clues(lambda: self._bits)
