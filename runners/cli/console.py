"""Printing: results to stdout, progress to stderr, and a model's control characters nowhere."""

import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from signal import SIGINT
from typing import TYPE_CHECKING, NoReturn, TextIO

from lawbound.tasks.io.messages import one_line, printable
from lawbound.tasks.io.safe_files import why
from lawbound.tasks.io.urls import without_secrets

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


def show(text: str = "") -> None:
    """Print a result, to stdout.

    Raises:
        OSError: It cannot be written; the error says where, as the system's does not.
    """
    try:
        sys.stdout.write(printable(text) + "\n")
    except OSError as fault:
        raise OSError(fault.errno, why(fault), "standard output") from fault


def note(text: str) -> None:
    """Print a remark, to stderr, which logs keep."""
    sys.stderr.write(printable(without_secrets(text)) + "\n")


def stop_unwritten() -> NoReturn:
    """End a command that was interrupted and keeps nothing."""
    note("interrupted: nothing is written")
    # main() answers typer.Exit with a line of its own.
    raise SystemExit(128 + SIGINT) from None


@contextmanager
def noted(kind: type[Warning]) -> Iterator[None]:
    """Warnings of this kind become remarks of one line; all others stay Python's."""
    with warnings.catch_warnings():
        python = warnings.showwarning

        def show_one(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if issubclass(category, kind):
                note(f"WARNING: {one_line(message)}")
            else:
                python(message, category, filename, lineno, file, line)

        warnings.showwarning = show_one
        warnings.simplefilter("always", kind)
        yield


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns aligned by display width; plain text, so that it can be piped. A row is one line."""
    from rich.cells import cell_len

    cells = [[one_line(printable(cell)) for cell in row] for row in [header, *rows]]
    widths = [max(cell_len(row[i]) for row in cells) for i in range(len(header))]
    for row in cells:
        line = "  ".join(
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        )
        show(line.rstrip())


def is_watched() -> bool:
    """Whether somebody sees stderr as it is written."""
    return sys.stderr.isatty()


class Bars:
    """An observer that draws a progress bar for each stage on stderr, from the first stage on.

    If stderr is not a terminal, no bar is drawn, and a log holds only what failed.
    """

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._told: bool | None = None
        """Whether this stage's first trouble has been quoted; nothing before the first stage."""

    def stage(self, name: str, total: int | None) -> None:
        """Finish the previous bar and begin the next."""
        self._told = False
        if not is_watched():
            return
        if self._progress is None:
            self._progress = _progress()
            self._progress.start()
        self._finish_task()
        self._task = self._progress.add_task(printable(without_secrets(name)), total=total, word="")

    def advance(self, steps: int) -> None:
        """Move the bar."""
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task, steps)

    def trouble(self, failing: int, last: str) -> None:
        """Show beside the bar that requests are failing, and quote the first failure: the bar
        stands still meanwhile."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, word=f"{failing} failing" if failing else "")
        if not failing or self._told is not False:
            return
        self._told = True
        said = one_line(without_secrets(last), 300)
        line = (
            f"requests are failing, and are asked again where that may help; the first said: {said}"
        )
        if self._progress is None:
            note(line)
            return
        self._progress.console.print(printable(line), markup=False, highlight=False, soft_wrap=True)

    def stop(self, *, done: bool = True) -> None:
        """Leave the bars as they are; a bar whose work is not done does not end full."""
        if self._progress is not None:
            if done:
                self._finish_task()
            self._progress.stop()

    def _finish_task(self) -> None:
        """A bar without a known length ends full."""
        if self._progress is None or self._task is None:
            return
        task = next(t for t in self._progress.tasks if t.id == self._task)
        if task.total is None:
            done = max(task.completed, 1)
            self._progress.update(self._task, total=done, completed=done)


@contextmanager
def bars() -> Iterator[Bars]:
    """Show progress on stderr while the block runs."""
    drawn = Bars()
    done = False
    try:
        yield drawn
        done = True
    finally:
        drawn.stop(done=done)


def _progress() -> "Progress":
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
    from rich.table import Column

    console = Console(stderr=True)
    return Progress(
        SpinnerColumn("line" if console.options.ascii_only else "dots"),
        # A judge's name may be a whole address; it must not push out the bar or the failures beside
        # it.
        TextColumn(
            "{task.description}", markup=False, table_column=Column(max_width=30, no_wrap=True)
        ),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[word]}", markup=False, table_column=Column(no_wrap=True)),
        console=console,
    )
