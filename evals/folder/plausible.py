"""Whether numbers read from a file are possible: within the metric's range, and within their own interval."""

from collections.abc import Iterator
from math import inf, isnan, nan

from lawbound.evals.metrics.registry import REPORTED

ROUNDED = 1e-5
"""Tolerance of a comparison: a file holds six significant digits."""


def faults(metric: str, numbers: dict[str, float]) -> Iterator[tuple[str, str]]:
    """Which numbers of an estimate are impossible, and what was expected. An unknown number is
    possible.

    Args:
        metric: A reported metric.
        numbers: By `Estimate`'s names: value, low, high, lower_bound, upper_bound, p_value, p_holm, mde; some may
            be left out.
    """
    known = REPORTED[metric]
    for name in ("value", "low", "high", "lower_bound", "upper_bound"):
        found = _outside(numbers.get(name, nan), known.least, known.most)
        if found:
            yield name, f"{found} ({metric})"
    for name in ("p_value", "p_holm"):
        if found := _outside(numbers.get(name, nan), 0, 1):
            yield name, found
    if found := _outside(numbers.get("mde", nan), 0, inf):
        yield "mde", found
    for what, ends in (("interval", ("low", "high")), ("bounds", ("lower_bound", "upper_bound"))):
        low, high = (numbers.get(end, nan) for end in ends)
        if not isnan(low + high) and (found := _outside(numbers.get("value", nan), low, high)):
            yield "value", f"{found} (its {what})"


def _outside(number: float, least: float, most: float) -> str:
    slack = ROUNDED * max(1.0, abs(number))
    if isnan(number) or least - slack <= number <= most + slack:
        return ""
    return f"{least:g} to {most:g}" if most < inf else f"{least:g} or more"
