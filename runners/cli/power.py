"""`lawbound power`: how many items an effect needs."""

from pathlib import Path
from typing import Annotated

import typer

from lawbound.runners.cli.console import note, show, table
from lawbound.runners.cli.remarks import warn_of_folders


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("power")(power)


def power(
    effect: Annotated[float, typer.Option(min=0.0001, max=1, help="Difference to detect.")],
    pilot: Annotated[
        Path | None, typer.Argument(help="Run folder of a pilot, for its variances.")
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(help="Metric of the pilot, or METRIC@POLICY:STRENGTH. [default: policy_tax]"),
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
    from lawbound.evals.folder.estimates import estimates_of
    from lawbound.evals.forecast.power import (
        clusters_needed,
        from_pilot,
        parse_wanted,
        unusable_lines,
    )
    from lawbound.evals.metrics.inputs import MetricError

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
    wanted = parse_wanted("policy_tax" if metric is None else metric)
    estimates = wanted.among(estimates_of(pilot))
    epochs = _epochs(pilot)
    rows = from_pilot(
        estimates, metric=wanted.metric, effect=effect, power=target, epochs=epochs or 1
    )
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
    warn_of_folders(pilot)
    if epochs is None:
        note(
            f"{pilot}: without run.yaml nobody can tell how often each item was asked: repeats count as items needed"
        )
    elif epochs > 1 and any(row.mode != "generate" for row in rows):
        note(
            f"items needed of choices are at most so many: what is generated beside them was asked {epochs} times"
        )
    for line in unusable_lines(estimates, wanted.metric):
        note(line)


def _epochs(pilot: Path) -> int | None:
    """How often a pilot asked each generated item; None if nobody can tell."""
    from lawbound.evals.folder.run_folder import RunFolder

    run = RunFolder(pilot)
    if not run.run_yaml.exists():
        return None
    epochs = run.read_run().spec.get("epochs", 1)
    return epochs if isinstance(epochs, int) and epochs > 0 else 1
