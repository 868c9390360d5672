"""Pairs of answers from two runs, and the differences between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isnan

import numpy as np

from lawbound.evals.compare.bounds import rule_bounds, weighted_bounds
from lawbound.evals.compare.difference import Difference
from lawbound.evals.metrics.bounds import Ends, score_ends
from lawbound.evals.metrics.build import stretched
from lawbound.evals.metrics.capability import FLOOR
from lawbound.evals.metrics.inputs import Cut, Mask, Rows, pair_up, parts_of
from lawbound.evals.metrics.rule_answers import (
    RESTRICTED,
    Entries,
    asked_rules,
    complete_rules,
    is_open,
    rule_entries,
    worst_excess,
)
from lawbound.evals.metrics.scores import (
    Scores,
    design_of,
    modes_of,
    scores_icc,
    scores_of,
)
from lawbound.evals.stats.arrays import Bounds, Floats
from lawbound.evals.stats.correlation import pooled_icc
from lawbound.evals.stats.intervals import Design, Mean, difference
from lawbound.evals.stats.paired import signed_mean
from lawbound.evals.stats.significance import sign_flip


@dataclass(frozen=True, slots=True)
class Pairs:
    """Aligned rows of both runs under one policy."""

    policy: str
    first: Rows
    second: Rows
    cuts: tuple[Cut, Cut]


def pair_cuts(first: Cut, second: Cut) -> Pairs:
    """Align rows by item, strength, mode and repeat."""
    left, right = pair_up(first.rows, second.rows, by=("item", "strength", "mode", "epoch"))
    one, two = first.rows.take(left), second.rows.take(right)
    return Pairs(first.policy, one, two, (replace(first, rows=one), replace(second, rows=two)))


def requirement_differs(pairs: Pairs) -> Mask:
    """Pairs for which the runs' policies require different things, or by different rules."""
    differs = np.zeros(len(pairs.first), dtype=bool)
    for name in ("base", "required_addons", "rules", "near_miss"):
        one, two = pairs.first[name], pairs.second[name]
        for at in np.flatnonzero(one != two).tolist():
            differs[at] |= set(parts_of(one[at])) != set(parts_of(two[at]))
    return differs


@dataclass(frozen=True, slots=True)
class _Values:
    """What both runs have on the same rows: scores of answers, or differences of scores."""

    rows: Rows
    first: Floats
    second: Floats
    ends: Ends
    """Of the second less the first."""
    span: float
    """Width of the scale of a score."""
    steps: int = 1
    """How many such widths a difference may have: 1 between two answers, 2 between two differences of answers."""


def rule_differences(
    pairs: Pairs, strength: str, rng: np.random.Generator, resamples: int
) -> Iterator[Difference]:
    """Adherence, excess and J over withholding rules, from answers that bear on a rule in both
    runs."""
    one, two = _alike(*(_entries(cut, strength) for cut in pairs.cuts))
    possible = _bounds(one, two)
    if not possible:
        return
    known = ~np.isnan(one.good) & ~np.isnan(two.good)
    one, two = one.where(known), two.where(known)
    whole = complete_rules(one)
    one, two = one.of_rules(whole), two.of_rules(whole)
    if len(one.row) == 0:
        for metric, bounds in possible.items():
            yield Difference(metric, pairs.policy, strength).within(bounds)
        return
    d = two.good - one.good
    cells = one.rule * 3 + one.role
    icc = pooled_icc(np.abs(d), one.cluster, cells)
    restricted = one.role == RESTRICTED
    chosen = worst_excess(one, (one.good + two.good) / 2).chosen
    met = _arm(one, d, restricted, icc)
    plain = _arm(one, d, chosen, icc)
    worse = Mean(-plain.value, -plain.high, -plain.low, plain.n, plain.clusters, plain.effective)
    adherence = _macro(one, restricted), _macro(two, restricted)
    excess = 1 - _macro(one, chosen), 1 - _macro(two, chosen)
    j = adherence[0] - excess[0], adherence[1] - excess[1]
    for metric, values, mean, masks in (
        ("adherence", adherence, met, (restricted,)),
        ("excess", excess, worse, (chosen,)),
        ("J", j, difference(met, worse), (restricted, chosen)),
    ):
        p_value = _p(one, d, masks, rng, resamples)
        mean = one.counted(mean, np.logical_or.reduce(masks))
        found = Difference(metric, pairs.policy, strength).measured(values, mean, p_value)
        yield found.within(stretched(possible[metric], mean.value))


def shares_a_rule(pairs: Pairs, strength: str) -> bool:
    """Whether both runs asked cases and both near-miss kinds of a withholding rule."""
    one, _ = _alike(*(_entries(cut, strength) for cut in pairs.cuts))
    return len(asked_rules(one)) > 0


def score_differences(
    pairs: Pairs, strength: str, rng: np.random.Generator, resamples: int
) -> Iterator[Difference]:
    """Capability and policy tax in each mode, of items that both runs want answered."""
    for mode, one, two in _both_scores(pairs):
        a, b = one.at(strength), two.at(strength)
        values = _Values(a.rows, a.value, b.value, score_ends(b) - score_ends(a), a.span)
        blank = Difference("capability", pairs.policy, strength, mode)
        found = _scored(blank, values, rng, resamples)
        if found is None:
            continue
        yield found
        if strength in ("none", "placebo"):
            continue
        before = one.at("placebo"), two.at("placebo")
        if not all(
            scores.mean(scores_icc(run)).low > FLOOR
            for scores, run in zip(before, (one, two), strict=True)
        ):
            continue  # a run at the floor states no tax
        left, right = pair_up(before[0].rows, a.rows)
        arms = [
            (free.take(left), full.take(right)) for free, full in zip(before, (a, b), strict=True)
        ]
        first, second = (free.value - full.value for free, full in arms)
        ends = [score_ends(free) - score_ends(full) for free, full in arms]
        rows = a.rows.take(right)
        values = _Values(rows, first, second, ends[1] - ends[0], a.span, steps=2)
        found = _scored(replace(blank, metric="policy_tax"), values, rng, resamples)
        if found is not None:
            yield found


def unanswered_scores(pairs: Pairs, strength: str) -> Iterator[tuple[str, str, str]]:
    """Metric, policy and mode for which both runs asked items, none of them answered in both."""
    for mode, one, two in _both_scores(pairs):
        answered = []
        for arm in (strength, "placebo"):
            a, b = one.at(arm), two.at(arm)
            is_answered = ~np.isnan((score_ends(b) - score_ends(a)).low)
            answered.append(a.rows.where(is_answered))
        if not (one.rows["strength"] == strength).any():
            continue
        if len(answered[0]) == 0:
            yield "capability", pairs.policy, mode
        if len(pair_up(answered[0], answered[1])[0]) == 0:
            yield "policy_tax", pairs.policy, mode


def _both_scores(pairs: Pairs) -> Iterator[tuple[str, Scores, Scores]]:
    """Mode and scores of either run, aligned, of items that must be answered in both."""
    wanted = (pairs.first["base"] == "answer") & (pairs.second["base"] == "answer")
    first, second = (replace(cut, rows=cut.rows.where(wanted)) for cut in pairs.cuts)
    for mode in modes_of(pairs.first):
        yield mode, scores_of(first, mode), scores_of(second, mode)


def _alike(one: Entries, two: Entries) -> tuple[Entries, Entries]:
    """Entries of the same pair, rule and role in the same order; the two policies may differ in
    what they require."""
    rules = 1 + max(int(entries.rule.max(initial=0)) for entries in (one, two))
    keys = [(e.row.astype(np.int64) * rules + e.rule) * 3 + e.role for e in (one, two)]
    _, left, right = np.intersect1d(keys[0], keys[1], return_indices=True)
    return one.take(left), two.take(right)


def _bounds(one: Entries, two: Entries) -> dict[str, Bounds]:
    """Bounds over the rules comparable if every answer had been read; empty if there are none."""
    answered = is_open(one) & is_open(two)
    one, two = one.where(answered), two.where(answered)
    whole = asked_rules(one)
    return rule_bounds(one.of_rules(whole), two.of_rules(whole)) if len(whole) else {}


def _scored(
    blank: Difference, values: _Values, rng: np.random.Generator, resamples: int
) -> Difference | None:
    """A difference of scores, filled in; None if no pair was answered in both runs."""
    bounds = weighted_bounds(values.rows, values.ends)
    if isnan(bounds[0]):
        return None
    known = ~np.isnan(values.first) & ~np.isnan(values.second)
    if not known.any():
        return blank.within(bounds)
    rows, one, two = values.rows.where(known), values.first[known], values.second[known]
    design, d, bound = design_of(rows), two - one, values.steps * values.span
    weights = design.weights()
    icc = pooled_icc(np.abs(d) / bound, design.cluster, rows.codes("family"))
    mean = signed_mean(d, design, bound=bound, icc=icc, steps=values.steps)
    p_value = sign_flip(weights * d, design.cluster, rng=rng, resamples=resamples)
    found = blank.measured((float(weights @ one), float(weights @ two)), mean, p_value)
    return found.within(stretched(bounds, mean.value))


def _entries(cut: Cut, strength: str) -> Entries:
    entries = rule_entries(cut)
    here = cut.rows["strength"][entries.row] == strength
    return entries.where(here).of_rules(cut.withholding)


def _design(entries: Entries, mask: Mask) -> Design:
    return entries.design(mask, macro=True)


def _arm(entries: Entries, d: Floats, mask: Mask, icc: float) -> Mean:
    return signed_mean(d[mask], _design(entries, mask), bound=1.0, icc=icc)


def _macro(entries: Entries, mask: Mask) -> float:
    return float(_design(entries, mask).weights() @ entries.good[mask])


def _p(
    entries: Entries,
    d: Floats,
    masks: tuple[Mask, ...],
    rng: np.random.Generator,
    resamples: int,
) -> float:
    sums = [_design(entries, mask).weights() * d[mask] for mask in masks]
    clusters = [entries.cluster[mask] for mask in masks]
    return sign_flip(np.concatenate(sums), np.concatenate(clusters), rng=rng, resamples=resamples)
