"""A cluster bootstrap of macro means, stratified by cell.

Clusters draw gamma weights (a Bayesian bootstrap, Rubin 1981) rather than counts: no cell ever comes
up empty, and since every cell divides by its own weights, cells are strata without more ado. The
gamma's shape (g - 2) / g gives a cell of g clusters the unbiased variance, which plain Dirichlet
weights miss by (g - 1) / (g + 1).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lawbound.evals.stats.intervals import Codes, Floats

ENOUGH_GROUPS = 20
"""Every cell needs so many clusters; with fewer, the percentile bootstrap covers too little."""
ENOUGH_OUTCOMES = 10
"""Each part needs so many hits and so many misses; near the edge a bootstrap sees no variance."""


REMEMBERED = 8
"""Sets of weights kept at a time."""


@dataclass(frozen=True, slots=True)
class Part:
    """One macro mean: answers in [0, 1], their clusters and their cells (rules, families)."""

    y: Floats
    cluster: Codes
    cell: Codes
    sign: float = 1.0

    @property
    def is_enough(self) -> bool:
        """Whether the bootstrap can be trusted with this part."""
        if len(self.y) == 0 or min(self.y.sum(), (1 - self.y).sum()) < ENOUGH_OUTCOMES:
            return False
        return self.groups >= ENOUGH_GROUPS

    @property
    def groups(self) -> int:
        """Clusters of the cell that has fewest."""
        width = int(self.cluster.max()) + 1
        pairs = np.unique(self.cell * width + self.cluster)
        _, count = np.unique(pairs // width, return_counts=True)
        return int(count.min())


class Weights:
    """Gamma weights, drawn once for each number of clusters and remembered.

    Models and strengths with the same number of clusters share their draws, which costs nothing in
    validity (intervals are read one by one) and saves most of the time.
    """

    def __init__(self, *, seed: int, resamples: int) -> None:
        self._seed = seed
        self._resamples = resamples
        self._drawn: dict[tuple[int, int], NDArray[np.float32]] = {}

    def of(self, clusters: int, smallest: int) -> NDArray[np.float32]:
        """One row a resample, one column a cluster."""
        key = (clusters, smallest)
        if key not in self._drawn:
            if len(self._drawn) >= REMEMBERED:
                self._drawn.pop(next(iter(self._drawn)))
            rng = np.random.default_rng([self._seed, *key])
            size = (self._resamples, clusters)
            self._drawn[key] = rng.standard_gamma(
                (smallest - 2) / smallest, size=size, dtype=np.float32
            )
        return self._drawn[key]


def bootstrap(parts: Sequence[Part], weights: Weights) -> Floats:
    """Draws of the signed sum of macro means; a cluster has one weight in all parts."""
    clusters = np.unique(np.concatenate([part.cluster for part in parts]))
    drawn = weights.of(len(clusters), min(part.groups for part in parts))
    tables: list[NDArray[np.float32]] = []
    for part in parts:
        _, cell = np.unique(part.cell, return_inverse=True)
        cells = int(cell.max()) + 1
        place = np.searchsorted(clusters, part.cluster) * cells + cell
        for weight in (part.y, None):
            table = np.bincount(place, weights=weight, minlength=len(clusters) * cells)
            tables.append(table.reshape(-1, cells).astype(np.float32))
    # One pass over the weights for all sums: they are by far the largest operand.
    sums = np.split(
        drawn @ np.hstack(tables), np.cumsum([table.shape[1] for table in tables])[:-1], axis=1
    )
    draws = np.zeros(len(drawn))
    for at, part in enumerate(parts):
        means = sums[2 * at] / sums[2 * at + 1]
        draws += part.sign * means.mean(axis=1, dtype=np.float64)
    return draws


def percentiles(draws: Floats, *, alpha: float = 0.05) -> tuple[float, float]:
    """The middle 1 - alpha of the draws."""
    low, high = np.quantile(draws, [alpha / 2, 1 - alpha / 2])
    return float(low), float(high)


def two_sided(draws: Floats) -> float:
    """Twice the smaller tail beyond 0, at least 2 / (draws + 1)."""
    tail = min(int(np.sum(draws <= 0)), int(np.sum(draws >= 0)))
    return min(1.0, 2 * (tail + 1) / (len(draws) + 1))
