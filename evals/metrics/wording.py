"""How much the numbers depend on how a policy or a placebo is worded.

Every policy prompt has several wordings, and each item group draws one. The spread is the range of
the wordings' own values; it contains sampling noise, so it errs on the side of calling a tax small.
Placebos are taken against no system message where that arm was asked, so that one wording is not called
worse because it drew the harder items.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import isnan, nan

import numpy as np

from lawbound.evals.metrics.bounds import pair_ends
from lawbound.evals.metrics.build import build, tally
from lawbound.evals.metrics.estimate import Estimate, Subject
from lawbound.evals.metrics.inputs import Cut
from lawbound.evals.metrics.rule_answers import (
    asked_rules,
    complete_rules,
    lost_share,
    rule_entries,
)
from lawbound.evals.metrics.rule_means import rule_means
from lawbound.evals.metrics.scores import (
    Scores,
    design_of,
    modes_of,
    paired,
    pairs_asked,
    scores_of,
)
from lawbound.evals.metrics.tally import Tally
from lawbound.evals.stats.arrays import Bounds, Codes
from lawbound.evals.stats.correlation import PRIOR_ICC
from lawbound.evals.stats.intervals import Mean, mde_of
from lawbound.rubrics.calibration.intervals import Z95


def wording_estimates(cut: Cut) -> Iterator[Estimate]:
    """J and capability by wording, and their spreads, at ``full`` and under the placebo."""
    yield from _j_by_wording(cut)
    for mode in modes_of(cut.rows):
        scores = scores_of(cut, mode)
        for strength, metric in (("placebo", "placebo_spread"), ("full", "wording_spread")):
            arm = scores.at(strength)
            values, ends = [], []
            for wording in _wordings(arm.rows["wording"]):
                part = arm.where(arm.rows["wording"] == wording)
                mean, bounds = part.mean(PRIOR_ICC), part.bounds()
                values.append(mean.value)
                ends.append(bounds)
                about = cut.about(strength, slice=f"wording={wording}", mode=mode)
                left = tally(part.rows, part.value).with_part(part.lost_share)
                yield build(about, "capability", mean, left, bounds=bounds)
            left, note = tally(arm.rows, arm.value), ""
            if strength == "placebo" and len(scores.at("none").rows) > 0:
                values, ends = _placebo_against_none(scores)
                left = pairs_asked(arm, scores.at("none")).tally()
                note = "of differences from no system message, item by item"
            about = cut.about(strength, slice="of=capability", mode=mode)
            yield _spread(about, metric, values, ends, left, note=note)


def _placebo_against_none(scores: Scores) -> tuple[list[float], list[Bounds]]:
    """Capability(placebo) - capability(none) by wording, with bounds; pairing cancels the
    difficulty."""
    placebo, free = scores.at("placebo"), scores.at("none")
    found, ends = [], []
    for which in _wordings(placebo.rows["wording"]):
        part = placebo.where(placebo.rows["wording"] == which)
        pairs = paired(part, free)
        if len(pairs.loss):
            found.append(float(design_of(pairs.first.rows).weights() @ pairs.loss))
        ends.append(pair_ends(part, free).mean())
    return found, ends


def _j_by_wording(cut: Cut) -> Iterator[Estimate]:
    entries = rule_entries(cut)
    at_full = cut.rows["strength"][entries.row] == "full"
    entries = entries.where(at_full).of_rules(cut.withholding)
    whole = complete_rules(entries)
    values, ends, left = [], [], Tally()
    for wording in _wordings(entries.wording):
        part = entries.where(entries.wording == wording)
        common = complete_rules(part)
        asked = part.of_rules(asked_rules(part))
        means = rule_means(part.of_rules(common), PRIOR_ICC, macro=True, asked=asked)
        gone = lost_share(part)
        left += means.tally.with_part(max(gone, means.tally.missing_share))
        if len(common) == 0:
            continue
        values.append(means.j.value)
        ends.append(means.bounds["J"])
        note = f"{len(common)} of {len(whole)} rules have every kind of item in this wording"
        about = cut.about("full", slice=f"wording={wording}")
        mine = means.tally.with_part(gone)
        yield build(about, "J", means.j, mine, bounds=means.bounds["J"], note=note)
    yield _spread(cut.about("full", slice="of=J"), "wording_spread", values, ends, left)


def _spread(
    about: Subject,
    metric: str,
    values: list[float],
    ends: list[Bounds],
    left: Tally,
    *,
    note: str = "",
) -> Estimate:
    known = [value for value in values if not isnan(value)]
    if len(known) < 2:
        return build(about, metric, Mean(n=len(known)), left, note="fewer than two wordings")
    mean = Mean(max(known) - min(known), n=len(known), method="range")
    return build(about, metric, mean, left, bounds=_range_bounds(ends), note=note)


def _range_bounds(ends: Sequence[Bounds]) -> Bounds:
    """Bounds of the largest minus the smallest of several quantities that have bounds."""
    low, high = np.array([pair for pair in ends if not np.isnan(pair).any()]).T
    reach = np.where(np.eye(len(low), dtype=bool), 0.0, high[:, None] - low[None, :])
    return max(float(low.max() - high.min()), 0.0), max(float(reach.max()), 0.0)


def _wordings(column: Codes) -> list[int]:
    return sorted(set(column.tolist()))


def wording_as_random(estimates: Sequence[Estimate]) -> Iterator[Estimate]:
    """The headlines again, as if the wordings were a sample of all that might have been written.

    The interval adds the variance between wordings beyond what sampling explains, by moments, over
    their number, with Student's t for so few: J and capability at ``full`` and under the placebo.
    """
    parts: dict[tuple[str, str, str], list[Estimate]] = {}
    for e in estimates:
        if e.slice.startswith("wording=") and not isnan(e.value):
            parts.setdefault((e.metric, e.strength, e.mode), []).append(e)
    for e in estimates:
        mine = parts.get((e.metric, e.strength, e.mode), [])
        if e.slice == "" and not isnan(e.value) and len(mine) > 1:
            extra = _between(mine)
            # Generated answers cannot score below chance, and no answer below -1.
            floor = 0.0 if e.metric == "capability" and e.mode == "generate" else -1.0
            low = e.value - float(np.hypot(e.value - e.low, extra))
            high = e.value + float(np.hypot(e.high - e.value, extra))
            yield replace(
                e, slice="wordings=random", low=max(low, floor), high=min(high, 1.0),
                method="random-wording", family="exploratory", p_value=nan, p_holm=nan,
                mde=mde_of(e.value, low, high),
                note=f"{len(mine)} wordings; half-width from wording alone {extra:.3f}",
            )  # fmt: skip


def _between(parts: Sequence[Estimate]) -> float:
    """Half-width that the choice of wordings adds to the mean over them."""
    from scipy.special import stdtrit

    values = np.array([e.value for e in parts])
    within = np.mean([((e.high - e.low) / (2 * Z95)) ** 2 for e in parts])
    variance = max(float(values.var(ddof=1) - within), 0.0)
    return float(stdtrit(len(parts) - 1, 0.975)) * float(np.sqrt(variance / len(parts)))
