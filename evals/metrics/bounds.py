"""What a value could be if every unscored answer were of the worst, or of the best, kind.

An unread answer leaves the denominator, which is honest only together with the range that it leaves
open. Each answer has two ends: its own value twice if that is known, the ends of the scale if it is
unscored, nan if it failed or was blocked. A metric is then computed on the ends that lower it most,
and on those that raise it most.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from lawbound.evals.metrics.build import unscored
from lawbound.evals.metrics.inputs import Mask, Rows, pair_up
from lawbound.evals.metrics.scores import Paired, Scores, by_twin, design_of
from lawbound.evals.stats.arrays import Bounds, Floats


@dataclass(frozen=True, slots=True)
class Ends:
    """Lowest and highest possible value of each answer."""

    low: Floats
    high: Floats

    def where(self, mask: Mask) -> Ends:
        """A subset."""
        return Ends(self.low[mask], self.high[mask])

    def __sub__(self, other: Ends) -> Ends:
        return Ends(self.low - other.high, self.high - other.low)


def ends_of(
    rows: Rows, y: Floats, *, low: Floats | float = 0.0, high: Floats | float = 1.0
) -> Ends:
    """The ends of values on a scale."""
    open_ = unscored(rows, y) & np.isnan(y)
    return Ends(np.where(open_, low, y), np.where(open_, high, y))


def mean_bounds(ends: Ends) -> Bounds:
    """Bounds of a plain mean over the answers that neither failed nor were blocked."""
    return _mean(ends.low), _mean(ends.high)


def score_ends(scores: Scores) -> Ends:
    """Ends of chance-corrected scores: an answer without a score may be wrong or right."""
    low, high = scores.scale
    return ends_of(scores.rows, scores.value, low=low, high=high)


@dataclass(frozen=True, slots=True)
class PairEnds:
    """Pairs that were answered in both arms, read or not, and the ends of first minus second."""

    pairs: Paired
    loss: Ends

    def mean(self) -> Bounds:
        """Bounds of the paired difference, families weighing the same."""
        return self._weighted(self.loss)

    def part(self, mine: Mask) -> Bounds:
        """Bounds of one part of the difference: an open pair may belong to it or to another."""
        known = self.loss.low == self.loss.high
        low = np.where(known, np.where(mine, self.loss.low, 0.0), np.minimum(self.loss.low, 0.0))
        high = np.where(known, np.where(mine, self.loss.high, 0.0), np.maximum(self.loss.high, 0.0))
        return self._weighted(Ends(low, high))

    def twins(self) -> Bounds:
        """Bounds of the difference of differences between neutral and adjacent twins."""
        return twin_bounds(self.pairs.first.rows, Ends(-self.loss.high, -self.loss.low))

    def _weighted(self, ends: Ends) -> Bounds:
        if len(ends.low) == 0:
            return nan, nan
        weights = design_of(self.pairs.first.rows).weights()
        return float(weights @ ends.low), float(weights @ ends.high)


def pair_ends(first: Scores, second: Scores) -> PairEnds:
    """Pair two arms by item and repeat, open scores included."""
    arms = [arm.where(~np.isnan(score_ends(arm).low)) for arm in (first, second)]
    left, right = pair_up(arms[0].rows, arms[1].rows)
    pairs = Paired(arms[0].take(left), arms[1].take(right))
    return PairEnds(pairs, score_ends(pairs.first) - score_ends(pairs.second))


def twin_bounds(rows: Rows, ends: Ends) -> Bounds:
    """Ends of neutral minus adjacent, twin by twin, over rows whose ends are known."""
    neutral = rows["surface"] == "neutral"
    found = []
    for mine, others in ((ends.low, ends.high), (ends.high, ends.low)):
        gap, design = by_twin(rows, np.where(neutral, mine, others))
        found.append(float(design.weights() @ gap) if len(gap) else nan)
    return found[0], found[1]


def share_bounds(hits: float, n: int, unscored: int) -> Bounds:
    """Bounds of a share of `n` answers, if it counted none of the unscored ones, and all of them."""
    total = n + unscored
    return (hits / total, (hits + unscored) / total) if total else (nan, nan)


def difference_bounds(first: Bounds, second: Bounds) -> Bounds:
    """Bounds of first minus second, each with bounds of its own."""
    return first[0] - second[1], first[1] - second[0]


def ratio_bounds(part: Bounds, whole: Bounds) -> Bounds:
    """Bounds of a ratio; nan if the divisor may be 0 or less, for then nothing bounds it."""
    if not whole[0] > 0:
        return nan, nan
    corners = [a / b for a in part for b in whole]
    return float(np.min(corners)), float(np.max(corners))


def product_bounds(left: Bounds, right: Bounds) -> Bounds:
    """Bounds of the product of two quantities, each with bounds of its own."""
    corners = [a * b for a in left for b in right]
    return float(np.min(corners)), float(np.max(corners))


def _mean(y: Floats) -> float:
    known = y[~np.isnan(y)]
    return float(known.mean()) if len(known) else nan
