"""Strata of a macro mean: how their variances differ, and which are similar enough in size to be pooled.

Pooled strata lend each other their variance, which is sound while all of them have about as many
clusters: what one loses the others gain. A small stratum beside large ones carries most of the variance,
but has few answers to show it; in a pool, the large ones would answer for it with their own rates.
Strata are therefore pooled only with others of similar size.
"""

import numpy as np

from lawbound.evals.stats.arrays import Codes, Floats
from lawbound.rubrics.calibration.intervals import ROUNDING

ALIKE = 0.5
"""Strata are pooled if they have at most this share more clusters than the smallest, or one
more."""


def size_classes(stratum: Codes, cluster: Codes) -> Codes:
    """The class of each answer's stratum, 0 for the smallest; one class if all are similar."""
    _, index = np.unique(stratum, return_inverse=True)
    width = int(cluster.max()) + 1
    clusters = np.bincount(np.unique(index * width + cluster) // width)
    classes = np.zeros(len(clusters), dtype=np.intp)
    order = np.argsort(clusters, kind="stable")
    smallest, at = clusters[order[0]], 0
    for one in order:
        if clusters[one] > smallest + max(1, ALIKE * smallest):
            smallest, at = clusters[one], at + 1
        classes[one] = at
    found: Codes = classes[index]
    return found


def relative_variance(
    y: Floats, stratum: Codes | None, *, unit: Codes, cluster: Codes, value: float, icc: float
) -> Floats:
    """Each answer's variance within its stratum over that of a coin with the overall rate.

    This is v of docs/metrics.md, "Intervals and tests" (macro means), with kappa, c, a and b. Hits and misses
    are counted in clusters: asked ten times, two questions still do not show how their stratum varies. Only c
    is of all strata, and counts their answers for what the correlation `icc` leaves of them.
    """
    ones = np.ones(len(y))
    if stratum is None or not 0 < value < 1:
        return ones
    _, index = np.unique(stratum, return_inverse=True)
    answers = np.bincount(index)
    by_unit, by_cluster = (_squared_sizes(index, of) for of in (unit, cluster))
    by_cluster = np.maximum(by_cluster, by_unit)
    n = answers**2 / by_cluster  # Kish's effective number of clusters
    # With less than one degree of freedom within strata, nothing shows how they vary.
    if len(n) < 2 or n.sum() - len(n) < 1 - ROUNDING:
        return ones
    share = (answers / by_cluster)[index]  # of a cluster, that an answer counts for
    hits = np.bincount(index, weights=share * y)
    kappa = _pooling_strength(y, index, share, n)
    worth = answers / (by_unit + icc * (by_cluster - by_unit))  # of an answer
    centre = (float(np.sum(worth[index] * y)) + 0.5) / (float(np.sum(worth * answers)) + 1)
    a = kappa * centre + hits
    b = kappa * (1 - centre) + n - hits
    variance = a * b / ((a + b) * (a + b + 1))
    relative: Floats = (variance / (value * (1 - value)))[index]
    return np.minimum(relative, 4.0)


def _squared_sizes(index: Codes, of: Codes) -> Floats:
    """For each stratum, the sum of squares of the answers that each unit or cluster has in it."""
    width = int(of.max()) + 1
    pairs, size = np.unique(index.astype(np.int64) * width + of, return_counts=True)
    squares: Floats = np.bincount(pairs // width, weights=size.astype(float) ** 2).astype(
        np.float64
    )
    return squares


def _pooling_strength(y: Floats, index: Codes, share: Floats, n: Floats) -> float:
    """Prior sample size of the beta-binomial, by moments; large while strata cannot be told apart.

    `spread` is the correlation within strata, `trusted` is t, with the limits that docs/metrics.md states.
    """
    strata, total = len(n), float(n.sum())
    mean = np.bincount(index, weights=share * y) / n
    grand = float(np.sum(share * y)) / total
    between = float(np.sum(n * (mean - grand) ** 2)) / (strata - 1)
    within = float(np.sum(share * (y - mean[index]) ** 2)) / (total - strata)
    typical = (total - float(np.sum(n**2)) / total) / (strata - 1)
    spread = max((between - within) / max(between + (typical - 1) * within, 1e-12), 0.0)
    trusted = min(spread * (strata - 1) / (strata + 3), 0.9)
    return 1e6 if trusted <= 1e-6 else max((1 - trusted) / trusted, 0.5)
