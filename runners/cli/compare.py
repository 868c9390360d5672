"""`lawbound compare`: the differences between two runs."""

from math import isnan
from pathlib import Path
from typing import Annotated

import typer

from lawbound.runners.cli.console import bars, note, show, table
from lawbound.runners.cli.options import naming_options
from lawbound.runners.cli.remarks import warn

COLUMNS = (
    "metric", "policy", "strength", "mode", "A", "B", "B-A", "95 % interval", "bounds", "p (Holm)", "n",
    "clusters",
)  # fmt: skip
"""Columns of `compare`; A and B are over the ``n`` pairs that were read in both runs, and
``bounds`` are those of B-A if every unread answer had been read."""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("compare")(compare)


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

    with bars() as observer, naming_options("--model-a", "--model-b"):
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
                "-" if isnan(d.p_holm) else f"{d.p_holm:.4f}",
                str(d.n),
                str(d.clusters),
            ]
            for d in found.differences
        ],
    )
    show()
    show(found.summary)
    of_both = [one for one in found.caveats if one.kind in ("asked-otherwise", "read-otherwise")]
    for caveat in of_both:  # the findings rest on them, so they go to the same place
        show(caveat.text)
    warn(one for one in found.caveats if one not in of_both)
    if out is not None:
        write_atomically(out, csv_bytes(found.flipped), is_locked=False)
        note(f"wrote {out}: {len(found.flipped)} flipped verdicts, a pair x policy each")


def _signed(number: float) -> str:
    return "nan" if isnan(number) else f"{number:+z.3f}"
