"""Text as the grader sees it: cleaned, cut into sentences, quotations masked."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from operator import itemgetter, or_
from typing import NamedTuple, Protocol
from unicodedata import normalize

from lawbound.rubrics.behaviour.clues import STEM, Clues
from lawbound.rubrics.behaviour.variants import (
    ASCII_KEEPS,
    FOLD,
    FOLD_HAN,
    QUOTES,
    SAME_LENGTH,
    Pairs,
    occurring,
    replaced,
)

MAX_CHARS = 24_000
"""Longer answers are read at both ends, where their behaviour shows."""

_CONTRACTIONS = (
    ("can't", "cannot"),
    ("won't", "will not"),
    ("shan't", "shall not"),
    ("n't", " not"),
    ("i'm", "i am"),
    ("'re", " are"),
    ("'ll", " will"),
    ("'ve", " have"),
    ("i'd", "i would"),
    ("let's", "let us"),
    ("it's", "it is"),
    ("that's", "that is"),
    ("there's", "there is"),
    ("here's", "here is"),
    ("can not", "cannot"),
    ("wont ", "will not "),
    ("cant ", "cannot "),
)
_BEHIND = [(short.partition("'")[2][:1], short, full) for short, full in _CONTRACTIONS]
"""The same with the letter behind the apostrophe: a text has few of them, and is searched only for what they may be."""
# Each begins with one character class, to which the search skips.
_SENTENCE = re.compile(
    r"[.!?…。！？；।؟\n](?:(?<=[.!?…])[\"')\]]*\s+|(?<=[。！？；])|(?<=[।؟])[\"')\]]*\s*|(?<=\n)\n*)"
)
_ASCII_SENTENCE = re.compile(r"[.!?\n](?:(?<=\n)\n*|(?<!\n)[\"')\]]*\s+)")
_THAI = re.compile(r"[\u0e00-\u0e7f]")
_CLAUSE = re.compile(_SENTENCE.pattern + r"|(?<=[\u0e00-\u0e7f])\s+(?=[\u0e00-\u0e7f])")
FOREIGN = re.compile(r"[\u0400-\u06ff\u0900-\u0e7f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_WORD = re.compile(r"[^\W\d_]+")
_WIDE = re.compile(r"(?<![\w'’])(?:[\w'’]+,? {2,}){3,}[\w'’]+")
"""Words separated by several spaces each; one or two such gaps may be columns or code."""
_STRESS = re.compile(
    r"(?<!\w)(_{1,3})(?=[^\W_])([^_\n\x1f]{1,200})(?<=\S)\1(?!\w)"
    r"|(?:\A|(?<=\x1f))_{1,3}(?=[^\W_])|(?<=[.,!?])_{1,3}(?=\x1f|\Z)"
)
"""Underscores for emphasis; not those within a name or of a blank to fill in."""


_SEAM = "\x1f"
"""Separates sentences that are cleaned together: the control character "unit separator"."""


def blanking(kept: Callable[[str], bool]) -> bytes:
    """A table for `blanked` that keeps some characters."""
    return bytes(code if kept(chr(code)) else ord(" ") for code in range(128)) + bytes(128)


def blanked(text: str, table: bytes) -> str:
    """ASCII text with a space for each character that the table does not keep; `str.translate` looks each one up in a
    dictionary, which takes three times as long for a sentence."""
    return text.encode("ascii").translate(table).decode("ascii")


_APART = blanking(lambda char: char.isalnum() or char == "_")
_BUT_SEAMS = blanking(lambda char: char.isalnum() or char in ("_", _SEAM))
_LETTERS = blanking(str.isalpha)
_STEM = re.compile(rf"\b\w{{1,{STEM}}}")
_HEAD = itemgetter(slice(STEM))


class Searchable(Protocol):
    """Cleaned text, and the bits of the clues in it."""

    @property
    def body(self) -> str: ...

    @property
    def clues(self) -> int: ...


class Text(NamedTuple):
    """Cleaned text with the bits of the clues in it."""

    body: str
    clues: int


class Sentence(NamedTuple):
    """One sentence, cleaned, with its words or their stems, its offsets in the answer and the bits of the clues in it."""

    body: str
    words: Sequence[str]
    start: int
    end: int
    clues: int

    @property
    def stems(self) -> frozenset[str]:
        """Stems of all words; not cached."""
        return heads(self.words)


def stems_of(body: str) -> frozenset[str]:
    """Stems of all words."""
    return heads(_words_of(body))


def heads(words: Iterable[str]) -> frozenset[str]:
    """The stems of words."""
    return frozenset(map(_HEAD, words))


def _words_of(body: str) -> list[str]:
    """All words, or their stems."""
    if body.isascii():  # same result in a quarter of the time
        return blanked(body, _APART).split()
    return _STEM.findall(body)


# Begins with one character class as well.
_QUOTED = re.compile(
    r"[\"'「『>`](?:(?<=\")[^\"\n]{4,600}\"|(?<=')(?<!\w')(?:[^'\n]|(?<=\w)'(?=\w)){8,300}'(?!\w)"
    r"|(?<=[「『])[^」』\n]{4,600}[」』]|(?m:(?<=^>).*$)|(?<=`)``.*?(?:```|\Z))",
    re.S,
)


def cap(text: str) -> str:
    """Both ends of an answer that is too long to read whole."""
    if len(text) <= MAX_CHARS:
        return text
    return text[: MAX_CHARS * 2 // 3] + "\n" + text[-MAX_CHARS // 3 :]


def clean(text: str) -> str:
    """Lower case, straight quotes, contractions spelled out, single spaces, no emphasis marks."""
    return _spelled_out(_even(_plain(text)))


def _even(text: str) -> str:
    """The text without emphasis underscores, and with single spaces between words."""
    if "_" in text:
        text = _STRESS.sub(r"\2", text)
    return _WIDE.sub(_narrow, text) if "  " in text else text


def _narrow(found: re.Match[str]) -> str:
    return " ".join(found.group().split())


def _plain(text: str) -> str:
    if text.isascii():
        return text.replace("*", "").lower()
    return _folded(_straight(text), FOLD, FOLD_HAN)


def _straight(text: str) -> str:
    """Lower case, straight quotes, no emphasis marks."""
    return replaced(composed(text), QUOTES).lower()


def _folded(text: str, letters: Pairs, han: Pairs) -> str:
    """The text with the variants in `letters` replaced if its script is not Latin, and those in `han` if it is Chinese."""
    if FOREIGN.search(text) or "\u0307" in text:
        text = replaced(text, letters)
        if han and _KANA.search(text) is None:
            text = replaced(text, han)
    return text


def _spelled_out(text: str) -> str:
    if "'" in text:
        letters = {"", *[part[:1] for part in text.split("'")[1:]]}
        for letter, short, full in _BEHIND:
            if letter in letters and short in text:
                text = text.replace(short, full)
    return text


def mask_quotations(text: str) -> str:
    """Blank out quoted speech, block quotes and code: words there are mentioned, not used.

    Offsets do not change. An answer that is nearly all quotation is left alone, because some models put their whole
    answer in quotation marks.
    """
    plain = text if text.isascii() else replaced(text, SAME_LENGTH)
    if '"' not in plain and not any(mark in plain for mark in _QUOTING):
        return text
    spans = [found.span() for found in _QUOTED.finditer(plain)]
    if not spans or sum(end - start for start, end in spans) > 0.8 * len(text):
        return text
    parts, last = [], 0
    for start, end in spans:
        parts += [text[last:start], "·" * (end - start)]
        last = end
    return "".join([*parts, text[last:]])


_QUOTING = ("「", "『", ">", "```", " '", "\n'")


def sentences(text: str, spaced: bool = True, clues: Sequence[Clues] = ()) -> tuple[Sentence, ...]:
    """Cut at full stops and line breaks; Thai, which has no full stops, at spaces. Each sentence gets the `clues` that
    occur in it."""
    if text.isascii():
        pattern = _ASCII_SENTENCE
    else:
        pattern = _SENTENCE if spaced or not _THAI.search(text[:400]) else _CLAUSE
    start, pieces, starts, stops = 0, [], [], []
    for stop in [*[m.end() for m in pattern.finditer(text)], len(text)]:
        if piece := text[start:stop].rstrip():
            pieces.append(piece)
            starts.append(start)
            stops.append(stop)
        start = stop
    bodies = _clean_all(pieces)
    if not spaced:
        bodies = [body if body.isascii() else body.replace(" ", "") for body in bodies]
    words = _words_of_all(bodies)
    parts = (bodies, words, starts, stops, _clues_of_all(bodies, words, clues))
    return tuple(map(Sentence._make, zip(*parts, strict=True)))


def _clean_all(pieces: Sequence[str]) -> list[str]:
    """`clean` for each, in one pass if that gives the same result."""
    whole = _SEAM.join(pieces)
    if whole.count(_SEAM) != len(pieces) - 1:
        return [clean(piece) for piece in pieces]
    if whole.isascii():
        return _spelled_out(_even(_plain(whole))).split(_SEAM)
    if occurring(whole, ASCII_KEEPS):  # purely ASCII sentences keep them
        return [clean(piece) for piece in pieces]
    whole = _straight(whole)
    letters, han = occurring(whole, FOLD), occurring(whole, FOLD_HAN)
    return [
        _spelled_out(_even(_folded(body, letters, han) if letters or han else body))
        for body in whole.split(_SEAM)
    ]


def _words_of_all(bodies: Sequence[str]) -> list[list[str]]:
    """The words of each text, or their stems."""
    whole = _SEAM.join(bodies)
    if not whole.isascii() or whole.count(_SEAM) != len(bodies) - 1:
        return [_words_of(body) for body in bodies]
    return [words.split() for words in blanked(whole, _BUT_SEAMS).split(_SEAM)]


def _clues_of_all(
    bodies: Sequence[str], words: Sequence[Sequence[str]], clues: Sequence[Clues]
) -> list[int]:
    found = [0] * len(bodies)
    for one in clues:
        found = list(map(or_, found, one.within_each(bodies, words)))
    return found


def composed(text: str) -> str:
    """The text with each accented letter as one character (NFC)."""
    return text if text.isascii() else normalize("NFC", text)


def words(text: str) -> list[str]:
    """Runs of letters."""
    if text.isascii():  # same result in half the time
        return blanked(text, _LETTERS).split()
    return _WORD.findall(text)


@lru_cache(maxsize=1)
def opening(text: str) -> list[str]:
    """The first words of a text in lower case; cached, because each text needs them twice."""
    return words(composed(text[:480]).lower())[:80]
