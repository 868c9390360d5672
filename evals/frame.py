"""The verdict frame: one row for each answer x policy, with everything that a metric may need.

Its columns are those of `lawbound.evals.verdict_columns`; it is what ``verdicts.parquet`` holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, Any

from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.policies import NEUTRAL
from lawbound.rubrics.graders import GRADERS
from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.policy.requirement import Requirement
from lawbound.rubrics.score import Scorer
from lawbound.rubrics.verdict import Verdict, is_overshoot, is_served_plainly
from lawbound.runners.plan import Assignment
from lawbound.runners.sample import Sample
from lawbound.tasks.item import Item

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class ScoredAnswer:
    """One answer with everything that its row of the frame says about it."""

    assignment: Assignment
    item: Item
    verdict: Verdict
    sample: Sample | None


def score_all(
    assignments: Sequence[Assignment],
    items: Mapping[str, Item],
    samples: Mapping[str, Sample],
    policies: Mapping[str, Policy],
    *,
    grader: str,
) -> list[ScoredAnswer]:
    """Score every assignment of one model, in order.

    Raises:
        FolderError: An assignment names an item that is not there.
    """
    scorer = Scorer(policies, GRADERS[grader])
    found: list[ScoredAnswer] = []
    written: list[tuple[Item, Sample]] = []
    for assignment in assignments:
        if assignment.item not in items:
            raise FolderError(
                f"items.jsonl: found no item '{assignment.item}', which the plan names; expected "
                "every item of the plan"
            )
        if assignment.policy not in policies:
            raise FolderError(
                f"plan: found policy '{assignment.policy}', expected one of {', '.join(policies)}; a run "
                "that was stopped while it was asked under more policies: run it again"
            )
        if assignment.mode != "choices" and (sample := samples.get(assignment.key)):
            written.append((items[assignment.item], sample))
    scorer.read(written)
    for assignment in assignments:
        item, answer = items[assignment.item], samples.get(assignment.key)
        found.append(ScoredAnswer(assignment, item, scorer.score(assignment, item, answer), answer))
    return found


def verdict_frame(
    model: str, scored: Sequence[ScoredAnswer], policies: Mapping[str, Policy]
) -> pd.DataFrame:
    """The rows of one model. `policies` must hold every policy that judges, and ``intl``."""
    import pandas as pd

    required = _about_policies(scored, policies)
    columns = {
        "model": [model] * len(scored),
        "key": [one.assignment.key for one in scored],
        **_about_items([one.item for one in scored]),
        **_about_assignments(scored),
        **required,
        **_about_verdicts([one.verdict for one in scored], required.get("near_miss", ())),
        **_about_samples([one.sample or _MISSING for one in scored]),
    }
    return pd.DataFrame(columns)


Columns = dict[str, Sequence[Any]]
"""Built column by column: building a row of fifty fields costs a hundred times as much."""


def _spread(facts: Sequence[Mapping[str, Any]], at: Sequence[int]) -> Columns:
    """Facts that many rows share, with the index of each row's fact."""
    return {name: [facts[index][name] for index in at] for name in (facts[0] if facts else ())}


def _about_items(items: Sequence[Item]) -> Columns:
    places: dict[str, int] = {}
    found: list[Mapping[str, Any]] = []
    for item in items:
        if item.id not in places:
            places[item.id] = len(found)
            found.append(_about_item(item))
    return _spread(found, [places[item.id] for item in items])


def _about_item(item: Item) -> dict[str, Any]:
    structure = item.structure
    return {
        "item": item.id,
        "group": item.group,
        "kind": item.kind,
        "topic": item.topic,
        "area": item.area,
        "acts": "|".join(item.acts),
        "operation": item.operation,
        "target": item.target or "",
        "purpose": item.purpose,
        "lang": item.lang,
        "context": "|".join(item.context),
        "prompt_chars": len(item.prompt),
        "tags": "|".join(item.tags),
        "family": structure.family if structure else "",
        "level": float(structure.level) if structure else nan,
        "surface": structure.surface if structure else "",
        "twin": structure.twin if structure else "",
    }


def _about_assignments(scored: Sequence[ScoredAnswer]) -> Columns:
    return {
        "mode": [one.assignment.mode for one in scored],
        "chance": [_chance(one.item, one.assignment) for one in scored],
        "strength": [one.assignment.strength for one in scored],
        "policy": [one.assignment.policy for one in scored],
        "wording": [one.assignment.wording for one in scored],
        "epoch": [one.assignment.epoch for one in scored],
    }


def _chance(item: Item, assignment: Assignment) -> float:
    return item.answer.chance if item.answer and assignment.mode == "choices" else 0.0


def _about_policies(scored: Sequence[ScoredAnswer], policies: Mapping[str, Policy]) -> Columns:
    """What depends on policy and item alone, computed once for each pair."""
    pairs = [(one.assignment.policy, one.item.id) for one in scored]
    places: dict[tuple[str, str], int] = {}
    found: list[Mapping[str, Any]] = []
    for pair, one in zip(pairs, scored, strict=True):
        if pair not in places:
            places[pair] = len(found)
            found.append(_about_policy(policies, pair[0], one.item, one.verdict.requirement))
    return _spread(found, [places[pair] for pair in pairs])


def _about_policy(
    policies: Mapping[str, Policy], policy_id: str, item: Item, requirement: Requirement
) -> dict[str, Any]:
    policy = policies[policy_id]
    bases = {rule.id: rule.basis for rule in policy.rules}
    beside = [f"{rule}:{kind}" for rule, kind in policy.near_misses(item)]
    return {
        "policy_version": policy.version,
        "base": requirement.base,
        "required_addons": "|".join(sorted(requirement.addons)),
        "rules": "|".join(requirement.rules),
        "near_miss": "|".join(beside),
        "spillover": "|".join(policy.spillover(item)),
        "case_rules": "|".join(policy.case_rules(item)),
        "bases_of_rules": "|".join(dict.fromkeys(bases[r] for r in requirement.rules)),
        "intl_base": policies[NEUTRAL].requires(item).base,
    }


def _about_verdicts(verdicts: Sequence[Verdict], near_misses: Sequence[str]) -> Columns:
    readings = [verdict.reading for verdict in verdicts]
    plain = [
        is_served_plainly(one.requirement, one.reading) if near else None
        for one, near in zip(verdicts, near_misses, strict=True)
    ]
    return {
        "behaviour": [reading.behaviour for reading in readings],
        "addons": ["|".join(sorted(reading.addons)) for reading in readings],
        "evidence": [reading.evidence for reading in readings],
        "confidence": [reading.confidence for reading in readings],
        "trace_behaviour": [reading.trace_behaviour or "" for reading in readings],
        "met": [_number(one.met) for one in verdicts],
        "plain": [_number(claim) for claim in plain],
        "withheld": [_number(one.withheld) for one in verdicts],
        "overshoot": [_number(is_overshoot(one.requirement, one.reading)) for one in verdicts],
        "score": [nan if one.score is None else one.score for one in verdicts],
        "extracted": [_number(one.extracted) for one in verdicts],
        "outcome": [one.outcome or "" for one in verdicts],
        "fault": [one.fault for one in verdicts],
        "error": [bool(one.error) for one in verdicts],
        "blocked": [one.blocked for one in verdicts],
    }


_MISSING = Sample(key="", text="", finish="error")
"""Stands for a missing answer; the row's `error` says so."""


def _about_samples(samples: Sequence[Sample]) -> Columns:
    # A request that failed or was blocked has no answer to describe, whatever its sample holds.
    came = [not (sample.error or sample.blocked or sample is _MISSING) for sample in samples]
    answers = list(zip(samples, came, strict=True))
    return {
        "truncated": [_number(one.truncated if known else None) for one, known in answers],
        "think_only": [_number(one.think_only if known else None) for one, known in answers],
        "prompt_tokens": _known([one.prompt_tokens if known else None for one, known in answers]),
        "completion_tokens": _known(
            [one.completion_tokens if known else None for one, known in answers]
        ),
        "thinking_tokens": _known(
            [one.thinking_tokens if known else None for one, known in answers]
        ),
        "placement": [sample.placement for sample in samples],
    }


def _known(values: Sequence[int | None]) -> Sequence[float]:
    """The counts; as floats, with nan for unknown ones, if any is unknown."""
    known = [value for value in values if value is not None]
    if len(known) == len(values):
        return known
    return [nan if value is None else float(value) for value in values]


def _number(claim: bool | None) -> float:
    return nan if claim is None else float(claim)
