"""Answers from standard input. They are stored in a file meanwhile, since CSV and parquet output
read them twice."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from lawbound.rubrics.grading.answer_files import GradeError
from lawbound.tasks.io.safe_files import no_temporary_room, why

PIPED: Final = Path("-")
"""Stands for standard input."""


@contextmanager
def kept_answers() -> Iterator[Path]:
    """A file with the content of standard input, for as long as it is needed.

    Raises:
        GradeError: It cannot be stored; faults found in it are reported as of standard input.
    """
    if sys.stdin is None:
        raise GradeError("standard input: is closed, expected JSON lines")
    with ExitStack() as stack:
        try:
            kept = stack.enter_context(NamedTemporaryFile(suffix=".jsonl"))
            kept.writelines(_blocks())
            kept.flush()
        except OSError as fault:
            with suppress(OSError):  # closing writes what is left, and fails as well
                stack.close()
            raise GradeError(no_temporary_room(fault)) from fault
        try:
            yield Path(kept.name)
        except GradeError as fault:
            raise GradeError(str(fault).replace(kept.name, "standard input")) from fault


def _blocks() -> Iterator[bytes]:
    """What standard input holds."""
    try:
        while block := sys.stdin.buffer.read(1 << 20):
            yield block
    except OSError as fault:
        raise GradeError(f"standard input: cannot be read ({why(fault)})") from fault
