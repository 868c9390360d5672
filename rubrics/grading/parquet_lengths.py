"""The columns of a parquet file's row group as they are stored, and how long the texts in them may be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lawbound.rubrics.grading.answer_files import MAX_LINE

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

MOST_LOOKED_AT: Final = 16 * MAX_LINE
"""Bytes that are decoded together to measure texts that may repeat the beginning of the one before."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A parquet file that is opened twice."""

    path: Path
    file: "pq.ParquetFile"
    probe: "pq.ParquetFile"
    """With all its texts read as dictionaries: repeated ones are held once."""
    decoded: list[str] | None = None
    """Columns that are decoded, with those that the library brings along (of `a`, also `a.b`); None for all."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One stored column of one row group; a nested column has several."""

    column: Any
    chunk: Any
    group: int
    rows: int

    @property
    def path(self) -> str:
        """The names of the column and of the values within it."""
        return str(self.column.path)

    @property
    def name(self) -> str:
        """The name of the whole column."""
        return self.path.split(".")[0]

    @property
    def is_list(self) -> bool:
        """Whether a row may hold several values."""
        return bool(self.column.max_repetition_level)

    @property
    def is_text(self) -> bool:
        """Whether each value has a length of its own."""
        return str(self.column.physical_type) == "BYTE_ARRAY"

    @property
    def width(self) -> int:
        """Bytes of each value that is no text, at most."""
        is_fixed = self.column.physical_type == "FIXED_LEN_BYTE_ARRAY"
        return int(self.column.length) if is_fixed else 8

    @property
    def stored(self) -> int:
        """Bytes of its pages. No text that is stored once is longer."""
        return int(self.chunk.total_uncompressed_size)

    @property
    def unpacked(self) -> int:
        """Bytes that are decoded to read all of it once, repeated texts not counted."""
        return max(self.stored, 4 * self.chunk.num_values if self.is_list else 0)

    @property
    def average(self) -> float:
        """Bytes of a value, repeated texts not counted."""
        return self.unpacked / max(int(self.chunk.num_values), 1)

    @property
    def is_delta(self) -> bool:
        """Whether it is stored in a form that cannot be read as dictionaries."""
        return any("DELTA" in encoding for encoding in self.chunk.encodings)

    @property
    def repeats_nothing(self) -> bool:
        """Whether no value points to one in a dictionary or to the beginning of the one before."""
        return not any(
            encoding == "DELTA_BYTE_ARRAY" or "DICTIONARY" in encoding
            for encoding in self.chunk.encodings
        )


def longest_repeated(opened: Opened, texts: Sequence[Leaf]) -> dict[str, int]:
    """Bytes of the longest text of each column that is stored once and may be there many times, by the column's path."""
    found: dict[str, int] = {}
    together: list[Leaf] = []
    for leaf in texts:
        if leaf.is_delta:
            found[leaf.path] = _longest_in_delta(opened, leaf)
        elif "." in leaf.path:
            found |= _longest_in_dictionaries(opened, [leaf])
        else:
            together.append(leaf)
            # All columns at once are much faster, but their dictionaries are held together.
            if sum(one.stored for one in together) > MAX_LINE:
                found |= _longest_in_dictionaries(opened, together)
                together = []
    return found | _longest_in_dictionaries(opened, together)


def dictionaries(array: "pa.Array") -> "Iterator[pa.DictionaryArray]":
    """The dictionaries in a column of any type."""
    import pyarrow as pa

    if isinstance(array, pa.DictionaryArray):
        yield array
    elif isinstance(array, pa.StructArray):
        for child in array.flatten():
            yield from dictionaries(child)
    elif hasattr(array, "flatten") and pa.types.is_nested(array.type):
        yield from dictionaries(array.flatten())


def lengths(column: "pa.Array") -> Iterator[int]:
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


def _longest_in_delta(opened: Opened, leaf: Leaf) -> int:
    if leaf.repeats_nothing:
        return 0
    if leaf.is_list:
        return min(leaf.stored, MAX_LINE)  # a row of them may be too long to look at
    batches = opened.file.iter_batches(
        batch_size=max(1, MOST_LOOKED_AT // max(leaf.stored, 1)),
        row_groups=[leaf.group],
        columns=[leaf.path],
    )
    columns = (column for batch in batches for column in batch.columns)
    return max((length for column in columns for length in lengths(column)), default=0)


def _longest_in_dictionaries(opened: Opened, leaves: Sequence[Leaf]) -> dict[str, int]:
    import pyarrow.compute as pc

    found = dict.fromkeys((leaf.path for leaf in leaves), 0)
    if not leaves:
        return found
    # The first row brings the whole dictionary of each column.
    for batch in opened.probe.iter_batches(
        batch_size=1, row_groups=[leaves[0].group], columns=list(found)
    ):
        for path in found:
            # Asked for `a`, the library also brings a column that is named `a.b`.
            columns = batch.columns if "." in path else [batch.column(path)]
            looked_at = (one.dictionary for column in columns for one in dictionaries(column))
            longest = (pc.max(pc.binary_length(texts)).as_py() for texts in looked_at)
            found[path] = max((length or 0 for length in longest), default=0)
        break
    return found
