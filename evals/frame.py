"""The verdict frame: one row an answer x policy, everything that a metric may ask about beside it.

Its columns are documented in ``docs/formats.md``; it is what ``verdicts.parquet`` holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lawbound.evals.folder import FolderError
from lawbound.rubrics.policy import Policy, Requirement
from lawbound.rubrics.score import Judge
from lawbound.rubrics.verdict import Verdict, is_overshoot, is_served_plainly
from lawbound.runners.plan import Assignment
from lawbound.runners.sample import Sample
from lawbound.tasks.item import Item

if TYPE_CHECKING:
    import pandas as pd

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer with everything that a row of the frame says about it."""

    assignment: Assignment
    item: Item
    verdict: Verdict
    sample: Sample | None


def judge_all(
    assignments: Sequence[Assignment],
    items: Mapping[str, Item],
    samples: Mapping[str, Sample],
    policies: Mapping[str, Policy],
    *,
    grader: str,
) -> list[Judged]:
    """Judge every assignment of one model, in order.

    Raises:
        FolderError: An assignment names an item that is not there.
    """
    judge = Judge(policies, grader)
    found = []
    for assignment in assignments:
        if assignment.item not in items:
            raise FolderError(
                f"items.jsonl: found no item '{assignment.item}', which the plan names; expected "
                "every item of the plan"
            )
        if assignment.policy not in policies:
            raise FolderError(
                f"plan: found policy '{assignment.policy}', expected one of {', '.join(policies)}"
            )
        item, sample = items[assignment.item], samples.get(assignment.key)
        found.append(Judged(assignment, item, judge.judge(assignment, item, sample), sample))
    return found


def verdict_frame(
    model: str, judged: Sequence[Judged], policies: Mapping[str, Policy]
) -> pd.DataFrame:
    """The rows of one model. `policies` must hold every policy that judges, and ``intl``."""
    import pandas as pd

    return pd.DataFrame.from_records(list(_rows(model, judged, policies)))


def _rows(
    model: str, judged: Sequence[Judged], policies: Mapping[str, Policy]
) -> Iterator[dict[str, Any]]:
    facts = _PolicyFacts(policies)
    about_items: dict[str, dict[str, Any]] = {}
    for one in judged:
        item, assignment = one.item, one.assignment
        if item.id not in about_items:
            about_items[item.id] = _about_item(item)
        yield (
            {
                "model": model,
                "key": assignment.key,
                **about_items[item.id],
                "mode": assignment.mode,
                "chance": _chance(item, assignment),
                "strength": assignment.strength,
                "policy": assignment.policy,
                "wording": assignment.wording,
                "epoch": assignment.epoch,
            }
            | facts.about(assignment.policy, item, one.verdict.requirement)
            | _about_verdict(one.verdict)
            | _about_sample(one.sample)
        )


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
        "level": float(structure.level) if structure else NAN,
        "surface": structure.surface if structure else "",
        "twin": structure.twin if structure else "",
    }


def _chance(item: Item, assignment: Assignment) -> float:
    return item.answer.chance if item.answer and assignment.mode == "choices" else 0.0


class _PolicyFacts:
    """What depends on policy and item alone, computed once for each pair."""

    def __init__(self, policies: Mapping[str, Policy]) -> None:
        self._policies = policies
        self._found: dict[tuple[str, str], dict[str, Any]] = {}

    def about(self, policy_id: str, item: Item, requirement: Requirement) -> dict[str, Any]:
        key = (policy_id, item.id)
        if key not in self._found:
            policy = self._policies[policy_id]
            bases = {rule.id: rule.basis for rule in policy.rules}
            beside = [f"{rule}:{kind}" for rule, kind in policy.near_misses(item)]
            self._found[key] = {
                "policy_version": policy.version,
                "base": requirement.base,
                "required_addons": "|".join(sorted(requirement.addons)),
                "rules": "|".join(requirement.rules),
                "near_miss": "|".join(beside),
                "bases_of_rules": "|".join(dict.fromkeys(bases[r] for r in requirement.rules)),
                "intl_base": self._policies["intl"].requires(item).base,
            }
        return self._found[key]


def _about_verdict(verdict: Verdict) -> dict[str, Any]:
    reading = verdict.reading
    return {
        "behaviour": reading.behaviour,
        "addons": "|".join(sorted(reading.addons)),
        "evidence": reading.evidence,
        "confidence": reading.confidence,
        "trace_behaviour": reading.trace_behaviour or "",
        "met": _number(verdict.met),
        "plain": _number(is_served_plainly(verdict.requirement, reading)),
        "withheld": verdict.withheld,
        "overshoot": is_overshoot(verdict.requirement, reading),
        "score": NAN if verdict.score is None else verdict.score,
        "extracted": _number(verdict.extracted),
        "outcome": verdict.outcome or "",
        "error": bool(verdict.error),
        "blocked": verdict.blocked,
    }


def _about_sample(sample: Sample | None) -> dict[str, Any]:
    if sample is None:
        sample = Sample(key="", text="", finish="error")
    return {
        "truncated": sample.truncated,
        "think_only": sample.think_only,
        "prompt_tokens": sample.prompt_tokens,
        "completion_tokens": sample.completion_tokens,
        "thinking_tokens": sample.thinking_tokens,
        "placement": sample.placement,
    }


def _number(claim: bool | None) -> float:
    return NAN if claim is None else float(claim)
