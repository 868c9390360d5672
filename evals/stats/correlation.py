"""The intracluster correlation: how similar the answers of one cluster are."""

import numpy as np

from lawbound.evals.stats.arrays import Codes, Floats

PRIOR_ICC = 0.3
"""Correlation assumed before any data; it weighs as much as `PRIOR_DF` degrees of freedom."""
PRIOR_DF = 6.0
UNKNOWN_ICC = 1.0
"""Correlation if nothing varies or no cluster repeats: a cluster then counts as a single answer."""


def pooled_icc(y: Floats, cluster: Codes, cell: Codes) -> float:
    """Intracluster correlation over many cells at once (one-way ANOVA estimator), shrunk to a prior.

    Args:
        y: Answers in [0, 1], no nan.
        cluster: Cluster of each.
        cell: Rule, kind or family; cells differ in their means, not in their correlation.
    """
    if len(y) == 0:
        return UNKNOWN_ICC
    _, cell = np.unique(cell, return_inverse=True)
    pairs, pair = np.unique(
        cell.astype(np.int64) * (cluster.max() + 1) + cluster, return_inverse=True
    )
    cell_of_pair = pairs // (cluster.max() + 1)
    size = np.bincount(pair).astype(float)
    total = np.bincount(pair, weights=y)
    cells = int(cell_of_pair.max()) + 1
    n = np.bincount(cell_of_pair, weights=size, minlength=cells)
    k = np.bincount(cell_of_pair, minlength=cells)
    mean = np.bincount(cell_of_pair, weights=total, minlength=cells) / n
    between = float(np.sum(size * (total / size - mean[cell_of_pair]) ** 2))
    within = float(np.sum((y - (total / size)[pair]) ** 2))
    df_between, df_within = float(np.sum(k - 1)), float(np.sum(n - k))
    if df_between < 1 or df_within < 1 or between + within <= 0:
        return UNKNOWN_ICC
    squares = np.bincount(cell_of_pair, weights=size**2, minlength=cells)
    typical = float(np.sum(n - squares / n)) / df_between
    msb, msw = between / df_between, within / df_within
    variance = msb + (typical - 1) * msw
    # A negative estimate can take the denominator to 0; clusters then differ less than by chance.
    icc = (msb - msw) / variance if variance > 0 else 0.0
    informed = min(df_between, df_within)
    shrunk = (informed * min(max(icc, 0.0), 1.0) + PRIOR_DF * PRIOR_ICC) / (informed + PRIOR_DF)
    return float(shrunk)
