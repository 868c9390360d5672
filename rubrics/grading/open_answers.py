"""Opening a file of answers, whatever its format."""

from pathlib import Path
from typing import IO

from lawbound.rubrics.grading.answer_files import (
    REQUIRED,
    GradeError,
    Source,
    open_csv,
    read_jsonl,
)
from lawbound.rubrics.grading.parquet_answers import open_parquet


def open_answers(
    path: Path,
    *,
    whole: bool = True,
    needed: tuple[str, ...] = REQUIRED,
    only: tuple[str, ...] | None = None,
    kept: IO[bytes] | None = None,
) -> Source:
    """Open a file by its ending.

    Args:
        path: JSONL, CSV or parquet.
        whole: Whether rows of a parquet file hold every column as Python values, which not all
            types have; else only the graded columns.
        needed: Columns that a CSV or parquet file must have.
        only: Columns that rows of a parquet file hold, if it has them; others are not read. None reads all.
        kept: An open file of JSON lines to read from its start instead; the path is its name in messages.

    Raises:
        GradeError: The ending is unknown, the file cannot be read or has no such columns. Faults of
            single rows are raised while iterating.
    """
    if kept is not None:
        return Source(read_jsonl(path, kept), None)
    ending = path.suffix.lower()
    if not path.is_file():
        exists = "is no regular file" if path.exists() else "does not exist"
        found = "is a folder" if path.is_dir() else exists
        raise GradeError(f"{path}: {found}, expected a file of answers")
    if ending in (".jsonl", ".ndjson", ".json"):
        return Source(read_jsonl(path), None)
    if ending == ".csv":
        return open_csv(path, needed)
    if ending in (".parquet", ".pq"):
        return open_parquet(path, whole, needed, only)
    raise GradeError(f"{path}: ending is {ending!r}, expected .jsonl, .csv or .parquet")
