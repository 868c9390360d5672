"""`lawbound grade`: classifying answers that the user already has."""

from pathlib import Path
from typing import Annotated

import typer

from lawbound.runners.cli.console import bars, note, stop_unwritten


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("grade")(grade)


def grade(
    file: Annotated[
        Path,
        typer.Argument(
            help="JSONL, CSV or parquet with id, prompt, response[, lang]; - is JSONL from stdin."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="File to write or replace; its extension sets the format. [default: JSONL to stdout]",
        ),
    ] = None,
    prefix: Annotated[
        str,
        typer.Option(
            help="Put before the names of the added columns, if FILE has columns of those names."
        ),
    ] = "",
) -> None:
    """Classify answers that you already have.

    Writes the rows of FILE and adds behaviour, withheld, addons, truncated, evidence and confidence.
    """
    from lawbound.rubrics.grading.grade_file import grade_file
    from lawbound.rubrics.grading.piped_answers import PIPED

    remarks: list[str] = []
    try:
        with bars() as observer:
            given = "standard input" if file == PIPED else file.name
            observer.stage(f"grading {given}", None)
            counts = grade_file(
                file, out, prefix=prefix, progress=observer.advance, tell=remarks.append
            )
    except KeyboardInterrupt:
        stop_unwritten()
    note(", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "no answers")
    for line in remarks:
        note(line)
