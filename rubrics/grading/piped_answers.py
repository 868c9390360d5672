"""Answers from standard input. They are stored in a file meanwhile, since CSV and parquet output
read them twice."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from lawbound.rubrics.grading.answer_files import GradeError
from lawbound.tasks.io.safe_files import why

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
    with NamedTemporaryFile(suffix=".jsonl") as kept:
        try:
            shutil.copyfileobj(sys.stdin.buffer, kept)
            kept.flush()
        except OSError as fault:
            raise GradeError(f"standard input: cannot be read ({why(fault)})") from fault
        try:
            yield Path(kept.name)
        except GradeError as fault:
            raise GradeError(str(fault).replace(kept.name, "standard input")) from fault
