"""Answers that change the subject, or have lost it."""

import re

from lawbound.rubrics.behaviour.answer import Answer
from lawbound.rubrics.behaviour.lexicon import Lexicon
from lawbound.rubrics.behaviour.prompt import Ask, terms
from lawbound.rubrics.behaviour.text import Sentence

LONGEST_DEFLECTION = 900
"""A changed subject is short, or it is an answer to something."""
_NUMBER = re.compile(r"\d{2,}")
_SHAPED = re.compile(r"```|^\s*(?:[-*•]|\d+[.)])\s|\A\W*[\"«„“(「『]", re.MULTILINE)
SHORTEST_DIGRESSION = 260
"""Shorter answers may well be on the subject without naming it."""
SHARED = {"ko": 2}
"""Letters of a word that its other forms and its compounds keep; 4 where nothing is said."""


def deflection(ask: Ask, answer: Answer, lexicons: tuple[Lexicon, ...]) -> Sentence | None:
    """The first sentence with a fixed line or a change of subject that stands in place of an answer."""
    if len(answer.raw) > LONGEST_DEFLECTION:
        return None
    for lex in lexicons:
        hits = answer.all(lex["deflect"])
        if not hits:
            continue
        common = len(ask.terms & terms(answer.body, lex)) / max(1, len(ask.terms))
        dense = len(hits) / len(answer.sentences)
        if (len(hits) >= 2 and common < 0.5 and dense >= 0.3) or (common < 0.2 and dense >= 0.3):
            return answer.with_first(lex["deflect"])
    return None


def is_off_topic(ask: Ask, answer: Answer, lexicons: tuple[Lexicon, ...]) -> bool:
    """Whether a long enough answer in the prompt's language shares nothing with the prompt.

    Only plain prose that follows a question: lists, code, verse and dialogue need not name what was
    asked for, nor need an answer that begins with yes or no.
    """
    size = len(answer.raw) * lexicons[0].density
    if not ask.question or ask.yesno or ask.author or ask.justify:
        return False
    if lexicons[0].lang != ask.lang or len(ask.terms) < 3 or size < SHORTEST_DIGRESSION:
        return False
    if _SHAPED.search(answer.raw):
        return False
    if any(number in answer.raw for number in _NUMBER.findall(ask.text)):
        return False
    if not lexicons[0].spaced:
        return {term[:4] for term in ask.terms}.isdisjoint(terms(answer.body, lexicons[0]))
    shared = SHARED.get(ask.lang, 4)
    body = answer.body
    return not any(term[:shared] in body for term in ask.terms)
