"""What an item lets us verify in an answer: a final answer, a claim or constraints."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lawbound.rubrics.verdict import FactOutcome
from lawbound.tasks.io.errors import LawboundError
from lawbound.tasks.io.messages import one_line
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
    fault: str = ""
    """Why the answer could not be checked; nothing is known of it then."""


NOTHING = Checked()


def check_answer(item: Item, text: str) -> Checked:
    """What can be verified in an answer to an item, by its kind.

    This is the one place where a check may fail: a run is not to lose its other answers by a text that
    somebody's pattern takes for ever on, or that a check has no reading for.
    """
    try:
        return _CHECKS[item.kind](item, text)
    except MemoryError:
        raise
    except Exception as fault:  # any text may come, and an odd one is data, not a crash
        return Checked(fault=f"item '{item.id}': {_why(fault)}")


def _why(fault: Exception) -> str:
    return one_line(fault if isinstance(fault, LawboundError) else repr(fault), 300)


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

    if item.claims is None:
        return NOTHING
    return Checked(outcome=check_facts(text, item.claims, item.lang))


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
