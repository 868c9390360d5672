"""Intervals for means of bounded answers that come in clusters.

Answers to paraphrases, translations, twins and repeats of one question are alike, so n answers are
worth fewer than n. Korn and Graubard (1998, Survey Methodology 24(2)) put the *effective* number into
the exact binomial interval of Clopper and Pearson. A design effect estimated from a few clusters is
itself a guess and often says 1 by luck, so it is floored by what a pooled intracluster correlation
implies. One answer a cluster leaves nothing to correct: the interval is then Clopper-Pearson's own.

A macro mean (over rules, over families) is a weighted mean: an answer in stratum r weighs 1/(R n_r).
With two answers a rule the rules' own variances cannot be trusted; they are pooled partially, through
a beta-binomial model, and enter as the share of the binomial variance that lies within strata.

Differences take the distances from their parts' intervals (MOVER: Zou and Donner 2008, Statistics in
Medicine 27, 1693-1702), which keeps the skewness of rates near 0 and 1.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]

NAN = float("nan")
PRIOR_ICC = 0.3
"""Correlation assumed before any data; weighs as much as `PRIOR_DF` degrees of freedom."""
PRIOR_DF = 6.0
UNKNOWN_ICC = 1.0
"""Where nothing varies or no cluster repeats, a cluster counts as a single answer."""
Z95 = 1.959963984540054
Z80 = 0.8416212335729143
ROUNDING = 1e-12
"""Of sums of shares; no rate that a run can have lies so near 0 without being 0."""


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean and its interval."""

    value: float = NAN
    low: float = NAN
    high: float = NAN
    n: int = 0
    clusters: int = 0
    effective: float = NAN
    """Independent answers that would tell as much."""

    @property
    def below(self) -> float:
        """Distance from the value to the lower end."""
        return self.value - self.low

    @property
    def above(self) -> float:
        """Distance from the value to the upper end."""
        return self.high - self.value

    @property
    def mde(self) -> float:
        """Smallest true effect found with power .8 at two-sided alpha .05."""
        return mde_of(self.low, self.high)


def mde_of(low: float, high: float) -> float:
    """Smallest effect found with power .8 by a test as wide as this 95 % interval."""
    return (high - low) / (2 * Z95) * (Z95 + Z80)


@dataclass(frozen=True, slots=True)
class Design:
    """Who weighs how much: answers, the unit and cluster that each belongs to, and its stratum."""

    unit: Codes
    """Repeats of one question (epochs, or one answer counted under two rules) share a unit."""
    cluster: Codes
    stratum: Codes | None = None
    """None where all answers weigh the same."""

    def take(self, keep: NDArray[np.bool_]) -> "Design":
        """The same for a subset of answers."""
        stratum = None if self.stratum is None else self.stratum[keep]
        return Design(self.unit[keep], self.cluster[keep], stratum)

    def weights(self) -> Floats:
        """Sum to 1; every stratum gets the same share."""
        if self.stratum is None:
            return np.full(len(self.unit), 1 / len(self.unit))
        _, index, count = np.unique(self.stratum, return_inverse=True, return_counts=True)
        weights: Floats = 1 / (len(count) * count[index].astype(float))
        return weights


def clopper_pearson(hits: float, trials: float, *, alpha: float = 0.05) -> tuple[float, float]:
    """Exact binomial interval; hits and trials may be fractions (effective counts)."""
    from scipy.special import betaincinv

    hits = min(max(hits, 0.0), trials)
    low = 0.0 if hits <= 1e-9 else float(betaincinv(hits, trials - hits + 1, alpha / 2))
    high = 1.0
    if hits < trials - 1e-9:
        high = float(betaincinv(hits + 1, trials - hits, 1 - alpha / 2))
    return low, high


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


def rate(
    y: Floats,
    design: Design,
    *,
    icc: float,
    alpha: float = 0.05,
) -> Mean:
    """Mean of answers in [0, 1] (no nan) with a Korn-Graubard interval, strata weighing the same.

    `icc` is the pooled intracluster correlation: it floors the design effect.
    """
    if len(y) == 0:
        return Mean()
    weights = design.weights()
    value = _mean(y, weights)
    effective, clusters = effective_size(y, weights, design, icc=icc, alpha=alpha)
    low, high = clopper_pearson(value * effective, effective, alpha=alpha)
    return Mean(value, min(low, value), max(high, value), len(y), clusters, effective)


def effective_size(
    y: Floats, weights: Floats, design: Design, *, icc: float, alpha: float
) -> tuple[float, int]:
    """Effective number of independent answers behind a weighted rate, and the number of clusters."""
    from scipy.special import stdtrit

    value = _mean(y, weights)
    relative = _relative_variance(y, design, value)
    _, unit = np.unique(design.unit, return_inverse=True)
    _, cluster = np.unique(design.cluster, return_inverse=True)
    clusters = int(cluster.max()) + 1
    spread = weights * np.sqrt(relative)
    by_unit = np.bincount(unit, weights=spread)
    by_cluster = np.bincount(cluster, weights=spread)
    one_each = float(np.sum(by_unit**2))
    all_alike = float(np.sum(by_cluster**2))
    modelled = 1 / ((1 - icc) * one_each + icc * max(all_alike, one_each))
    floor = min(1 / all_alike, modelled) if all_alike > 0 else modelled
    if clusters < 2 or not 0 < value < 1:
        return max(modelled, 1e-9), clusters
    residual = y - _stratum_means(y, design)
    linear = (
        clusters / (clusters - 1) * np.sum(np.bincount(cluster, weights=weights * residual) ** 2)
    )
    if linear <= 0:
        return max(modelled, 1e-9), clusters
    widen = (stdtrit(clusters - 1, 1 - alpha / 2) / stdtrit(len(by_unit) - 1, 1 - alpha / 2)) ** 2
    observed = value * (1 - value) / linear / widen
    return max(min(modelled, observed), floor, 1e-9), clusters


def _mean(y: Floats, weights: Floats) -> float:
    """The weighted mean; exactly 0 or 1 where every answer is."""
    value = float(weights @ y)
    return float(np.clip(np.round(value), 0, 1)) if abs(value - round(value)) < 1e-9 else value


def _stratum_means(y: Floats, design: Design) -> Floats:
    if design.stratum is None:
        return np.full(len(y), y.mean())
    _, index = np.unique(design.stratum, return_inverse=True)
    means: Floats = (np.bincount(index, weights=y) / np.bincount(index))[index]
    return means


def _relative_variance(y: Floats, design: Design, value: float) -> Floats:
    """Each answer's variance within its stratum over that of a coin with the overall rate."""
    ones = np.ones(len(y))
    if design.stratum is None or not 0 < value < 1:
        return ones
    _, index = np.unique(design.stratum, return_inverse=True)
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
    """Prior sample size of the beta-binomial, by moments; large while strata cannot be told apart."""
    strata = len(n)
    mean = np.bincount(index, weights=y) / n
    grand = float(y.mean())
    between = float(np.sum(n * (mean - grand) ** 2)) / (strata - 1)
    within = float(np.sum((y - mean[index]) ** 2)) / max(n.sum() - strata, 1)
    typical = float(n.sum() - np.sum(n**2) / n.sum()) / (strata - 1)
    spread = max((between - within) / max(between + (typical - 1) * within, 1e-12), 0.0)
    trusted = min(spread * (strata - 1) / (strata + 3), 0.9)
    return 1e6 if trusted <= 1e-6 else max((1 - trusted) / trusted, 0.5)


def difference(first: Mean, second: Mean, *, correlation: float = 0.0) -> Mean:
    """first - second, by MOVER."""
    if not (np.isfinite(first.value) and np.isfinite(second.value)):
        return Mean(n=first.n + second.n)
    value = settled(first.value - second.value)

    def distance(one: float, two: float) -> float:
        return float(np.sqrt(max(one**2 + two**2 - 2 * correlation * one * two, 0.0)))

    return Mean(
        value,
        value - distance(first.below, second.above),
        value + distance(first.above, second.below),
        first.n + second.n,
        first.clusters + second.clusters,
        min(first.effective, second.effective),
    )


def signed_mean(
    d: Floats, design: Design, *, bound: float, icc: float, alpha: float = 0.05
) -> Mean:
    """Mean of paired differences in [-bound, bound]: gains and losses apart, joined by MOVER.

    Gains and losses exclude each other, so they correlate negatively; that widens the interval, as in
    Newcombe's (1998) interval for paired proportions.
    """
    if len(d) == 0:
        return Mean()
    up = rate(np.clip(d, 0, None) / bound, design, icc=icc, alpha=alpha)
    down = rate(np.clip(-d, 0, None) / bound, design, icc=icc, alpha=alpha)
    odds = up.value * down.value / max((1 - up.value) * (1 - down.value), 1e-12)
    joined = difference(up, down, correlation=-min(float(np.sqrt(odds)), 1.0))
    return Mean(
        bound * joined.value,
        max(bound * joined.low, -bound),
        min(bound * joined.high, bound),
        up.n,
        up.clusters,
        min(up.effective, down.effective),
    )


def settled(value: float) -> float:
    """A difference of equal shares is 0, and not what rounding leaves of it."""
    return 0.0 if abs(value) < ROUNDING else value


def affine(mean: Mean, *, low: float, high: float) -> Mean:
    """A mean on [0, 1] put on [low, high]."""
    width = high - low
    return Mean(
        settled(low + width * mean.value),
        low + width * mean.low,
        low + width * mean.high,
        mean.n,
        mean.clusters,
        mean.effective,
    )


def codes(values: NDArray[Any]) -> Codes:
    """Integers that stand for the distinct values."""
    _, index = np.unique(values, return_inverse=True)
    return index.astype(np.intp)
