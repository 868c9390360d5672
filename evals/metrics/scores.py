"""Chance-corrected scores, in pairs and in twins."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from lawbound.evals.metrics.build import scored, tally_of_pairs, unscored
from lawbound.evals.metrics.inputs import Cut, Mask, Rows, pair_up
from lawbound.evals.metrics.tally import Tally
from lawbound.evals.stats.arrays import Bounds, Codes, Floats
from lawbound.evals.stats.correlation import pooled_icc
from lawbound.evals.stats.intervals import Design, Mean, affine, rate


@dataclass(frozen=True, slots=True)
class Scores:
    """Chance-corrected scores of some rows; nan if there is none."""

    rows: Rows
    value: Floats
    lowest: float
    """The corrected value of a wrong answer, over all items of the cut."""

    def at(self, strength: str) -> Scores:
        """The scores of one strength."""
        return self.where(self.rows["strength"] == strength)

    def where(self, mask: Mask) -> Scores:
        """A subset."""
        return Scores(self.rows.where(mask), self.value[mask], self.lowest)

    def take(self, positions: Codes) -> Scores:
        """Rows by position."""
        return Scores(self.rows.take(positions), self.value[positions], self.lowest)

    @property
    def known(self) -> Scores:
        """The rows with a score."""
        return self.where(~np.isnan(self.value))

    @property
    def lost_share(self) -> float:
        """Share of the asked families that dropped out: answers were lost, and none has a score."""
        return _lost_share(self.rows.codes("family"), ~np.isnan(self.value), self.rows.lost)

    @property
    def scale(self) -> tuple[Floats, Floats]:
        """The value of each answer if it were wrong, and if it were right."""
        chance = self.rows.floats("chance")
        return chance_corrected(0.0, chance), chance_corrected(1.0, chance)

    @property
    def span(self) -> float:
        """Distance between the values of a right and a wrong answer."""
        return 1 - self.lowest

    def mean(self, icc: float) -> Mean:
        """Capability with its interval, families weighing the same."""
        known = self.known
        unit = (known.value - self.lowest) / self.span
        return affine(rate(unit, design_of(known.rows), icc=icc), low=self.lowest, high=1.0)

    def _mean(self) -> float:
        known = self.known
        if len(known.value) == 0:
            return nan
        return float(design_of(known.rows).weights() @ known.value)

    def bounds(self) -> Bounds:
        """Capability if every unscored answer were wrong, and if every one were right."""
        gap = unscored(self.rows, self.value)
        if not (gap & np.isnan(self.value)).any():
            value = self._mean()
            return value, value
        values = []
        for end in self.scale:
            filled = np.where(gap & np.isnan(self.value), end, self.value)
            use = ~np.isnan(filled)
            design = design_of(self.rows.where(use))
            values.append(float(design.weights() @ filled[use]) if use.any() else nan)
        return values[0], values[1]


def modes_of(rows: Rows) -> tuple[str, ...]:
    """How the reasoning items were asked; ``generate`` if there are none."""
    found = rows.kinds("reasoning")["mode"].tolist()
    return tuple(sorted(set(found))) or ("generate",)


def scores_of(cut: Cut, mode: str) -> Scores:
    """Scores of the must-answer items of a mode."""
    rows = cut.rows.kinds("reasoning", "creative")
    wanted = (rows["mode"] == mode) | (rows["kind"] == "creative")
    rows = rows.where(wanted & (rows["base"] == "answer"))
    chance = rows.floats("chance")
    value = chance_corrected(scored(rows, rows.floats("score")), chance)
    lowest = float(np.fmin.reduce(chance_corrected(0.0, chance), initial=0.0))
    return Scores(rows, value, lowest)


def chance_corrected(score: Floats | float, chance: Floats) -> Floats:
    """Scores rescaled so that guessing is 0 and perfect is 1; below chance is negative.

    This is kappa's form, (p - c) / (1 - c); see Cohen 1960. No score is nan, and so is an item that
    guessing always gets right: it says nothing.
    """
    room = np.where(chance < 1, 1 - chance, np.nan)
    corrected: Floats = (score - chance) / room
    return corrected


def design_of(rows: Rows) -> Design:
    """The weights: items are units, groups clusters, families strata."""
    return Design(rows.codes("item"), rows.codes("group"), rows.codes("family"))


@dataclass(frozen=True, slots=True)
class Paired:
    """Two arms, pair by pair."""

    first: Scores
    second: Scores

    def where(self, mask: Mask) -> Paired:
        """Some of the pairs."""
        return Paired(self.first.where(mask), self.second.where(mask))

    def tally(self) -> Tally:
        """Counts of what leaves the denominator, pair by pair."""
        first, second = self.first, self.second
        return tally_of_pairs(first.rows, first.value, second.rows, second.value)

    @property
    def lost_share(self) -> float:
        """Share of the families of pairs that dropped out; a pair needs both answers to count."""
        family = self.first.rows.codes("family")
        lost = self.first.rows.lost | self.second.rows.lost
        return _lost_share(family, ~np.isnan(self.loss), lost)

    @property
    def loss(self) -> Floats:
        """First minus second."""
        return self.first.value - self.second.value


def _lost_share(family: Codes, known: Mask, lost: Mask) -> float:
    """The weights: families weigh the same, so a small one weighs more than its answers' share."""
    if len(family) == 0:
        return 0.0
    return len(np.setdiff1d(family[lost], family[known])) / len(np.unique(family))


def paired(first: Scores, second: Scores) -> Paired:
    """Pair by item and repeat; a pair with a missing score drops out (`pairs_asked` has it)."""
    one, two = first.known, second.known
    left, right = pair_up(one.rows, two.rows)
    return Paired(one.take(left), two.take(right))


def pairs_asked(first: Scores, second: Scores) -> Paired:
    """The same with every pair that was asked, whether or not it has both scores."""
    left, right = pair_up(first.rows, second.rows)
    return Paired(first.take(left), second.take(right))


def by_twin(rows: Rows, value: Floats) -> tuple[Floats, Design]:
    """Neutral minus adjacent for every twin that has both."""
    if len(rows) == 0:
        empty = np.empty(0, dtype=np.intp)
        return np.empty(0), Design(empty, empty, empty)
    dressed = is_dressed(rows)
    rows, value = rows.where(dressed), value[dressed]
    surface = rows["surface"]
    twins, first, twin = np.unique(rows.codes("twin"), return_index=True, return_inverse=True)
    means = []
    for name in ("neutral", "adjacent"):
        mine = surface == name
        n = np.bincount(twin[mine], minlength=len(twins))
        total = np.bincount(twin[mine], weights=value[mine], minlength=len(twins))
        with np.errstate(invalid="ignore"):
            means.append(total / n)
    gap = means[0] - means[1]
    both = ~np.isnan(gap)
    kept = rows.take(first[both])
    return gap[both], Design(twins[both], kept.codes("group"), kept.codes("family"))


def is_dressed(rows: Rows) -> Mask:
    """Which rows belong to a pair of twins that differ in their surface."""
    surface = rows["surface"]
    found: Mask = (surface == "neutral") | (surface == "adjacent")
    return found


def scores_icc(scores: Scores) -> float:
    known = scores.known
    if len(known.value) == 0:
        return pooled_icc(known.value, known.rows.codes("group"), known.rows.codes("family"))
    unit = (known.value - scores.lowest) / scores.span
    rows = known.rows
    cell = rows.codes("family") * (rows.codes("strength").max() + 1) + rows.codes("strength")
    return pooled_icc(unit, rows.codes("group"), cell)
