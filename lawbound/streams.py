"""The standard streams made fit for whatever a command writes: some are closed, some know few letters."""

import os
import sys
from typing import TextIO


def prepare() -> None:
    """Give a closed stream a place to go, and a letter that a terminal does not know another form.

    Python has no stream at all where the shell closed one. Its number would go to the next file that is
    opened, such as the answers of a run, and whatever a library prints would end there. Only what Python
    prints to a closed standard output, the results, cannot be written and is an error, as on a full disk.
    """
    if None in (sys.stdin, sys.stdout, sys.stderr):
        _occupy()
    if sys.stdin is None:
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    if sys.stdout is None:
        refusing = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        sys.stdout = os.fdopen(refusing, "w", encoding="utf-8", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a notebook or a test may have put another in its place
            stream.reconfigure(errors="backslashreplace")


def flush() -> None:
    """Write what standard output still holds.

    Raises:
        OSError: It cannot be written, as where standard output is a file on a full disk. It is dropped: the end
            of the process would fail at it, too, with an exit code and words of Python's.
    """
    try:
        sys.stdout.flush()
    except OSError as fault:
        from lawbound.tasks.io.safe_files import why

        _drop(sys.stdout)
        raise OSError(fault.errno, why(fault), "standard output") from fault


def tell(text: str) -> None:
    """Write to standard error. Where that fails, as on a full disk that takes both streams, only the exit code tells."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        _drop(sys.stderr)


def _drop(stream: TextIO) -> None:
    """Let what a stream still holds go nowhere."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)


def _occupy() -> None:
    """Open the null device under each of the three numbers that is free."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
    os.close(number)
