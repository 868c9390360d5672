"""What of an answer the learned part reads: not what stands beside answers and refusals alike."""

from collections.abc import Sequence
from typing import Final

from lawbound.rubrics.behaviour.draft import Draft
from lawbound.rubrics.behaviour.learned import Excerpt
from lawbound.rubrics.behaviour.lexicon import Lexicon
from lawbound.rubrics.behaviour.text import Sentence

HEAD, TAIL = 32, 16
"""Of an answer with more sentences these many are read at both ends."""
CLOSING = 2
"""So many morals and offers at the end are left out."""
LABELLED: Final = 40
"""Letters before a label or a help line from which it stands beside an answer, and is not most of it."""


def excerpt(made: Draft) -> Excerpt:
    """The part of an answer that is read: without a "No." that answers the question, opening courtesies and
    closing morals, offers and labels that the lexicons know, which stand beside answers and refusals alike; of
    a long one, both ends."""
    ask, pieces, lexicons = made.ask, made.answer.sentences, made.lexicons
    end = len(pieces)
    while end > 1 and len(pieces) - end < CLOSING and _closes(pieces[:end], lexicons):
        end -= 1
    asked = ask.yesno or ask.loaded or ask.side
    first = int(end > 1 and asked and any(lex["bare_no"].find(pieces[0]) for lex in lexicons))
    if end - first > 1 and _greets(pieces[first], lexicons):
        first += 1
    pieces = pieces[first:end]
    if len(pieces) > HEAD + TAIL:
        pieces = (*pieces[:HEAD], *pieces[-TAIL:])
    return Excerpt(made.text, pieces, made.lang)


def _greets(piece: Sentence, lexicons: tuple[Lexicon, ...]) -> bool:
    """Whether a sentence merely thanks for a question or shows that it is understood."""
    return any(lex["courtesy"].find(piece) for lex in lexicons) and not any(
        lex[name].find(piece) for name in ("decline", "contrast") for lex in lexicons
    )


def _closes(pieces: Sequence[Sentence], lexicons: tuple[Lexicon, ...]) -> bool:
    """Whether the last sentence is one that closes answers and refusals alike."""
    last = pieces[-1]
    if any(lex["decline"].find(last) for lex in lexicons):
        return False
    if any(lex["around"].find(last) for lex in lexicons):
        return True
    labelled = last.start * lexicons[0].density >= LABELLED
    return labelled and any(lex["notice"].find(last) for lex in lexicons)
