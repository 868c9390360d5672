"""How numbers are written for readers: in one place, so that console, report, figures and model card agree."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

DIGITS: Final = 3
_NOISE: Final = 1e-12
"""Largest rounding error in a difference of equal shares (`rubrics.calibration.intervals.settled`)."""


def number_text(value: float | None) -> str:
    """Three decimals, or more if a nonzero value would round to 0: it matters on which side of 0 an
    interval ends.

    A zero has no minus sign, and no data is `nan`.
    """
    if value is None or math.isnan(value):
        return "nan"
    text = f"{value:z.{DIGITS}f}"
    if float(text) or abs(value) < _NOISE:
        return text
    digits = -math.floor(math.log10(abs(value)))
    return f"{value:.{digits}f}" if digits <= 2 * DIGITS else f"{value:.0e}"


def deciding_text(value: float, holds: Callable[[float], bool]) -> str:
    """The same for a number that decides: six digits, as in the CSV, if the rounded number would decide otherwise."""
    text = number_text(value)
    return text if holds(float(text)) == holds(value) else f"{value:.6g}"


def interval_text(low: float | None, high: float | None) -> str:
    """``[low, high]``; empty if either end is unknown."""
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return ""
    return f"[{number_text(low)}, {number_text(high)}]"


def estimate_text(value: float | None, low: float | None, high: float | None) -> str:
    """A value, with its interval if it has one."""
    text = number_text(value)
    return text if text == "nan" else f"{text} {interval_text(low, high)}".rstrip()


def rank_text(rank: int | None, worst: int | None) -> str:
    """A rank as the range that the intervals allow; empty if there is none."""
    if rank is None:
        return ""
    return str(rank) if worst is None or worst == rank else f"{rank}-{worst}"
