"""What became of the answers that a panel was to read, and of the requests of its judges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lawbound.rubrics.judges.panel import PanelReading
from lawbound.rubrics.judges.question import Opinion


def without_a_class(
    heard: Sequence[Sequence[Opinion]], merged: Sequence[PanelReading]
) -> dict[str, int]:
    """Answers that got no class from the panel: all of them, then each under one reason.

    Args:
        heard: What the judges say about each answer.
        merged: What comes of it, in the same order.
    """
    silent = [opinions for opinions, one in zip(heard, merged, strict=True) if one.votes == 0]
    undecided = sum(any(one.undecided for one in opinions) for opinions in silent)
    unanswered = sum(all(one.failed for one in opinions) for opinions in silent)
    split = sum(one.votes > 0 and one.agreeing == 0 for one in merged)
    return {
        "no_class": len(silent) + split,
        "unanswered": unanswered,
        "unreadable": len(silent) - undecided - unanswered,
        "undecided": undecided,
        "split": split,
    }


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
