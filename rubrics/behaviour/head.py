"""The learned part, second step: from the traits of an answer to what it does.

A few small networks with one hidden layer, equal but for their initial weights, give the probabilities of five
behaviours; their mean is averaged with that of `gist`. They were fitted to whole answers (``training/whole``), on
margins from tables that had not seen these answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from lawbound.rubrics.behaviour import learned
from lawbound.rubrics.behaviour.learned import Floats
from lawbound.rubrics.behaviour.traits import scaled

Kind = Literal["answer", "partial", "neutral", "refuse", "deflect"]
KINDS: Final[tuple[Kind, ...]] = ("answer", "partial", "neutral", "refuse", "deflect")
ROWS: Final = 50
"""Answers per product: small enough that no library wakes other threads, which would spin longer than they work."""
NAMES: Final = ("head_hidden", "head_output", "head_mean", "head_scale")
"""Names of these tables in ``weights.npz``."""


@dataclass(frozen=True, slots=True)
class Table:
    """The networks, and the mean and scale that standardise traits for them."""

    hidden: Floats
    """Shape (networks, units, traits + bias)"""
    output: Floats
    """Shape (networks, kinds, units + bias)"""
    mean: Floats
    scale: Floats


def probabilities(seen: Floats, table: Table) -> Floats:
    """Shape (answers, kinds): probabilities, from (answers, traits)."""
    even = scaled(seen, table.mean, table.scale)
    parts = [_averaged(even[i : i + ROWS], table) for i in range(0, len(even), ROWS)]
    return np.concatenate(parts) if parts else np.zeros((0, len(KINDS)))


@cache
def load() -> Table:
    """Read the shipped table."""
    return unpack(learned.shipped())


def unpack(data: Mapping[str, npt.NDArray[Any]]) -> Table:
    """Tables by name to weights."""
    return Table(*[data[name].astype(np.float64) for name in NAMES])


def _averaged(even: Floats, table: Table) -> Floats:
    total = np.zeros((len(even), len(KINDS)))
    for hidden, output in zip(table.hidden, table.output, strict=True):
        units = np.maximum(0.0, even @ hidden[:, :-1].T + hidden[:, -1])
        scores = units @ output[:, :-1].T + output[:, -1]
        found = np.exp(scores - scores.max(axis=1, keepdims=True))
        total += found / found.sum(axis=1, keepdims=True)
    return total / len(table.hidden)
