"""Tests: paired cluster permutation, Holm's correction, and p-values read from intervals."""

import hashlib
from collections.abc import Callable, Sequence
from math import isnan, nan

import numpy as np

from lawbound.evals.stats.arrays import Codes, Floats
from lawbound.evals.stats.intervals import Mean

ENUMERATE = 12
"""Most changed clusters for which every sign pattern is tried."""


def stream(seed: int, *names: str) -> np.random.Generator:
    """A random stream for each name, independent of what else is drawn."""
    digest = hashlib.sha256("\0".join(names).encode()).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:8], "big")])


def sign_flip(
    contributions: Floats, cluster: Codes, *, rng: np.random.Generator, resamples: int = 2000
) -> float:
    """Two-sided p-value of a paired cluster permutation test of "no difference".

    Under the null the two arms of a pair are exchangeable, and all pairs of one cluster are swapped
    together. The mid-p convention counts half of the ties: with few clusters that changed, whole
    steps would make the test refuse to reject. Clusters without a change do not matter.

    Args:
        contributions: Weighted differences; their sum is the estimate.
        cluster: Cluster of each.
        rng: Draws the patterns if there are too many to try all.
        resamples: How many are drawn.
    """
    if len(contributions) == 0:
        return nan
    _, index = np.unique(cluster, return_inverse=True)
    sums = np.bincount(index, weights=contributions)
    sums = sums[np.abs(sums) > 1e-12]
    if len(sums) == 0:
        return 1.0
    if len(sums) <= ENUMERATE:
        patterns = (np.arange(2 ** len(sums))[:, None] >> np.arange(len(sums))) & 1
    else:
        patterns = rng.integers(0, 2, size=(resamples, len(sums)), dtype=np.int8)
    reached = np.abs((1.0 - 2.0 * patterns) @ sums)
    observed = abs(float(sums.sum()))
    scale = 1e-9 * max(observed, 1.0)
    more = float(np.sum(reached > observed + scale))
    ties = float(np.sum(np.abs(reached - observed) <= scale))
    if len(sums) <= ENUMERATE:
        return (more + ties / 2) / len(reached)
    return (more + ties / 2 + 0.5) / (len(reached) + 1)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm's step-down adjusted p-values (Holm 1979); nan stays nan and does not count."""
    known = [i for i, p in enumerate(p_values) if not isnan(p)]
    adjusted = [nan] * len(p_values)
    worst = 0.0
    for rank, i in enumerate(sorted(known, key=lambda i: p_values[i])):
        worst = max(worst, min(1.0, (len(known) - rank) * p_values[i]))
        adjusted[i] = worst
    return tuple(adjusted)


def p_from_interval(at_alpha: Callable[[float], Mean]) -> float:
    """The smallest alpha whose interval excludes 0, to three digits."""
    if not np.isfinite(at_alpha(0.05).value):
        return nan
    low, high = 1e-6, 1.0 - 1e-6
    if _excludes_zero(at_alpha(low)):
        return low
    if not _excludes_zero(at_alpha(high)):
        return 1.0
    for _ in range(14):
        middle = float(np.sqrt(low * high)) if low < 0.05 else (low + high) / 2
        if _excludes_zero(at_alpha(middle)):
            high = middle
        else:
            low = middle
    return high


def _excludes_zero(mean: Mean) -> bool:
    return not mean.low <= 0 <= mean.high
