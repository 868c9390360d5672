"""Reading parquet files of answers, a few rows at a time."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lawbound.rubrics.grading.answer_files import (
    BATCH,
    GRADED,
    GradeError,
    Row,
    Source,
    check_columns,
)
from lawbound.rubrics.grading.parquet_lengths import Opened
from lawbound.rubrics.grading.parquet_sizes import MOST_TOGETHER, rows_at_once, size
from lawbound.tasks.io.messages import one_line

if TYPE_CHECKING:
    import pyarrow as pa


def open_parquet(
    path: Path, whole: bool, needed: tuple[str, ...], only: tuple[str, ...] | None = None
) -> Source:
    """Open a parquet file.

    Args:
        path: The file.
        whole: Whether rows hold every column as Python values, which not all types have; else only
            the graded columns.
        needed: Columns that it must have.
        only: Columns that are decoded, if it has them; None decodes all.

    Raises:
        GradeError: It cannot be read or has no such columns. Faults of single rows are raised while
            iterating.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    # Each column is read as its rows are needed; without this, whole row groups are.
    opens = partial(pq.ParquetFile, path, pre_buffer=False, buffer_size=1 << 20)
    try:
        file = opens()
        schema = file.schema_arrow
        check_columns(path, tuple(schema.names), needed)
        probe = opens(read_dictionary=[file.schema.column(i).path for i in range(len(file.schema))])
    except (pa.ArrowException, OSError) as fault:
        is_odd = isinstance(fault, pa.ArrowNotImplementedError)
        expected = "columns of types that pyarrow reads" if is_odd else "a parquet file"
        raise GradeError(f"{path}: {_told(fault)}, expected {expected}") from fault
    decoded = None if only is None else [name for name in schema.names if name in only]
    held = schema.names if decoded is None else decoded
    wanted = [name for name in held if whole or name in GRADED]

    def rows() -> Iterator[Row]:
        number = 0
        with file, probe:
            try:
                for piece, each in _pieces(Opened(path, file, probe, decoded)):
                    for fields in piece.select(wanted).to_pylist():
                        number += 1
                        yield Row(f"{path}: row {number}", fields, size=each, piece=piece)
            except KeyError as fault:
                raise GradeError(
                    f"{path}: row {number + 1}: found time zone {fault}, expected one that is known"
                ) from fault
            # ValueError and OverflowError: what Python cannot hold, such as a date in the year 146138
            except (pa.ArrowException, OSError, ValueError, OverflowError) as fault:
                if isinstance(fault, GradeError):
                    raise
                raise GradeError(
                    f"{path}: row {number + 1}: {_told(fault)}, expected a readable row"
                ) from fault

    return Source(rows(), tuple(schema.names), schema)


def _pieces(opened: Opened) -> "Iterator[tuple[pa.Table, int]]":
    """Rows that are held together, and how many bytes each has on average."""
    import pyarrow as pa

    held: list[pa.RecordBatch] = []
    rows = together = number = 0
    for group in range(opened.file.num_row_groups):
        step = rows_at_once(opened, group, number)
        for batch in opened.file.iter_batches(
            batch_size=step, row_groups=[group], columns=opened.decoded
        ):
            for part, added in _parts(batch, opened.path, number):
                if held and (rows + len(part) > BATCH or together + added > MOST_TOGETHER):
                    yield pa.Table.from_batches(held), together // rows
                    held, rows, together = [], 0, 0
                held.append(part)
                rows, together, number = rows + len(part), together + added, number + len(part)
    if rows:
        yield pa.Table.from_batches(held), together // rows


def _parts(
    batch: "pa.RecordBatch", path: Path, before: int
) -> "Iterator[tuple[pa.RecordBatch, int]]":
    """Rows that were decoded at once, in parts that can be held together, with their bytes."""
    added = size(batch, path, before)
    if added <= MOST_TOGETHER or len(batch) == 1:
        yield batch, added
        return
    half = len(batch) // 2
    yield from _parts(batch.slice(0, half), path, before)
    yield from _parts(batch.slice(half), path, before + half)


def _told(fault: Exception) -> str:
    text = one_line(fault)
    return (text if len(text) <= 60 else text[:57] + "...") or type(fault).__name__
