"""From a sample to a verdict: read the answer once, then apply each policy's requirement."""

from collections.abc import Iterable, Mapping, Sequence

from lawbound.rubrics.answers.verifiable import NOTHING, Checked, check_answer
from lawbound.rubrics.graders import Grader, VerdictError
from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.policy.requirement import Requirement
from lawbound.rubrics.verdict import Reading, Verdict, is_met
from lawbound.runners.plan import Assignment
from lawbound.runners.sample import Sample
from lawbound.tasks.io.messages import one_line
from lawbound.tasks.item import Item

SCORER_VERSION = "25"
"""Raised when an answer could be judged otherwise; leaderboards of other versions do not merge."""


class Scorer:
    """Scores assignments; equal answers to one question are read once, whoever asks about them."""

    def __init__(
        self, policies: Mapping[str, Policy], grader: Grader, *, together: int = 256
    ) -> None:
        """Take the policies that judge, the grader, and how many answers are read at once."""
        self._policies = policies
        self._grader = grader
        self._together = together
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
        """Read many answers ahead, which is cheaper than one by one."""
        fresh = {
            key: (item, sample)
            for item, sample in answers
            if not (sample.error or sample.blocked)
            and (key := _answer_key(item, sample)) not in self._readings
        }
        keys = list(fresh)
        for start in range(0, len(keys), self._together):
            part = keys[start : start + self._together]
            readings = self._readings_of([fresh[key] for key in part])
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
                Checked(float(picked == right), picked is not None),
            )
        reading = self._read(item, sample)
        checked = NOTHING if _is_no_answer(item, sample, reading) else self._check(item, sample)
        return self._verdict(assignment, requirement, reading, checked)

    def _readings_of(self, answers: Sequence[tuple[Item, Sample]]) -> list[Reading]:
        """What the grader reads in some answers. One that it fails on is unscored, and the others are read."""
        try:
            return self._grader.read(answers)
        except (VerdictError, MemoryError):
            raise
        except Exception as fault:  # any text may come, and an odd one is data, not a crash
            if len(answers) == 1:
                why = f"the grader failed on this answer: {one_line(repr(fault), 300)}"
                return [Reading("unscored", evidence=why, confidence=0.0)]
        return [reading for one in answers for reading in self._readings_of([one])]

    def _read(self, item: Item, sample: Sample) -> Reading:
        self.read([(item, sample)])
        return self._readings[_answer_key(item, sample)]

    def _check(self, item: Item, sample: Sample) -> Checked:
        key = (item.id, sample.text)
        if key not in self._checked:
            self._checked[key] = check_answer(item, self._grader.text_of(sample))
        return self._checked[key]

    @staticmethod
    def _verdict(
        assignment: Assignment,
        requirement: Requirement,
        reading: Reading,
        checked: Checked = NOTHING,
        *,
        error: str = "",
        blocked: bool = False,
    ) -> Verdict:
        return Verdict(
            key=assignment.key,
            item=assignment.item,
            condition=assignment.condition,
            policy=assignment.policy,
            requirement=requirement,
            reading=reading,
            met=is_met(requirement, reading),
            score=checked.score,
            extracted=checked.extracted,
            outcome=checked.outcome,
            fault=checked.fault,
            error=error,
            blocked=blocked,
        )


def best_choice(sample: Sample) -> int | None:
    """Index of the likeliest choice; None if the first two tie, for a tie is no answer."""
    ranked = sorted(range(len(sample.choice_logprobs)), key=lambda i: -sample.choice_logprobs[i])
    if len(ranked) < 2 or sample.choice_logprobs[ranked[0]] == sample.choice_logprobs[ranked[1]]:
        return None
    return ranked[0]


def _answer_key(item: Item, sample: Sample) -> tuple[str, str, str, str]:
    """Key of an answer: answers with the same key are read alike."""
    return item.id, sample.text, sample.thinking, sample.finish


def _is_no_answer(item: Item, sample: Sample, reading: Reading) -> bool:
    """Whether a service error or a filter's message takes the answer's place, so that there is
    nothing to check.

    If the grader merely cannot read the language, the answer may still be checked by program.
    """
    from lawbound.rubrics.behaviour.lexical import is_in_unread_language

    return reading.behaviour == "unscored" and not is_in_unread_language(
        item.prompt, sample.text, item.lang
    )
