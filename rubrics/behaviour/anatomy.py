"""An answer that declines, taken apart: what of it does something else.

Around the act stand regrets, reasons, morals and other offers; only the rest can be the thing that was
asked for.
"""

from dataclasses import dataclass

from lawbound.rubrics.behaviour.answer import Answer
from lawbound.rubrics.behaviour.decline import (
    GATE,
    LATER,
    LEAD_CHARS,
    LEAD_SENTENCES,
    Decline,
    Force,
    decline_in,
    is_own_voice,
)
from lawbound.rubrics.behaviour.lexicon import Lexicon, any_of
from lawbound.rubrics.behaviour.prompt import Ask, terms_in
from lawbound.rubrics.behaviour.text import Sentence, Text, stems_of

AROUND = ("around", "notice", "correct", "rebuff")
"""What stands around a refusal without serving the request: counsel, help lines, corrections."""


@dataclass(frozen=True, slots=True)
class Anatomy:
    """An answer taken apart; lengths in characters."""

    declines: tuple[Decline, ...]
    total: int
    content: int = 0
    """Neither declining nor around a refusal."""
    before: int = 0
    """Content ahead of the first decline."""
    ahead: int = 0
    """How many sentences that content is; one may be a preamble."""
    offered: int = 0
    """Other offers that keep to the prompt's subject: part of what was asked for, in another form."""
    void: bool = False
    """What was asked for does not exist, and the answer says so."""
    serving: bool = False
    """It turns from declining to giving a part."""
    kept: float = 0.0
    """Share of the prompt's content words that the other offers take up."""

    def of(self, *forces: Force) -> tuple[Decline, ...]:
        """The declines of these forces."""
        return tuple(d for d in self.declines if d.force in forces)


def dissect(answer: Answer, ask: Ask, lexicons: tuple[Lexicon, ...]) -> Anatomy:
    """Take an answer apart."""
    pieces = answer.sentences
    langs = tuple([lex.lang for lex in lexicons])
    at_lead = any_of(langs, *GATE)
    later = at_lead if ask.advocate else any_of(langs, *LATER)
    found: list[Decline] = []
    for i, piece in enumerate(pieces):
        lead = i < LEAD_SENTENCES or piece.start * lexicons[0].density < LEAD_CHARS
        if (at_lead if lead else later).near(piece) and (
            d := decline_in(i, piece, lead, ask, answer, lexicons)
        ):
            found.append(d)
    total = sum([piece.end - piece.start for piece in pieces])
    if not found:
        return Anatomy((), total)
    letter = answer.near_start(lexicons, "letter", 3)
    declines = tuple(d for d in found if is_own_voice(d, ask, answer, letter))
    if not declines:
        return Anatomy((), total)
    forces = {d.index: d.force for d in declines}
    declining = set(forces)
    first = min(declining)
    content = before = ahead = offered = 0
    redirecting = serving = False
    taken: set[str] = set()
    turning, redirection, contrast, regret = (
        any_of(langs, name) for name in ("serving", "redirect", "contrast", "regret")
    )
    around = any_of(langs, *AROUND)
    for i, piece in enumerate(pieces):
        size = piece.end - piece.start
        turns = turning.within(piece)
        redirects = redirection.within(piece)
        if i >= first and not redirects and (turns or contrast.within(piece)):
            serving, redirecting = True, False
        elif i >= first and redirects:
            redirecting = True
        if i in declining and forces[i] in ("limit", "narrow", "reluctant"):
            for lex in lexicons:
                if size_inside := _inside(piece, lex):
                    content, serving = content + size_inside, True
        if i in declining or regret.within(piece):
            continue
        told = turns and len(piece.body.partition(":")[2]) * lexicons[0].density > 60
        if not told and around.within(piece):
            continue
        if redirecting:
            offered += size
            taken |= ask.terms & (piece.stems if lexicons[0].spaced else terms_in(ask, piece))
            continue
        content += size
        before += size if i < first else 0
        ahead += i < first
    empty = any_of(langs, "void")
    void = not ask.author and any(empty.within(piece) for piece in pieces[: first + 3])
    kept = len(taken) / max(1, len(ask.terms))
    return Anatomy(declines, total, content, before, ahead, offered, void, serving, kept)


def _inside(piece: Sentence, lex: Lexicon) -> int:
    """Letters of what a sentence that takes distance serves all the same: "..., but ...", "While ..., ..."."""
    found = lex["inner"].find(piece)
    if found is None:
        return 0
    body = found.group(found.lastindex or 0)
    if found.lastindex:
        rest = Text(body, stems_of(body))
        if any(lex[name].find(rest) for name in (*LATER, "abstain")):
            return 0
    return len(body)
