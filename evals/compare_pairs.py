"""Pairs of answers from two runs, and the differences between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from lawbound.evals.metrics_capability import FLOOR
from lawbound.evals.metrics_entries import (
    RESTRICTED,
    Entries,
    complete_rules,
    rule_entries,
    worst_excess,
)
from lawbound.evals.metrics_inputs import Cut, Mask, Rows
from lawbound.evals.metrics_scores import design_of, modes_of, pair_key, scores_icc, scores_of
from lawbound.evals.stats import (
    PRIOR_ICC,
    Design,
    Floats,
    Mean,
    difference,
    pooled_icc,
    signed_mean,
)
from lawbound.evals.stats_tests import sign_flip


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rows of one policy in both runs, aligned."""

    policy: str
    first: Rows
    second: Rows
    cuts: tuple[Cut, Cut]


def pair_cuts(first: Cut, second: Cut) -> Pairs:
    """Align rows by item, strength, mode and repeat."""
    keys = []
    for rows in (first.rows, second.rows):
        epoch = rows["epoch"].astype(np.int64) if rows.has("epoch") else np.int64(0)
        key = rows.codes("item").astype(np.int64)
        key = (key * 1000 + rows.codes("strength")) * 4 + rows.codes("mode")
        keys.append(key * 10_000 + epoch)
    _, left, right = np.intersect1d(keys[0], keys[1], return_indices=True)
    one, two = first.rows.take(left), second.rows.take(right)
    return Pairs(first.policy, one, two, (replace(first, rows=one), replace(second, rows=two)))


RuleDifference = tuple[str, float, float, Mean, float]
ScoreDifference = tuple[str, str, float, float, Mean, float]


def rule_differences(
    pairs: Pairs, strength: str, rng: np.random.Generator, resamples: int
) -> Iterator[RuleDifference]:
    """Adherence, excess and J over withholding rules: metric, first, second, difference, p-value."""
    one, two = (_entries(cut, strength) for cut in pairs.cuts)
    if len(one.row) == 0:
        return
    known = ~np.isnan(one.good) & ~np.isnan(two.good)
    one, two = one.where(known), two.where(known)
    whole = np.isin(one.rule, complete_rules(one))
    one, two = one.where(whole), two.where(whole)
    if len(one.row) == 0:
        return
    d = two.good - one.good
    cells = one.rule * 3 + one.role
    icc = pooled_icc(np.abs(d), one.cluster, cells)
    restricted = one.role == RESTRICTED
    chosen = worst_excess(one, (one.good + two.good) / 2).chosen
    met = _arm(one, d, restricted, icc)
    plain = _arm(one, d, chosen, icc)
    worse = Mean(-plain.value, -plain.high, -plain.low, plain.n, plain.clusters, plain.effective)
    adherence = [_macro(e, restricted) for e in (one, two)]
    excess = [1 - _macro(e, chosen) for e in (one, two)]
    yield "adherence", adherence[0], adherence[1], met, _p(one, d, restricted, rng, resamples)
    yield "excess", excess[0], excess[1], worse, _p(one, d, chosen, rng, resamples)
    j = [a - b for a, b in zip(adherence, excess, strict=True)]
    both = _p(one, d, (restricted, chosen), rng, resamples)
    yield "J", j[0], j[1], difference(met, worse), both


def score_differences(
    pairs: Pairs, strength: str, rng: np.random.Generator, resamples: int
) -> Iterator[ScoreDifference]:
    """Capability and policy tax in each mode: mode, metric, first, second, difference, p-value."""
    for mode in modes_of(pairs.first):
        one, two = (scores_of(cut, mode) for cut in pairs.cuts)
        arms = {name: (one.at(name), two.at(name)) for name in ("placebo", strength)}
        a, b = arms[strength]
        known = ~np.isnan(a.value) & ~np.isnan(b.value)
        if not known.any():
            continue
        yield (
            mode,
            "capability",
            *_scored(a.where(known).rows, a.value[known], b.value[known], a.span, rng, resamples),
        )
        if strength in ("none", "placebo"):
            continue
        before = arms["placebo"]
        if not all(
            scores.at("placebo").mean(scores_icc(scores)).low > FLOOR for scores in (one, two)
        ):
            continue  # a run at the floor states no tax
        key = [pair_key(arm.rows) for arm in (before[0], a)]
        _, left, right = np.intersect1d(key[0], key[1], return_indices=True)
        taxes = [p.value[left] - f.value[right] for p, f in zip(before, (a, b), strict=True)]
        known = ~np.isnan(taxes[0]) & ~np.isnan(taxes[1])
        if known.any():
            rows = a.rows.take(right).where(known)
            yield (
                mode,
                "policy_tax",
                *_scored(rows, taxes[0][known], taxes[1][known], 2 * a.span, rng, resamples),
            )


def _scored(
    rows: Rows,
    one: Floats,
    two: Floats,
    bound: float,
    rng: np.random.Generator,
    resamples: int,
) -> tuple[float, float, Mean, float]:
    design, d = design_of(rows), two - one
    weights = design.weights()
    icc = pooled_icc(np.abs(d) / bound, design.cluster, rows.codes("family"))
    mean = signed_mean(d, design, bound=bound, icc=icc)
    p_value = sign_flip(weights * d, design.cluster, rng=rng, resamples=resamples)
    return float(weights @ one), float(weights @ two), mean, p_value


def _entries(cut: Cut, strength: str) -> Entries:
    entries = rule_entries(cut)
    withholding = [i for i, rule in enumerate(cut.rules) if rule.withholding]
    here = cut.rows["strength"][entries.row] == strength
    return entries.where(here & np.isin(entries.rule, withholding))


def _design(entries: Entries, mask: Mask) -> Design:
    return entries.design(mask, macro=True)


def _arm(entries: Entries, d: Floats, mask: Mask, icc: float) -> Mean:
    return signed_mean(d[mask], _design(entries, mask), bound=1.0, icc=icc or PRIOR_ICC)


def _macro(entries: Entries, mask: Mask) -> float:
    return float(_design(entries, mask).weights() @ entries.good[mask])


def _p(
    entries: Entries,
    d: Floats,
    masks: Mask | tuple[Mask, Mask],
    rng: np.random.Generator,
    resamples: int,
) -> float:
    parts = masks if isinstance(masks, tuple) else (masks,)
    sums = [_design(entries, mask).weights() * d[mask] for mask in parts]
    clusters = [entries.cluster[mask] for mask in parts]
    return sign_flip(np.concatenate(sums), np.concatenate(clusters), rng=rng, resamples=resamples)
