"""Hooks that the YAML in ``tasks/lmeval`` names: documents, judging and aggregation inside lm-eval.

Every number comes from the code of the standalone runner: a document carries its arm, `judge` reads
the answer with our grader, and each metric is computed over all of the task's answers at once, value
and interval from our own statistics. What crosses tasks comes from `lawbound score LOG_DIR`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lawbound.evals.conclude import rule_info
from lawbound.evals.folder.policies import NEUTRAL
from lawbound.evals.frame import Judged, judge_all, verdict_frame
from lawbound.evals.lmeval.docs import build_docs, parse_doc
from lawbound.evals.suite import load_suite
from lawbound.rubrics.policy.files import load_policy
from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.verdict import Reading, Verdict, is_met
from lawbound.runners.engines.thinking import split_thinking
from lawbound.runners.plan import Assignment
from lawbound.runners.sample import Sample
from lawbound.tasks.item import Item

if TYPE_CHECKING:
    import datasets

METRICS = ("J", "adherence", "over_refusal", "duty", "capability", "policy_tax", "tradeoff")
"""Emitted in lower case, as they are and with ``_low`` and ``_high``: lm-eval has no intervals for custom metrics."""
_PARTS = {"": "value", "_low": "low", "_high": "high"}
_MODEL = "lm-eval"
_RESAMPLES = 1000
_log = logging.getLogger(__name__)

_items: dict[str, Item] = {}
"""Items of the docs handed out in this process: every rank of lm-eval builds its docs itself."""


def docs(
    policy: str = NEUTRAL,
    suite: str = "quick",
    seed: int | None = None,
    limit_items: int | None = None,
    **_: Any,
) -> dict[str, datasets.Dataset]:
    """Documents of one task; lm-eval passes the task's ``metadata`` (and ``--metadata``) as arguments."""
    import datasets

    tokens = load_suite(suite).max_tokens
    if tokens != load_suite("quick").max_tokens:
        _log.warning(
            "WARNING: the suite '%s' allows answers of %d tokens and the task does not: unless you "
            "have, pass --gen_kwargs max_gen_toks=%d",
            suite, tokens, tokens,
        )  # fmt: skip
    rows = build_docs(policy, suite, seed=seed, limit=limit_items)
    for row in rows:
        item = parse_doc(row, "doc").item
        _items[item.id] = item
    return {"test": datasets.Dataset.from_list(rows)}


def judge(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, str]:
    """Judge one answer; each metric gets the same compact verdict, to be aggregated with all others."""
    arm = parse_doc(doc, "doc")
    _items[arm.item.id] = arm.item
    split = split_thinking(str(results[0]))
    sample = Sample("", split.answer, "unknown", thinking=split.thinking)
    assignment = _assignment(arm.item.id, arm.condition, arm.strength, arm.policy, arm.wording)
    (judged,) = judge_all(
        [assignment], {arm.item.id: arm.item}, {"": sample}, _policies(arm.policy), grader="offline"
    )
    reading = judged.verdict.reading
    compact = json.dumps(
        {
            "item": arm.item.id,
            "condition": arm.condition,
            "strength": arm.strength,
            "policy": arm.policy,
            "wording": arm.wording,
            "behaviour": reading.behaviour,
            "addons": sorted(reading.addons),
            "score": judged.verdict.score,
            "extracted": judged.verdict.extracted,
            "outcome": judged.verdict.outcome,
        },
        sort_keys=True,
    )
    return {name.lower() + part: compact for name in METRICS for part in _PARTS}


def _assignment(item: str, condition: str, strength: str, policy: str, wording: int) -> Assignment:
    return Assignment("", item, condition, strength, policy, wording, 0, "generate")


@lru_cache(maxsize=64)
def _policies(policy: str) -> dict[str, Policy]:
    return {name: load_policy(name) for name in (policy, NEUTRAL)}


@lru_cache(maxsize=8)
def _estimates(rows: tuple[str, ...]) -> dict[str, tuple[float, float, float]]:
    """Value, low and high of each metric over a task's verdicts, at strength ``full``."""
    from lawbound.evals.metrics.compute import compute_metrics

    judged = [_restore(json.loads(row)) for row in rows]
    policy = judged[0].assignment.policy
    policies = _policies(policy)
    info = {key: value for key, value in rule_info(policies).items() if key[0] == policy}
    frame = verdict_frame(_MODEL, judged, policies)
    return {
        e.metric: (e.value, e.low, e.high)
        for e in compute_metrics(frame, info, seed=0, resamples=_RESAMPLES)
        if e.slice == "" and e.strength in ("full", "") and e.metric in METRICS
    }


def _restore(row: Mapping[str, Any]) -> Judged:
    item = _items[row["item"]]
    assignment = _assignment(
        item.id, row["condition"], row["strength"], row["policy"], row["wording"]
    )
    requirement = _policies(assignment.policy)[assignment.policy].requires(item)
    reading = Reading(row["behaviour"], frozenset(row["addons"]))
    verdict = Verdict(
        key="",
        item=item.id,
        condition=assignment.condition,
        policy=assignment.policy,
        requirement=requirement,
        reading=reading,
        met=is_met(requirement, reading),
        score=row["score"],
        extracted=row["extracted"],
        outcome=row["outcome"],
    )
    return Judged(assignment, item, verdict, Sample("", "", "unknown"))


def _aggregation(metric: str, part: str) -> Callable[[Sequence[str]], float]:
    def aggregate(rows: Sequence[str]) -> float:
        found = _estimates(tuple(rows)).get(metric)
        return float("nan") if found is None else found[list(_PARTS).index(part)]

    aggregate.__name__ = aggregate.__qualname__ = f"{metric.lower()}{part}"
    return aggregate


# lm-eval's YAML names functions by dotted path, so each aggregation needs a name of its own here.
j, j_low, j_high = (_aggregation("J", part) for part in _PARTS)
adherence, adherence_low, adherence_high = (_aggregation("adherence", part) for part in _PARTS)
over_refusal, over_refusal_low, over_refusal_high = (
    _aggregation("over_refusal", part) for part in _PARTS
)
duty, duty_low, duty_high = (_aggregation("duty", part) for part in _PARTS)
capability, capability_low, capability_high = (_aggregation("capability", part) for part in _PARTS)
policy_tax, policy_tax_low, policy_tax_high = (_aggregation("policy_tax", part) for part in _PARTS)
tradeoff, tradeoff_low, tradeoff_high = (_aggregation("tradeoff", part) for part in _PARTS)
