"""Estimates of two common forms: a share of answers, and a difference of two arms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from lawbound.evals.metrics.bounds import ends_of, mean_bounds, share_bounds
from lawbound.evals.metrics.build import build, tally, tally_of_pairs
from lawbound.evals.metrics.estimate import Estimate, Subject
from lawbound.evals.metrics.inputs import Rows, pair_up
from lawbound.evals.metrics.plain import plain_difference, plain_rate
from lawbound.evals.stats.arrays import Floats


def share(
    about: Subject,
    metric: str,
    rows: Rows,
    y: Floats,
    *,
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
    return build(about, metric, mean, left, bounds=bounds, note=note)


def pair_rows(first: Rows, second: Rows) -> tuple[Rows, Rows]:
    """The same items, modes and repeats in two arms."""
    left, right = pair_up(first, second)
    return first.take(left), second.take(right)


def paired_share(
    about: Subject,
    metric: str,
    first: Rows,
    second: Rows,
    values: Callable[[Rows], Floats],
    *,
    empty: str,
) -> Estimate:
    """Mean of first minus second over the pairs of rows that both have a value; `empty` says what
    is missing if there are none."""
    first, second = pair_rows(first, second)
    y_first, y_second = values(first), values(second)
    left = tally_of_pairs(first, y_first, second, y_second)
    mean = plain_difference(first, y_first - y_second)
    if not mean.n:
        return build(about, metric, mean, left, note=empty)
    bounds = mean_bounds(ends_of(first, y_first) - ends_of(second, y_second))
    return build(about, metric, mean, left, bounds=bounds)
