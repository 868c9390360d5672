"""How many rows of a parquet file can be decoded at once, and which are too long.

A file of some kilobytes may hold gigabytes: a text stands once in a column's dictionary and a million rows
point to it, or equal values are stored as one and their number. So before rows of a row group are decoded, its
metadata and its dictionaries are asked how long they may be.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lawbound.rubrics.grading.answer_files import BATCH, MAX_LINE, GradeError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

AT_ONCE: Final = 20
"""Rows that are decoded at once if they are short. Few cost little time, and long ones among them then do little harm."""
MOST_TOGETHER: Final = MAX_LINE
"""Bytes of rows that are held together, but for the last that were decoded."""
MOST_UNPACKED: Final = 16 * MAX_LINE
"""Bytes that a column of a row group may have however small it is in the file; also those of a row."""
MOST_PACKED: Final = 1000
"""How many times smaller a longer one may be in the file. What people and models write is some 5 times smaller."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One stored column of one row group; a nested column has several."""

    probe: "pq.ParquetFile"
    group: int
    column: Any
    chunk: Any
    rows: int

    @property
    def name(self) -> str:
        """The name of the whole column."""
        return str(self.column.path).split(".")[0]

    @property
    def is_list(self) -> bool:
        """Whether a row may hold several values."""
        return bool(self.column.max_repetition_level)

    @property
    def unpacked(self) -> int:
        """Bytes that are decoded to read all of it once, repeated texts not counted."""
        least = 4 * self.chunk.num_values if self.is_list else 0
        return max(int(self.chunk.total_uncompressed_size), least)

    @property
    def is_delta(self) -> bool:
        """Whether it is stored in a form that cannot be read as dictionaries."""
        return any("DELTA" in encoding for encoding in self.chunk.encodings)

    def dictionaries(self, rows: int) -> "Iterator[pa.RecordBatch]":
        """Its rows, with texts as dictionaries: repeated ones are held once."""
        yield from self.probe.iter_batches(
            batch_size=rows, row_groups=[self.group], columns=[self.column.path]
        )


def rows_at_once(where: str, probe: "pq.ParquetFile", group: int) -> int:
    """How many rows of a row group can be decoded at once: few if they may be long.

    Args:
        where: The file and its place, for messages.
        probe: The file, with all its texts read as dictionaries.
        group: The row group's place.

    Raises:
        GradeError: A value is longer than a line may be, or a column or row is far larger than in the file.
    """
    part = probe.metadata.row_group(group)
    single = listed = 0.0
    for at in range(part.num_columns):
        leaf = _Leaf(probe, group, probe.schema.column(at), part.column(at), max(part.num_rows, 1))
        # In JSON, each value of a list takes two characters at least.
        _check(where, leaf.name, 2 * leaf.chunk.num_values // leaf.rows if leaf.is_list else 0)
        packed = leaf.chunk.total_compressed_size
        if leaf.unpacked > max(MOST_UNPACKED, MOST_PACKED * packed):
            raise GradeError(
                f"{where}: {leaf.name} unpacks from {packed} to {leaf.unpacked} bytes, expected at most "
                f"{MOST_PACKED} times as many"
            )
        longest = _longest(leaf)
        _check(where, leaf.name, longest)
        if leaf.is_list and leaf.chunk.num_values * longest > MOST_UNPACKED:
            _refuse_repeats(where, leaf)
        each = max(longest, leaf.unpacked / max(leaf.chunk.num_values, 1))
        if leaf.is_list:
            listed += each * leaf.chunk.num_values / leaf.rows
        else:
            single += each
    if single > MOST_UNPACKED:
        raise GradeError(
            f"{where}: a row may have {single:.0f} bytes, expected at most {MOST_UNPACKED}"
        )
    return max(1, min(AT_ONCE, int(MOST_TOGETHER / max(single + listed, 1))))


def size(batch: "pa.RecordBatch", path: Path, before: int) -> int:
    """Bytes of some rows, a text counted as often as it is repeated.

    Args:
        batch: The rows.
        path: The file, for messages.
        before: How many rows of the file come before them.

    Raises:
        GradeError: A value is longer than a line may be.
    """
    import pyarrow as pa

    found = 0
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if isinstance(column, pa.DictionaryArray):
            found += _repeated(column)
            continue
        found += column.nbytes
        if column.nbytes > MAX_LINE:
            for number, length in enumerate(_lengths(column), before + 1):
                _check(f"{path}: row {number}", name, length)
    return found


def _check(where: str, name: str, length: int) -> None:
    if length > MAX_LINE:
        raise GradeError(f"{where}: {name} has {length} bytes, expected at most {MAX_LINE}")


def _longest(leaf: _Leaf) -> int:
    """Bytes of the longest value that is stored once and may be there many times."""
    import pyarrow.compute as pc

    if leaf.column.physical_type == "FIXED_LEN_BYTE_ARRAY":
        return int(leaf.column.length)
    if leaf.column.physical_type != "BYTE_ARRAY":
        return 8
    most = int(leaf.chunk.total_uncompressed_size)
    if leaf.chunk.num_values * most <= MOST_TOGETHER:
        return most  # not worth a look
    if leaf.is_delta:
        return min(most, MAX_LINE)  # a value may repeat the beginning of the one before
    for batch in leaf.dictionaries(1):
        lengths = [
            pc.max(pc.binary_length(found.dictionary)).as_py()
            for column in batch.columns
            for found in _dictionaries(column)
        ]
        return max((length or 0 for length in lengths), default=0)
    return 0


def _refuse_repeats(where: str, leaf: _Leaf) -> None:
    """Refuse a list that repeats a text until it is longer than a line may be.

    A column that is large by itself is left alone, since dictionaries of its texts would be large, too.
    """
    is_large = leaf.unpacked > max(MOST_TOGETHER, 100 * leaf.chunk.total_compressed_size)
    if is_large or leaf.is_delta:
        return
    for batch in leaf.dictionaries(BATCH):
        for column in batch.columns:
            if _repeated(column) > MOST_UNPACKED:
                for at in range(len(column)):
                    _check(where, leaf.name, _repeated(column.slice(at, 1)))


def _repeated(array: "pa.Array") -> int:
    """Bytes of texts that are held as dictionaries, as often as they are repeated."""
    import pyarrow.compute as pc

    found = 0
    for one in _dictionaries(array):
        try:
            lengths = pc.binary_length(one.dictionary)
        except NotImplementedError:  # numbers, as a table may hold them
            found += one.nbytes
            continue
        found += pc.sum(pc.take(lengths, one.indices)).as_py() or 0
    return found


def _dictionaries(array: "pa.Array") -> "Iterator[pa.DictionaryArray]":
    import pyarrow as pa

    if isinstance(array, pa.DictionaryArray):
        yield array
    elif isinstance(array, pa.StructArray):
        for child in array.flatten():
            yield from _dictionaries(child)
    elif hasattr(array, "flatten") and pa.types.is_nested(array.type):
        yield from _dictionaries(array.flatten())


def _lengths(column: "pa.Array") -> Iterator[int]:
    """Bytes of each value; of none, if the library counts what several values share for each."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wide = {"string_view": pa.large_string(), "binary_view": pa.large_binary()}.get(
        str(column.type)
    )
    column = column if wide is None else column.cast(wide)
    try:
        yield from (length or 0 for length in pc.binary_length(column).to_pylist())
    except NotImplementedError:
        if "view" not in str(column.type) and "dictionary" not in str(column.type):
            yield from (column.slice(at, 1).nbytes for at in range(len(column)))
