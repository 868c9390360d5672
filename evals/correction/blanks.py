"""Whether the rows of a sheet that nobody labelled are like those that somebody did, in what the reader sees in them.

Rows are in random order, so labelling may stop anywhere, and may leave out a model or a language: each stratum is
corrected by its own labels. Rows that were skipped by what the answers say bias the rates as much as deleted ones.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from lawbound.evals.correction.draw import STRATUM, judged_rows

if TYPE_CHECKING:
    import pandas as pd

MOST = 2.576
"""Standard errors that chance explains: it exceeds them once in a hundred sheets."""


@dataclass(frozen=True, slots=True)
class Blanks:
    """The drawn answers without a label."""

    rows: int
    withheld: int
    """How many the reader sees withheld."""
    expected: float
    """How many it would be if labels were given at random within each stratum."""
    error: float
    """Standard error of the difference."""

    @property
    def are_unlike(self) -> bool:
        """Whether they differ from the labelled ones by more than chance explains."""
        return abs(self.withheld - self.expected) - 0.5 > MOST * self.error > 0


def blanks(frame: pd.DataFrame, blank: Set[str], labelled: Set[str]) -> Blanks:
    """Compare blank with labelled rows within strata, by the statistic of Mantel and Haenszel (1959).

    Args:
        frame: Verdicts of the run.
        blank: Request keys of drawn answers without a label.
        labelled: Request keys of those with one.
    """
    rows = judged_rows(frame)
    rows = rows[rows["key"].isin([*blank, *labelled]) & rows["withheld"].notna()]
    rows = rows.drop_duplicates("key")  # an answer of several strata is one answer
    expected = variance = 0.0
    for _, part in rows.groupby(list(STRATUM)):
        n, held = len(part), float(part["withheld"].sum())
        without = int(part["key"].isin(blank).sum())
        expected += without * held / n
        if n > 1:
            variance += without * (n - without) * held * (n - held) / (n**2 * (n - 1))
    of_blank = rows[rows["key"].isin(blank)]
    return Blanks(len(of_blank), int(of_blank["withheld"].sum()), expected, sqrt(variance))
