"""How many rows of a parquet file can be decoded at once, and which are too long.

A file of some kilobytes may hold gigabytes: a text stands once in a column's dictionary and a million rows
point to it, or equal values are stored as one and their number. So before rows of a row group are decoded, its
metadata and its dictionaries are asked how long they may be.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lawbound.rubrics.grading.answer_files import BATCH, MAX_LINE, GradeError
from lawbound.rubrics.grading.parquet_lengths import (
    Leaf,
    Opened,
    dictionaries,
    lengths,
    longest_repeated,
)

if TYPE_CHECKING:
    import pyarrow as pa

AT_ONCE: Final = 20
"""Rows that are decoded at once where long ones may stand side by side: few of them do little harm."""
MOST_TOGETHER: Final = MAX_LINE
"""Bytes of rows that are held together, but for the last that were decoded."""
MOST_UNPACKED: Final = 16 * MAX_LINE
"""Bytes that a column of a row group may have however small it is in the file; also those of a row."""
LARGE: Final = 4 * MAX_LINE
"""Bytes of a column of long values from which their dictionary is not read to measure them."""
MOST_PACKED: Final = 1000
"""How many times smaller a longer one may be in the file. What people and models write is some 5 times smaller."""
FEW: Final = 10
"""How many times more columns there are in all where those of texts and lists are read once more to measure them."""


def rows_at_once(opened: Opened, group: int, before: int) -> int:
    """How many rows of a row group can be decoded at once: few if they may be long.

    Args:
        opened: The file.
        group: The row group's place.
        before: How many rows of the file come before it.

    Raises:
        GradeError: A value is longer than a line may be, or a column or row is far larger than in the file.
    """
    where = f"{opened.path}: row {before + 1} and after"
    part = opened.probe.metadata.row_group(group)
    leaves = [
        Leaf(opened.probe.schema.column(at), part.column(at), group, part.num_rows)
        for at in range(part.num_columns)
    ]
    if opened.decoded is not None:
        leaves = [leaf for leaf in leaves if leaf.name in opened.decoded]
    for leaf in leaves:
        _check_packed(where, leaf)
    single = listed = uneven = 0.0
    for leaf, longest in zip(leaves, _longest(opened, leaves), strict=True):
        _check(where, leaf.name, longest)
        each = max(longest, leaf.average)
        if leaf.is_list:
            if leaf.chunk.num_values * longest > MOST_UNPACKED:
                _refuse_repeats(where, leaf, opened)
            listed += each * leaf.chunk.num_values / max(leaf.rows, 1)
            uneven += each * leaf.chunk.num_values
        else:
            single += each
            uneven += leaf.unpacked if leaf.is_text else 0
    if single > MOST_UNPACKED:
        raise GradeError(
            f"{where}: a row may have {single:.0f} bytes, expected at most {MOST_UNPACKED}"
        )
    fits = max(1, min(BATCH, int(MOST_TOGETHER / max(single + listed, 1))))
    if fits <= AT_ONCE or uneven <= MOST_TOGETHER:
        return fits
    # The average says little: all that texts and lists hold may stand in a few rows.
    return fits if _are_even(opened, leaves, before) else AT_ONCE


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
            for number, length in enumerate(lengths(column), before + 1):
                _check(f"{path}: row {number}", name, length)
    return found


def _check(where: str, name: str, length: int) -> None:
    if length > MAX_LINE:
        raise GradeError(f"{where}: {name} has {length} bytes, expected at most {MAX_LINE}")


def _check_packed(where: str, leaf: Leaf) -> None:
    # In JSON, each value of a list takes two characters at least.
    _check(where, leaf.name, 2 * leaf.chunk.num_values // max(leaf.rows, 1) if leaf.is_list else 0)
    packed = leaf.chunk.total_compressed_size
    if leaf.unpacked > max(MOST_UNPACKED, MOST_PACKED * packed):
        raise GradeError(
            f"{where}: {leaf.name} unpacks from {packed} to {leaf.unpacked} bytes, expected at most "
            f"{MOST_PACKED} times as many"
        )


def _longest(opened: Opened, leaves: Sequence[Leaf]) -> list[int]:
    """Bytes of each column's longest value that is stored once and may be there many times."""
    texts = [leaf for leaf in leaves if leaf.is_text]
    if sum(leaf.chunk.num_values * leaf.stored for leaf in texts) <= MOST_TOGETHER:
        found = {leaf.path: leaf.stored for leaf in texts}  # not worth a look
    else:
        large = {leaf.path: MAX_LINE for leaf in texts if _has_large_dictionary(leaf)}
        found = longest_repeated(opened, [leaf for leaf in texts if leaf.path not in large])
        if sum(found.values()) + sum(large.values()) <= MOST_UNPACKED:
            found |= large
        else:  # a row may be too long
            found |= longest_repeated(opened, [leaf for leaf in texts if leaf.path in large])
    return [found[leaf.path] if leaf.is_text else leaf.width for leaf in leaves]


def _has_large_dictionary(leaf: Leaf) -> bool:
    """Whether a look at a column's longest value would take several times as much memory as the column, as of images:
    few are decoded at once in any case."""
    is_long = leaf.average > MOST_TOGETHER / AT_ONCE and leaf.stored > LARGE
    return is_long and not (leaf.is_list or leaf.is_delta or leaf.repeats_nothing)


def _are_even(opened: Opened, leaves: Sequence[Leaf], before: int) -> bool:
    """Whether no rows of a batch have more texts and lists together than may be held. Only few columns of many are worth a look."""
    paths = [leaf.path for leaf in leaves if leaf.is_text or leaf.is_list]
    if FEW * len(paths) > len(leaves):
        return False
    held: Counter[int] = Counter()
    read = 0
    for batch in opened.file.iter_batches(
        batch_size=AT_ONCE, row_groups=[leaves[0].group], columns=paths
    ):
        held[read // BATCH] += size(batch, opened.path, before + read)
        read += len(batch)
    return max(held.values(), default=0) <= MOST_TOGETHER


def _refuse_repeats(where: str, leaf: Leaf, opened: Opened) -> None:
    """Refuse a list that repeats a text until it is longer than a line may be.

    A column that is large by itself is left alone, since dictionaries of its texts would be large, too.
    """
    is_large = leaf.unpacked > max(MOST_TOGETHER, 100 * leaf.chunk.total_compressed_size)
    if is_large or leaf.is_delta:
        return
    for batch in opened.probe.iter_batches(
        batch_size=BATCH, row_groups=[leaf.group], columns=[leaf.path]
    ):
        for column in batch.columns:
            if _repeated(column) > MOST_UNPACKED:
                for at in range(len(column)):
                    _check(where, leaf.name, _repeated(column.slice(at, 1)))


def _repeated(array: "pa.Array") -> int:
    """Bytes of texts that are held as dictionaries, as often as they are repeated."""
    import pyarrow.compute as pc

    found = 0
    for one in dictionaries(array):
        try:
            lengths = pc.binary_length(one.dictionary)
        except NotImplementedError:  # numbers, as a table may hold them
            found += one.nbytes
            continue
        found += pc.sum(pc.take(lengths, one.indices)).as_py() or 0
    return found
