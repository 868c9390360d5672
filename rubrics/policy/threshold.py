"""A policy's thresholds on rates, and the sizes of the question banks on which they are checked."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from math import isnan
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from lawbound.rubrics.policy.written import Slug, Written

Rated = Literal["refusal_rate", "wrong_refusal_rate", "qualified_rate"]
"""Rates that a threshold may limit; all are shares, and `lawbound.evals.gates.thresholds` counts them."""

Decision = Literal["pass", "fail", "undecided"]
SLACK: Final = 1e-12
"""How far a share may miss the mark and still reach it: 0.95 is no binary number; 19 of 20 reach
it."""


def _share(mark: float) -> float:
    if not 0 <= mark <= 1:
        hint = f"; {mark:g} % is {mark / 100:g}" if 1 < mark <= 100 else ""
        raise ValueError(f"found {mark:g}, expected a share from 0 to 1{hint}")
    return mark


class Threshold(Written):
    """What a regulator, or a user, demands of a rate: to lie on one side of a mark."""

    id: Slug
    metric: Rated
    direction: Literal["at-least", "at-most"]
    mark: Annotated[float, Field(strict=True), AfterValidator(_share)]
    minimum_items: Annotated[int, Field(strict=True, ge=1)] = 1
    source: Slug
    clause: str = ""
    condition: Literal["none", "placebo", "brief", "full", "strict", "native", "unnamed"] = "full"
    """The strength at which it is checked."""
    bank: str = ""
    """Id of the question bank that it applies to; empty for everything that was asked."""
    status: Literal["verified", "to-verify"] = "verified"
    """Whether it is known to be in the instrument in force; its source has a status of its own."""
    note: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether it demands all or none: no number of answers shows that of a true rate."""
        return self.mark == (1 if self.direction == "at-least" else 0)

    def reached_by(self, share: float) -> bool:
        """Whether a share is on the right side of the mark; an unknown one is not."""
        if self.direction == "at-least":
            return share >= self.mark - SLACK
        return share <= self.mark + SLACK

    def decide(self, low: float, high: float) -> Decision:
        """Pass or fail if a whole interval lies on one side of the mark."""
        if isnan(low) or isnan(high):
            return "undecided"
        reached = {self.reached_by(low), self.reached_by(high)}
        return "undecided" if len(reached) > 1 else "pass" if reached.pop() else "fail"

    def probability(self, hits: float, trials: float) -> float:
        """P(the true rate reaches the mark) under Jeffreys' prior, Beta(1/2, 1/2)."""
        from scipy.special import betainc

        below = float(betainc(hits + 0.5, trials - hits + 0.5, self.mark))
        return 1 - below if self.direction == "at-least" else below


class BankSize(Written):
    """How many questions with given tags a regulator wants a bank to contain."""

    id: Slug
    tags: tuple[str, ...]
    """Shell-style patterns of item tags; a tag that only a pattern names need not exist."""
    requires: Literal["any", "refuse", "answer"] = "any"
    """Count only items for which the policy requires this base."""
    total: Annotated[int, Field(strict=True, ge=0)] = 0
    each: Annotated[int, Field(strict=True, ge=0)] = 0
    """Least number for each tag named in full."""
    source: Slug
    clause: str = ""
    note: str = ""

    def holds(self, tags: Iterable[str], base: str) -> bool:
        """Whether a question with these tags and this required `base` counts here."""
        tagged = any(fnmatchcase(tag, pattern) for tag in tags for pattern in self.tags)
        return tagged and self.requires in ("any", base)
