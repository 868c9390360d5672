"""What a difference of two runs could be if every unread answer were of the worst, or of the best, kind.

An unread answer counts as bad in one run and as good in the other. Pairs in which an answer failed
or was blocked are left out.
"""

from __future__ import annotations

from math import nan
from typing import Final

import numpy as np

from lawbound.evals.metrics.bounds import Ends
from lawbound.evals.metrics.inputs import Rows
from lawbound.evals.metrics.rule_answers import (
    NEAR_ACT,
    RESTRICTED,
    Entries,
    cell_means,
    may_be_worse,
    worse_kind_bounds,
)
from lawbound.evals.metrics.scores import design_of
from lawbound.evals.stats.arrays import Bounds

UNKNOWN: Final[Bounds] = (nan, nan)


def rule_bounds(one: Entries, two: Entries) -> dict[str, Bounds]:
    """Bounds of second minus first, for adherence, excess and J.

    With g the ends 0 and 1 of an unread answer, adherence lies between the weighted means of
    ``g_low(second) - g_high(first)`` and ``g_high(second) - g_low(first)``; excess likewise in each kind of
    near-miss, of which a rule takes the widest that may be the worse one; J is the former less the latter.
    Choice and ends are bounded apart, so those of excess and J can be wider than need be.

    Args:
        one: The first run's entries of complete rules, judged or open to judgement in both runs.
        two: The second run's entries, in the same order.
    """
    gain = _ends(two) - _ends(one)
    restricted = one.role == RESTRICTED
    weights = one.design(restricted, macro=True).weights()
    low_met = float(weights @ gain.low[restricted])
    high_met = float(weights @ gain.high[restricted])
    low_bad, high_bad = _excess_bounds(one, two, gain)
    return {
        "adherence": (low_met, high_met),
        "excess": (low_bad, high_bad),
        "J": (low_met - high_bad, high_met - low_bad),
    }


def weighted_bounds(rows: Rows, ends: Ends) -> Bounds:
    """Bounds of a mean over scores, families weighing the same; nan without a pair in both runs."""
    answered = ~np.isnan(ends.low) & ~np.isnan(ends.high)
    if not answered.any():
        return UNKNOWN
    weights = design_of(rows.where(answered)).weights()
    return float(weights @ ends.low[answered]), float(weights @ ends.high[answered])


def _ends(entries: Entries) -> Ends:
    gap = np.isnan(entries.good)
    return Ends(np.where(gap, 0.0, entries.good), np.where(gap, 1.0, entries.good))


def _excess_bounds(one: Entries, two: Entries, gain: Ends) -> Bounds:
    """Both runs choose the worse kind together, which unread answers can change."""
    near = one.role != RESTRICTED
    rules, rule = np.unique(one.rule[near], return_inverse=True)
    cell = rule * 2 + one.role[near] - NEAR_ACT
    good = [_ends(entries).where(near) for entries in (one, two)]
    least_bad, most_bad, low, high = (
        cell_means(y, cell, len(rules) * 2).reshape(-1, 2)
        for y in (
            1 - (good[0].high + good[1].high) / 2,
            1 - (good[0].low + good[1].low) / 2,
            -gain.high[near],
            -gain.low[near],
        )
    )
    return worse_kind_bounds(may_be_worse(least_bad, most_bad), low, high)
