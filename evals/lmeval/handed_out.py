"""The documents that a process has handed to lm-eval, the grades of answers to them, and the
metrics over these.

lm-eval passes the documents' record and texts to a grade or an aggregation, and nothing of ours: so
what the documents ask is remembered here. Every rank builds its documents itself, so a process
knows what it is asked about.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from lawbound.evals.folder.policies import NEUTRAL
from lawbound.evals.frame import ScoredAnswer, score_all, verdict_frame
from lawbound.evals.lmeval.docs import DocArm, parse_doc
from lawbound.evals.lmeval.precheck import TaskError
from lawbound.evals.metrics.estimate import Estimate
from lawbound.evals.metrics.rule_info import rule_info
from lawbound.rubrics.policy.files import load_policy, shipped
from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.verdict import Reading, Verdict, is_met
from lawbound.runners.engines.thinking import split_thinking
from lawbound.runners.plan import Assignment
from lawbound.runners.sample import Sample
from lawbound.tasks.io.yaml_files import quoted
from lawbound.tasks.item import Item

_MODEL = "lm-eval"
_RESAMPLES = 1000


class HandedOut:
    """The documents that were handed out, and the user's own policies among them."""

    def __init__(self) -> None:
        self._own: dict[str, Policy] = {}
        self._asked: dict[tuple[str, str, str], tuple[Assignment, Item]] = {}
        self._policies = lru_cache(maxsize=64)(self._load_policies)
        self._estimates = lru_cache(maxsize=8)(self._compute)

    def keep_policy(self, name: str, source: str) -> str:
        """Resolve a shipped policy's id, or the path of a file of the user's own, which is kept for
        judging.

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
        if policy.id in shipped() or self._own.get(policy.id, policy).digest != policy.digest:
            raise TaskError(
                f"{path}: id is '{policy.id}', which another policy has, expected its own"
            )
        self._own[policy.id] = policy
        return str(path)

    def keep(self, docs: Iterable[Mapping[str, Any]]) -> None:
        """Remember what documents ask; rebuilt ones replace what they asked before."""
        for doc in docs:
            arm = parse_doc(doc, "doc", own=self._own)
            self._asked[_place(arm)] = _assignment(arm), arm.item
        self._estimates.cache_clear()

    def asked(self, doc: Mapping[str, Any]) -> tuple[Assignment, Item]:
        """What a document asks, as it was handed out, or else as the document says itself."""
        arm = parse_doc(doc, "doc", own=self._own)
        return self._asked.setdefault(_place(arm), (_assignment(arm), arm.item))

    def grade(self, doc: Mapping[str, Any], answer: str) -> str:
        """Grade one answer: the verdict as a text, without what the document already says."""
        assignment, item = self.asked(doc)
        split = split_thinking(answer)
        sample = Sample("", split.answer, "unknown", thinking=split.thinking)
        policies = self._policies(assignment.policy)
        (scored,) = score_all(
            [assignment], {item.id: item}, {"": sample}, policies, grader="offline"
        )
        verdict, reading = scored.verdict, scored.verdict.reading
        place = [assignment.policy, assignment.condition, item.id]
        found = [reading.behaviour, sorted(reading.addons), verdict.score, verdict.extracted]
        return json.dumps([*place, *found, verdict.outcome])

    def estimates(self, grades: Sequence[str]) -> Mapping[str, Estimate]:
        """Each metric over a task's grades, by name, at strength ``full`` if it has one."""
        return self._estimates(tuple(grades))

    def _load_policies(self, policy: str) -> dict[str, Policy]:
        return {name: self._own.get(name) or load_policy(name) for name in (policy, NEUTRAL)}

    def _compute(self, grades: tuple[str, ...]) -> dict[str, Estimate]:
        from lawbound.evals.metrics.compute import compute_metrics

        scored = [self._restore(json.loads(grade)) for grade in grades]
        policy = scored[0].assignment.policy
        policies = self._policies(policy)
        info = {key: value for key, value in rule_info(policies).items() if key[0] == policy}
        frame = verdict_frame(_MODEL, scored, policies)
        return {
            e.metric: e
            for e in compute_metrics(frame, info, seed=0, resamples=_RESAMPLES)
            if e.slice == "" and e.strength in ("full", "")
        }

    def _restore(self, row: Sequence[Any]) -> ScoredAnswer:
        policy, condition, name, behaviour, addons, score, extracted, outcome = row
        assignment, item = self._asked[policy, condition, name]
        requirement = self._policies(policy)[policy].requires(item)
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


def _place(arm: DocArm) -> tuple[str, str, str]:
    return arm.policy, arm.condition, arm.item.id


def _assignment(arm: DocArm) -> Assignment:
    return Assignment(
        "", arm.item.id, arm.condition, arm.strength, arm.policy, arm.wording, 0, "generate"
    )
