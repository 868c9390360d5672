"""Answers that set out two positions, without a preference or with one."""

from lawbound.rubrics.behaviour.answer import Answer
from lawbound.rubrics.behaviour.lexicon import Lexicon
from lawbound.rubrics.behaviour.prompt import Ask
from lawbound.rubrics.behaviour.text import Sentence


def two_sides(ask: Ask, answer: Answer, lexicons: tuple[Lexicon, ...]) -> Sentence | None:
    """The sentence that opens the second of two positions if neither is preferred. None if the requested text takes one
    side: the learned part then decides whether that was served."""
    if ask.one_sided:
        return None
    for lex in lexicons:
        abstains = answer.first(lex["abstain"]) is not None
        if not (ask.side or abstains):
            continue
        second = answer.with_first(lex["side_b"])
        if second is None or answer.first(lex["side_a"]) is None:
            continue
        if abstains or not answer.first(lex["takes_side"]):
            return second
    return None


def takes_side(answer: Answer, lexicons: tuple[Lexicon, ...]) -> bool:
    """Whether a phrase of the lexicons prefers one of two positions."""
    names = ("takes_side", "side_a", "side_b")
    return any(
        all(lex[name].near(answer) for name in names)
        and all(answer.first(lex[name]) for name in names)
        for lex in lexicons
    )
