"""What the words of a sentence are about, in names shared by all languages; data in ``concepts.yaml``.

Fifteen languages share too little spelling to learn from each other. But they build a refusal alike (a speaker, a
negation, an act of saying, the request), so words are replaced by some thirty concepts, and what is learned about the
concepts in one language holds for all of them.
"""

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from lawbound.rubrics.behaviour.lexicon import LANGUAGES, LexiconError
from lawbound.rubrics.behaviour.text import Sentence, blanked, blanking, clean
from lawbound.tasks.io.yaml_files import read_yaml

UNSPACED = ("zh", "ja", "th")
_TOKEN = re.compile(r"[\w'\u0900-\u0dff-]+")
_BETWEEN = blanking(lambda char: _TOKEN.match(char) is not None)
_CLITICS = re.compile(r"^[وف]?(?:ال|لل|[بلكس](?:ال)?)?")
_MOST_TOKENS = 50_000
"""Distinct words cached for each language; a full cache is emptied, so that memory stays bounded."""
_MOST_SENTENCES = 4096
"""Sentences cached: those of a batch are looked up twice, and a single one may be very long."""

_EVEN = {"th": 1.8, "ja": 1.4, "tr": 0.85, "ar": 0.85}
"""Factors that make the share of words with a concept comparable between languages."""

TELLING = (
    "neg", "decline", "sorry", "ask", "topic", "say", "help", "rule", "limit", "ai", "opinion", "else"
)  # fmt: skip
"""Concepts of which a very short refusal contains at least one."""
OWN = (
    "i", "decline", "sorry", "ask", "topic", "text", "do", "say", "help", "rule", "limit", "ai",
    "opinion", "else", "this",
)  # fmt: skip
"""Concepts that refer to the speaker or to the request; a bare negation does not ("Not until 1971.")."""
WITHHOLDING = ("neg", "decline", "sorry", "limit", "rule", "else", "fit")
"""Concepts of which any refusal contains at least one."""
SPEAKER = ("i", "ai", "decline", "sorry")
"""Concepts that refer to the speaker."""
POINTING = (*SPEAKER, "ask", "topic", "text", "do", "say", "help", "this")
"""Concepts that refer to the speaker or to the request, without rules, limits and opinions."""

Names = tuple[int, ...]
Numbers = npt.NDArray[np.int64]


class _Known(dict[str, Names]):
    """Concepts by word, filled as words are looked up."""

    def __init__(self, name: Callable[[str], Names]) -> None:
        super().__init__()
        self._name = name

    def __missing__(self, token: str) -> Names:
        found = self[token] = self._name(token)
        return found


class Concepts:
    """The concept words of one language."""

    def __init__(self, lang: str, words: Mapping[str, str]) -> None:
        self.lang = lang
        self._whole: dict[str, set[int]] = {}
        self._begin: dict[str, set[int]] = {}
        self._end: dict[str, set[int]] = {}
        self._part: dict[str, set[int]] = {}
        self._two: dict[str, set[int]] = {}
        self._known = _Known(self._name)
        for number, text in enumerate(words.values()):
            for entry in text.split():
                self._add(entry, number)
        self._firsts = {words.split()[0] for words in self._two}

    def sequence(self, body: str) -> list[Names]:
        """The concepts of a cleaned sentence, in order; words without one are left out."""
        if self.lang in UNSPACED:
            return self._scan(body)
        tokens = _tokens(body)
        if len(self._known) >= _MOST_TOKENS:
            self._known.clear()
        found = [*filter(None, map(self._known.__getitem__, tokens))]
        firsts = self._firsts
        if not firsts.isdisjoint(tokens):
            for i, token in enumerate(tokens[:-1]):
                if token in firsts and (both := self._two.get(f"{token} {tokens[i + 1]}")):
                    found.append(tuple(sorted(both)))
        return found

    def _add(self, entry: str, number: int) -> None:
        word = clean(entry.strip("-").replace("_", " "))
        begins, ends = entry.endswith("-"), entry.startswith("-")
        if self.lang in UNSPACED or (begins and ends):
            table = self._part
        elif " " in word:
            table = self._two
        else:
            table = self._begin if begins else self._end if ends else self._whole
        table.setdefault(word, set()).add(number)

    @cached_property
    def _longest(self) -> re.Pattern[str]:
        """Pattern for the longest entry at a position, grouped by first character to spare it most alternatives."""
        rests: dict[str, list[str]] = {}
        for entry in sorted(self._part, key=len, reverse=True):
            rests.setdefault(re.escape(entry[0]), []).append(re.escape(entry[1:]))
        return re.compile("|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in rests.items()))

    @cached_property
    def _names_of_part(self) -> Mapping[str, Names]:
        return {entry: tuple(sorted(names)) for entry, names in self._part.items()}

    def _scan(self, body: str) -> list[Names]:
        return [*map(self._names_of_part.__getitem__, self._longest.findall(body))]

    def _name(self, token: str) -> Names:
        names = set(self._whole.get(token, ()))
        stems = {token, _CLITICS.sub("", token)} if self.lang == "ar" else {token}
        for stem in stems:
            names |= self._whole.get(stem, set())
            for n in range(2 if self.lang == "ar" else 1, len(stem) + 1):
                names |= self._begin.get(stem[:n], set())
        for n in range(1, len(token)):
            names |= self._end.get(token[n:], set())
        for part, numbers in self._part.items():
            # Short Arabic stems occur inside unrelated words: there they must begin the word.
            if part in token and (
                self.lang != "ar" or len(part) > 3 or any(s.startswith(part) for s in stems)
            ):
                names |= numbers
        return tuple(sorted(names))


def _tokens(body: str) -> list[str]:
    if body.isascii():  # same result in half the time
        return blanked(body, _BETWEEN).split()
    return _TOKEN.findall(body)


@cache
def names() -> tuple[str, ...]:
    """The concepts, in the order of their numbers."""
    return tuple(_read()["en"])


@cache
def load(lang: str) -> Concepts:
    """The concept words of one language."""
    return Concepts(lang, _read()[lang])


def entries(lang: str, name: str) -> list[str]:
    """The words of a concept, as they stand in the file."""
    return _read()[lang][name].split()


@cache
def _read() -> Mapping[str, Mapping[str, str]]:
    name = "concepts.yaml"
    data = read_yaml(files("lawbound.rubrics.behaviour") / name, LexiconError)
    if not isinstance(data, dict) or set(data) != set(LANGUAGES):
        raise LexiconError(f"{name}: found {data!r:.60}, expected the languages {LANGUAGES}")
    order = list(data["en"])
    for lang, words in data.items():
        if list(words) != order:
            raise LexiconError(f"{name}: {lang}: concepts differ from those of 'en'")
    return data


def count() -> int:
    """Number of features that `places` can return."""
    k = len(names())
    return k * (2 + len(LANGUAGES) + 2 * k + k * k)


@lru_cache(maxsize=_MOST_SENTENCES)
def sequence(body: str, lang: str) -> tuple[int, ...]:
    """The concepts of a cleaned sentence, in order."""
    return tuple(itertools.chain.from_iterable(load(lang).sequence(body)))


def word_count(body: str, lang: str) -> int:
    """Number of words, estimated from the characters in languages without spaces."""
    return len(body) // 2 if lang in UNSPACED else body.count(" ") + 1


def evenness(lang: str) -> float:
    """Factor on the share of words with a concept."""
    return _EVEN.get(lang, 1.0)


def places(
    sequences: Sequence[Sequence[int]], langs: Sequence[str]
) -> tuple[tuple[Numbers, Numbers], tuple[Numbers, Numbers], npt.NDArray[np.bool_]]:
    """Features of many sentences: single concepts, pairs in any order, and sequences of two and three.

    Returns:
        Feature indices and the sentence of each; the same for features that count only in the first sentence of a
        passage; and which sentence (rows) contains which concept (columns).
    """
    k = len(names())
    own = np.array([k * (2 + LANGUAGES.index(lang)) for lang in langs])
    pairs = k * (2 + len(LANGUAGES))
    rows, threes = pairs + k * k, pairs + 2 * k * k
    owner = np.repeat(np.arange(len(sequences)), [len(found) for found in sequences])
    named = np.fromiter(itertools.chain.from_iterable(sequences), np.int64, len(owner))
    present = np.zeros((len(sequences), k), dtype=bool)
    present[owner, named] = True
    which, what = present.nonzero()
    with_pair, left, right = _pairs(which, what, len(sequences))
    two = owner[1:] == owner[:-1]
    three = owner[2:] == owner[:-2]
    found = np.concatenate(
        [
            what,
            own[which] + what,
            pairs + left * k + right,
            rows + (named[:-1] * k + named[1:])[two],
            threes + ((named[:-2] * k + named[1:-1]) * k + named[2:])[three],
        ]
    )
    owners = np.concatenate([which, which, with_pair, owner[1:][two], owner[2:][three]])
    return (found, owners), (k + what, which), present


def _pairs(which: Numbers, what: Numbers, sentences: int) -> tuple[Numbers, Numbers, Numbers]:
    """Each pair of concepts of a sentence once, from sorted rows and columns: the sentence and the two concepts."""
    last = np.cumsum(np.bincount(which, minlength=sentences))[which]
    later = last - np.arange(1, len(which) + 1)
    left = np.repeat(np.arange(len(which)), later)
    nth = np.arange(len(left)) - np.repeat(np.cumsum(later) - later, later)
    return which[left], what[left], what[left + 1 + nth]


def mentions(sentences: Sequence[Sentence], lang: str, wanted: Sequence[str] = TELLING) -> bool:
    """Whether any word can belong to a refusal; "It is 4." and "Call a plumber." have none."""
    found = frozenset(numbers(tuple(wanted)))
    return any(not found.isdisjoint(sequence(piece.body, lang)) for piece in sentences)


@cache
def numbers(wanted: tuple[str, ...]) -> tuple[int, ...]:
    """The numbers of these concepts."""
    return tuple(map(names().index, wanted))
