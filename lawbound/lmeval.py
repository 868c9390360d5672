"""Hooks that the YAML in ``tasks/lmeval`` names: documents, grading and aggregation inside lm-eval.

Every number comes from the code of the standalone runner: a document carries its arm, `grade` reads
the answer with our grader, and each metric is computed over all of the task's answers at once, value
and interval from our own statistics. What crosses tasks comes from `lawbound score LOG_DIR`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from lawbound.evals.folder.policies import NEUTRAL
from lawbound.evals.frame import ScoredAnswer, score_all, verdict_frame
from lawbound.evals.lmeval.call import Call, find_call, task_settings
from lawbound.evals.lmeval.docs import DocArm, build_docs, parse_doc
from lawbound.evals.lmeval.precheck import TaskError, check_prompts, check_task, warn_once
from lawbound.evals.metrics.rule_info import rule_info
from lawbound.evals.suite import load_suite, shipped_suites
from lawbound.rubrics.policy.files import load_policy, shipped
from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.verdict import Reading, Verdict, is_met
from lawbound.runners.engines.thinking import split_thinking
from lawbound.runners.plan import Assignment
from lawbound.runners.sample import Sample
from lawbound.tasks.io.limits import MOST_COUNTED
from lawbound.tasks.io.messages import did_you_mean
from lawbound.tasks.io.yaml_files import parse, quoted
from lawbound.tasks.item import Item

if TYPE_CHECKING:
    import datasets

METRICS = ("J", "adherence", "over_refusal", "duty", "capability", "policy_tax", "tradeoff")
"""Emitted in lower case, as they are and with ``_low`` and ``_high``: lm-eval has no intervals for custom metrics."""
_PARTS = {"": "value", "_low": "low", "_high": "high"}
_MODEL = "lm-eval"
_RESAMPLES = 1000
_log = logging.getLogger(__name__)

_PLACE = "--metadata lawbound"
_EXAMPLE = '--metadata \'{"lawbound": {"suite": "standard", "seed": 1, "limit_items": 5}}\''

_OURS = ("lawbound", "lawbound_policy", "policy", "suite", "limit_items")

_own: dict[str, Policy] = {}
"""Policies of the user's own whose docs were handed out in this process, by id."""
_asked: dict[tuple[str, str, str], tuple[Assignment, Item]] = {}
"""What the docs handed out in this process ask, by policy, condition and item: every rank builds its docs itself."""


def docs(
    lawbound_policy: str = NEUTRAL,
    lawbound: Any = None,
    config_source: str = "",
    **others: Any,
) -> dict[str, datasets.Dataset]:
    """Documents of one task, made of what lm-eval passes on.

    Args:
        lawbound_policy: The task's own policy, from its ``dataset_kwargs``.
        lawbound: What ``--metadata '{"lawbound": {...}}'`` says: suite, seed, limit_items.
        config_source: The task's YAML file, from lm-eval; a relative path of a policy starts in its folder.
        others: Arguments of the model and metadata of other tasks, which lm-eval mixes in.

    Raises:
        TaskError: Something was meant for us that we do not know, or the policies would not reach the model.
    """
    import datasets

    check_task()
    call = find_call()
    _refuse_strays(others, call)
    chosen = _chosen(lawbound)
    suite = load_suite(chosen.suite)
    tokens = suite.max_tokens
    if tokens != load_suite("quick").max_tokens:
        _log.warning(
            "WARNING: the suite '%s' allows answers of %d tokens and the task does not: unless you "
            "have, pass --gen_kwargs max_gen_toks=%d",
            chosen.suite, tokens, tokens,
        )  # fmt: skip
    policy = _policy(lawbound_policy, config_source)
    rows = build_docs(policy, chosen.suite, seed=chosen.seed, limit=chosen.limit_items)
    check_prompts(rows, call, max_tokens=load_suite("quick").max_tokens, own=task_settings())
    for row in rows:
        arm = parse_doc(row, "doc", own=_own)
        _asked[_place(arm)] = _assignment(arm), arm.item
    _estimates.cache_clear()
    return {"test": datasets.Dataset.from_list(rows)}


class _Chosen(BaseModel):
    """What a user may choose for our tasks."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    suite: str = "quick"
    seed: Annotated[int, Field(ge=0, le=MOST_COUNTED)] | None = None
    limit_items: Annotated[int, Field(gt=0, le=MOST_COUNTED)] | None = None


def _chosen(given: Any) -> _Chosen:
    if isinstance(given, Mapping) and "policy" in given:
        raise TaskError(
            f"{_PLACE}: found policy, expected none: each task has its own, such as --tasks lawbound_de"
        )
    if given is not None and not isinstance(given, Mapping):
        raise TaskError(f"{_PLACE}: found {quoted(given)}, expected {_EXAMPLE}")
    chosen = parse(given or {}, _Chosen, _PLACE, TaskError)
    if chosen.suite not in shipped_suites():
        raise TaskError(
            f"{_PLACE}: suite is {quoted(chosen.suite)}, expected one of {', '.join(shipped_suites())} (lm-eval takes "
            f"shipped suites only){did_you_mean(chosen.suite, shipped_suites())}"
        )
    return chosen


def _refuse_strays(others: Mapping[str, Any], call: Call | None) -> None:
    """Refuse what is ours by its name, however misspelt, and does not stand under ours.

    lm-eval mixes the model's arguments in, so a `seed` may be the model's. Where both have a name, the
    metadata goes first, which tells that the user gave two.
    """
    for name, value in others.items():
        if name != "seed" and not get_close_matches(name, _OURS, n=1, cutoff=0.8):
            continue
        if call is None and name == "seed":
            warn_once(
                f"metadata: seed is ignored (it may be the model's): ours would be {_EXAMPLE}"
            )
        elif call is None or name not in call.model_arguments:
            raise TaskError(
                f"metadata: found {quoted(name)}, expected what concerns lawbound as {_EXAMPLE}"
            )
        elif value != call.model_arguments[name]:
            raise TaskError(
                f"metadata: found {quoted(name)} as {quoted(value)} and in the model's arguments as "
                f"{quoted(call.model_arguments[name])}, expected what concerns lawbound as {_EXAMPLE}"
            )


def _policy(name: str, source: str) -> str:
    """A shipped policy's id, or the path of a file of the user's own, which is kept for judging.

    Raises:
        TaskError: The file is not found, or its id is taken.
    """
    if name in shipped():
        return name
    is_known = Path(source).is_file()
    path = Path(source).parent / name if is_known else Path(name)
    if not is_known and not path.is_file():
        raise TaskError(
            f"policy {quoted(name)}: found no such file, and lm-eval does not say in which folder its task "
            "stands, expected an absolute path, or the task's name and --include_path FOLDER"
        )
    policy = load_policy(str(path))
    if policy.id in shipped() or _own.get(policy.id, policy).digest != policy.digest:
        raise TaskError(f"{path}: id is '{policy.id}', which another policy has, expected its own")
    _own[policy.id] = policy
    return str(path)


def grade(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, str]:
    """Grade one answer; each metric gets the same compact verdict, to be aggregated with all others.

    lm-eval logs it once for each of them, so it holds nothing that the doc says already.
    """
    arm = parse_doc(doc, "doc", own=_own)
    assignment, _ = _asked.setdefault(_place(arm), (_assignment(arm), arm.item))
    split = split_thinking(str(results[0]))
    sample = Sample("", split.answer, "unknown", thinking=split.thinking)
    (scored,) = score_all(
        [assignment], {arm.item.id: arm.item}, {"": sample}, _policies(arm.policy), grader="offline"
    )
    verdict, reading = scored.verdict, scored.verdict.reading
    found = [reading.behaviour, sorted(reading.addons), verdict.score, verdict.extracted]
    compact = json.dumps([*_place(arm), *found, verdict.outcome])
    return {name.lower() + part: compact for name in METRICS for part in _PARTS}


def _place(arm: DocArm) -> tuple[str, str, str]:
    return arm.policy, arm.condition, arm.item.id


def _assignment(arm: DocArm) -> Assignment:
    return Assignment(
        "", arm.item.id, arm.condition, arm.strength, arm.policy, arm.wording, 0, "generate"
    )


@lru_cache(maxsize=64)
def _policies(policy: str) -> dict[str, Policy]:
    return {name: _own.get(name) or load_policy(name) for name in (policy, NEUTRAL)}


@lru_cache(maxsize=8)
def _estimates(rows: tuple[str, ...]) -> dict[str, tuple[float, float, float]]:
    """Value, low and high of each metric over a task's verdicts, at strength ``full``."""
    from lawbound.evals.metrics.compute import compute_metrics

    scored = [_restore(json.loads(row)) for row in rows]
    policy = scored[0].assignment.policy
    policies = _policies(policy)
    info = {key: value for key, value in rule_info(policies).items() if key[0] == policy}
    frame = verdict_frame(_MODEL, scored, policies)
    return {
        e.metric: (e.value, e.low, e.high)
        for e in compute_metrics(frame, info, seed=0, resamples=_RESAMPLES)
        if e.slice == "" and e.strength in ("full", "") and e.metric in METRICS
    }


def _restore(row: Sequence[Any]) -> ScoredAnswer:
    policy, condition, name, behaviour, addons, score, extracted, outcome = row
    assignment, item = _asked[policy, condition, name]
    requirement = _policies(policy)[policy].requires(item)
    reading = Reading(behaviour, frozenset(addons))
    verdict = Verdict(
        key="",
        item=item.id,
        condition=condition,
        policy=policy,
        requirement=requirement,
        reading=reading,
        met=is_met(requirement, reading),
        score=score,
        extracted=extracted,
        outcome=outcome,
    )
    return ScoredAnswer(assignment, item, verdict, Sample("", "", "unknown"))


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
