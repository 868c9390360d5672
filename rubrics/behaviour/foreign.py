"""Whether an answer is in a language that no lexicon knows: data in ``lexicons/foreign.yaml``."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from lawbound.rubrics.behaviour.lexicon import LexiconError, latin_stopwords
from lawbound.rubrics.behaviour.text import composed, opening, words
from lawbound.tasks.io.yaml_files import parse, read_yaml

HEAD = 600
"""Letters of an answer that decide."""
FEWEST = 5
"""Words below which nothing is decided."""
SHARE, AHEAD = 0.25, 1.3
"""So many of the words must be small words of the language, and so many times as many as of any known one."""
SPARSE, MANY, FAR = 0.12, 20, 2.0
"""What suffices of so many words: prose has fewer small words than a refusal, but next to none of another language."""
ITEMS, BRIEF = 6, 4.0
"""So many items of no more words on average may be names or titles."""
NAMED, SPEAKING = 0.75, 0.3
"""Titles: so many begin with a capital, and no more speak of oneself."""
_ITEM = re.compile(r"[,;\n]+|\s[–—-]\s")
MARKED = 0.03
"""Share of the letters that mark a language within a script."""


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    words: dict[str, str]
    own: dict[str, str]
    letters: dict[str, str]
    scripts: dict[str, tuple[int, int]]


def is_foreign(text: str, expected: str) -> bool:
    """Whether an answer's head is in a language or a script of which nothing is known.

    Args:
        text: The answer.
        expected: The prompt's language; most answers are in it.
    """
    head, found = composed(text[:HEAD]), opening(text)
    if not head.isascii() and _strange().search(head := head.lower()):
        letters = sum(map(len, words(head)))
        if len(_unknown().findall(head)) * 2 > letters > 0:
            return True
        if letters >= 20 and any(
            len(marks.findall(head)) > MARKED * letters for marks in _marks().values()
        ):
            return not _is_list(text)
    usual = latin_stopwords().get(expected, frozenset())
    if len(found) < FEWEST or sum(map(usual.__contains__, found)) > SHARE * len(found):
        return False
    least = SPARSE if len(found) >= MANY else SHARE
    if sum(map(_every().__contains__, found)) < max(2, least * len(found)):
        return False  # nor can be those of any one language; most answers end here
    share = max(sum(map(small.__contains__, found)) for small in _small().values())
    if share < 2 or share < least * len(found):
        return False
    known = max(sum(map(small.__contains__, found)) for small in latin_stopwords().values())
    ahead = share > (AHEAD if share >= SHARE * len(found) else FAR) * known
    return ahead and not _is_list(text)


def _is_list(text: str) -> bool:
    """Whether a head is a list of names or titles: whoever asks for Dutch painters gets Dutch words, in any language.
    No full stop ends its items, and none speaks of oneself or denies, or few do that begin with a capital as titles do."""
    parts = [part.strip() for part in _ITEM.split(text[:HEAD])]
    items = [item for part in parts if (item := words(part))]
    if len(items) < ITEMS or sum(map(len, items)) > BRIEF * len(items):
        return False
    if sum(part.endswith((".", "!", "…")) for part in parts) > 1:
        return False
    speaking = sum(not _own().isdisjoint(word.lower() for word in item) for item in items)
    named = sum(item[0][0].isupper() for item in items)
    return speaking == 0 or (speaking <= SPEAKING * len(items) and named >= NAMED * len(items))


@cache
def _read() -> _File:
    name = "foreign.yaml"
    file = files("lawbound.rubrics.behaviour") / "lexicons" / name
    return parse(read_yaml(file, LexiconError), _File, name, LexiconError)


@cache
def _small() -> Mapping[str, frozenset[str]]:
    return {lang: frozenset(text.split()) for lang, text in _read().words.items()}


@cache
def _own() -> frozenset[str]:
    """Small words by which somebody speaks of himself or to somebody, denies or regrets."""
    return frozenset(" ".join(_read().own.values()).split())


@cache
def _every() -> frozenset[str]:
    return frozenset().union(*_small().values())


@cache
def _marks() -> Mapping[str, re.Pattern[str]]:
    return {lang: re.compile(f"[{signs}]") for lang, signs in _read().letters.items()}


@cache
def _unknown() -> re.Pattern[str]:
    ranges = "".join(f"{chr(first)}-{chr(last)}" for first, last in _read().scripts.values())
    return re.compile(f"[{ranges}]")


@cache
def _strange() -> re.Pattern[str]:
    """Any letter that can make an answer foreign: without one, nothing is counted."""
    signs = "".join(_read().letters.values())
    return re.compile(f"{_unknown().pattern}|[{signs}]")
