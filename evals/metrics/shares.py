"""Estimates of two common forms: a share of answers, and a difference of two arms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lawbound.evals.estimate import Estimate
from lawbound.evals.metrics.bounds import ends_of, mean_bounds, share_bounds
from lawbound.evals.metrics.build import MOVER, build, tally, tally_of_pairs
from lawbound.evals.metrics.inputs import Cut, Rows, pair_up
from lawbound.evals.metrics.plain import plain_difference, plain_rate
from lawbound.evals.stats.arrays import Floats


def share(
    cut: Cut,
    metric: str,
    strength: str,
    rows: Rows,
    y: Floats,
    *,
    mode: str = "generate",
    slice: str = "",
    note: str = "",
    asked: int | None = None,
) -> Estimate:
    """A plain rate over rows: nan values leave the denominator and are counted.

    `asked` is how many were asked for, if the answers themselves decide which rows count.
    """
    mean = plain_rate(rows, y)
    left = tally(rows, y)
    left = left if asked is None else replace(left, asked=asked)
    bounds = share_bounds(float(np.nansum(y)), mean.n, left.unscored)
    return build(
        cut, metric, strength, mean, left, slice=slice, mode=mode, bounds=bounds, note=note
    )


def pair_rows(first: Rows, second: Rows) -> tuple[Rows, Rows]:
    """The same items, modes and repeats in two arms."""
    left, right = pair_up(first, second)
    return first.take(left), second.take(right)


def paired_share(
    cut: Cut,
    metric: str,
    strength: str,
    first: Rows,
    y_first: Floats,
    second: Rows,
    y_second: Floats,
    *,
    slice: str = "",
    empty: str,
) -> Estimate:
    """Mean of first minus second over pairs of rows that both have a value."""
    left = tally_of_pairs(first, y_first, second, y_second)
    mean = plain_difference(first, y_first - y_second)
    bounds = mean_bounds(ends_of(first, y_first) - ends_of(second, y_second)) if mean.n else None
    return build(
        cut, metric, strength, mean, left, slice=slice, method=MOVER, bounds=bounds,
        note="" if mean.n else empty,
    )  # fmt: skip
