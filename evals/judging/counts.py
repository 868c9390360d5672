"""What became of the answers that a panel was to read, and of the requests of its judges."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from lawbound.evals.judging.readings import WITHOUT, Decision, Fate, Without
from lawbound.rubrics.judges.material import MAX_ANSWER
from lawbound.rubrics.judges.panel import PanelReading
from lawbound.rubrics.judges.question import Opinion, Question


def fate_of(opinions: Sequence[Opinion], merged: PanelReading) -> Fate:
    """What became of one answer.

    Args:
        opinions: What the judges say about it.
        merged: What comes of that.
    """
    without: Without = ""
    if merged.votes > 0:
        without = "" if merged.agreeing else "split"
    elif any(one.undecided for one in opinions):
        without = "undecided"
    else:
        without = "unanswered" if all(one.failed for one in opinions) else "unreadable"
    return Fate(without, merged.disagreed)


def counts(held: Collection[tuple[Question, Decision]]) -> dict[str, int]:
    """Of the answers that a panel has decided on: all, those that it read shortened, and their fates.

    Answers that got no class are counted whole and each under one reason. Fates that a file does not
    tell, as of versions that did not store them, are not counted: what a record says of them stays,
    and `fates_known` is False, since it is of other answers.
    """
    fates = [one.fate for _, one in held if one.fate is not None]
    found = {
        "asked": len(held),
        "shortened": sum(len(question.answer) > MAX_ANSWER for question, _ in held),
        "fates_known": len(fates) == len(held),
    }
    if not found["fates_known"]:
        return found
    reasons: dict[str, int] = {
        name: sum(one.without == name for one in fates) for name in WITHOUT if name
    }
    disagreed = sum(one.disagreed for one in fates)
    return {**found, "no_class": sum(reasons.values()), **reasons, "disagreed": disagreed}


def failures(panel: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Judge -> what became of its requests in one line, for those of a record that failed at all."""
    found = {}
    for entry in panel:
        model = str(entry["model"])
        if "unreachable" in entry:
            found[model] = f"{model} could not be asked: {entry['unreachable']}"
        elif entry["failed"]:
            found[model] = (
                f"{model}: {entry['failed']} of {entry['requests']} requests failed, "
                f"the last said: {entry['last_error']}"
            )
    return found


def mostly_unreadable(panel: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Judge -> how it replies in one line, for those of a record of whose answered questions most got no verdict."""
    found = {}
    for entry in panel:
        answered = entry.get("read", 0) - entry.get("unanswered", 0)
        if "unreadable_reply" in entry and entry["unreadable"] * 2 > answered:
            model = str(entry["model"])
            found[model] = (
                f"{model}: of {entry['unreadable']} of {answered} answers its replies are no verdict, or change with "
                f"the order of the classes; one ends in {entry['unreadable_reply']}"
            )
    return found
