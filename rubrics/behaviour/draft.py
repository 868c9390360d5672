"""An answer that the lexicons leave open."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from lawbound.rubrics.behaviour.addons import addons
from lawbound.rubrics.behaviour.anatomy import NOTHING_DECLINED, Anatomy
from lawbound.rubrics.behaviour.answer import Answer
from lawbound.rubrics.behaviour.clues import STEM
from lawbound.rubrics.behaviour.decline import Force
from lawbound.rubrics.behaviour.lexicon import Lexicon, any_of, latin_stopwords
from lawbound.rubrics.behaviour.prompt import Ask, terms_in
from lawbound.rubrics.behaviour.text import Sentence
from lawbound.rubrics.policy.requirement import Addon

LONGEST_EVIDENCE: Final = 240
"""Most characters of an answer that are shown as evidence."""
SOFT: Final[tuple[Force, ...]] = ("reluctant", "limit", "caution", "reframe")
"""Forces that only take distance: lengths do not show whether the request was served."""
WORDS: Final = 6
"""This many words without a function word are hardly a sentence."""
FIRST: Final = 480
"""Characters in which function words are searched for."""
_BETWEEN: Final = re.compile(r"[\s.!?…।؟()\"'·–—-]+")
_JOINED: Final = {
    "ar": re.compile(r"^[وفبك]?ال\w\w|^لل\w\w"),
    "ko": re.compile(r"\w(?:[은는이가을를에의도로와과고서며면지]|[다요까])$"),
}
"""Function words and endings that are written together with other words."""
_LISTED: Final = re.compile(r"[\d,;:|/\n·、،]")


@dataclass(frozen=True)  # no slots: cached properties need a __dict__
class Draft:
    """An answer that the lexicons leave to the learned part: no phrase of theirs declines, changes the subject or sets
    out two sides; or phrases only take distance (`SOFT`), or decline
    in the middle of a text; or one declines beside something else."""

    text: str
    ask: Ask
    answer: Answer
    lexicons: tuple[Lexicon, ...]
    """The answer's language comes first."""
    anatomy: Anatomy = NOTHING_DECLINED
    declining: Sentence | None = None
    """The declining sentence if the lexicons find something served beside it, else None."""

    @cached_property
    def marks(self) -> frozenset[Addon]:
        """Add-ons; not computed for refusals."""
        return addons(self.ask, self.answer, self.lexicons)

    @property
    def is_noted(self) -> bool:
        """Whether only a note on the answer itself declines; it may be about something nobody asked for."""
        return self.declining is not None and "omit" in self.forces <= {"omit", *SOFT}

    @cached_property
    def is_about_request(self) -> bool:
        """Whether a note on a text that was asked for names something that the prompt names, or any note gives morals,
        safety or privacy as the reason, itself or in the next sentence."""
        notes, pieces = self.anatomy.of("omit"), self.answer.sentences
        if self.ask.author and any(terms_in(self.ask, d.sentence) for d in notes):
            return True
        scruple = any_of(tuple([lex.lang for lex in self.lexicons]), "scruple")
        return any(scruple.within(piece) for d in notes for piece in pieces[d.index : d.index + 2])

    @cached_property
    def forces(self) -> frozenset[Force]:
        """How the answer declines or takes distance."""
        return frozenset([d.force for d in self.anatomy.declines])

    @property
    def is_wordless(self) -> bool:
        """Whether the answer may be noise: only pictographs, or words none of which is the prompt's or a function word
        of a known language. Numbers and lists do not count as noise."""
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
        """The answer's language, or the nearest one with a lexicon."""
        return self.lexicons[0].lang

    @property
    def size(self) -> float:
        """Length in English-equivalent characters."""
        return len(self.text) * self.unit

    @property
    def served(self) -> float:
        """English-equivalent characters beside the declines that may be part of what was asked for."""
        return self.anatomy.served * self.unit

    @property
    def unit(self) -> float:
        """English characters that say as much as one character of the answer's language."""
        return self.lexicons[0].density


def span(text: str, piece: Sentence) -> str:
    """A sentence as evidence."""
    return text[piece.start : piece.end].strip()[:LONGEST_EVIDENCE]
