"""How many items does an effect need? From a pilot run's intervals, or from stated variances."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil, isnan, sqrt

from lawbound.evals.gates.gate import PLACE
from lawbound.evals.metrics.estimate import Estimate
from lawbound.evals.metrics.inputs import MetricError
from lawbound.evals.stats.intervals import ALPHA, Z80
from lawbound.rubrics.calibration.intervals import Z95
from lawbound.rubrics.reference import is_reference

_WANTED = re.compile(r"(?P<metric>[^@:]+)" + PLACE)
_NAMED = 3
"""How many of the estimates without a variance are named."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look at in a pilot, written as in a gate."""

    metric: str
    policy: str
    """Empty means every policy."""
    strength: str
    """Empty means every strength."""

    def among(self, estimates: Iterable[Estimate]) -> tuple[Estimate, ...]:
        """The estimates of every metric under that policy and at that strength.

        Raises:
            MetricError: There are none.
        """
        everything = tuple(estimates)
        found = tuple(
            e
            for e in everything
            if self.policy in ("", e.policy) and self.strength in ("", e.strength)
        )
        if everything and not found:
            raise MetricError(
                f"power: the pilot run has nothing{self._where()}, expected policies "
                f"{_names(e.policy for e in everything)} and strengths {_names(e.strength for e in everything)}"
            )
        return found

    def _where(self) -> str:
        under = f" under '{self.policy}'" if self.policy else ""
        return under + (f" at '{self.strength}'" if self.strength else "")


def parse_wanted(text: str) -> Wanted:
    """Read ``METRIC@POLICY:STRENGTH``, of which all but the metric may be left out.

    Raises:
        MetricError: It is malformed.
    """
    match = _WANTED.fullmatch(text.strip())
    if match is None:
        raise MetricError(f"power: found {text!r}, expected METRIC@POLICY:STRENGTH")
    return Wanted(match["metric"], match["policy"] or "", match["strength"] or "")


@dataclass(frozen=True, slots=True)
class PowerRow:
    """What a pilot run says about one metric."""

    metric: str
    model: str
    policy: str
    strength: str
    mode: str
    effect: float
    clusters: int
    """Item groups of the pilot."""
    clusters_needed: int
    items_needed: int
    """Items in that many groups, at as many per group as the pilot asked: near-misses of both
    kinds, though only the worse counts; repeats once."""
    mde: float
    """The smallest effect that the pilot itself could have detected."""
    power: float
    """Power of the pilot for this effect."""


def clusters_needed(effect: float, sd: float, *, power: float = 0.8) -> int:
    """Clusters for a two-sided test of a mean: (z_0.975 + z_power)^2 sd^2 / effect^2.

    Args:
        effect: True difference to be found.
        sd: Standard deviation of a cluster's contribution.
        power: Desired probability of finding it.

    Raises:
        MetricError: A number is out of range.
    """
    if effect == 0 or not sd >= 0 or not 0 < power < 1:
        raise MetricError(
            f"power: found effect {effect}, sd {sd}, power {power}, expected an effect "
            "other than 0, sd >= 0 and power between 0 and 1"
        )
    return max(2, ceil(((_z(1 - ALPHA / 2) + _z(power)) * sd / effect) ** 2))


def power_of(effect: float, sd: float, clusters: int) -> float:
    """Probability that a two-sided test with so many clusters finds the effect."""
    from scipy.special import ndtr

    if sd == 0:
        return 1.0
    shift = abs(effect) * sqrt(clusters) / sd
    edge = _z(1 - ALPHA / 2)
    return float(ndtr(shift - edge) + ndtr(-shift - edge))


def from_pilot(
    estimates: Iterable[Estimate],
    *,
    metric: str,
    effect: float,
    power: float = 0.8,
    epochs: int = 1,
) -> tuple[PowerRow, ...]:
    """What each whole estimate of a metric in a pilot run says about the effect; reference models
    only if there are no others.

    The minimum detectable effect is 2.8 standard errors, so it gives them; clusters carry the
    information.

    Args:
        estimates: Estimates of the pilot.
        metric: The metric to look at.
        effect: True difference to be found.
        power: Desired probability of finding it.
        epochs: How often the pilot asked each item; `asked` counts every time. Choices are asked
            only once, and an answer beside them is not taken for a repeat.

    Raises:
        MetricError: The pilot has no such estimate.
    """
    rows = []
    estimates = tuple(estimates)
    if any(not is_reference(e.model) for e in estimates):
        estimates = tuple(e for e in estimates if not is_reference(e.model))
    usable = [e for e in estimates if e.slice == "" and not why_unusable(e)]
    for e in usable:
        if e.metric == metric:
            sd = e.mde / (Z95 + Z80) * sqrt(e.clusters)
            needed = clusters_needed(effect, sd, power=power)
            repeats = epochs if e.mode == "generate" else 1
            rows.append(
                PowerRow(
                    metric, e.model, e.policy, e.strength, e.mode, effect, e.clusters, needed,
                    ceil(needed * e.asked / (repeats * e.clusters)), e.mde, power_of(effect, sd, e.clusters),
                )
            )  # fmt: skip
    if not rows:
        known = ", ".join(dict.fromkeys(e.metric for e in usable))
        expected = f"a metric that has a standard error: {known}" if known else "another pilot run"
        is_known = any(
            not isnan(e.value) for e in estimates if e.metric == metric and e.slice == ""
        )
        lacks = "no standard error" if is_known else "no known value"
        raise MetricError(
            f"power: metric '{metric}' has {lacks} in the pilot run, expected {expected}"
        )
    return tuple(rows)


def without_variance(estimates: Iterable[Estimate], metric: str) -> tuple[Estimate, ...]:
    """A metric's estimates of real models that say nothing about its variance."""
    mine = [e for e in estimates if e.slice == "" and e.metric == metric]
    return tuple(e for e in mine if why_unusable(e) and not is_reference(e.model))


def unusable_lines(estimates: Iterable[Estimate], metric: str) -> Iterator[str]:
    """One line for each reason why estimates of a metric say nothing about its variance."""
    by_reason: dict[str, list[Estimate]] = {}
    for e in without_variance(estimates, metric):
        by_reason.setdefault(why_unusable(e), []).append(e)
    for why, mine in by_reason.items():
        places = [f"{e.model} under {e.policy} at {e.strength}" for e in mine[:_NAMED]]
        if len(mine) > _NAMED:
            places.append(f"{len(mine) - _NAMED} more")
        yield f"{', '.join(places)}: {metric} {why}"


def why_unusable(e: Estimate) -> str:
    """Why an estimate says nothing about its metric's variance; empty if it does."""
    if isnan(e.value):
        return f"is not known: {e.note}"
    if e.clusters < 2:
        return "rests on fewer than two item groups"
    if not e.mde > 0:
        return (
            "has no standard error: its value or interval is cut off, or the interval has no width"
        )
    return ""


def _names(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _z(probability: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(probability))
