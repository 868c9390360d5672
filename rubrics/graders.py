"""The graders by name: the offline grader, or the declarations of reference models."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, get_args

from lawbound.rubrics.policy.requirement import Addon
from lawbound.rubrics.verdict import Behaved, Reading
from lawbound.runners.sample import Sample
from lawbound.tasks.io.errors import LawboundError
from lawbound.tasks.item import Item


class VerdictError(LawboundError, ValueError):
    """An answer cannot be judged in the way that the run requires."""


class Reads(Protocol):
    """Reads what answers did. It knows the questions, not the policy.

    A reading must follow from the item and from the sample's text, trace and finish alone: a
    `Scorer` remembers it for the same answer to the same question.
    """

    def __call__(self, answers: Sequence[tuple[Item, Sample]]) -> list[Reading]:
        """Return one reading each, in order; raise nothing for odd text."""
        ...


@dataclass(frozen=True, slots=True)
class Grader:
    """One way of grading a model's answers."""

    read: Reads
    text_of: Callable[[Sample], str] = lambda sample: sample.text
    """The answer that is checked for correctness, as it stands in a sample."""


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


def declared_text(sample: Sample) -> str:
    """The answer beside a declaration."""
    return str(_declaration(sample)["text"])


def declare(behaviour: Behaved, addons: Iterable[Addon], text: str) -> str:
    """The text of a sample that states its behaviour, for the verdict path of reference models."""
    return json.dumps({"behaviour": behaviour, "addons": sorted(addons), "text": text})


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


GRADERS: Mapping[str, Grader] = {
    "offline": Grader(offline),
    "declared": Grader(declared, declared_text),
}
