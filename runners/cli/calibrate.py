"""`lawbound calibrate`: how well the grader reads labelled answers, and which answers to label."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from lawbound.runners.cli.console import note, show, table

if TYPE_CHECKING:
    from lawbound.rubrics.calibration import Agreement, Interval


class _RunByDefault(TyperGroup):
    """`calibrate FILE` is `calibrate run FILE`; a file called `sample` is asked for as ./sample."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, "-h", "--help"):
            args = ["run", *args]
        return super().parse_args(ctx, args)


group = typer.Typer(
    cls=_RunByDefault,
    help="How well the grader reads labelled answers; FILE alone means `run FILE`.",
    no_args_is_help=True,
)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(group, name="calibrate")


@group.command("run")
def run(
    file: Annotated[
        Path,
        typer.Argument(help="JSONL, CSV or parquet of id, prompt, response, gold[, lang, model]."),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for calibration.csv, confusion.csv, errors.html."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the bootstrap.")] = 0,
) -> None:
    """Grade labelled answers and tell how far grader and labels agree."""
    from lawbound.rubrics.calibration import CLASSES, agreements, confusion, read_labelled

    labelled = read_labelled(file)
    found = list(agreements(labelled.rows, seed=seed))
    table(
        ("slice", "n", "unscored", "untold", "kappa", "kappa 3-way", "sensitivity", "specificity"),
        [_agreement_row(one) for one in found],
    )
    counts = confusion(labelled.rows)
    read = [name for name in CLASSES if any(counts[gold, name] for gold in CLASSES)]
    gold = [name for name in CLASSES if any(counts[name, other] for other in CLASSES)]
    show()
    table(
        ("gold \\ read", *read),
        [(name, *(str(counts[name, other]) for other in read)) for name in gold],
    )
    if labelled.blank:
        note(f"{labelled.blank} rows without a label are left out")
    if out is not None:
        from lawbound.rubrics.calibration_files import write_calibration

        for path in write_calibration(out, labelled.rows, found, title=f"Calibration: {file.name}"):
            note(f"wrote {path}")


def _agreement_row(one: "Agreement") -> list[str]:
    counts: list[Any] = [one.slice or "all", one.n, one.unscored, one.untold]
    shares = (one.binary, one.three, one.sensitivity, one.specificity)
    return [str(count) for count in counts] + [_interval(share) for share in shares]


def _interval(one: "Interval") -> str:
    if one.value != one.value:
        return "nan"
    return f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]"
