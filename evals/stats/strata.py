"""Strata of a macro mean: how their variances differ, and which are similar enough in size to be pooled.

Pooled strata lend each other their variance, which is sound while all of them have about as many
clusters: what one loses the others gain. A small stratum beside large ones carries most of the variance,
but has few answers to show it; in a pool, the large ones would answer for it with their own rates.
Strata are therefore pooled only with others of similar size.
"""

import numpy as np

from lawbound.evals.stats.arrays import Codes, Floats

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


def relative_variance(y: Floats, stratum: Codes | None, value: float) -> Floats:
    """Each answer's variance within its stratum over that of a coin with the overall rate.

    This is v of docs/metrics.md, "Intervals and tests" (macro means), with kappa, c, a and b.
    """
    ones = np.ones(len(y))
    if stratum is None or not 0 < value < 1:
        return ones
    _, index = np.unique(stratum, return_inverse=True)
    n = np.bincount(index).astype(float)
    strata = len(n)
    if strata < 2 or n.max() < 2:
        return ones
    kappa = _pooling_strength(y, index, n)
    centre = (float(y.sum()) + 0.5) / (len(y) + 1)
    a = kappa * centre + np.bincount(index, weights=y)
    b = kappa * (1 - centre) + n - np.bincount(index, weights=y)
    variance = a * b / ((a + b) * (a + b + 1))
    relative: Floats = (variance / (value * (1 - value)))[index]
    return np.minimum(relative, 4.0)


def _pooling_strength(y: Floats, index: Codes, n: Floats) -> float:
    """Prior sample size of the beta-binomial, by moments; large while strata cannot be told apart.

    `spread` is the correlation within strata, `trusted` is t, with the limits that docs/metrics.md states.
    """
    strata = len(n)
    mean = np.bincount(index, weights=y) / n
    grand = float(y.mean())
    between = float(np.sum(n * (mean - grand) ** 2)) / (strata - 1)
    within = float(np.sum((y - mean[index]) ** 2)) / max(n.sum() - strata, 1)
    typical = float(n.sum() - np.sum(n**2) / n.sum()) / (strata - 1)
    spread = max((between - within) / max(between + (typical - 1) * within, 1e-12), 0.0)
    trusted = min(spread * (strata - 1) / (strata + 3), 0.9)
    return 1e6 if trusted <= 1e-6 else max((1 - trusted) / trusted, 0.5)
