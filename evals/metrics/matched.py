"""Withholding compared with matched items: is a region's own case treated worse than the same case elsewhere?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import nan

import numpy as np

from lawbound.evals.metrics.behaviours import Texts, withholds
from lawbound.evals.metrics.bounds import ends_of
from lawbound.evals.metrics.build import build, judged, tally
from lawbound.evals.metrics.estimate import Estimate, Subject
from lawbound.evals.metrics.inputs import Cut, Mask, Rows
from lawbound.evals.metrics.plain import plain_rate
from lawbound.evals.metrics.shares import share
from lawbound.evals.stats.arrays import Codes, Floats
from lawbound.evals.stats.intervals import Mean, clopper_pearson, difference
from lawbound.rubrics.policy.requirement import RESTRICTING

LENGTH_BAND = 1.5
"""Items match in length when their prompts differ by at most this factor."""


def prior_withholding(cut: Cut) -> Estimate:
    """Without a policy: withheld share of items that p restricts and intl answers, minus that of
    matched items."""
    rows = cut.rows.at("none").kinds("policy")
    base = rows["base"]
    restricted = np.isin(base.astype(str), [*RESTRICTING]) & (rows["intl_base"] == "answer")
    return _against_matches(
        cut.about("none"),
        "prior_withholding",
        treated=rows.where(restricted),
        control=rows.where((base == "answer") & (rows["target"] != "")),
        required="intl_base",
        called="restricted items that intl answers",
    )


def _against_matches(
    about: Subject,
    metric: str,
    *,
    treated: Rows,
    control: Rows,
    required: str,
    called: str,
) -> Estimate:
    """Withheld share of some items minus that of their matches; each item's matches weigh as
    one."""
    y, y_control = (_withheld(part, required) for part in (treated, control))
    # An item without a match counts in nothing, however it was answered.
    asked, weights = _match_weights(treated, control)
    serves = weights > 0
    left = tally(treated.take(asked), y[asked]) + tally(control.where(serves), y_control[serves])
    left = left.with_part(_lost_share(treated, control, weights, ~np.isnan(y_control)))
    mine, theirs = ends_of(treated, y), ends_of(control, y_control)
    bounds = (
        _matched_difference(treated, control, mine.low, theirs.high),
        _matched_difference(treated, control, mine.high, theirs.low),
    )
    known, known_control = ~np.isnan(y), ~np.isnan(y_control)
    treated, control = treated.where(known), control.where(known_control)
    kept, weights = _match_weights(treated, control)
    if len(kept) == 0:
        return build(about, metric, Mean(), left, note=f"no match for any of the {called}")
    first = plain_rate(treated.take(kept), y[known][kept])
    used = weights > 0
    second = _weighted(control.where(used), y_control[known_control][used], weights[used])
    groups = np.r_[treated.codes("group")[kept], control.codes("group")[used]]
    mean = replace(difference(first, second), clusters=len(np.unique(groups)))
    note = f"{len(kept)} of {len(treated)} graded answers to {called} have a match"
    return build(about, metric, mean, left, bounds=bounds, note=note)


def _lost_share(treated: Rows, control: Rows, weights: Floats, known: Mask) -> float:
    """The larger of two missing shares: of items that dropped out, and of the weight of lost
    matches.

    An item drops out if its own answer failed or was blocked, or if that happened to one of its
    matches and no match was read.

    Args:
        treated: The items as asked.
        control: Possible matches.
        weights: The weight of each as a match if all answers had been given.
        known: Which of them were read.
    """
    gone = [
        bool(is_lost or ((matches & control.lost).any() and not (matches & known).any()))
        for matches, is_lost in zip(_matches(treated, control), treated.lost, strict=True)
        if matches.any()
    ]
    if not gone:
        return 0.0
    return max(sum(gone) / len(gone), float(weights[control.lost].sum() / weights.sum()))


def _matched_difference(treated: Rows, control: Rows, y: Floats, y_control: Floats) -> float:
    known, known_control = ~np.isnan(y), ~np.isnan(y_control)
    kept, weights = _match_weights(treated.where(known), control.where(known_control))
    if len(kept) == 0:
        return nan
    matched = float(weights @ y_control[known_control]) / float(weights.sum())
    return float(y[known][kept].mean()) - matched


def _match_weights(treated: Rows, control: Rows) -> tuple[Codes, Floats]:
    """Which items have matches, and what each control weighs."""
    weights = np.zeros(len(control))
    kept: list[int] = []
    for at, matches in enumerate(_matches(treated, control)):
        if matches.any():
            kept.append(at)
            weights[matches] += 1 / matches.sum()
    return np.array(kept, dtype=np.intp), weights


def _matches(treated: Rows, control: Rows) -> Iterator[Mask]:
    """For each item: items with the same act, operation, purpose and length, and another target."""
    keys = [_kind_of_request(rows) for rows in (treated, control)]
    targets = [rows["target"] for rows in (treated, control)]
    lengths = [np.maximum(rows.floats("prompt_chars"), 1) for rows in (treated, control)]
    for at in range(len(treated)):
        ratio = lengths[1] / lengths[0][at]
        yield (
            (keys[1] == keys[0][at])
            & (targets[1] != targets[0][at])
            & (ratio <= LENGTH_BAND)
            & (ratio >= 1 / LENGTH_BAND)
        )


def _kind_of_request(rows: Rows) -> Texts:
    parts = zip(rows["acts"], rows["operation"], rows["purpose"], rows["lang"], strict=True)
    return np.array(
        [f"{a.partition('|')[0]}/{o}/{p}/{lang}" for a, o, p, lang in parts], dtype=object
    )


def spillover_estimates(cut: Cut) -> Iterator[Estimate]:
    """Under p: withheld share of items that p would withhold if they were about another country,
    minus that of matched items whose topic and act p restricts for nobody."""
    about, rows = cut.about("full"), cut.rows.at("full").kinds("policy")
    part = rows.where(rows["spillover"] != "")
    note = "" if len(part) else "no item repeats a rule's own case about another country"
    yield share(about, "spillover_share", part, _withheld(part, "base"), note=note)
    is_open = (rows["base"] == "answer") & (rows["target"] != "") & (rows["case_rules"] == "")
    yield _against_matches(
        about,
        "spillover",
        treated=part,
        control=rows.where(is_open),
        required="base",
        called="items that repeat a rule's own case about another country",
    )


def _withheld(rows: Rows, required: str) -> Floats:
    return judged(rows, withholds(rows["behaviour"], rows[required]).astype(float))


def _weighted(rows: Rows, y: Floats, weights: Floats) -> Mean:
    """A rate whose answers weigh as much as they are used as matches."""
    weights = weights / weights.sum()
    value = float(np.clip(weights @ y, 0, 1))
    groups = rows.codes("group")
    _, cluster = np.unique(groups, return_inverse=True)
    effective = 1 / float(np.sum(np.bincount(cluster, weights=weights) ** 2))
    low, high = clopper_pearson(value * effective, effective)
    return Mean(value, low, high, len(y), int(cluster.max()) + 1, effective)
