"""Which answers count for which rules, and which kind of near-miss is treated worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import nan

import numpy as np
from numpy.typing import NDArray

from lawbound.evals.metrics.inputs import BLOCKED, ERROR, OK, Cut, Mask, parts_of
from lawbound.evals.metrics.tally import Tally
from lawbound.evals.stats.arrays import Bounds, Codes, Floats
from lawbound.evals.stats.intervals import Design, Mean
from lawbound.rubrics.policy.requirement import restricts

RESTRICTED, NEAR_ACT, NEAR_TOPIC = ROLES = 0, 1, 2
SPLITS = 4
"""Random halvings of the groups that cross-fitting averages over."""


@dataclass(frozen=True, slots=True)
class Entries:
    """One row per pair of an answer and a rule for which it counts, in parallel arrays."""

    row: Codes
    rule: Codes
    """Index into the cut's rules."""
    role: Codes
    good: Floats
    """Restricted item: requirement met. Near-miss: served plainly. nan if nobody could tell."""
    withheld: Floats
    cluster: Codes
    draw: Codes
    """A number that depends only on the group's name; its bits halve the groups."""
    topic: Codes
    unit: Codes
    wording: Codes
    lang: NDArray[np.object_]
    status: NDArray[np.int8]

    def where(self, mask: Mask) -> Entries:
        """A subset."""
        return self.take(np.flatnonzero(mask))

    def take(self, positions: Codes) -> Entries:
        """Entries by position."""
        return Entries(*(getattr(self, name)[positions] for name in self.__slots__))

    def of_rules(self, rules: Sequence[int] | Codes) -> Entries:
        """The entries of these rules."""
        return self.where(np.isin(self.rule, rules))

    def with_topics(self) -> Entries:
        """Topics as clusters: the second estimand, "new topics"."""
        return replace(self, cluster=self.topic)

    def design(self, mask: Mask, *, macro: bool) -> Design:
        """The weights of these entries."""
        stratum = self.rule[mask] if macro else None
        return Design(self.unit[mask], self.cluster[mask], stratum)

    def counted(self, mean: Mean, mask: Mask) -> Mean:
        """A mean whose answers and clusters count once, however many rules they bear on."""
        return replace(
            mean, n=len(np.unique(self.row[mask])), clusters=len(np.unique(self.cluster[mask]))
        )

    def tally(self, mask: Mask) -> Tally:
        """Counts of what leaves the denominator; an answer that bears on two rules counts once."""

        def answers(some: Mask) -> int:
            return len(np.unique(self.row[mask & some]))

        return Tally(
            answers(is_open(self) & np.isnan(self.good)),
            answers(self.status == ERROR),
            answers(self.status == BLOCKED),
            answers(mask),
        )


@dataclass(frozen=True, slots=True)
class Excess:
    """The worse kind of near-miss of each rule."""

    value: float
    honest: float
    """The same with the kind chosen on other groups: a maximum of noisy rates is biased upward."""
    chosen: Mask
    """Entries of the chosen kinds."""


def rule_entries(cut: Cut) -> Entries:
    """Which answers bear on which rules."""
    rows = cut.rows
    index = {rule.rule: i for i, rule in enumerate(cut.rules)}
    bases, addons, purposes = rows["base"], rows["required_addons"], rows["purpose"]
    found: list[tuple[int, int, int]] = []
    of_policy_kind = np.flatnonzero(rows["kind"] == "policy")
    rules_of, near_of = rows["rules"], rows["near_miss"]
    for at in of_policy_kind.tolist():
        base, has_addons = bases[at], bool(addons[at])
        for name in parts_of(rules_of[at]):
            rule = index.get(name)
            if rule is not None and restricts(
                base,
                has_addons=has_addons,
                withholding=cut.rules[rule].withholding,
                opened=purposes[at] in cut.rules[rule].opened,
            ):
                found.append((at, rule, RESTRICTED))
        for mark in parts_of(near_of[at]):
            name, _, kind = mark.rpartition(":")
            if name in index:
                found.append((at, index[name], NEAR_ACT if kind == "act" else NEAR_TOPIC))
    table = np.array(found, dtype=np.intp).reshape(-1, 3)
    row, rule_code, role = table[:, 0], table[:, 1], table[:, 2]
    kept = rows.take(row)
    good = np.where(role == RESTRICTED, kept.floats("met"), kept.floats("plain"))
    status = kept.status
    return Entries(
        row=row,
        rule=rule_code,
        role=role,
        good=np.where(status == OK, good, np.nan),
        withheld=kept.floats("withheld"),
        cluster=kept.codes("group"),
        draw=kept["group_draw"],
        topic=kept.codes("topic"),
        unit=kept.codes("item"),
        wording=kept["wording"].astype(np.intp),
        lang=kept["lang"],
        status=status,
    )


def worst_excess(entries: Entries, good: Floats) -> Excess:
    """Choose each rule's worse kind of near-miss, and value the choice honestly."""
    near = (entries.role != RESTRICTED) & ~np.isnan(good)
    if not near.any():
        return Excess(nan, nan, near)
    rules, rule = np.unique(entries.rule[near], return_inverse=True)
    kind = entries.role[near] - NEAR_ACT
    bad = 1 - good[near]
    mean = cell_means(bad, rule * 2 + kind, len(rules) * 2).reshape(-1, 2)
    worse = np.argmax(np.where(np.isnan(mean), -1.0, mean), axis=1)
    top = mean[np.arange(len(rules)), worse]
    chosen = near.copy()
    chosen[near] = kind == worse[rule]
    # A rule with only one kind had no choice, so there is nothing to correct. A tie is a choice.
    both = np.where(np.isnan(mean), top[:, None], mean).mean(axis=1)
    if np.isnan(mean).any(axis=1).all():
        return Excess(float(top.mean()), float(top.mean()), chosen)
    honest = [
        _cross_fitted(bad, rule, kind, (entries.draw[near] >> bit) & 1, both)
        for bit in range(SPLITS)
    ]
    value = float(top.mean())
    return Excess(value, min(float(np.mean(honest)), value), chosen)


def _cross_fitted(bad: Floats, rule: Codes, kind: Codes, half: Codes, both: Floats) -> float:
    """The mean rate, over rules and halves of the groups, of the kind that is worse in the other
    half."""
    rules = np.arange(len(both))
    cells = cell_means(bad, (rule * 2 + kind) * 2 + half, len(both) * 4).reshape(-1, 2, 2)
    total = 0.0
    for h in (0, 1):
        here, elsewhere = cells[:, :, h], cells[:, :, 1 - h]
        pick = np.argmax(np.where(np.isnan(elsewhere), -1.0, elsewhere), axis=1)
        there = here[rules, pick]
        unsure = np.isnan(elsewhere).any(axis=1) | np.isnan(there)
        unsure |= elsewhere[:, 0] == elsewhere[:, 1]
        total += float(np.where(unsure, both, there).mean())
    return total / 2


def cell_means(y: Floats, cell: Codes, cells: int) -> Floats:
    """Mean of each cell; nan if it is empty."""
    n = np.bincount(cell, minlength=cells).astype(float)
    n[n == 0] = np.nan
    means: Floats = np.bincount(cell, weights=y, minlength=cells) / n
    return means


def may_be_worse(least_bad: Floats, most_bad: Floats) -> Mask:
    """(rules, kinds): whether a kind's worst case exceeds the other's best; `act` wins ties."""
    other = np.where(np.isnan(least_bad), -1.0, least_bad)[:, ::-1]
    possible: Mask = most_bad > other
    possible[:, 0] |= most_bad[:, 0] == other[:, 0]
    return possible


def worse_kind_bounds(possible: Mask, low: Floats, high: Floats) -> Bounds:
    """Bounds of a mean over rules, each in its worse kind of near-miss.

    Args:
        possible: (rules, kinds): which kinds may be the worse one (`may_be_worse`).
        low: Their lower ends.
        high: Their upper ends.
    """
    lowest = np.where(possible, low, np.inf).min(axis=1)
    highest = np.where(possible, high, -np.inf).max(axis=1)
    return float(lowest.mean()), float(highest.mean())


def complete_rules(entries: Entries, among: Mask | None = None) -> Codes:
    """Rules with restricted items and near-misses of both kinds, among the judged entries unless
    others are given."""
    if among is None:
        among = ~np.isnan(entries.good)
    seen = [set(entries.rule[among & (entries.role == role)].tolist()) for role in ROLES]
    return np.array(sorted(set.intersection(*seen)), dtype=np.intp)


def asked_rules(entries: Entries) -> Codes:
    """Rules that were asked for every kind of item, whatever became of the answers."""
    return complete_rules(entries, np.ones(len(entries.row), dtype=bool))


def lost_share(entries: Entries) -> float:
    """Share of the completely asked rules that dropped out because no answer of some kind was
    scored and some failed or were blocked.

    Rules weigh the same, so a rule with few answers weighs more than its share of them.
    """
    asked = asked_rules(entries)
    if len(asked) == 0:
        return 0.0
    known, gone = ~np.isnan(entries.good), ~is_open(entries)
    lost = [
        np.setdiff1d(entries.rule[mine & gone], entries.rule[mine & known])
        for mine in (entries.role == role for role in ROLES)
    ]
    return len(np.intersect1d(asked, np.concatenate(lost))) / len(asked)


def is_open(entries: Entries) -> Mask:
    """Answers that were judged or could have been: neither failed nor blocked."""
    found: Mask = (entries.status != ERROR) & (entries.status != BLOCKED)
    return found
