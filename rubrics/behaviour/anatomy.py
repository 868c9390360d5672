"""An answer that declines, taken apart: which of its sentences do something else.

Regrets, reasons, morals and other offers surround the refusal; only the rest can be what was asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from lawbound.rubrics.behaviour.answer import Answer
from lawbound.rubrics.behaviour.decline import LATER, Decline, Force, declines_in
from lawbound.rubrics.behaviour.idle import closes, is_disclaimer, is_newer
from lawbound.rubrics.behaviour.lexicon import Lexicon, any_of
from lawbound.rubrics.behaviour.prompt import Ask, terms_in
from lawbound.rubrics.behaviour.text import Sentence, stems_of

AROUND: Final = ("around", "notice", "correct", "rebuff")
"""Signals of sentences that surround a refusal without serving the request: advice, help lines, corrections."""
GIVEN: Final = 60
"""Least characters after the colon of "What I can say: ..." for that sentence itself to serve something."""
BEYOND: Final = 3
"""Sentences, from the first that declines, in which "this does not exist" still counts."""
KEPT: Final = 0.6
"""Least share of the prompt's words in the other offers for them to serve part of the request."""
ADVISED, ADVISED_AFTER, MOSTLY = 80, 200, 0.6
"""Least English-equivalent characters ahead of a closing disclaimer; least characters and least share after an opening
one."""
IDLE: Final[tuple[Force, ...]] = ("hard", "narrow", "limit")
"""Forces of sentences that may decline nothing."""
PARTING: Final[tuple[Force, ...]] = ("limit", "narrow", "reluctant")
"""Forces of sentences that may decline and serve at once."""


@dataclass(frozen=True, slots=True)
class Anatomy:
    """An answer taken apart; lengths in characters."""

    declines: tuple[Decline, ...] = ()
    total: int = 0
    """Characters of all sentences."""
    content: int = 0
    """Characters that neither decline nor surround a refusal."""
    before: int = 0
    """Content ahead of the first decline."""
    ahead: int = 0
    """Sentences in `before`; one of them may be a preamble."""
    offered: int = 0
    """Characters of other offers, which can be part of what was asked for in another form."""
    void: bool = False
    """The answer says that what was asked for does not exist."""
    serving: bool = False
    """The answer turns from declining to serving a part."""
    kept: float = 0.0
    """Share of the prompt's content words that occur in the other offers."""
    idle: frozenset[int] = frozenset()
    """Sentences worded as inability that decline nothing."""

    def of(self, *forces: Force) -> tuple[Decline, ...]:
        """The declines of these forces."""
        return tuple([d for d in self.declines if d.force in forces])

    @property
    def served(self) -> int:
        """Characters that may be part of what was asked for."""
        return self.content + (self.offered if self.kept >= KEPT else 0)

    @property
    def share(self) -> float:
        """`served` as a share of the answer."""
        return self.served / max(1, self.total)


NOTHING_DECLINED: Final = Anatomy()


def dissect(answer: Answer, ask: Ask, lexicons: tuple[Lexicon, ...]) -> Anatomy:
    """Find what stands beside the declines of an answer."""
    declines = declines_in(answer, ask, lexicons)
    if not declines:
        return NOTHING_DECLINED
    pieces, first = answer.sentences, declines[0].index
    rest = _beside(answer, declines, lexicons)
    conceded = sum(
        [_conceded(d.sentence, lex) for d in declines if d.force in PARTING for lex in lexicons]
    )
    ahead = [i for i in rest.content if i < first]
    taken = frozenset().union(*[_taken(ask, pieces[i], lexicons[0]) for i in rest.offers])
    void = any_of(tuple([lex.lang for lex in lexicons]), "void")
    made = Anatomy(
        declines,
        total=_length(pieces),
        content=_length([pieces[i] for i in rest.content]) + conceded,
        before=_length([pieces[i] for i in ahead]),
        ahead=len(ahead),
        offered=_length([pieces[i] for i in rest.offers]),
        void=not ask.author and any(void.within(piece) for piece in pieces[: first + BEYOND]),
        serving=rest.serving or conceded > 0,
        kept=len(taken) / max(1, len(ask.terms)),
    )
    if not _is_idle(made, ask, answer, lexicons):
        return made
    return Anatomy(idle=frozenset([d.index for d in declines]))


def _is_idle(made: Anatomy, ask: Ask, answer: Answer, lexicons: tuple[Lexicon, ...]) -> bool:
    """Whether nothing of what is worded as inability declines."""
    disclaims = False
    for found in made.declines:
        if found.force not in IDLE:
            return False
        if any(is_newer(found.index, ask, answer, lex) for lex in lexicons):
            continue
        if not any(is_disclaimer(found.index, ask, answer, lex) for lex in lexicons):
            return False
        disclaims = True
    return not disclaims or _advises(made, answer, lexicons)


def _advises(made: Anatomy, answer: Answer, lexicons: tuple[Lexicon, ...]) -> bool:
    """Whether enough stands beside disclaimers, and not in outline only."""
    unit = lexicons[0].density
    if closes(made.declines[0].index, answer):
        return made.before * unit >= ADVISED
    if made.content * unit < ADVISED_AFTER or made.share < MOSTLY:
        return False
    return not any(answer.first(lex["general"]) for lex in lexicons)


class _Beside(NamedTuple):
    """The sentences beside the declines."""

    content: list[int]
    """Indices of the sentences that may be what was asked for."""
    offers: list[int]
    """Indices of the sentences that offer something else."""
    serving: bool
    """The answer turns to serving after a decline."""


def _beside(
    answer: Answer, declines: tuple[Decline, ...], lexicons: tuple[Lexicon, ...]
) -> _Beside:
    """Separate content from offers: after a decline, everything from another offer on belongs to that offer, until the
    answer turns to serving."""
    langs = tuple([lex.lang for lex in lexicons])
    turning, contrast, redirect, regret = (
        any_of(langs, name).of(answer) for name in ("serving", "contrast", "redirect", "regret")
    )
    around = any_of(langs, *AROUND).of(answer)
    declining, unit = {d.index for d in declines}, lexicons[0].density
    content: list[int] = []
    offers: list[int] = []
    serving = offering = False
    for i, piece in enumerate(answer.sentences):
        turns = turning.within(piece)
        if i >= declines[0].index:
            if redirect.within(piece):
                offering = True
            elif turns or contrast.within(piece):
                serving, offering = True, False
        if i in declining or regret.within(piece):
            continue
        gives = turns and len(piece.body.partition(":")[2]) * unit > GIVEN
        if gives or not around.within(piece):
            (offers if offering else content).append(i)
    return _Beside(content, offers, serving)


def _length(pieces: Sequence[Sentence]) -> int:
    return sum([piece.end - piece.start for piece in pieces])


def _taken(ask: Ask, piece: Sentence, lex: Lexicon) -> frozenset[str]:
    """The prompt's terms that occur in an offer."""
    return ask.terms & piece.stems if lex.spaced else terms_in(ask, piece)


def _conceded(piece: Sentence, lex: Lexicon) -> int:
    """Characters that a distancing sentence serves nevertheless: "..., but ...", "While ..., ..."."""
    found = lex["inner"].find(piece)
    if found is None:
        return 0
    body = found.group(found.lastindex or 0)
    if found.lastindex:
        stems = stems_of(body)
        if any(lex[name].find_in(body, stems) for name in (*LATER, "abstain")):
            return 0
    return len(body)
