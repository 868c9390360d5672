"""Intervals for means of bounded answers that come in clusters.

Answers to paraphrases, translations, twins and repeats of one question are alike, so n answers are
worth fewer than n. Korn and Graubard (1998, Survey Methodology 24(2)) put the *effective* number into
the exact binomial interval of Clopper and Pearson. A design effect estimated from a few clusters is
itself a guess and often says 1 by luck, so it is floored by what a pooled intracluster correlation
implies. With one answer per cluster there is nothing to correct: the interval is then Clopper-Pearson's own.

A macro mean (over rules, over families) is a weighted mean: an answer in stratum r weighs 1/(R n_r).
With two answers a rule the rules' own variances cannot be trusted; they are pooled partially, through
a beta-binomial model, and enter as the share of the binomial variance that lies within strata. Only
strata of like size are pooled: the means of small and of large ones have intervals of their own, which
are joined as those of a sum.

Differences take the distances from their parts' intervals (MOVER: Zou and Donner 2008, Statistics in
Medicine 27, 1693-1702), which keeps the skewness of rates near 0 and 1.
"""

from dataclasses import dataclass, replace
from math import nan
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lawbound.evals.stats.arrays import Codes, Floats
from lawbound.evals.stats.strata import relative_variance, size_classes
from lawbound.rubrics.calibration.intervals import ROUNDING, Z95, settled

ALPHA: Final = 0.05
"""One minus the level of every interval, and the level of every test, unless another is asked for."""
Z80 = 0.8416212335729143
MDE_OF_HALF_WIDTH = (Z95 + Z80) / Z95
KORN_GRAUBARD = "korn-graubard"
MOVER = "mover"


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean and its interval."""

    value: float = nan
    low: float = nan
    high: float = nan
    n: int = 0
    clusters: int = 0
    effective: float = nan
    """Number of independent answers that would tell as much."""
    method: str = ""
    """How the interval was computed."""

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
        return mde_of(self.value, self.low, self.high)


def mde_of(value: float, low: float, high: float) -> float:
    """Smallest effect found with power .8 by a test as wide as this 95 % interval.

    If an end equals the value, as at a rate of 0 or 1, its distance does not come from chance: the
    other one counts alone. An interval without any width tells nothing, nor does an infinite one.
    """
    width = high - low
    if not ROUNDING < width < np.inf:
        return nan
    is_one_sided = min(value - low, high - value) < ROUNDING
    return (width if is_one_sided else width / 2) * MDE_OF_HALF_WIDTH


@dataclass(frozen=True, slots=True)
class Design:
    """Answers with their weights: the unit, cluster and stratum to which each belongs."""

    unit: Codes
    """Repeats of one question (epochs, or one answer counted under two rules) share a unit."""
    cluster: Codes
    stratum: Codes | None = None
    """None if all answers weigh the same."""

    def take(self, keep: NDArray[np.bool_]) -> "Design":
        """The same for a subset of answers."""
        stratum = None if self.stratum is None else self.stratum[keep]
        return Design(self.unit[keep], self.cluster[keep], stratum)

    def weights(self) -> Floats:
        """The weights; they sum to 1, and every stratum gets the same share."""
        if self.stratum is None:
            return np.full(len(self.unit), 1 / len(self.unit))
        _, index, count = np.unique(self.stratum, return_inverse=True, return_counts=True)
        weights: Floats = 1 / (len(count) * count[index].astype(float))
        return weights


def clopper_pearson(hits: float, trials: float, *, alpha: float = ALPHA) -> tuple[float, float]:
    """Exact binomial interval; hits and trials may be fractions (effective counts)."""
    from scipy.special import betaincinv

    hits = min(max(hits, 0.0), trials)
    low = 0.0 if hits <= 1e-9 else float(betaincinv(hits, trials - hits + 1, alpha / 2))
    high = 1.0
    if hits < trials - 1e-9:
        high = float(betaincinv(hits + 1, trials - hits, 1 - alpha / 2))
    return low, high


def rate(
    y: Floats,
    design: Design,
    *,
    icc: float,
    alpha: float = ALPHA,
) -> Mean:
    """Mean of answers in [0, 1] (no nan) with a Korn-Graubard interval, strata weighing the same.

    `icc` is the pooled intracluster correlation: it floors the design effect.
    """
    if len(y) == 0:
        return Mean()
    if design.stratum is not None:
        classes = size_classes(design.stratum, design.cluster)
        if classes.max() > 0:
            return _joined(y, design, classes, icc=icc, alpha=alpha)
    return _pooled(y, design, icc=icc, alpha=alpha)


def _pooled(y: Floats, design: Design, *, icc: float, alpha: float) -> Mean:
    """Mean over strata that are all of similar size."""
    weights = design.weights()
    value = _mean(y, weights)
    effective, clusters = effective_size(y, weights, design, icc=icc, alpha=alpha)
    low, high = clopper_pearson(value * effective, effective, alpha=alpha)
    low, high = min(low, value), max(high, value)
    return Mean(value, low, high, len(y), clusters, effective, KORN_GRAUBARD)


def _joined(y: Floats, design: Design, classes: Codes, *, icc: float, alpha: float) -> Mean:
    """Mean over strata of different size: the classes' means summed by MOVER, correlated as far as
    they share clusters."""
    weights = design.weights()
    masks = [classes == one for one in range(int(classes.max()) + 1)]
    parts = [_pooled(y[mask], design.take(mask), icc=icc, alpha=alpha) for mask in masks]
    share = np.array([weights[mask].sum() for mask in masks])
    shared = (1 - icc) * _products(weights, design.unit, classes)
    shared += icc * _products(weights, design.cluster, classes)
    root = np.sqrt(np.diag(shared))
    alike = shared / np.outer(root, root)
    value = _mean(y, weights)
    below, above = (share * [getattr(part, end) for part in parts] for end in ("below", "above"))
    low = max(value - float(np.sqrt(below @ alike @ below)), 0.0)
    high = min(value + float(np.sqrt(above @ alike @ above)), 1.0)
    clusters = len(np.unique(design.cluster))
    effective = _worth(value, high - low, len(y), alpha)
    return Mean(value, low, high, len(y), clusters, effective, KORN_GRAUBARD)


def _products(weights: Floats, of: Codes, classes: Codes) -> Floats:
    """The overlap of the classes' weights, summed over units or over clusters."""
    _, index = np.unique(of, return_inverse=True)
    wide = int(classes.max()) + 1
    table = np.bincount(
        index * wide + classes, weights=weights, minlength=wide * (int(index.max()) + 1)
    ).reshape(-1, wide)
    products: Floats = (table.T @ table).astype(np.float64)
    return products


def _worth(value: float, width: float, most: float, alpha: float) -> float:
    """The number of independent answers whose exact interval would be as wide."""
    few, many = 1e-9, float(most)
    for _ in range(30):
        middle = float(np.sqrt(few * many))
        low, high = clopper_pearson(value * middle, middle, alpha=alpha)
        few, many = (middle, many) if high - low > width else (few, middle)
    return few


def effective_size(
    y: Floats, weights: Floats, design: Design, *, icc: float, alpha: float
) -> tuple[float, int]:
    """Effective number of independent answers behind a weighted rate, and the number of clusters.

    This is m of docs/metrics.md, "Intervals and tests", whose symbols are named beside the lines.
    """
    from scipy.special import stdtrit

    value = _mean(y, weights)
    _, unit = np.unique(design.unit, return_inverse=True)
    _, cluster = np.unique(design.cluster, return_inverse=True)
    relative = relative_variance(
        y, design.stratum, unit=unit, cluster=cluster, value=value, icc=icc
    )
    clusters = int(cluster.max()) + 1
    spread = weights * np.sqrt(relative)  # s
    by_unit = np.bincount(unit, weights=spread)
    by_cluster = np.bincount(cluster, weights=spread)
    one_each = float(np.sum(by_unit**2))  # U: 1 / m if answers of a cluster have nothing in common
    all_alike = float(np.sum(by_cluster**2))  # C: 1 / m if they are all the same
    # What the pooled correlation implies, rho.
    modelled = 1 / ((1 - icc) * one_each + icc * max(all_alike, one_each))
    # However alike its answers are, a cluster is worth one.
    floor = min(1 / all_alike, modelled) if all_alike > 0 else modelled
    if clusters < 2 or not 0 < value < 1:
        return max(modelled, 1e-9), clusters
    residual = y - _stratum_means(y, design)
    # V: the linearised variance of the mean, with clusters as units.
    linear = (
        clusters / (clusters - 1) * np.sum(np.bincount(cluster, weights=weights * residual) ** 2)
    )
    if linear <= 0:
        return max(modelled, 1e-9), clusters
    # f: V comes from few clusters and is itself a guess.
    widen = (stdtrit(clusters - 1, 1 - alpha / 2) / stdtrit(len(by_unit) - 1, 1 - alpha / 2)) ** 2
    observed = value * (1 - value) / linear / widen
    return max(min(modelled, observed), floor, 1e-9), clusters


def _mean(y: Floats, weights: Floats) -> float:
    """The weighted mean; exactly 0 or 1 if every answer is."""
    value = float(weights @ y)
    return float(np.clip(np.round(value), 0, 1)) if abs(value - round(value)) < 1e-9 else value


def _stratum_means(y: Floats, design: Design) -> Floats:
    if design.stratum is None:
        return np.full(len(y), y.mean())
    _, index = np.unique(design.stratum, return_inverse=True)
    means: Floats = (np.bincount(index, weights=y) / np.bincount(index))[index]
    return means


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
        MOVER,
    )


def affine(mean: Mean, *, low: float, high: float) -> Mean:
    """A mean on [0, 1] rescaled to [low, high]."""
    width = high - low
    return replace(
        mean,
        value=settled(low + width * mean.value),
        low=low + width * mean.low,
        high=low + width * mean.high,
    )


def codes(values: NDArray[Any]) -> Codes:
    """Integers that stand for the distinct values."""
    _, index = np.unique(values, return_inverse=True)
    return index.astype(np.intp)
