"""Several readings of one answer: both orders of one judge, or a panel of judges."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lawbound.rubrics.verdict import Reading

JudgeMode = Literal["hybrid", "all"]
"""Which answers a panel reads: those of which the offline grader is unsure, or all."""
UNSURE = 0.7
"""The confidence of the offline grader below which `hybrid` asks, where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class PanelReading:
    """What a panel agreed on."""

    reading: Reading
    votes: int
    """Readings that could be parsed."""
    failed: int
    """Replies that were no verdict."""
    agreeing: int
    """Votes for the class that won; 0 where none did."""

    @property
    def disagreed(self) -> bool:
        """At least one vote went elsewhere."""
        return self.agreeing < self.votes


def both_orders(forward: Reading | None, reverse: Reading | None) -> Reading | None:
    """One judge asked with its classes in both orders: a reading only where it says the same twice."""
    if forward is None or reverse is None or forward.behaviour != reverse.behaviour:
        return None
    return Reading(
        forward.behaviour,
        forward.addons & reverse.addons,
        evidence=forward.evidence,
        confidence=forward.confidence,
    )


def majority(readings: Sequence[Reading | None]) -> PanelReading:
    """The class that more than half of the votes name; else `unscored`.

    Add-ons count where more than half of the winning votes saw them.
    """
    votes = [reading for reading in readings if reading is not None]
    failed = len(readings) - len(votes)
    counted = Counter(reading.behaviour for reading in votes)
    behaviour, agreeing = counted.most_common(1)[0] if counted else ("unscored", 0)
    if agreeing * 2 <= len(votes):
        return PanelReading(Reading("unscored", confidence=0.0), len(votes), failed, 0)
    winners = [reading for reading in votes if reading.behaviour == behaviour]
    addons = Counter(addon for reading in winners for addon in reading.addons)
    kept = frozenset(addon for addon, count in addons.items() if count * 2 > len(winners))
    merged = Reading(
        winners[0].behaviour,
        kept,
        evidence=winners[0].evidence,
        confidence=agreeing / len(readings),
    )
    return PanelReading(merged, len(votes), failed, agreeing)
