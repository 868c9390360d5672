"""A difference between two runs in one metric: its value, its interval and what it could be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import nan

from lawbound.evals.stats.arrays import Bounds
from lawbound.evals.stats.intervals import Mean


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric of the second run minus that of the first, over the pairs that were read in both."""

    metric: str
    policy: str
    strength: str
    mode: str = "generate"
    first: float = nan
    second: float = nan
    value: float = nan
    low: float = nan
    high: float = nan
    n: int = 0
    """Pairs of answers; for `policy_tax`, items with such a pair under either arm."""
    clusters: int = 0
    """Item groups among them."""
    p_value: float = nan
    p_holm: float = nan
    """Corrected over J, capability and policy_tax at `full`, over all policies."""
    mde: float = nan
    lower_bound: float = nan
    """The difference if every unread answer were bad in the second run and good in the first."""
    upper_bound: float = nan
    """The difference if every unread answer were good in the second run and bad in the first."""

    @property
    def is_finding(self) -> bool:
        """Whether the corrected p-value and the interval both show a difference."""
        return self.p_holm < 0.05 and not self.low <= 0 <= self.high

    def within(self, bounds: Bounds) -> Difference:
        """The same with the least and the most that it could be (`bounds`)."""
        return replace(self, lower_bound=bounds[0], upper_bound=bounds[1])

    def measured(self, values: tuple[float, float], mean: Mean, p_value: float) -> Difference:
        """The same with the runs' values, and the mean of the second less the first."""
        return replace(
            self,
            first=values[0],
            second=values[1],
            value=mean.value,
            low=mean.low,
            high=mean.high,
            n=mean.n,
            clusters=mean.clusters,
            p_value=p_value,
            mde=mean.mde,
        )
