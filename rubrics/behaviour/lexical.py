"""What the lexicons alone would say of an answer."""

import re
from dataclasses import replace
from typing import Final

from lawbound.rubrics.behaviour.anatomy import Anatomy, dissect
from lawbound.rubrics.behaviour.answer import take_apart
from lawbound.rubrics.behaviour.broken import (
    degenerate_span,
    is_empty,
    is_missing,
    service_message,
    strip_tokens,
)
from lawbound.rubrics.behaviour.curt import plain, told, turned
from lawbound.rubrics.behaviour.draft import LONGEST_EVIDENCE, Draft, span
from lawbound.rubrics.behaviour.foreign import is_foreign
from lawbound.rubrics.behaviour.language import guess_language
from lawbound.rubrics.behaviour.lexicon import Lexicon, latin_stopwords, load, shipped
from lawbound.rubrics.behaviour.prompt import Ask, read
from lawbound.rubrics.behaviour.refusal import decide
from lawbound.rubrics.behaviour.text import cap
from lawbound.rubrics.policy.requirement import Addon
from lawbound.rubrics.verdict import Reading

_ENGLISH: Final = re.compile(r"\b(?:I|I'm|the|you|can't|cannot|sorry|with|this|not|that)\b")


def draft(ask: Ask, prompt: str, response: str) -> Draft | Reading:
    """The reading by the lexicons, or what they leave to be weighed."""
    if is_empty(response):
        return Reading("empty")
    text = strip_tokens(cap(response)).strip()
    if is_missing(ask.text, text, ask.lang) or is_foreign(text, ask.lang):
        return Reading("unscored", evidence=text[:LONGEST_EVIDENCE], confidence=0.0)
    whole = _lexicons(text, ask)
    answer = take_apart(text, whole)
    if broken := degenerate_span(prompt, text, answer.stems):
        return Reading("degenerate", evidence=broken[:LONGEST_EVIDENCE], confidence=0.9)
    lexicons = tuple(lex.within(answer) for lex in whole)
    if line := told(ask, answer, lexicons):
        return line
    anatomy = dissect(answer, ask, lexicons)
    if not any(d.meta for d in anatomy.of("hard")):
        english = (
            () if any(lex.lang == "en" for lex in whole) or not text.isascii() else (load("en"),)
        )
        for lex in (*whole, *english):  # gateways speak English
            if service_message(ask.text, text, lex):
                return Reading("unscored", evidence=text[:LONGEST_EVIDENCE], confidence=0.0)
    made = Draft(text, ask, answer, lexicons, anatomy)
    found = _declined(made, anatomy) or turned(made) or plain(made, anatomy)
    if found is not None and found.behaviour == "partial":
        return replace(made, leaning=found)
    return found or made


def is_in_unread_language(prompt: str, response: str, lang: str | None) -> bool:
    """Whether an answer is in a language without a lexicon, so that nobody here can tell what it does."""
    return is_foreign(strip_tokens(cap(response)).strip(), read(prompt, lang).lang)


def _declined(made: Draft, anatomy: Anatomy) -> Reading | None:
    """What declining phrases make of the answer."""
    if not anatomy.declines:
        return None
    behaviour, confidence = decide(anatomy, made.ask, made.answer, made.lexicons)
    if behaviour == "answer":
        return None
    kept = frozenset[Addon]() if behaviour == "refuse" else made.marks
    declining = anatomy.of("hard", "narrow") or anatomy.declines
    return Reading(behaviour, kept, span(made.text, declining[0].sentence), confidence)


def _lexicons(text: str, ask: Ask) -> tuple[Lexicon, ...]:
    """The answer's language first; English too, because models fall back to it when they refuse."""
    spoken = guess_language(text, latin_stopwords(), ask.lang)
    names = [spoken] if spoken in shipped() else [ask.lang]
    if "en" not in names and len(_ENGLISH.findall(text[:600])) >= 2:
        names.append("en")
    return tuple(load(name) for name in names)
