"""An answer cut into sentences, and searches that skip sentences without an anchor."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import chain
from operator import or_

from lawbound.rubrics.behaviour.lexicon import Lexicon
from lawbound.rubrics.behaviour.signal import Signal
from lawbound.rubrics.behaviour.text import Sentence, mask_quotations, sentences


@dataclass(frozen=True)
class Answer:
    """A whole answer, cut and cleaned."""

    raw: str
    sentences: tuple[Sentence, ...]
    clues: int
    """The bits of the clues that occur in any sentence."""

    @cached_property
    def body(self) -> str:
        """All sentences, cleaned."""
        return "\n".join([piece.body for piece in self.sentences])

    @property
    def words(self) -> Iterator[str]:
        """All words, or their stems."""
        return chain.from_iterable([piece.words for piece in self.sentences])

    def near_start(self, lexicons: tuple[Lexicon, ...], name: str, count: int) -> bool:
        """Whether a signal occurs in one of the first `count` sentences."""
        for lex in lexicons:
            signal = lex[name]
            for piece in self.sentences[:count]:
                if signal.find(piece) is not None:
                    return True
        return False

    def first(self, signal: Signal) -> re.Match[str] | None:
        """The first match of a signal."""
        if signal.near(self):
            for piece in signal.among(self.sentences):
                if found := signal.find(piece):
                    return found
        return None

    def with_first(self, signal: Signal) -> Sentence | None:
        """The first sentence in which a signal occurs."""
        if signal.near(self):
            for piece in signal.among(self.sentences):
                if signal.find(piece):
                    return piece
        return None

    def all(self, signal: Signal) -> list[str]:
        """The first match of a signal in each sentence."""
        if not signal.near(self):
            return []
        pieces = signal.among(self.sentences)
        return [found.group() for piece in pieces if (found := signal.find(piece))]


def take_apart(response: str, lexicons: tuple[Lexicon, ...]) -> Answer:
    """Mask quotations and cut the answer into sentences."""
    spaced = all(lex.spaced for lex in lexicons)
    pieces = sentences(mask_quotations(response), spaced, [lex.clues for lex in lexicons])
    return Answer(
        response,
        pieces,
        reduce(or_, [piece.clues for piece in pieces], 0),
    )
