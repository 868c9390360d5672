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
        second = answer.with_first(lex["side_b"])  # hardly any answer has one
        if second is None or answer.first(lex["side_a"]) is None:
            continue
        abstains = answer.first(lex["abstain"]) is not None
        if (ask.side or abstains) and (abstains or not answer.first(lex["takes_side"])):
            return second
    return None


def takes_side(answer: Answer, lexicons: tuple[Lexicon, ...]) -> bool:
    """Whether a phrase of the lexicons prefers one of two positions."""
    return any(
        answer.first(lex["side_b"])
        and answer.first(lex["side_a"])
        and answer.first(lex["takes_side"])
        for lex in lexicons
    )
