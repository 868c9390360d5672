"""Whether an answer is in a language without a lexicon; data in ``lexicons/foreign.yaml``."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from lawbound.rubrics.behaviour.lexicon import LexiconError, latin_stopwords
from lawbound.rubrics.behaviour.text import composed, opening, words
from lawbound.tasks.io.yaml_files import Strict, parse, read_yaml

HEAD = 600
"""Characters of an answer that decide."""
FEWEST = 5
"""Fewest words that allow a decision."""
SHARE, AHEAD = 0.25, 1.3
"""Least share of function words of the language, and least ratio to those of any known language."""
SPARSE, MANY, FAR = 0.12, 20, 2.0
"""The same two thresholds for texts of at least `MANY` words: prose has fewer function words than a refusal, but next
to none of another language."""
ITEMS, BRIEF = 6, 4.0
"""Fewest items, and most words per item on average, of a list of names or titles."""
NAMED, SPEAKING = 0.75, 0.3
"""A list of titles: at least this share begins with a capital, at most this share has a word of `_personal`."""
_ITEM = re.compile(r"[,;\n]+|\s[–—-]\s")
MARKED = 0.03
"""Least share of letters that only one language of a script uses."""


class _File(Strict):
    words: dict[str, str]
    own: dict[str, str]
    letters: dict[str, str]
    scripts: dict[str, tuple[int, int]]


def is_foreign(text: str, expected: str) -> bool:
    """Whether the beginning of an answer is in an unknown language or script.

    Args:
        text: The answer.
        expected: The prompt's language; most answers are in it.
    """
    head, found = composed(text[:HEAD]), opening(text)
    if not head.isascii() and _suspect().search(head := head.lower()):
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
    if sum(map(_any_function_word().__contains__, found)) < max(2, least * len(found)):
        return False  # no single language can have more; most answers end here
    share = max(sum(map(own.__contains__, found)) for own in _function_words().values())
    if share < 2 or share < least * len(found):
        return False
    known = max(sum(map(own.__contains__, found)) for own in latin_stopwords().values())
    ahead = share > (AHEAD if share >= SHARE * len(found) else FAR) * known
    return ahead and not _is_list(text)


def _is_list(text: str) -> bool:
    """Whether a text is a list of names or titles: a list of Dutch painters is full of Dutch words, in any language.
    Its items end in no full stop; none has a word of `_personal`, or only few do and most are capitalised as titles
    are."""
    parts = [part.strip() for part in _ITEM.split(text[:HEAD])]
    items = [item for part in parts if (item := words(part))]
    if len(items) < ITEMS or sum(map(len, items)) > BRIEF * len(items):
        return False
    if sum(part.endswith((".", "!", "…")) for part in parts) > 1:
        return False
    speaking = sum(not _personal().isdisjoint(word.lower() for word in item) for item in items)
    named = sum(item[0][0].isupper() for item in items)
    return speaking == 0 or (speaking <= SPEAKING * len(items) and named >= NAMED * len(items))


@cache
def _read() -> _File:
    name = "foreign.yaml"
    file = files("lawbound.rubrics.behaviour") / "lexicons" / name
    return parse(read_yaml(file, LexiconError), _File, name, LexiconError)


@cache
def _function_words() -> Mapping[str, frozenset[str]]:
    return {lang: frozenset(text.split()) for lang, text in _read().words.items()}


@cache
def _personal() -> frozenset[str]:
    """First- and second-person function words, and words of denial and regret."""
    return frozenset(" ".join(_read().own.values()).split())


@cache
def _any_function_word() -> frozenset[str]:
    return frozenset().union(*_function_words().values())


@cache
def _marks() -> Mapping[str, re.Pattern[str]]:
    return {lang: re.compile(f"[{chars}]") for lang, chars in _read().letters.items()}


@cache
def _unknown() -> re.Pattern[str]:
    ranges = "".join(f"{chr(first)}-{chr(last)}" for first, last in _read().scripts.values())
    return re.compile(f"[{ranges}]")


@cache
def _suspect() -> re.Pattern[str]:
    """Any character that can make an answer foreign; without one, nothing is counted."""
    chars = "".join(_read().letters.values())
    return re.compile(f"{_unknown().pattern}|[{chars}]")
