"""An answer as the lexicons leave it."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from lawbound.rubrics.behaviour.addons import addons
from lawbound.rubrics.behaviour.anatomy import NOTHING_DECLINED, Anatomy
from lawbound.rubrics.behaviour.answer import Answer
from lawbound.rubrics.behaviour.decline import Force
from lawbound.rubrics.behaviour.lexicon import Lexicon, latin_stopwords
from lawbound.rubrics.behaviour.prompt import Ask
from lawbound.rubrics.behaviour.text import STEM, Sentence
from lawbound.rubrics.policy.requirement import Addon

LONGEST_EVIDENCE: Final = 240
"""Letters of an answer that are shown."""
SOFT: Final[tuple[Force, ...]] = ("reluctant", "limit", "caution", "reframe")
"""Of an answer that only takes distance so, lengths cannot tell whether it serves what was asked for."""
WORDS: Final = 6
"""So many words without a small one among them are hardly a sentence."""
FIRST: Final = 480
"""Letters in which they are looked for."""
_BETWEEN: Final = re.compile(r"[\s.!?…।؟()\"'·–—-]+")
_JOINED: Final = {
    "ar": re.compile(r"^[وفبك]?ال\w\w|^لل\w\w"),
    "ko": re.compile(r"\w(?:[은는이가을를에의도로와과고서며면지]|[다요까])$"),
}
"""Small words and endings that are written together with other words."""
_LISTED: Final = re.compile(r"[\d,;:|/\n·、،]")


@dataclass(frozen=True)  # no slots: add-ons are kept where they were asked for
class Draft:
    """An answer that the lexicons leave to be weighed: they are silent about it (no phrase of theirs declines,
    changes the subject or sets out two sides), they find only that it takes distance (`SOFT`), or they find
    that it declines beside something else."""

    text: str
    ask: Ask
    answer: Answer
    lexicons: tuple[Lexicon, ...]
    """The answer's language first."""
    anatomy: Anatomy = NOTHING_DECLINED
    declining: Sentence | None = None
    """The sentence that declines where the lexicons find something served beside; None otherwise."""

    @cached_property
    def marks(self) -> frozenset[Addon]:
        """Add-ons; a refusal is never asked for them."""
        return addons(self.ask, self.answer, self.lexicons)

    @property
    def is_noted(self) -> bool:
        """Whether nothing but a note on the answer itself declines: it may speak of what nobody asked for."""
        return self.declining is not None and "omit" in self.forces <= {"omit", *SOFT}

    @cached_property
    def forces(self) -> frozenset[Force]:
        """How it declines or takes distance."""
        return frozenset([d.force for d in self.anatomy.declines])

    @property
    def is_wordless(self) -> bool:
        """Whether it says nothing in words: pictographs alone, or words of which none is the prompt's or a small
        one that the languages here know. That may be noise; numbers and lists are something else."""
        if _LISTED.search(self.text):
            return False
        pieces = _BETWEEN.split(self.answer.body[:FIRST])
        found = [word for word in pieces if any(map(str.isalpha, word))]
        if not found:
            return True
        own = self.lexicons[0]
        if len(found) < WORDS or not own.spaced or any(w[:STEM] in self.ask.terms for w in found):
            return False
        if own.lang in _JOINED and any(map(_JOINED[own.lang].search, found)):
            return False
        small = (own.stopwords, *latin_stopwords().values())
        return not any(words.intersection(found) for words in small)

    @property
    def lang(self) -> str:
        """The answer's language, or that of the nearest lexicon."""
        return self.lexicons[0].lang

    @property
    def size(self) -> float:
        """Letters, English ones being the unit."""
        return len(self.text) * self.unit

    @property
    def served(self) -> float:
        """Letters that may be a part of what was asked for, beside those that decline; English ones being the unit."""
        return self.anatomy.served * self.unit

    @property
    def unit(self) -> float:
        """How many English letters say as much as one of the answer's."""
        return self.lexicons[0].density


def span(text: str, piece: Sentence) -> str:
    """A sentence, as far as it is shown."""
    return text[piece.start : piece.end].strip()[:LONGEST_EVIDENCE]
