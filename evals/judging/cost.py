"""What a panel of judges would cost at most, estimated before there are answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lawbound.evals.judging.panel import judges_of
from lawbound.evals.judging.spec import JudgeSpec
from lawbound.evals.prepare import Prepared
from lawbound.rubrics.judges.question import Form, Question
from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.reference import is_reference
from lawbound.rubrics.verdict import Reading
from lawbound.runners.plan import Arm

_OFFLINE = (Reading("unscored", confidence=0.0), Reading("answer"))
"""What the offline grader may see in an answer for a guard to read it."""


@dataclass(frozen=True, slots=True)
class JudgeCost:
    """One judge's share of a run."""

    judge: str
    answers: int
    """An upper limit, like the following fields: judges do not read empty, failed and blocked
    answers, and in `hybrid` only those the grader is unsure of."""
    requests: int
    new_tokens: int


def judge_costs(spec: JudgeSpec, prepared: Prepared) -> list[JudgeCost]:
    """The cost of each judge of a panel if it had to read every answer.

    Args:
        spec: The panel.
        prepared: The requests to the models.
    """
    policies = {policy.id: policy for policy in prepared.policies}
    models = sum(not is_reference(model) for model in prepared.models)
    found = []
    for judge in judges_of(spec):
        chats = _chats(judge.form, prepared.arms, policies)
        times = models * prepared.spec.epochs
        own = sum(len(judge.form.chats(canary.question)) for canary in judge.form.canaries)
        requests = sum(chats) * times + (own if chats and models else 0)
        tokens = requests * judge.form.settings.max_tokens
        found.append(JudgeCost(judge.name, len(chats) * times, requests, tokens))
    return found


def _chats(form: Form, arms: Sequence[Arm], policies: Mapping[str, Policy]) -> list[int]:
    """How often a judge is asked about each answer of one model that it may read."""
    found = []
    for arm in arms:
        if arm.item.kind not in ("policy", "fact") or arm.mode != "generate":
            continue
        for policy in arm.policies:
            asked = [
                Question.about(arm.item, "An answer.", policies[policy], offline)
                for offline in _OFFLINE
            ]
            if any(map(form.reads, asked)):
                found.append(len(form.chats(asked[0])))
    return found
