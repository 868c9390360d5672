"""The command line: one module per group of commands; a command parses, calls the library and prints."""

from importlib import import_module
from importlib.metadata import version
from typing import Annotated

import typer

app = typer.Typer(
    name="lawbound",
    help="What does it cost a language model to follow a region's content policy?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lawbound {version('lawbound')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_tell_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    pass


for _group in (
    "run", "results", "compare", "gate", "power", "policy", "tasks", "grade", "calibrate", "lmeval",
):  # fmt: skip
    import_module(f"lawbound.runners.cli.{_group}").add_to(app)
