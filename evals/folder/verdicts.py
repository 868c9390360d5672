"""Reading ``verdicts.parquet`` without ever using more memory than the rows of a run need, even if a stranger wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from lawbound.evals.folder.checks import check_frame
from lawbound.evals.folder.files import FolderError
from lawbound.evals.verdict_columns import VERDICT_COLUMNS
from lawbound.tasks.io.safe_files import open_regular, why

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

MAX_ROWS = 10_000_000
"""Three times the full suite under 20 policies for ten models."""
MAX_MEAN = 4000
"""Most bytes of a row on average, several times what ours have: evidence is a few hundred."""
MAX_BYTES = 8_000_000_000
"""Most bytes of all rows together."""
_START = 10_000_000
"""Bytes from which on the average is checked."""
_NAMES = frozenset(column.name for column in VERDICT_COLUMNS)
_TEXTS = frozenset(column.name for column in VERDICT_COLUMNS if column.type == "text")


def read_verdicts(path: Path) -> pd.DataFrame:
    """The verdicts of a run.

    Args:
        path: ``verdicts.parquet``.

    Raises:
        FolderError: There is no such file, it is damaged or too large, or no run wrote it.
    """
    import pyarrow as pa

    try:
        with open_regular(path) as handle:
            table = pa.Table.from_batches(list(_batches(handle, path)))
        frame: pd.DataFrame = table.to_pandas(ignore_metadata=True)
    except FolderError:
        raise
    except (OSError, ValueError, pa.ArrowException) as fault:
        raise FolderError(
            f"{path}: cannot be read ({why(fault)}), expected verdicts of a run"
        ) from fault
    for column in VERDICT_COLUMNS:
        if column.absent is not None and column.name not in frame.columns:
            frame[column.name] = column.absent
    check_frame(frame, path)
    return frame


def _batches(handle: IO[bytes], path: Path) -> Iterator[pa.RecordBatch]:
    """Our columns, piece by piece, as long as their size is one that a run can have."""
    import pyarrow as pa

    rows = size = 0
    with _opened(handle) as file:
        # The rest of a stranger's file, and its pandas metadata, is not looked at.
        ours = [field for field in file.schema_arrow if field.name in _NAMES]
        for field in ours:
            if pa.types.is_nested(field.type):
                raise FolderError(
                    f"{path}: column '{field.name}' is {field.type}, expected plain values"
                )
        if not file.metadata.num_rows:
            raise FolderError(f"{path}: found no rows, expected verdicts of a run")
        for batch in file.iter_batches(columns=[field.name for field in ours]):
            batch.validate(full=True)
            rows, size = rows + len(batch), size + sum(map(_size, batch.columns))
            if rows > MAX_ROWS:
                raise FolderError(
                    f"{path}: has more than {MAX_ROWS} rows, expected at most so many"
                )
            if size > min(_START + MAX_MEAN * rows, MAX_BYTES):
                raise FolderError(
                    f"{path}: holds {size} bytes in the first {rows} rows, expected at most {MAX_MEAN} a "
                    f"row and {MAX_BYTES} in all"
                )
            columns = [
                column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
                for column in batch.columns
            ]
            yield pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _opened(handle: IO[bytes]) -> Any:
    """As dictionaries, texts that a small file repeats a million times stay small until counted."""
    from pyarrow import parquet

    plain = parquet.ParquetFile(handle)
    schema = plain.schema
    columns = [schema.column(at) for at in range(len(schema))]
    texts = [
        column.path
        for column in columns
        if column.path in _TEXTS and column.physical_type == "BYTE_ARRAY"
    ]
    return parquet.ParquetFile(handle, metadata=plain.metadata, read_dictionary=texts)


def _size(column: pa.Array) -> int:
    """Bytes of a column once each row holds its own value."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    values = column.dictionary
    if not _has_length(values.type):
        return int(column.indices.nbytes)
    lengths = pc.binary_length(values).cast(pa.int64())
    return int(column.indices.nbytes) + int(pc.sum(lengths.take(column.indices)).as_py() or 0)


def _has_length(kind: pa.DataType) -> bool:
    import pyarrow as pa

    tests = (
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_binary,
        pa.types.is_large_binary,
    )
    return any(is_one(kind) for is_one in tests)
