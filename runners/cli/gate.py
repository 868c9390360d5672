"""`lawbound gate`: what a run must reach for a build to pass, as given by the user or by the thresholds of its policies."""

from collections.abc import Sequence
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lawbound.runners.cli.console import note, table
from lawbound.runners.cli.options import naming_options
from lawbound.runners.cli.remarks import warn

if TYPE_CHECKING:
    from lawbound.evals.gates.gate import GateResult
    from lawbound.evals.gates.run_gates import HeldGates
    from lawbound.evals.gates.thresholds import HeldThreshold, ThresholdResult
    from lawbound.evals.metrics.tally import Tally
    from lawbound.rubrics.policy.threshold import Threshold

FAILED = 1
"""Exit code if a gate does not hold."""
COLUMNS = (
    "threshold", "model", "policy", "mark", "value", "low", "high", "n", "point", "decision", "result",
)  # fmt: skip


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("gate")(gate)


def gate(
    folder: Annotated[Path, typer.Argument(help="A run folder.")],
    that: Annotated[
        list[str] | None,
        typer.Option(
            "--that",
            help="METRIC[SLICE]@POLICY:STRENGTH>=NUMBER, such as 'J@cn>=0.2'. >= checks the lower end of the "
            "interval, <= the upper end; METRIC.value checks the value.",
        ),
    ] = None,
    thresholds: Annotated[
        bool,
        typer.Option(
            "--thresholds", "--marks", help="Check the thresholds that the run's policies state."
        ),
    ] = False,
    missing: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            help="Share of a gate's answers that may be missing or blocked before it fails.",
        ),
    ] = 0.05,
) -> None:
    """Check a run against limits; exit code 1 if one fails."""
    from lawbound.evals.gates.run_gates import hold_gates
    from lawbound.evals.metrics.inputs import MetricError

    if not that and not thresholds:
        raise MetricError(
            "gate: found neither --that nor --thresholds, expected one of them or both"
        )
    with naming_options("--thresholds"):
        held = hold_gates(folder, that or (), thresholds=thresholds, most_missing=missing)
    show_held(held, missing)
    warn(held.caveats)
    for what in held.barred:
        note(f"{folder}: no gate passes while {what} (--missing 1 lets it)")
    if not held.passed:
        raise typer.Exit(FAILED)


def show_held(held: "HeldGates", missing: float) -> None:
    """Print each gate and threshold with what was found, and its missing and unscored answers."""
    if held.gates:
        _print_gates(held.gates, missing)
    if held.thresholds:
        _print_thresholds(held.thresholds, missing)


def _print_gates(results: "Sequence[GateResult]", missing: float) -> None:
    from lawbound.evals.gates.gate import missing_text
    from lawbound.evals.number_text import deciding_text, number_text

    table(
        ["gate", "model", "policy", "value", "low", "high", "compared", "result"],
        [
            [
                r.gate.text,
                r.estimate.model,
                r.estimate.policy,
                *(
                    deciding_text(number, r.gate.holds)
                    if side == r.gate.side
                    else number_text(number)
                    for side, number in (
                        ("value", r.estimate.value),
                        ("low", r.estimate.low),
                        ("high", r.estimate.high),
                    )
                ),
                r.gate.side,
                "holds" if r.passed else "FAILS",
            ]
            for r in results
        ],
    )
    for r in results:
        if r.estimate.missing_share:
            _tell_of_missing(f"{r.gate.text}: {missing_text(r.estimate)}", missing, r.is_short)
        if r.estimate.unscored:
            _tell_of_unscored(
                f"{r.gate.text}: {r.estimate.model} under {r.estimate.policy}",
                r.estimate.left_out,
                (r.estimate.lower_bound, r.estimate.upper_bound),
                "across the mark: it holds for the answers that were read" if r.is_open else "",
                what="answers or pairs",
            )
        if not r.passed and isnan(r.found):
            why = r.estimate.note or "it has no such bound"
            note(f"{r.gate.text}: {r.estimate.model} under {r.estimate.policy} is not known: {why}")


def _print_thresholds(results: "Sequence[HeldThreshold]", missing: float) -> None:
    from lawbound.evals.gates.gate import missing_text
    from lawbound.evals.number_text import deciding_text

    table(
        COLUMNS,
        [
            [
                r.result.threshold.id,
                r.result.model,
                r.result.policy,
                _demand(r.result.threshold),
                *(
                    deciding_text(number, r.result.threshold.reached_by)
                    for number in (r.result.value, r.result.low, r.result.high)
                ),
                str(r.result.n),
                r.result.point,
                r.result.decision,
                "holds" if r.passed else "FAILS",
            ]
            for r in results
        ],
    )
    for r in results:
        if r.result.missing_share:
            text = f"{r.result.threshold.id}: {missing_text(r.result)}"
            _tell_of_missing(text, missing, r.is_short)
        _tell_why_open(r.result)


def _demand(threshold: "Threshold") -> str:
    sign = ">=" if threshold.direction == "at-least" else "<="
    return f"{threshold.metric} {sign} {threshold.mark:g}"


def _tell_of_missing(text: str, missing: float, is_short: bool) -> None:
    """What is missing for a gate or threshold, and whether it fails because of that."""
    fails = f", more than {missing:g} of it: it fails (--missing allows more)"
    note(f"WARNING: {text}{fails if is_short else ''}")


def _tell_why_open(result: "ThresholdResult") -> None:
    """Warn of thresholds without answers, and of those that unscored answers leave undecided."""
    threshold = result.threshold
    who = f"{threshold.id}: {result.model} under {result.policy}"
    if result.left_out.asked == 0:
        bank = f" of bank '{threshold.bank}'" if threshold.bank else ""
        note(
            f"WARNING: {who} was asked nothing{bank} at '{threshold.condition}' that {threshold.metric} counts: it fails"
        )
    if result.left_out.unscored:
        _tell_of_unscored(
            who,
            result.left_out,
            (result.lower_bound, result.upper_bound),
            "on both sides of the mark, so nothing is decided" if result.is_open else "",
        )


def _tell_of_unscored(
    who: str,
    left_out: "Tally",
    bounds: tuple[float, float],
    warning: str,
    *,
    what: str = "answers",
) -> None:
    """One line about unscored answers and the range that they leave for a value.

    Args:
        who: The gate, the model and the policy.
        left_out: How many could not be read, and out of how many.
        bounds: The range of the value if each had been read; nan if nobody can tell.
        warning: What follows from that; empty if it changes nothing.
        what: The thing counted.
    """
    from lawbound.evals.number_text import number_text

    low, high = bounds
    left = ""
    if not isnan(low):
        left = f", which leave the value from {number_text(low)} to {number_text(high)}"
    note(
        f"{'WARNING: ' if warning else ''}{who}: {left_out.unscored} of {left_out.asked} {what} could not be read{left}"
        f"{', ' if warning else ''}{warning}"
    )
