"""One estimate out of many."""

from collections.abc import Iterable
from typing import Any

from lawbound.evals.metrics.estimate import Estimate


def pick(
    estimates: Iterable[Estimate],
    metric: str,
    strength: str = "full",
    slice: str = "",
    **more: Any,
) -> Estimate:
    """The only estimate of a metric at a strength and of a slice; `more` names other attributes that it has."""
    found = [
        e
        for e in estimates
        if (e.metric, e.strength, e.slice) == (metric, strength, slice)
        and all(getattr(e, name) == value for name, value in more.items())
    ]
    assert len(found) == 1, f"{metric} {strength} {slice} {more}: {len(found)} estimates"
    return found[0]
