"""`lawbound compare`, `gate` and `power`: what two runs, a threshold or a planned run can say."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lawbound.runners.cli.console import bars, note, show, table
from lawbound.runners.cli.marks import hold_marks, tell_of_unread
from lawbound.runners.cli.remarks import tell_of_digests, warn_of_later_run, warn_of_not_asked

if TYPE_CHECKING:
    from lawbound.evals.estimate import Estimate

COLUMNS = (
    "metric", "policy", "strength", "mode", "A", "B", "B-A", "95 % interval", "bounds", "p (Holm)", "n",
    "clusters",
)  # fmt: skip
"""Of `compare`; A and B are over the ``n`` pairs that were read in both runs, and ``bounds`` are those of B-A,
had every unread answer been read."""
FAILED = 1
"""Exit code of a gate that does not hold."""


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("compare")(compare)
    app.command("gate")(gate)
    app.command("power")(power)


def compare(
    first: Annotated[Path, typer.Argument(help="A run folder.")],
    second: Annotated[Path, typer.Argument(help="Another run folder, or the same.")],
    model_a: Annotated[
        str, typer.Option(help="Model of the first run. [default: its only real one]")
    ] = "",
    model_b: Annotated[
        str, typer.Option(help="Model of the second run. [default: its only real one]")
    ] = "",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="CSV of the items that flipped.")
    ] = None,
) -> None:
    """Paired differences of two runs, and the items that flipped.

    Values of A and B are over the n pairs that could be graded in both runs. Bounds are the range that a difference
    could have if every ungradable answer had been graded.
    """
    from lawbound.evals.compare.folders import compare_runs
    from lawbound.evals.folder.files import write_atomically
    from lawbound.evals.leaderboard.table import csv_bytes

    with bars() as observer:
        observer.stage("comparing", None)
        found = compare_runs(first, second, model_a=model_a, model_b=model_b)
    table(
        COLUMNS,
        [
            [
                d.metric,
                d.policy,
                d.strength,
                d.mode,
                f"{d.first:z.3f}",
                f"{d.second:z.3f}",
                _signed(d.value),
                f"[{_signed(d.low)}, {_signed(d.high)}]",
                f"[{_signed(d.lower_bound)}, {_signed(d.upper_bound)}]",
                f"{d.p_holm:.4f}" if d.p_holm == d.p_holm else "-",
                str(d.n),
                str(d.clusters),
            ]
            for d in found.differences
        ],
    )
    show()
    show(found.summary)
    for line in found.caveats:
        show(line)
    tell_of_digests(*dict.fromkeys((first, second)))
    warn_of_later_run(*dict.fromkeys((first, second)))
    if out is not None:
        write_atomically(out, csv_bytes(found.flipped))
        note(f"wrote {out}: {len(found.flipped)} flipped verdicts, a pair x policy each")


def _signed(number: float) -> str:
    return f"{number:+z.3f}" if number == number else "nan"


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
    marks: Annotated[
        bool,
        typer.Option("--marks", help="Check the thresholds that the run's policies state."),
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
    from lawbound.evals.metrics.inputs import MetricError

    if not that and not marks:
        raise MetricError("gate: found neither --that nor --marks, expected one of them or both")
    holds = [_hold_gates(folder, that, missing)] if that else []
    if marks:
        holds.append(hold_marks(folder, missing))
    tell_of_digests(folder)
    for is_behind, what in (
        (warn_of_not_asked(folder), "a model is missing whole"),
        (warn_of_later_run(folder), "a later run is not finished"),
    ):
        if is_behind and missing < 1:
            note(f"{folder}: no gate passes while {what} (--missing 1 lets it)")
            holds.append(False)
    if not all(holds):
        raise typer.Exit(FAILED)


def _estimates(folder: Path) -> "tuple[Estimate, ...]":
    from lawbound.evals.folder.estimates import read_estimates
    from lawbound.evals.folder.files import FolderError

    if not folder.is_dir():
        raise FolderError(f"{folder}: is no folder, expected a run folder (with run.yaml)")
    return read_estimates(folder / "metrics.csv")


def _hold_gates(folder: Path, that: list[str], missing: float) -> bool:
    """Print each demand with what was found; whether all hold."""
    from lawbound.evals.gate import check_gates, missing_text
    from lawbound.evals.number_text import deciding_text, number_text

    results = check_gates(that, _estimates(folder), most_missing=missing)
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
            fails = f", more than {missing:g} of it: it fails (--missing allows more)"
            note(f"WARNING: {r.gate.text}: {missing_text(r.estimate)}{fails if r.is_short else ''}")
        if r.estimate.unscored:
            tell_of_unread(
                f"{r.gate.text}: {r.estimate.model} under {r.estimate.policy}",
                r.estimate.unscored,
                r.estimate.asked,
                (r.estimate.lower_bound, r.estimate.upper_bound),
                "across the mark: it holds for the answers that were read" if r.is_open else "",
                what="answers or pairs",
            )
        if not r.passed and r.found != r.found:
            why = r.estimate.note or "it has no such bound"
            note(f"{r.gate.text}: {r.estimate.model} under {r.estimate.policy} is not known: {why}")
    return all(r.passed for r in results)


def power(
    effect: Annotated[float, typer.Option(min=0.0001, max=1, help="Difference to detect.")],
    pilot: Annotated[
        Path | None, typer.Argument(help="Run folder of a pilot, for its variances.")
    ] = None,
    metric: Annotated[
        str | None, typer.Option(help="Metric of the pilot. [default: policy_tax]")
    ] = None,
    sd: Annotated[
        float | None,
        typer.Option(min=0, max=1000, help="Standard deviation of a cluster, instead of a pilot."),
    ] = None,
    target: Annotated[float, typer.Option(min=0.01, max=0.999, help="Desired power.")] = 0.8,
) -> None:
    """How many items it takes to detect an effect.

    Uses the variances of a pilot run, or a given standard deviation.
    """
    from lawbound.evals.metrics.inputs import MetricError
    from lawbound.evals.power import clusters_needed, from_pilot, left_out, why_unusable

    if (pilot is None) == (sd is None):
        both = "both a pilot run and" if sd is not None else "neither a pilot run nor"
        raise MetricError(f"power: found {both} --sd, expected one of them")
    if pilot is None:
        assert sd is not None
        if metric is not None:
            raise MetricError("power: found --metric without a pilot run, expected them together")
        needed = clusters_needed(effect, sd, power=target)
        show(f"{needed} clusters for an effect of {effect:g} at power {target:g} and alpha .05")
        return
    estimates = _estimates(pilot)
    wanted = metric or "policy_tax"
    epochs = _epochs(pilot)
    rows = from_pilot(estimates, metric=wanted, effect=effect, power=target, epochs=epochs or 1)
    table(
        ["model", "policy", "strength", "mode", "clusters", "power now", "needed", "items needed"],
        [
            [
                row.model,
                row.policy,
                row.strength,
                row.mode,
                str(row.clusters),
                f"{row.power:.2f}",
                str(row.clusters_needed),
                str(row.items_needed),
            ]
            for row in rows
        ],
    )
    tell_of_digests(pilot)
    if epochs is None:
        note(
            f"{pilot}: without run.yaml nobody can tell how often each item was asked: repeats count as items needed"
        )
    elif epochs > 1 and any(row.mode != "generate" for row in rows):
        note(
            f"items needed of choices are at most so many: what is generated beside them was asked {epochs} times"
        )
    warn_of_not_asked(pilot)
    warn_of_later_run(pilot)
    for e in left_out(estimates, wanted):
        note(f"{e.model} under {e.policy} at {e.strength}: {wanted} {why_unusable(e)}")


def _epochs(pilot: Path) -> int | None:
    """How often a pilot asked each item that is generated; None where nobody can tell."""
    from lawbound.evals.folder.run_folder import RunFolder

    run = RunFolder(pilot)
    if not run.run_yaml.exists():
        return None
    epochs = run.read_run().spec.get("epochs", 1)
    return epochs if isinstance(epochs, int) and epochs > 0 else 1
