"""Combining several readings of one answer: both orders of one judge, or a panel of judges.

An add-on counts only if it decides something: whether the answer meets the requirement, or is served plainly. Two
readings with different add-ons then differ; otherwise they are the same.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from lawbound.rubrics.policy.requirement import Requirement
from lawbound.rubrics.verdict import Reading, is_met, is_served_plainly

JudgeMode = Literal["hybrid", "all"]
"""Which answers a panel reads: those that the offline grader is unsure about, or all."""
UNSURE = 0.7
"""The default confidence of the offline grader below which `hybrid` asks."""


@dataclass(frozen=True, slots=True)
class PanelReading:
    """The result of a panel's vote."""

    reading: Reading
    votes: int
    """Readings that could be parsed."""
    agreeing: int
    """Votes for the class that won; 0 if none did."""
    disagreed: bool
    """Whether any vote went elsewhere: to another class, or to another add-on if that decides."""


def is_same(requirement: Requirement, one: Reading, other: Reading) -> bool:
    """Whether two readings of an answer name one class and meet a requirement alike."""
    return (
        one.behaviour == other.behaviour
        and is_met(requirement, one) == is_met(requirement, other)
        and is_served_plainly(requirement, one) == is_served_plainly(requirement, other)
    )


def both_orders(requirement: Requirement, forward: Reading, reverse: Reading) -> Reading | None:
    """One judge asked with its classes in both orders: a reading only if it says the same twice.

    Two readings can have the same result through different add-ons, and the add-ons seen in both
    another one: then the judge sees a fault and cannot say which, and there is no reading.
    """
    common = replace(forward, addons=forward.addons & reverse.addons)
    same = is_same(requirement, forward, reverse) and is_same(requirement, forward, common)
    return common if same else None


def majority(requirement: Requirement, readings: Sequence[Reading | None]) -> PanelReading:
    """The class that more than half of the votes name; else `unscored`.

    Add-ons count if more than half of the winning votes saw them. If the result then differs from
    that of more than half of these votes, the panel is as split as it is over a class.
    """
    votes = [reading for reading in readings if reading is not None]
    counted = Counter(reading.behaviour for reading in votes)
    behaviour, agreeing = counted.most_common(1)[0] if counted else ("unscored", 0)
    winners = [reading for reading in votes if reading.behaviour == behaviour]
    merged = _merged(requirement, winners) if agreeing * 2 > len(votes) else None
    if merged is None:
        unscored = Reading("unscored", confidence=0.0)
        return PanelReading(unscored, len(votes), 0, disagreed=bool(votes))
    disagreed = not all(is_same(requirement, merged, reading) for reading in votes)
    merged = replace(merged, confidence=agreeing / len(readings))
    return PanelReading(merged, len(votes), agreeing, disagreed)


def _merged(requirement: Requirement, winners: Sequence[Reading]) -> Reading | None:
    """One reading for several that name one class; None if split over add-ons that decide."""
    counted = Counter(addon for reading in winners for addon in reading.addons)
    kept = frozenset(addon for addon, count in counted.items() if count * 2 > len(winners))
    merged = replace(winners[0], addons=kept)
    for outcome in (is_met, is_served_plainly):
        votes = [outcome(requirement, reading) for reading in winners]
        if votes.count(outcome(requirement, merged)) * 2 <= len(winners):
            return None
    return merged
