"""Answers from standard input. They are stored in a file without a name meanwhile, since CSV and parquet
output read them twice; it is gone with the process, however that ends."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

from lawbound.rubrics.grading.answer_files import GradeError
from lawbound.tasks.io.safe_files import no_temporary_room, why

PIPED: Final = Path("-")
"""Stands for standard input."""
STANDARD_INPUT: Final = Path("standard input")
"""Its name in messages."""


@contextmanager
def kept_answers() -> Iterator[IO[bytes]]:
    """An open file with the content of standard input, for as long as it is needed.

    Raises:
        GradeError: It cannot be stored.
    """
    if sys.stdin is None:
        raise GradeError(f"{STANDARD_INPUT}: is closed, expected JSON lines")
    with ExitStack() as stack:
        try:
            kept = stack.enter_context(TemporaryFile())
            kept.writelines(_blocks())
            kept.flush()
        except OSError as fault:
            with suppress(OSError):  # closing writes what is left, and fails as well
                stack.close()
            raise GradeError(no_temporary_room(fault)) from fault
        yield kept


def _blocks() -> Iterator[bytes]:
    """What standard input holds."""
    try:
        while block := sys.stdin.buffer.read(1 << 20):
            yield block
    except OSError as fault:
        raise GradeError(f"{STANDARD_INPUT}: cannot be read ({why(fault)})") from fault
