"""Means of values without bounds, such as numbers of tokens."""

import numpy as np

from lawbound.evals.stats.arrays import Codes, Floats
from lawbound.evals.stats.intervals import Mean

CLUSTER_T = "cluster-t"


def cluster_t(y: Floats, cluster: Codes) -> Mean:
    """Mean of unbounded values with a cluster-robust t interval; its ends are nan with one
    cluster."""
    from scipy.special import stdtrit

    if len(y) == 0:
        return Mean()
    value = float(y.mean())
    _, index = np.unique(cluster, return_inverse=True)
    clusters = int(index.max()) + 1
    if clusters < 2:
        return Mean(value, n=len(y), clusters=clusters, method=CLUSTER_T)
    sums = np.bincount(index, weights=y - value) / len(y)
    error = float(np.sqrt(clusters / (clusters - 1) * np.sum(sums**2)))
    half = float(stdtrit(clusters - 1, 0.975)) * error
    return Mean(value, value - half, value + half, len(y), clusters, float(clusters), CLUSTER_T)
