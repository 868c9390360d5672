"""A cluster bootstrap of macro means, stratified by cell.

Clusters draw gamma weights (a Bayesian bootstrap, Rubin 1981) rather than counts: no cell ever comes
up empty, and since every cell divides by its own weights, cells are strata without more ado. The
gamma's shape (g - 2) / g gives a cell of g clusters the unbiased variance, which plain Dirichlet
weights miss by (g - 1) / (g + 1).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lawbound.evals.stats import Codes, Floats

ENOUGH_GROUPS = 20
"""Every cell needs so many clusters; with fewer, the percentile bootstrap covers too little."""
ENOUGH_OUTCOMES = 10
"""Each part needs so many hits and so many misses; near the edge a bootstrap sees no variance."""


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
        return int(self._groups_a_cell().min()) >= ENOUGH_GROUPS

    def _groups_a_cell(self) -> Codes:
        pairs = np.unique(np.stack([self.cell, self.cluster]), axis=1)
        _, count = np.unique(pairs[0], return_counts=True)
        return count.astype(np.intp)


def bootstrap(parts: Sequence[Part], *, rng: np.random.Generator, resamples: int) -> Floats:
    """Draws of the signed sum of macro means; a cluster has one weight in all parts."""
    clusters = np.unique(np.concatenate([part.cluster for part in parts]))
    smallest = min(int(part._groups_a_cell().min()) for part in parts)
    shape = max((smallest - 2) / smallest, 0.2)
    weights = rng.standard_gamma(shape, size=(resamples, len(clusters)), dtype=np.float32)
    draws = np.zeros(resamples)
    for part in parts:
        _, cell = np.unique(part.cell, return_inverse=True)
        group = np.searchsorted(clusters, part.cluster)
        cells = int(cell.max()) + 1
        place = group * cells + cell
        size = len(clusters) * cells
        total = np.bincount(place, weights=part.y, minlength=size).reshape(-1, cells)
        count = np.bincount(place, minlength=size).reshape(-1, cells)
        means = (weights @ total.astype(np.float32)) / (weights @ count.astype(np.float32))
        draws += part.sign * means.mean(axis=1, dtype=np.float64)
    return draws


def percentiles(draws: Floats, *, alpha: float = 0.05) -> tuple[float, float]:
    """The middle 1 - alpha of the draws."""
    low, high = np.quantile(draws, [alpha / 2, 1 - alpha / 2])
    return float(low), float(high)


def two_sided(draws: Floats, *, null: float = 0.0) -> float:
    """Twice the smaller tail beyond the null, at least 2 / (draws + 1)."""
    tail = min(int(np.sum(draws <= null)), int(np.sum(draws >= null)))
    return min(1.0, 2 * (tail + 1) / (len(draws) + 1))
