"""`lawbound compare`, `gate` and `power`: what two runs, a threshold or a planned run can say."""

import typer


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
