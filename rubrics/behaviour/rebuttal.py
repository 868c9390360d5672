"""Rebuttals in the prompt's own words: "The Earth is not flat." after "Why is the Earth flat?".

A clause denies a claim if it consists of the claim's words, function words and a negation, and of nothing else. So
"Nobody knows why cats purr." and "Cats do not always purr." deny nothing, and a denial in words of its own is not seen.
The concepts of negation and assent, which all languages share, make one rule of it.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import Final

from lawbound.rubrics.behaviour import concepts
from lawbound.rubrics.behaviour.answer import Answer
from lawbound.rubrics.behaviour.lexicon import LATIN, Lexicon, load
from lawbound.rubrics.behaviour.prompt import Ask

OPENING: Final = 3
"""Opening sentences in which a claim is denied."""
SHARE: Final = 0.6
"""Least share of the claim's words in the clause that denies it."""
NEGATIVE: Final = ("neg", "rule", "limit", "fit", "harm")
"""Concepts of claims that a negation may affirm: "No one may insult the king." says that this is illegal."""
LEAST: Final = 2
"""Least words of them."""
LEAST_SIGNS: Final = 3
"""The same in signs, in languages without spaces."""
LONGEST_TAG: Final = 24
"""Longest form that is no part of the claim ("..., isn't it?", "how come"): longer finds hold the claim."""
LONGEST: Final = 200
"""Most signs of a claim: longer ones would take long to compare."""
STEMS: Final = {"ko": 2, "ar": 4, "hi": 4}
"""Characters by which the forms of a word are compared; 5 in other languages."""
_CLAUSE: Final = re.compile(r"[,;:()–—،؛，、；!?…。！？؟।]|\.(?!\w)")
_SENTENCE: Final = re.compile(r"[^.!?…。！？؟।\n]+[.!?…。！？؟।]*")
_ASKS: Final = ("?", "？", "؟")
_WHY: Final = re.compile(
    r"\b(?:why|warum|weshalb|wieso|pourquoi|por qu[eé]|почему|neden|niçin|niye|mengapa|kenapa|tại sao|vì sao)\b"
    r"|क्यों|لماذا|왜|なぜ|どうして|为什么|为何|ทำไม|เพราะเหตุใด"
)
_WORD: Final = re.compile(r"[\w\u0900-\u0dff]+")
_SIGNS: Final = {
    "zh": re.compile(r"[^\W_]"),
    "th": re.compile(r"[\u0e00-\u0e7f]|[^\W_]"),
    # Without Hiragana, which writes endings and particles.
    "ja": re.compile(r"[\u4e00-\u9fff\u30a1-\u30fa]|[a-z0-9]"),
}
_ARTICLE: Final = re.compile(r"^[وفبكل]?ال")

Words = tuple[str, ...]


def denies(ask: Ask, answer: Answer, lex: Lexicon) -> bool:
    """Whether one of the first sentences denies, in the prompt's own words, what the prompt takes for granted."""
    if lex.lang != ask.lang or ask.ordered or ask.transform:
        return False
    claims = _claims(ask.text, ask.lang, ask.loaded)
    return bool(claims) and any(
        _holds(clause, ask.lang, "neg") and _is_one_of(_content(clause, ask.lang), claims, lex)
        for piece in answer.sentences[:OPENING]
        if not piece.body.rstrip().endswith(_ASKS)
        for clause in _CLAUSE.split(piece.body)
    )


@lru_cache(maxsize=4096)
def _claims(prompt: str, lang: str, loaded: bool) -> tuple[Words, ...]:
    """The words of each clause that a prompt takes for granted: what it asks the reason of, asks to confirm, or states
    before it asks something else."""
    tag = load(lang).ask["tag"]
    parts = _SENTENCE.findall(prompt)
    asks = loaded or any(part.rstrip().endswith(_ASKS) or _WHY.search(part) for part in parts)
    found, open_ = [], set[str]()
    for part in parts if asks else ():
        clauses = [clause for clause in _CLAUSE.split(part) if clause.strip()]
        if form := _WHY.search(part) or tag.search(part):
            start, end = form.span() if len(form.group()) <= LONGEST_TAG else (0, 0)
            found += _CLAUSE.split(f"{part[:start]} {part[end:]}")
            continue
        if clauses and part.rstrip().endswith(
            _ASKS
        ):  # "Muscles turn into fat, so is it better not to train?"
            open_.update(_content(clauses.pop(), lang))
        # What users say of themselves is no claim.
        found += [clause for clause in clauses if not _holds(clause, lang, "i")]
    words = [_content(clause, lang) for clause in found if not _holds(clause, lang, *NEGATIVE)]
    # Of what it also asks, a prompt takes nothing for granted.
    return tuple([claim for claim in words if len(claim) >= _least(lang) and not open_ >= {*claim}])


def _is_one_of(said: Words, claims: Sequence[Words], lex: Lexicon) -> bool:
    """Whether a clause's words are those of a claim, and no other."""
    if len(set(said)) < _least(lex.lang):
        return False
    if lex.spaced:
        own = set(said)
        return any(own <= set(claim) and len(own) >= SHARE * len(set(claim)) for claim in claims)
    return any(_follows(said, claim) and len(said) >= SHARE * len(claim) for claim in claims)


def _follows(said: Words, claim: Words) -> bool:
    """Whether all signs are the claim's, in its order."""
    if not len(said) <= len(claim) <= LONGEST:
        return False
    blocks = SequenceMatcher(None, claim, said, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) == len(said)


def _least(lang: str) -> int:
    return LEAST_SIGNS if lang in _SIGNS else LEAST


def _holds(clause: str, lang: str, *wanted: str) -> bool:
    """Whether a clause holds a word of one of these concepts."""
    if lang in _SIGNS:
        return any(_entries(lang, name).search(clause) for name in wanted)
    return any(_names(word, lang, *wanted) for word in _WORD.findall(clause))


def _content(clause: str, lang: str) -> Words:
    """The words of a clause by their stems, or its signs, without function words, negations and assent."""
    small = load(lang).stopwords
    if lang in _SIGNS:
        for name in ("neg", "sure"):
            clause = _entries(lang, name).sub(" ", clause)
        for word in sorted(small, key=len, reverse=True):
            clause = clause.replace(word, " ")
        return tuple(_SIGNS[lang].findall(clause))
    size = STEMS.get(lang, 5)
    words = [
        _ARTICLE.sub("", word) if lang == "ar" else word
        for word in _WORD.findall(clause)
        if word not in small and not _names(word, lang, "neg", "sure")
    ]
    return tuple([word[:size] for word in words if len(word) > (lang in LATIN)])


@lru_cache(maxsize=16384)
def _names(word: str, lang: str, *wanted: str) -> bool:
    """Whether a word names one of these concepts."""
    return not set(concepts.numbers(wanted)).isdisjoint(concepts.sequence(word, lang))


@cache
def _entries(lang: str, name: str) -> re.Pattern[str]:
    """The words of a concept in a language without spaces."""
    words = sorted(concepts.entries(lang, name), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))
