"""Making an estimate from a mean and the counts of what was left out of it."""

from math import isnan, nan
from typing import Protocol

import numpy as np

from lawbound.evals.estimate import Estimate, Family
from lawbound.evals.metrics.inputs import BLOCKED, ERROR, OK, UNSCORED, Mask, Rows
from lawbound.evals.metrics.registry import REPORTED
from lawbound.evals.stats.arrays import Bounds, Floats
from lawbound.evals.stats.intervals import Mean
from lawbound.evals.tally import Tally

KORN_GRAUBARD = "korn-graubard"
MOVER = "mover"


def tally(rows: Rows, y: Floats) -> Tally:
    """Count what leaves the denominator: failed, blocked, or without a value of its own."""
    status = rows.status
    return _tally(status == ERROR, status == BLOCKED, np.isnan(y))


def tally_of_pairs(first: Rows, y_first: Floats, second: Rows, y_second: Floats) -> Tally:
    """The same for pairs of two arms: a pair without both answers counts once, as in `n`."""
    one, two = first.status, second.status
    return _tally(
        (one == ERROR) | (two == ERROR),
        (one == BLOCKED) | (two == BLOCKED),
        np.isnan(y_first) | np.isnan(y_second),
    )


def _tally(failed: Mask, blocked: Mask, unknown: Mask) -> Tally:
    blocked = blocked & ~failed
    unscored = unknown & ~failed & ~blocked
    return Tally(int(unscored.sum()), int(failed.sum()), int(blocked.sum()), len(failed))


def judged(rows: Rows, y: Floats) -> Floats:
    """The values, with nan if the answer failed, was blocked or could not be read."""
    known: Floats = np.where(rows.status == OK, y, np.nan)
    return known


def scored(rows: Rows, y: Floats) -> Floats:
    """The same for checked answers: a score counts even if nobody could read the behaviour."""
    known: Floats = np.where(rows.lost, np.nan, y)
    return known


def unscored(rows: Rows, y: Floats) -> Mask:
    """Rows that a bound may fill in: answered, but without a value."""
    found: Mask = ~rows.lost & (np.isnan(y) | (rows.status == UNSCORED))
    return found


def stretched(bounds: Bounds, value: float) -> Bounds:
    """Bounds widened to hold the value, which may lie beyond them as it leaves out what they fill
    in."""
    if not (np.isfinite(value) and np.isfinite(bounds).all()):
        return bounds
    return min(bounds[0], value), max(bounds[1], value)


class Of(Protocol):
    """What an estimate is about: a cut of the verdicts, or another estimate."""

    @property
    def model(self) -> str: ...

    @property
    def policy(self) -> str: ...


def mean_of(estimate: Estimate) -> Mean:
    """The mean that an estimate was built from, but for its effective number."""
    return Mean(estimate.value, estimate.low, estimate.high, estimate.n, estimate.clusters)


def build(
    of: Of,
    metric: str,
    strength: str,
    mean: Mean,
    left_out: Tally,
    *,
    slice: str = "",
    mode: str = "generate",
    method: str = KORN_GRAUBARD,
    bounds: Bounds | None = None,
    note: str = "",
    family: Family = "exploratory",
    p_value: float = nan,
    mde: float | None = None,
    missing_share: float = 0.0,
) -> Estimate:
    """One estimate. A value that is nan must say why in `note`.

    `mde` is that of the mean's interval unless it is given, as for a clipped interval.
    `missing_share` is given if a part lacks more than the answers together do.
    """
    is_known = not isnan(mean.value)
    low, high = bounds if bounds is not None else (nan, nan)
    if bounds is None and left_out.unscored == 0:
        low = high = mean.value
    low, high = stretched((low, high), mean.value)
    return Estimate(
        metric=metric,
        model=of.model,
        policy=of.policy,
        strength=strength,
        slice=slice,
        mode=mode,
        value=mean.value,
        low=mean.low,
        high=mean.high,
        n=mean.n,
        clusters=mean.clusters,
        asked=left_out.asked,
        unscored=left_out.unscored,
        errors=left_out.errors,
        blocked=left_out.blocked,
        missing_share=max(left_out.missing_share, missing_share),
        lower_bound=low,
        upper_bound=high,
        direction=REPORTED[metric].direction,
        method=method if is_known else "",
        family=family,
        p_value=p_value,
        mde=(mean.mde if mde is None else mde) if is_known else nan,
        note=note or ("" if is_known else "no answers to judge"),
    )
