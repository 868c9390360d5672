"""What an item lets us verify in an answer: a final answer, a claim or constraints."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lawbound.rubrics.verdict import FactOutcome
from lawbound.tasks.item import Item


@dataclass(frozen=True, slots=True)
class Checked:
    """What was verified; a field is None if the item has nothing of the kind."""

    score: float | None = None
    """0 to 1, before any correction for chance."""
    extracted: bool | None = None
    """Whether a final answer could be found at all."""
    outcome: FactOutcome | None = None
    """What was claimed."""


NOTHING = Checked()


def check_answer(item: Item, text: str) -> Checked:
    """What can be verified in an answer to an item, by its kind."""
    return _CHECKS[item.kind](item, text)


def _nothing(item: Item, text: str) -> Checked:
    return NOTHING


def _reasoning(item: Item, text: str) -> Checked:
    from lawbound.rubrics.answers.checking import check

    if item.answer is None:
        return NOTHING
    result = check(text, item.answer)
    return Checked(float(bool(result.correct)), result.extracted)


def _fact(item: Item, text: str) -> Checked:
    from lawbound.rubrics.answers.facts import check_facts
    from lawbound.rubrics.answers.places import FactError

    if item.claims is None:
        return NOTHING
    try:
        return Checked(outcome=check_facts(text, item.claims, item.lang))
    except FactError as fault:
        raise FactError(f"item '{item.id}': {fault}") from fault


def _creative(item: Item, text: str) -> Checked:
    from lawbound.rubrics.answers.constraints import score_creative

    score = score_creative(item, text)
    return Checked(score.value, not score.copied)


_CHECKS: Mapping[str, Callable[[Item, str], Checked]] = {
    "policy": _nothing,
    "fact": _fact,
    "reasoning": _reasoning,
    "creative": _creative,
}
