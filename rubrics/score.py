"""From a sample to a verdict: read the answer once, then hold it against each policy's requirement."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, get_args

from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.policy.requirement import Addon, Requirement
from lawbound.rubrics.verdict import Behaved, Reading, Verdict, is_met
from lawbound.runners.plan import Assignment
from lawbound.runners.sample import Sample
from lawbound.tasks.io.errors import LawboundError
from lawbound.tasks.item import Item

SCORER_VERSION = "12"
"""Goes up when the same answer could be judged otherwise; leaderboards of other versions do not merge."""


class VerdictError(LawboundError, ValueError):
    """An answer cannot be judged as the run says."""


class Grader(Protocol):
    """Reads what answers did. Knows the questions, not the policy.

    A reading must follow from the item and from the sample's text, trace and finish alone: a
    `Scorer` remembers it for the same answer to the same question.
    """

    def __call__(self, answers: Sequence[tuple[Item, Sample]]) -> list[Reading]:
        """Return one reading each, in order; raise nothing for odd text."""
        ...


def offline(answers: Sequence[tuple[Item, Sample]]) -> list[Reading]:
    """The default: the deterministic behaviour grader."""
    from lawbound.rubrics.behaviour.decision import Asked, grade_all

    return grade_all(
        [
            Asked(item.prompt, sample.text, item.lang, bool(sample.truncated), sample.thinking)
            for item, sample in answers
        ]
    )


def declared(answers: Sequence[tuple[Item, Sample]]) -> list[Reading]:
    """For reference models whose samples state their behaviour outright (`declare`).

    Raises:
        VerdictError: A sample is no declaration; only reference models make them.
    """
    stated = [_declaration(sample) for _, sample in answers]
    return [Reading(behaviour=one["behaviour"], addons=frozenset(one["addons"])) for one in stated]


def _declaration(sample: Sample) -> dict[str, Any]:
    try:
        stated = json.loads(sample.text)
        is_one = (
            stated["behaviour"] in get_args(Behaved)
            and set(stated["addons"]) <= set(get_args(Addon))
            and isinstance(stated["text"], str)
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        is_one = False
    if not is_one:
        raise VerdictError(
            f"sample {sample.key[:12]}: found no declared behaviour, expected a reference model's answer"
        )
    return dict(stated)


def declare(behaviour: Behaved, addons: Iterable[Addon], text: str) -> str:
    """The text of a sample that states its behaviour, for the verdict path of reference models."""
    return json.dumps({"behaviour": behaviour, "addons": sorted(addons), "text": text})


GRADERS: Mapping[str, Grader] = {"offline": offline, "declared": declared}


TOGETHER = 256
"""Answers that are read at once."""
Checked = dict[str, object]


class Scorer:
    """Scores assignments; equal answers to one question are read once, whoever asks about them."""

    def __init__(self, policies: Mapping[str, Policy], grader: str) -> None:
        self._policies = policies
        self._grader = GRADERS[grader]
        self._declared = grader == "declared"
        self._readings: dict[tuple[str, str, str, str], Reading] = {}
        self._checked: dict[tuple[str, str], Checked] = {}
        self._requirements: dict[tuple[str, str], Requirement] = {}

    def requirement(self, item: Item, policy: str) -> Requirement:
        """What a policy requires of an item, remembered."""
        found = self._requirements.get((item.id, policy))
        if found is None:
            found = self._policies[policy].requires(item)
            self._requirements[item.id, policy] = found
        return found

    def read(self, answers: Iterable[tuple[Item, Sample]]) -> None:
        """Read answers ahead, many at once, which is cheaper than one by one."""
        fresh = {
            key: (item, sample)
            for item, sample in answers
            if not (sample.error or sample.blocked)
            and (key := _answer_key(item, sample)) not in self._readings
        }
        keys = list(fresh)
        for start in range(0, len(keys), TOGETHER):
            part = keys[start : start + TOGETHER]
            readings = self._grader([fresh[key] for key in part])
            self._readings.update(zip(part, readings, strict=True))

    def score(self, assignment: Assignment, item: Item, sample: Sample | None) -> Verdict:
        """One verdict. A missing or failed sample is an error, never an empty answer."""
        requirement = self.requirement(item, assignment.policy)
        if sample is None or sample.error or sample.blocked:
            return self._verdict(
                assignment,
                requirement,
                Reading("unscored", confidence=0.0),
                error=(sample.error or "") if sample else "not asked yet",
                blocked=bool(sample and sample.blocked),
            )
        if assignment.mode == "choices":
            picked = best_choice(sample)
            right = item.answer.choices.index(item.answer.value) if item.answer else -1
            return self._verdict(
                assignment,
                requirement,
                Reading("answer"),
                score=float(picked == right),
                extracted=picked is not None,
            )
        reading = self._read(item, sample)
        checked = {} if _is_no_answer(item, sample, reading) else self._check(item, sample)
        return self._verdict(assignment, requirement, reading, **checked)

    def _read(self, item: Item, sample: Sample) -> Reading:
        self.read([(item, sample)])
        return self._readings[_answer_key(item, sample)]

    def _check(self, item: Item, sample: Sample) -> Checked:
        key = (item.id, sample.text)
        if key not in self._checked:
            text = _declaration(sample)["text"] if self._declared else sample.text
            self._checked[key] = check_answer(item, text)
        return self._checked[key]

    @staticmethod
    def _verdict(
        assignment: Assignment, requirement: Requirement, reading: Reading, **rest: object
    ) -> Verdict:
        return Verdict(
            key=assignment.key,
            item=assignment.item,
            condition=assignment.condition,
            policy=assignment.policy,
            requirement=requirement,
            reading=reading,
            met=is_met(requirement, reading),
            **rest,  # type: ignore[arg-type]
        )


def _answer_key(item: Item, sample: Sample) -> tuple[str, str, str, str]:
    """Answers with the same key are read alike."""
    return item.id, sample.text, sample.thinking, sample.finish


def _is_no_answer(item: Item, sample: Sample, reading: Reading) -> bool:
    """A service error or a filter's message stands in its place, so that there is nothing to check.

    Where only the language is one that the grader cannot read, what checks the answer may still.
    """
    from lawbound.rubrics.behaviour.draft import is_in_unread_language

    return reading.behaviour == "unscored" and not is_in_unread_language(
        item.prompt, sample.text, item.lang
    )


def best_choice(sample: Sample) -> int | None:
    """Index of the likeliest choice; none where the first two tie, for a tie is no answer."""
    ranked = sorted(range(len(sample.choice_logprobs)), key=lambda i: -sample.choice_logprobs[i])
    if len(ranked) < 2 or sample.choice_logprobs[ranked[0]] == sample.choice_logprobs[ranked[1]]:
        return None
    return ranked[0]


def check_answer(item: Item, text: str) -> Checked:
    """What the item lets us verify: a final answer, a claim or constraints."""
    return _CHECKS[item.kind](item, text)


def _nothing(item: Item, text: str) -> Checked:
    return {}


def _reasoning(item: Item, text: str) -> Checked:
    from lawbound.rubrics.answers import check

    if item.answer is None:
        return {}
    result = check(text, item.answer)
    return {"score": float(bool(result.correct)), "extracted": result.extracted}


def _fact(item: Item, text: str) -> Checked:
    from lawbound.rubrics.answers.facts import check_facts
    from lawbound.rubrics.answers.places import FactError

    if item.claims is None:
        return {}
    try:
        return {"outcome": check_facts(text, item.claims, item.lang)}
    except FactError as fault:
        raise FactError(f"item '{item.id}': {fault}") from fault


def _creative(item: Item, text: str) -> Checked:
    from lawbound.rubrics.answers.constraints import score_creative

    score = score_creative(item, text)
    return {"score": score.value, "extracted": not score.copied}


_CHECKS: Mapping[str, Callable[[Item, str], Checked]] = {
    "policy": _nothing,
    "fact": _fact,
    "reasoning": _reasoning,
    "creative": _creative,
}
