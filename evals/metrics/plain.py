"""Means in which every answer has the same weight; items are units and item groups are clusters."""

from __future__ import annotations

import numpy as np

from lawbound.evals.metrics.inputs import Rows
from lawbound.evals.stats.arrays import Codes, Floats
from lawbound.evals.stats.correlation import pooled_icc
from lawbound.evals.stats.intervals import Design, Mean, rate
from lawbound.evals.stats.paired import signed_mean


def plain_rate(rows: Rows, y: Floats, cell: Codes | None = None) -> Mean:
    """Mean of values in [0, 1]; nan is left out.

    Args:
        rows: The rows of the values.
        y: One value for each row.
        cell: What answers share when their similarity is a group's; None for one cell of all.
    """
    known = ~np.isnan(y)
    design = _design(rows.where(known))
    icc = _icc(y[known], design, None if cell is None else cell[known])
    return rate(y[known], design, icc=icc)


def plain_difference(rows: Rows, d: Floats) -> Mean:
    """Mean of paired differences in [-1, 1] without nan; `rows` are one side of the pairs."""
    known = ~np.isnan(d)
    design = _design(rows.where(known))
    return signed_mean(d[known], design, bound=1.0, icc=_icc(np.abs(d[known]), design))


def _design(rows: Rows) -> Design:
    return Design(rows.codes("item"), rows.codes("group"))


def _icc(y: Floats, design: Design, cell: Codes | None = None) -> float:
    return pooled_icc(y, design.cluster, np.zeros_like(design.cluster) if cell is None else cell)
