"""Means of paired differences: gains and losses apart, each a rate, joined by MOVER.

A difference of two answers is one step at most, from wrong to right; one of four answers, such as a tax that is
compared with another, can be two. The exact interval of a rate knows no smaller variance than a coin's: shares of
two steps would be read as if only a move over both were possible, and where nearly all moves are of one step that
makes intervals up to half as wide again. So each step is a rate of its own: how often it was reached.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lawbound.evals.stats.arrays import Floats
from lawbound.evals.stats.intervals import Design, Mean, difference, rate


def signed_mean(d: Floats, design: Design, *, bound: float, icc: float, steps: int = 1) -> Mean:
    """Mean of paired differences in [-bound, bound].

    Gains and losses exclude each other, so they correlate negatively; that widens the interval, as in
    Newcombe's (1998) interval for paired proportions.

    Args:
        d: The differences, no nan.
        design: The weights.
        bound: The largest possible difference.
        icc: The pooled intracluster correlation.
        steps: Steps that `bound` consists of: 1 between two answers, 2 between two differences of
            answers.
    """
    if len(d) == 0:
        return Mean()
    (up, spread_up), (down, spread_down) = (
        _reached(np.clip(side, 0, None) / bound, design, icc=icc, steps=steps) for side in (d, -d)
    )
    correlation = up.value * down.value / max(spread_up * spread_down, 1e-12)
    joined = difference(up, down, correlation=-min(correlation, 1.0))
    return replace(
        joined,
        value=bound * joined.value,
        low=max(bound * joined.low, -bound),
        high=min(bound * joined.high, bound),
        n=up.n,
        clusters=up.clusters,
    )


def _reached(y: Floats, design: Design, *, icc: float, steps: int) -> tuple[Mean, float]:
    """Mean of shares of the way in [0, 1], as the mean of the rates at which its steps were taken,
    and their sd."""
    taken = [np.clip(y * steps - step, 0, 1) for step in range(steps)]
    parts = [rate(one, design, icc=icc) for one in taken]
    rates = np.array([part.value for part in parts])
    # Whoever took a step took all before it.
    together = np.minimum.outer(rates, rates) - np.outer(rates, rates)
    root = np.sqrt(np.maximum(np.diag(together), 1e-12))
    alike = together / np.outer(root, root)
    np.fill_diagonal(alike, 1.0)
    below, above = (
        float(np.sqrt(ends @ alike @ ends)) / steps
        for ends in (np.array([getattr(part, end) for part in parts]) for end in ("below", "above"))
    )
    value = float(rates.mean())
    effective = min(part.effective for part in parts)
    mean = Mean(
        value, max(value - below, 0.0), min(value + above, 1.0), len(y), parts[0].clusters, effective
    )  # fmt: skip
    return mean, float(np.sqrt(together.mean()))
