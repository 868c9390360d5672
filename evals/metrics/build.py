"""Making an estimate from a mean and the counts of what was left out of it."""

from math import isnan, nan

import numpy as np

from lawbound.evals.metrics.estimate import Estimate, Family, Subject
from lawbound.evals.metrics.inputs import BLOCKED, ERROR, OK, UNSCORED, Mask, Rows
from lawbound.evals.metrics.registry import REPORTED
from lawbound.evals.metrics.tally import Tally
from lawbound.evals.stats.arrays import Bounds, Floats
from lawbound.evals.stats.intervals import Mean


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


def mean_of(estimate: Estimate) -> Mean:
    """The mean that an estimate was built from, but for its effective number."""
    e = estimate
    return Mean(e.value, e.low, e.high, e.n, e.clusters, method=e.method)


def family_of(about: Subject, metric: str) -> Family:
    """Whether an estimate shares its model's Holm correction."""
    is_whole = about.strength == "full" and not about.slice
    return "primary" if REPORTED[metric].is_primary and is_whole else "exploratory"


def build(
    about: Subject,
    metric: str,
    mean: Mean,
    left_out: Tally,
    *,
    bounds: Bounds | None = None,
    note: str = "",
    p_value: float = nan,
    mde: float | None = None,
) -> Estimate:
    """One estimate.

    Args:
        about: What it is about.
        metric: Its name in `REPORTED`.
        mean: Its value and interval.
        left_out: Counts of what was asked for and is not in it.
        bounds: What the value could be if every unscored answer had been read. None where nobody
            can say: then both are the value if no answer is unscored, else nan.
        note: What a reader must know beside the value; why there is none if it is nan.
        p_value: Two-sided, that the true value is 0; nan if it is not tested.
        mde: None for that of the interval; another one if that was clipped.
    """
    is_known = not isnan(mean.value)
    if bounds is None:
        bounds = (nan, nan) if left_out.unscored else (mean.value, mean.value)
    low, high = stretched(bounds, mean.value)
    return Estimate(
        metric=metric,
        model=about.model,
        policy=about.policy,
        strength=about.strength,
        slice=about.slice,
        mode=about.mode,
        value=mean.value,
        low=mean.low,
        high=mean.high,
        n=mean.n,
        clusters=mean.clusters,
        asked=left_out.asked,
        unscored=left_out.unscored,
        errors=left_out.errors,
        blocked=left_out.blocked,
        missing_share=left_out.missing_share,
        lower_bound=low,
        upper_bound=high,
        direction=REPORTED[metric].direction,
        method=mean.method if is_known else "",
        family=family_of(about, metric),
        p_value=p_value,
        mde=(mean.mde if mde is None else mde) if is_known else nan,
        note=note or ("" if is_known else "no answers to judge"),
    )
