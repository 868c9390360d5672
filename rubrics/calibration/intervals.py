"""A value with its 95 % interval, that of a share, and what rounding leaves of a zero."""

import math
from dataclasses import dataclass
from math import nan
from typing import Final

Z95: Final = 1.959963984540054
"""Half of the width of a 95 % interval, in standard errors of a normal distribution."""

ROUNDING: Final = 1e-12
"""Largest rounding error in sums of shares; no rate of a run can be this near 0 without being 0."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A value and its 95 % interval; nan if there is nothing to measure."""

    value: float = nan
    low: float = nan
    high: float = nan


def wilson(hits: float, trials: float) -> Interval:
    """Share with the score interval of Wilson (1927)."""
    if trials == 0:
        return Interval()
    share = hits / trials
    centre = share + Z95**2 / (2 * trials)
    reach = Z95 * math.sqrt(share * (1 - share) / trials + Z95**2 / (4 * trials**2))
    scale = 1 + Z95**2 / trials
    return Interval(share, max((centre - reach) / scale, 0.0), min((centre + reach) / scale, 1.0))


def settled(value: float) -> float:
    """The value, with what rounding leaves of a zero, as in a difference of equal shares, set to 0."""
    return 0.0 if abs(value) < ROUNDING else value
