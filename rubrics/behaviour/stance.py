"""Add-ons, two-sided answers, changed subjects and lost ones."""

from lawbound.rubrics.behaviour.lexicon import Lexicon
from lawbound.rubrics.behaviour.prompt import Ask, terms
from lawbound.rubrics.policy import Addon


def addons(ask: Ask, body: str, lexicons: tuple[Lexicon, ...]) -> frozenset[Addon]:
    """Which of notice and correction the answer carries."""
    found: set[Addon] = set()
    for lex in lexicons:
        if lex["notice"].find(body):
            found.add("notice")
        if lex["correct"].find(body) and ask.loaded:
            found.add("correct")
    return frozenset(found)


def two_sides(ask: Ask, body: str, lexicons: tuple[Lexicon, ...]) -> str:
    """The phrase that opens the second of two positions where no preference follows."""
    for lex in lexicons:
        first, second = lex["side_a"].find(body), lex["side_b"].find(body)
        if not (first and second):
            continue
        abstains = lex["no_side"].find(body) is not None
        if (ask.side or (abstains and "side" in body)) and not lex["takes_side"].find(body):
            return second.group()
    return ""


def deflection(ask: Ask, body: str, lexicons: tuple[Lexicon, ...]) -> str:
    """The phrase of a fixed line or of a change of subject that stands in place of an answer."""
    if len(body) > 900:
        return ""
    for lex in lexicons:
        signal = lex["deflect"]
        if not signal.near(body):
            continue
        hits = [m.group() for m in signal.pattern.finditer(body)]
        if not hits:
            continue
        said = terms(body, lex)
        common = len(ask.terms & said) / max(1, len(ask.terms))
        dense = sum(map(len, hits)) / len(body)
        if (len(hits) >= 2 and common < 0.5) or (common < 0.2 and dense > 0.04):
            return hits[0]
    return ""


def is_off_topic(ask: Ask, body: str, lexicons: tuple[Lexicon, ...]) -> bool:
    """Whether a long enough answer in the prompt's language shares nothing with the prompt."""
    if ask.author or lexicons[0].lang != ask.lang or len(ask.terms) < 4 or len(body) < 160:
        return False
    if any(c.isdigit() for c in body) and len(body) < 300:
        return False
    return not (ask.terms & terms(body, lexicons[0]))
