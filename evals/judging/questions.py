"""Which answers of a run a panel reads, and what it is asked about each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lawbound.evals.frame import ScoredAnswer
from lawbound.evals.judging.readings import ReadingKey
from lawbound.rubrics.judges.majority import JudgeMode
from lawbound.rubrics.judges.named import Named
from lawbound.rubrics.judges.question import Question
from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.reference import is_reference


def asked_of(
    mode: JudgeMode,
    unsure: float,
    named: Sequence[Named],
    scored: Mapping[str, Sequence[ScoredAnswer]],
    policies: Mapping[str, Policy],
) -> dict[ReadingKey, tuple[ScoredAnswer, Question]]:
    """The questions for a panel, in order.

    Args:
        mode: Which answers the panel reads.
        unsure: Confidence of the offline reading below which `hybrid` mode asks.
        named: The judges.
        scored: Model label -> its answers as the offline grader read them.
        policies: Every policy that judges, by its id.
    """
    wanted: dict[ReadingKey, tuple[ScoredAnswer, Question]] = {}
    for model, rows in scored.items():
        for one in rows:
            if _is_theirs(mode, unsure, model, one):
                question = question_of(one, policies)
                if any(judge.form.reads(question) for judge in named):
                    wanted[place_of(model, one)] = one, question
    return wanted


def question_of(one: ScoredAnswer, policies: Mapping[str, Policy]) -> Question:
    """The question that a stored answer raises."""
    text = one.sample.text if one.sample else ""
    return Question.about(one.item, text, policies[one.verdict.policy], one.verdict.reading)


def place_of(model: str, one: ScoredAnswer) -> ReadingKey:
    """The key under which its reading is stored."""
    return model, one.assignment.key, one.item.id, one.verdict.policy


def _is_theirs(mode: JudgeMode, unsure: float, model: str, one: ScoredAnswer) -> bool:
    sample = one.sample
    if is_reference(model) or one.item.kind not in ("policy", "fact"):
        return False
    if sample is None or sample.error or sample.blocked or not sample.text.strip():
        return False
    if one.assignment.mode != "generate":
        return False
    reading = one.verdict.reading
    is_unsure = reading.behaviour == "unscored" or reading.confidence < unsure
    return mode == "all" or is_unsure
