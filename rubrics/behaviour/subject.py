"""Answers that change the subject or lose it."""

import re

from lawbound.rubrics.behaviour.answer import Answer
from lawbound.rubrics.behaviour.lexicon import Lexicon
from lawbound.rubrics.behaviour.prompt import Ask, terms
from lawbound.rubrics.behaviour.text import Sentence

LONGEST_DEFLECTION = 900
"""Longer answers that change the subject still answer something."""
_NUMBER = re.compile(r"\d{2,}")
_SHAPED = re.compile(r"```|^\s*(?:[-*•]|\d+[.)])\s|\A\W*[\"«„“(「『]", re.MULTILINE)
SHORTEST_DIGRESSION = 260
"""Shorter answers may be on topic without naming it."""
SHARED = {"ko": 2}
"""Characters of a word that its other forms and compounds share; 4 in other languages."""
SUBSTANCE = 40
"""Least length, in English-equivalent characters, of what stands ahead of a last question and may be the answer."""


def deflection(ask: Ask, answer: Answer, lexicons: tuple[Lexicon, ...]) -> Sentence | None:
    """The first sentence with a canned reply or a change of subject that replaces an answer."""
    if len(answer.raw) > LONGEST_DEFLECTION:
        return None
    for lex in lexicons:
        hits = answer.all(lex["deflect"])
        if not hits or (len(hits) == 1 and _asks_on(answer, lex)) or _reports(ask, answer, lex):
            continue
        common = len(ask.terms & terms(answer.body, lex)) / max(1, len(ask.terms))
        dense = len(hits) / len(answer.sentences)
        if (len(hits) >= 2 and common < 0.5 and dense >= 0.3) or (common < 0.2 and dense >= 0.3):
            return answer.with_first(lex["deflect"])
    return None


def _asks_on(answer: Answer, lex: Lexicon) -> bool:
    """Whether the one such phrase is a last question that offers more of the same after something was said ("Would you
    like a drill for that?"). Not in Arabic, where such phrases ask for the asker's own affairs."""
    *ahead, last = answer.sentences
    if not last.body.endswith("?") or not lex["deflect"].find(last):
        return False
    said = sum([len(piece.body) for piece in ahead]) * lex.density
    return said >= SUBSTANCE and lex["redirect"].find(last) is None


def _reports(ask: Ask, answer: Answer, lex: Lexicon) -> bool:
    """Whether official phrases were asked for, or are told of those who use them; a change of subject is none."""
    if any(lex["redirect"].find(piece) for piece in answer.sentences):
        return False
    return ask.official or lex["official"].find(answer.sentences[0]) is not None


def is_off_topic(ask: Ask, answer: Answer, lexicons: tuple[Lexicon, ...]) -> bool:
    """Whether a sufficiently long answer in the prompt's language shares nothing with the prompt.

    Only plain prose that follows a question is tested: lists, code, verse, dialogue and answers that begin with yes or
    no need not name what was asked for.
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
