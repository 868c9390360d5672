"""All metrics of a verdict frame. What each one means, with its formula, is in ``docs/metrics.md``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import nan
from typing import TYPE_CHECKING

from lawbound.evals.metrics.answers import answer_estimates
from lawbound.evals.metrics.capability import capability_estimates
from lawbound.evals.metrics.contrasts import contrast_estimates, steerability_estimates
from lawbound.evals.metrics.estimate import Estimate
from lawbound.evals.metrics.inputs import cuts, read_frame
from lawbound.evals.metrics.rule_info import RuleInfos
from lawbound.evals.metrics.rules import rule_estimates
from lawbound.evals.metrics.tradeoff import tradeoff_estimates
from lawbound.evals.metrics.wording import wording_as_random, wording_estimates
from lawbound.evals.stats.significance import holm, stream

if TYPE_CHECKING:
    import pandas as pd


def compute_metrics(
    frame: pd.DataFrame, rule_info: RuleInfos, *, seed: int, resamples: int = 2000
) -> tuple[Estimate, ...]:
    """Every metric of every model x policy in the frame.

    Args:
        frame: One row for each answer x policy; the columns are in ``docs/formats.md``.
        rule_info: The rules of every policy in the frame.
        seed: Draws the sign patterns of permutation tests; each model x policy has a stream of its own, so that
            adding a model changes no other model's numbers.
        resamples: How many are drawn if there are too many to try all.

    Raises:
        MetricError: The frame lacks a column.
    """
    pieces = list(cuts(read_frame(frame), rule_info))
    found: list[Estimate] = []
    for cut in pieces:
        rng = stream(seed, cut.model, cut.policy)
        mine = [
            *rule_estimates(cut),
            *capability_estimates(cut, rng=rng, resamples=resamples),
            *answer_estimates(cut),
            *contrast_estimates(cut),
            *wording_estimates(cut),
        ]
        mine += wording_as_random(mine)
        mine = _mark_prompt_noise(mine)
        found += mine
        found += tradeoff_estimates(mine)
    found += steerability_estimates(pieces)
    return _with_holm(found)


def _mark_prompt_noise(estimates: Sequence[Estimate]) -> list[Estimate]:
    """Note on a tax that is no larger than what the wording of a placebo already makes."""
    spread = {e.mode: e.value for e in estimates if e.metric == "placebo_spread"}
    marked = []
    for e in estimates:
        width = spread.get(e.mode, nan)
        if e.metric == "policy_tax" and abs(e.value) < width:
            e = replace(e, note=f"within prompt noise (placebo spread {width:.3f})")
        marked.append(e)
    return marked


def _with_holm(estimates: Sequence[Estimate]) -> tuple[Estimate, ...]:
    """Correct over {J, policy_tax} x policies of each model."""
    done = list(estimates)
    families: dict[str, list[int]] = {}
    for i, e in enumerate(done):
        if e.family == "primary":
            families.setdefault(e.model, []).append(i)
    for members in families.values():
        for i, p in zip(members, holm([done[i].p_value for i in members]), strict=True):
            done[i] = replace(done[i], p_holm=p)
    return tuple(done)
