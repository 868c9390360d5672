"""Selects the sentences of an answer that the learned part reads."""

from collections.abc import Sequence
from typing import Final

from lawbound.rubrics.behaviour.addons import LONGEST_LABEL
from lawbound.rubrics.behaviour.draft import Draft
from lawbound.rubrics.behaviour.learned import Excerpt
from lawbound.rubrics.behaviour.lexicon import Lexicon
from lawbound.rubrics.behaviour.text import Sentence, stems_of

HEAD, TAIL = 32, 16
"""Sentences at the beginning and at the end that are read of a longer answer."""
CLOSING = 2
"""Most closing morals and offers that are left out."""
LEFT: Final = 12
"""Least length of what a clause about the speaker introduces."""
WRONG: Final = ("self_no", "improper", "unserved", "rebuff")
COUNSEL: Final = ("around", "improper")
"""Signals of what often stands in place of an answer, in what such a clause introduces and in the next sentence."""
LABELLED: Final = 40
"""Length before a closing label or help line from which the label is not most of the answer and is left out."""


def excerpt(made: Draft) -> Excerpt:
    """The sentences that are read: both ends of a long answer, without what accompanies answers and refusals alike (a
    "No." that answers the question, opening courtesies, a clause that only says who speaks, closing morals, offers and
    labels)."""
    ask, lexicons, idle = made.ask, made.lexicons, made.anatomy.idle
    pieces = tuple([p for i, p in enumerate(made.answer.sentences) if i not in idle])
    end = len(pieces)
    while end > 1 and len(pieces) - end < CLOSING and _closes(pieces[:end], lexicons):
        end -= 1
    asked = ask.yesno or ask.loaded or ask.side
    first = int(end > 1 and asked and any(lex["bare_no"].find(pieces[0]) for lex in lexicons))
    while end - first > 1 and _labels(pieces[first], lexicons):
        first += 1
    if end - first > 1 and _greets(pieces[first], lexicons):
        first += 1
    pieces = (_unframed(pieces[first:end], lexicons), *pieces[first + 1 : end])
    if len(pieces) > HEAD + TAIL:
        pieces = (*pieces[:HEAD], *pieces[-TAIL:])
    return Excerpt(made.text, pieces, made.lang)


def _greets(piece: Sentence, lexicons: tuple[Lexicon, ...]) -> bool:
    """Whether a sentence only thanks for a question or acknowledges it."""
    return any(lex["courtesy"].find(piece) for lex in lexicons) and not any(
        lex[name].find(piece) for name in ("decline", "contrast") for lex in lexicons
    )


def _unframed(pieces: Sequence[Sentence], lexicons: tuple[Lexicon, ...]) -> Sentence:
    """The first sentence without the clause that only says who speaks ("As an AI language model, I can tell you that
    ..."). It stays where the sentence declines, says no, ends with it or says what is wrong with a thing, and where
    counsel follows. Its words and clues stay those of the whole."""
    piece = pieces[0]
    for lex in lexicons:
        found = lex["frame"].find(piece)
        if found is None:
            continue
        body = piece.body[found.end() :]
        stems = stems_of(body)
        if (
            len(body) * lex.density < LEFT
            or any(one["decline"].find(piece) for one in lexicons)
            or any(lex[name].find_in(body, stems) for name in WRONG)
            or any(lex[name].find(after) for after in pieces[1:2] for name in COUNSEL)
        ):
            return piece
        return piece._replace(body=body)
    return piece


def _labels(piece: Sentence, lexicons: tuple[Lexicon, ...]) -> bool:
    """Whether a short sentence is a label or a help line and declines nothing."""
    return (
        len(piece.body) * lexicons[0].density < LONGEST_LABEL
        and any(lex["notice"].find(piece) for lex in lexicons)
        and not any(lex["decline"].find(piece) for lex in lexicons)
    )


def _closes(pieces: Sequence[Sentence], lexicons: tuple[Lexicon, ...]) -> bool:
    """Whether the last sentence is one that closes answers and refusals alike."""
    last = pieces[-1]
    if any(lex["decline"].find(last) for lex in lexicons):
        return False
    if any(lex["around"].find(last) for lex in lexicons):
        return True
    labelled = last.start * lexicons[0].density >= LABELLED
    return _labels(last, lexicons) or (
        labelled and any(lex["notice"].find(last) for lex in lexicons)
    )
