"""Printing: results to stdout, progress to stderr, and no control character of a model reaches the terminal."""

import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


def printable(text: str) -> str:
    """Replace control, format and surrogate characters, which a terminal might obey."""
    return "".join(
        char if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs") else "\ufffd"
        for char in text
    )


def show(text: str = "") -> None:
    """A result, to stdout."""
    sys.stdout.write(printable(text) + "\n")


def note(text: str) -> None:
    """A remark, to stderr."""
    sys.stderr.write(printable(text) + "\n")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns aligned by display width; plain text, so that it can be piped."""
    cells = [list(map(printable, row)) for row in [header, *rows]]
    widths = [max(_width(row[i]) for row in cells) for i in range(len(header))]
    for row in cells:
        line = "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        )
        show(line.rstrip())


def _width(text: str) -> int:
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


class Bars:
    """An observer that draws a progress bar for each stage on stderr."""

    def __init__(self, progress: "Progress") -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def stage(self, name: str, total: int | None) -> None:
        """Finish the bar before and begin the next."""
        self.finish()
        self._task = self._progress.add_task(printable(name), total=total)

    def advance(self, steps: int) -> None:
        """Move the bar."""
        if self._task is not None:
            self._progress.advance(self._task, steps)

    def finish(self) -> None:
        """Stop a bar without a known length."""
        if self._task is not None:
            task = next(t for t in self._progress.tasks if t.id == self._task)
            if task.total is None:
                self._progress.update(self._task, total=1, completed=1)


@contextmanager
def bars() -> Iterator[Bars]:
    """Progress on stderr while the block runs."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    ) as progress:
        drawn = Bars(progress)
        yield drawn
        drawn.finish()
