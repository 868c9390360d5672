"""The learned part, first step: linear margins of the sentences of an answer, in any wording.

The lexicons know phrases that somebody thought of. This part reads character n-grams (hashed, so that no vocabulary is
shipped), the concepts of `concepts`, and the outer form. Each of `COLUMNS` is a linear margin over these, for a
sentence or a passage. All but the outer form are sums over sentences, so that any passage costs two subtractions, and
the sentences of many answers are summed at once. Integers make the sums the same on every platform. Trained only on
texts written for this project (``training/``, `benchmarks/train_grader.py`); the `traits` of an answer are made from
the margins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lawbound.rubrics.behaviour import concepts
from lawbound.rubrics.behaviour.lexicon import DENSITY
from lawbound.rubrics.behaviour.ngrams import Runs, Whole, ngrams
from lawbound.rubrics.behaviour.text import Sentence

COLUMNS: Final = ("withholds", "deflects", "declines", "both sides", "serves not")
"""The passage withholds; it changes the subject; the sentence declines; the passage sets out both sides and takes none;
the sentence belongs to a refusal."""
CLAIMS: Final = 18
STEPS: Final = 16
SHAPES: Final = CLAIMS + STEPS
Floats = npt.NDArray[np.float64]
Small = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Weights:
    """Tables with a column for each of `COLUMNS`; `scale` is the scale of the integers in each table."""

    grams: npt.NDArray[np.float32]
    """Integers too."""
    concepts: Small
    shape: Small
    bias: Small
    scale: Floats


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The part of one answer that is read."""

    raw: str
    sentences: Sequence[Sentence]
    lang: str
    """A language with a lexicon."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Row indices into a table, and the sentence of each."""

    places: Whole
    owner: Whole

    def sums(self, table: Small, sentences: int) -> Floats:
        """Shape (sentences, columns): integer sums."""
        if not len(self.owner):
            return np.zeros((sentences, table.shape[1]))
        # The hits of a sentence form a few runs, which are summed first.
        runs = np.concatenate([[0], np.flatnonzero(np.diff(self.owner)) + 1])
        found = table.take(self.places, axis=0)
        summed = np.add.reduceat(found, runs, axis=0, dtype=np.int64)
        owner = self.owner[runs]
        return np.stack([np.bincount(owner, part, sentences) for part in summed.T], axis=1)

    def count(self, sentences: int) -> Floats:
        """Number of hits in each sentence."""
        return np.bincount(self.owner, minlength=sentences).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Views:
    """The sentences of many answers, one after another, as the learned part sees them."""

    first: Whole
    """The first sentence of each answer, and the end of the last."""
    grams: Sequence[Runs]
    """The n-grams of the sentences, by their length."""
    named: Hits
    opening: Hits
    """Features that count only in the first sentence of a passage."""
    counts: Floats
    """Shape (sentences, `_COUNTS`)"""
    present: npt.NDArray[np.bool_]
    """Shape (sentences, concepts)"""


_COUNTS = (
    "letters", "digits", "names", "quotes", "question", "exclaims", "semicolons", "colons", "commas",
    "named", "words", "asks back",
)  # fmt: skip


def look(texts: Sequence[Excerpt]) -> Views:
    """Prepare many answers at once; each has at least one sentence."""
    first = np.cumsum([0, *[len(text.sentences) for text in texts]])
    bodies = [piece.body for text in texts for piece in text.sentences]
    raws = [text.raw[piece.start : piece.end] for text in texts for piece in text.sentences]
    langs = [text.lang for text in texts for _ in text.sentences]
    sequences = list(map(concepts.sequence, bodies, langs))
    named, opening, present = concepts.places(sequences, langs)
    words = list(map(concepts.word_count, bodies, langs))
    density = np.array([DENSITY.get(lang, 1.0) for lang in langs])
    even = np.array([concepts.evenness(lang) for lang in langs])
    counts = _counts(raws, density, np.array([len(s) for s in sequences]) * even, np.array(words))
    return Views(first, ngrams(bodies), Hits(*named), Hits(*opening), counts, present)


class Reader:
    """Margins of any passages."""

    def __init__(self, views: Views, weights: Weights) -> None:
        n = int(views.first[-1])
        self._weights = weights
        self._grams = _running(np.sum([runs.sums(weights.grams) for runs in views.grams], axis=0))
        self._gram_counts = _running(np.sum([runs.sizes for runs in views.grams], axis=0))
        self._named = _running(views.named.sums(weights.concepts, n))
        self._named_counts = _running(views.named.count(n))
        self._opening = views.opening.sums(weights.concepts, n)
        self._opening_counts = views.opening.count(n)
        self._shape = _running(views.counts)
        self._last = views.counts

    def margins(self, start: Whole, end: Whole) -> Floats:
        """Shape (passages, columns), for the sentences from `start` up to `end`; no passage is empty."""
        weights = self._weights
        grams = self._grams[end] - self._grams[start]
        count = np.maximum(1.0, self._gram_counts[end] - self._gram_counts[start])
        done = (
            weights.bias * weights.scale[3] + grams * (weights.scale[0] / np.sqrt(count))[:, None]
        )
        named = self._named[end] - self._named[start] + self._opening[start]
        count = self._named_counts[end] - self._named_counts[start] + self._opening_counts[start]
        done += named * (weights.scale[1] / np.sqrt(np.maximum(1.0, count)))[:, None]
        done += self.claims(start, end) @ weights.shape * weights.scale[2]
        return np.asarray(done, dtype=np.float64)

    def claims(self, start: Whole, end: Whole) -> Floats:
        """Shape (passages, `SHAPES`): zeros and ones."""
        return claims(self._shape[end] - self._shape[start], end - start, self._last[end - 1])


def claims(summed: Floats, sentences: Whole, last: Floats) -> Floats:
    """Flags for the outer form of passages.

    Args:
        summed: Shape (passages, counts), over each passage's sentences.
        sentences: Number of sentences of each.
        last: Shape (passages, counts), of each passage's last sentence.
    """
    # The last digit of a sum depends on the other answers of the batch: no threshold may notice.
    rounded = np.round(summed, 6)
    size, digits, names, quotes, asks, exclaims, semi, colons, commas, named, words, _ = rounded.T
    held = [
        digits > 0, digits > 3, names > 0, names > 2, quotes > 0, colons > 0, last[:, 11] > 0, asks > 0,
        size < 30, size < 60, size < 100, size > 160, size > 250,
        sentences == 1, sentences > 3, semi > 0, exclaims > 0, commas > 2,
    ]  # fmt: skip
    share = np.round(named / np.maximum(1.0, words), 6)
    steps = share[:, None] * STEPS >= np.arange(1, STEPS + 1)
    return np.concatenate([np.stack(held, axis=1), steps], axis=1).astype(np.float64)


def _running(values: Floats) -> Floats:
    """Row i is the sum of the first i rows."""
    sums = np.zeros((len(values) + 1, *values.shape[1:]))
    np.cumsum(values, axis=0, out=sums[1:])
    return sums


def _counts(raws: Sequence[str], density: Floats, named: Floats, words: Floats) -> Floats:
    """Shape (sentences, `_COUNTS`)"""
    codes = np.frombuffer("".join(raws).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    size = np.array([len(raw) for raw in raws])
    owner = np.repeat(np.arange(len(raws)), size)
    kinds = _kinds().take(codes, mode="clip")
    small, space, large = kinds == 9, kinds == 10, kinds == 8
    names = np.zeros(len(codes), bool)
    names[2:] = large[2:] & space[1:-1] & small[:-2]
    table = np.bincount(owner * 16 + kinds, minlength=len(raws) * 16).reshape(-1, 16)
    asks = np.array([raw.rstrip().endswith(("?", "？", "؟")) for raw in raws])
    named_by = np.bincount(owner[names], minlength=len(raws))
    columns = [size * density, table[:, 1], named_by, *table[:, 2:8].T, named, words, asks]
    return np.stack(columns, axis=1).astype(np.float64)


@cache
def _kinds() -> npt.NDArray[np.uint8]:
    """The class of each code point, a number that `_counts` reads."""
    kinds = np.zeros(0x10000, np.uint8)
    for number, chars in enumerate(
        ("0123456789", '"“”„«»「『', "?？؟", "!！", ";；", ":：", ",，、"), 1
    ):
        kinds[[ord(char) for char in chars]] = number
    for start, end in ((0x41, 0x5B), (0xC0, 0xDF), (0x410, 0x430)):
        kinds[start:end] = 8
    for start, end in ((0x61, 0x7B), (0xDF, 0x100), (0x430, 0x450)):
        kinds[start:end] = 9
    kinds[ord(" ")] = 10
    return kinds


@cache
def load() -> Weights:
    """Read the shipped table."""
    return unpack(shipped())


@cache
def shipped() -> Mapping[str, npt.NDArray[Any]]:
    """All tables of ``weights.npz``."""
    with as_file(files("lawbound.rubrics.behaviour") / "weights.npz") as path:
        data = np.load(path, allow_pickle=False)
        return {name: data[name] for name in data.files}


def unpack(data: Mapping[str, npt.NDArray[Any]]) -> Weights:
    """Tables by name to weights."""
    return Weights(
        data["grams"].astype(np.float32),
        data["concepts"],
        data["shape"],
        data["bias"],
        data["scale"].astype(np.float64),
    )
