"""What `lawbound gate` says: the thresholds that a run's policies state, as marks that a build can fail by; unread answers."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lawbound.runners.cli.console import note, table

if TYPE_CHECKING:
    from lawbound.evals.thresholds import ThresholdResult

COLUMNS = (
    "threshold", "model", "policy", "mark", "value", "low", "high", "n", "point", "decision", "result",
)  # fmt: skip


def hold_marks(folder: Path, missing: float) -> bool:
    """Print each threshold with what was found, and tell of missing answers; whether all are met for sure."""
    from lawbound.evals.folder.policies import run_policies
    from lawbound.evals.folder.run_folder import RunFolder
    from lawbound.evals.gate import check_marks, missing_text_of
    from lawbound.evals.number_text import deciding_text
    from lawbound.evals.thresholds import check_thresholds

    run = RunFolder(folder)
    record = run.read_run()
    stated = run_policies(run, record)
    asked = {entry.id: stated[entry.id] for entry in record.policies}
    results = check_marks(check_thresholds(run.read_frame(), asked), most_missing=missing)
    table(
        COLUMNS,
        [
            [
                r.mark.threshold,
                r.mark.model,
                r.mark.policy,
                f"{r.mark.metric} {'>=' if r.mark.direction == 'at-least' else '<='} {r.mark.mark:g}",
                *(
                    deciding_text(number, partial(_reaches, r.mark))
                    for number in (r.mark.value, r.mark.low, r.mark.high)
                ),
                str(r.mark.n),
                r.mark.point,
                r.mark.decision,
                "holds" if r.passed else "FAILS",
            ]
            for r in results
        ],
    )
    for r in results:
        if r.mark.missing_share:
            fails = f", more than {missing:g} of it: it fails (--missing allows more)"
            note(
                f"WARNING: {r.mark.threshold}: {missing_text_of(r.mark)}{fails if r.is_short else ''}"
            )
        _tell_why_open(r.mark)
    return all(r.passed for r in results)


def _tell_why_open(mark: "ThresholdResult") -> None:
    """Of what nothing was asked, and of what the unread answers leave open."""
    who = f"{mark.threshold}: {mark.model} under {mark.policy}"
    if mark.owed == 0:
        bank = f" of bank '{mark.bank}'" if mark.bank else ""
        note(
            f"WARNING: {who} was asked nothing{bank} at '{mark.condition}' that {mark.metric} counts: it fails"
        )
    if mark.unread:
        tell_of_unread(
            who,
            mark.unread,
            mark.owed,
            (mark.lower_bound, mark.upper_bound),
            "on both sides of the mark, so nothing is decided" if mark.is_open else "",
        )


def tell_of_unread(
    who: str,
    unread: int,
    asked: int,
    bounds: tuple[float, float],
    warning: str,
    *,
    what: str = "answers",
) -> None:
    """One line of answers that nobody could read, and of what they leave of a value.

    Args:
        who: The mark, the model and the policy.
        unread: How many were not read.
        asked: Of how many.
        bounds: What the value could be, had each been read; nan where nobody can tell.
        warning: What is to be known of that; empty where it changes nothing.
        what: Is counted.
    """
    from lawbound.evals.number_text import number_text

    low, high = bounds
    left = f", which leave the value from {number_text(low)} to {number_text(high)}" * (low == low)
    note(
        f"{'WARNING: ' if warning else ''}{who}: {unread} of {asked} {what} could not be read{left}"
        f"{', ' if warning else ''}{warning}"
    )


def _reaches(mark: "ThresholdResult", number: float) -> bool:
    return number >= mark.mark if mark.direction == "at-least" else number <= mark.mark
