"""The learned part, third step: prompt and answer read together.

The margins of `learned` see one passage of an answer and nothing of the prompt. Here a few small networks, equal but
for their initial weights, read both, from 4-grams of characters and from concepts. Each sentence and the prompt become
vectors; the prompt chooses which sentences count (attention); and these, the prompt and the `traits` of the answer give
the probabilities of its five behaviours. The mean over the networks is averaged with the result of `head`: margins
carry over to languages with few training texts, and this step finds more where there were many. Fitted by
``benchmarks/train_gist.py``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lawbound.rubrics.behaviour import learned, ngrams
from lawbound.rubrics.behaviour.draft import Draft
from lawbound.rubrics.behaviour.learned import Hits, Views
from lawbound.rubrics.behaviour.ngrams import Runs, Whole, within

Singles = npt.NDArray[np.float32]
BITS: Final = 14
CONCEPT_BITS: Final = 12
"""log2 of the rows of the tables of n-grams and of concepts: fewer than in `learned`, because each row is a vector."""
STEADY: Final = 15.0
"""Attention scores are clipped to plus and minus this before the exponential."""
MANY: Final = 12
"""Sentences from which an answer counts as long."""
LEAST: Final = 1 << 18
"""Multiplications in one product from which libraries wake other threads, which would spin longer than they work."""
PLACES: Final = 4
"""Columns of `Seen.shape` for the position of a sentence."""
NAMES: Final = ("grams", "concepts", "unit", "first", "asked", "look", "weigh", "hidden", "output")
"""Names of these tables in ``weights.npz``, each after ``gist_``."""
_MIX: Final = np.uint64(2654435761)


@dataclass(frozen=True, slots=True)
class Networks:
    """All networks. The first two tables hold integers, so that sums are exact."""

    grams: Singles
    """Shape (1 << `BITS`, networks, width)"""
    concepts: Singles
    """Shape (1 << `CONCEPT_BITS`, networks, width)"""
    unit: Singles
    """Shape (networks, 2): the scale of the integers in `grams` and in `concepts`."""
    first: Singles
    """Shape (networks, units, width + shapes + bias)"""
    asked: Singles
    """Shape (networks, units, width + bias)"""
    look: Singles
    """Shape (networks, attention units, 2 x units + bias)"""
    weigh: Singles
    """Shape (networks, heads, attention units + bias)"""
    hidden: Singles
    """Shape (networks, hidden units, heads x units + 2 x units + traits + bias)"""
    output: Singles
    """Shape (networks, kinds, hidden units + bias)"""


@dataclass(frozen=True, slots=True)
class Seen:
    """Answers and their prompts as the networks see them."""

    first: Whole
    """The first sentence of each answer, and the end of the last."""
    grams: Runs
    concepts: Runs
    asked: Runs
    shape: Singles
    """Shape (sentences, `learned.SHAPES` + `PLACES`)"""

    def of(self, chosen: Whole) -> "Seen":
        """The chosen answers, in the order given."""
        sentences, first = within(self.first, chosen)
        grams, concepts = self.grams.of(sentences), self.concepts.of(sentences)
        return Seen(first, grams, concepts, self.asked.of(chosen), self.shape[sentences])


def see(drafts: Sequence[Draft], views: Views) -> Seen:
    """Prepare many answers and their prompts at once."""
    first, count = views.first, int(views.first[-1])
    (asked,) = ngrams.ngrams([made.ask.text for made in drafts], ngrams.SIZES[-1:])
    every = np.arange(count)
    own = learned.claims(views.counts, np.ones(count, np.int64), views.counts)
    n = np.diff(first)
    size = np.repeat(n, n)
    place = every - np.repeat(first[:-1], n)
    where = [place / size, place == 0, place == size - 1, np.minimum(size, MANY) / MANY]
    return Seen(
        first,
        _coarse(views.grams[-1]),
        _runs(Hits(_mixed(views.named.places), views.named.owner), count),
        _coarse(asked),
        np.concatenate([own, np.stack(where, axis=1)], axis=1).astype(np.float32),
    )


def _coarse(runs: Runs) -> Runs:
    return Runs(runs.places >> (ngrams.BITS - BITS), runs.start)


def _mixed(places: Whole) -> Whole:
    mixed = (places.astype(np.uint64) * _MIX) & np.uint64(0xFFFFFFFF)
    return (mixed >> np.uint64(32 - CONCEPT_BITS)).astype(np.int64)


def _runs(hits: Hits, count: int) -> Runs:
    places, owner = hits.places, hits.owner
    if not (owner[1:] >= owner[:-1]).all():
        places = places[np.argsort(owner, kind="stable")]
    size = np.bincount(owner, minlength=count)
    return Runs(places, np.concatenate([[0], np.cumsum(size)]))


def probabilities(
    seen: Seen, scaled: npt.NDArray[np.float64], nets: Networks
) -> npt.NDArray[np.float64]:
    """Shape (answers, kinds): probabilities, the mean over all networks.

    Args:
        seen: Answers and prompts.
        scaled: Shape (answers, traits), standardised as for `head`.
        nets: The networks.
    """
    grams, concepts, asked = (
        _sums(runs, table)
        for runs, table in (
            (seen.grams, nets.grams),
            (seen.concepts, nets.concepts),
            (seen.asked, nets.grams),
        )
    )
    traits = scaled.astype(np.float32)
    total = np.zeros((len(traits), nets.output.shape[1]))
    for i in range(len(nets.unit)):
        said = grams[:, i] * nets.unit[i, 0] + concepts[:, i] * nets.unit[i, 1]
        total += _one(seen, said, asked[:, i] * nets.unit[i, 0], traits, nets, i)
    return total / len(nets.unit)


def _one(
    seen: Seen, said: Singles, asked: Singles, traits: Singles, nets: Networks, i: int
) -> Singles:
    start = seen.first[:-1]
    owner = np.repeat(np.arange(len(start)), np.diff(seen.first))
    sentence = np.maximum(_layer([said, seen.shape], nets.first[i]), 0)
    prompt = np.maximum(_layer([asked], nets.asked[i]), 0)
    look = np.tanh(_layer([sentence, prompt[owner]], nets.look[i]))
    weight = np.exp(np.clip(_layer([look], nets.weigh[i]), -STEADY, STEADY))
    pooled = _pooled(weight, sentence, seen.first)
    parts = [pooled.reshape(len(start), -1), prompt, prompt * pooled[:, 0], traits]
    scores = _layer([np.maximum(_layer(parts, nets.hidden[i]), 0)], nets.output[i])
    found = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(found / found.sum(axis=1, keepdims=True))


def _pooled(weight: Singles, sentence: Singles, first: Whole) -> Singles:
    """Shape (answers, heads, units): the weighted mean of each answer's sentences."""
    from scipy.sparse import csr_matrix

    every, shape = np.arange(len(sentence)), (len(first) - 1, len(sentence))
    summed = [csr_matrix((one, every, first), shape=shape) @ sentence for one in weight.T]
    return np.asarray(np.stack(summed, axis=1) / np.add.reduceat(weight, first[:-1])[:, :, None])


def _layer(parts: Sequence[Singles], weights: Singles) -> Singles:
    """Shape (rows, outputs); the last column of the weights is the bias."""
    rows = np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]
    taken, step = np.ascontiguousarray(weights[:, :-1].T), max(1, LEAST // weights.size)
    done = [rows[k : k + step] @ taken for k in range(0, len(rows), step)]
    return np.asarray(np.concatenate(done) + weights[:, -1])


def _sums(runs: Runs, table: Singles) -> Singles:
    """Shape (groups, networks, width): the sum of the rows at each group's indices, over the square root of their
    number."""
    size = np.maximum(1, runs.sizes).astype(np.float32)
    summed = runs.sums(table.reshape(len(table), -1)) / np.sqrt(size)[:, None]
    return np.asarray(summed, dtype=np.float32).reshape(len(size), *table.shape[1:])


@cache
def load() -> Networks:
    """Read the shipped tables."""
    return unpack(learned.shipped())


def unpack(data: Mapping[str, npt.NDArray[Any]]) -> Networks:
    """Tables by name to networks."""
    return Networks(*[data[f"gist_{name}"].astype(np.float32) for name in NAMES])
