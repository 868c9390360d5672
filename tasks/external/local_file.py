"""What is refused of a local file before `datasets` reads it, whose parsers would tell it in words of their own, or not
at all: of two columns with one name pandas renames the second, and more cells than the header has move all to the left.
"""

import csv
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from lawbound.tasks.io.csv_cells import other_separators
from lawbound.tasks.io.safe_files import open_regular, why
from lawbound.tasks.io.text_lines import SAVE_AGAIN, text_lines
from lawbound.tasks.item import ItemError

LOADERS = {".json": "json", ".jsonl": "json", ".csv": "csv", ".parquet": "parquet"}
"""Ending -> its reader in `datasets`."""
_PACKED = (b"\x1f\x8b", b"PK", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"Rar!", b"7z\xbc\xaf")
"""The first bytes of packed files, by which `datasets` unpacks them whatever their names."""


def check_file(path: Path, source: str) -> None:
    """Refuse what is no plain file with rows.

    Args:
        path: The file; its ending is one of `LOADERS`.
        source: Its name in messages.

    Raises:
        ItemError: At the first fault.
    """
    if not path.is_file():
        found = "is a folder" if path.is_dir() else "found no such file"
        raise ItemError(f"{source}: {found}, expected json, jsonl, csv or parquet")
    try:
        with open_regular(path) as handle:
            begin = handle.read(8)
            handle.seek(0)
            if begin.startswith(_PACKED):
                raise ItemError(
                    f"{source}: is a packed file, expected plain json, jsonl, csv or parquet"
                )
            if path.suffix.lower() == ".csv":
                _check_csv(text_lines(handle, source, ItemError, hint=SAVE_AGAIN), source)
            elif path.suffix.lower() != ".parquet":
                _check_not_empty(text_lines(handle, source, ItemError), source)
    except OSError as fault:
        raise ItemError(f"{source}: cannot be read ({why(fault)})") from fault


def _check_not_empty(lines: Iterator[str], source: str) -> None:
    """Read to the end, so that all of it is known to be text."""
    if not sum(1 for line in lines if line.strip()):
        raise ItemError(f"{source}: is empty, expected rows with columns")


def _check_csv(lines: Iterator[str], source: str) -> None:
    reader = csv.reader(lines)
    rows = ((reader.line_num, cells) for cells in reader if cells)
    with suppress(csv.Error):  # a cell longer than `csv` takes, say: not for this module to judge
        _, header = next(rows, (0, []))
        if not header:
            raise ItemError(f"{source}: is empty, expected rows with columns")
        if re.fullmatch("sep=.?", header[0].strip(), re.IGNORECASE):
            raise ItemError(
                f"{source}: line 1: found {header[0]!r}, which only spreadsheets read, expected the names of the columns"
                " between commas"
            )
        for name in header:
            if name and header.count(name) > 1:
                raise ItemError(
                    f"{source}: line 1: found column {name!r:.60} twice, expected it once"
                )
        number, first = next(rows, (0, []))
        if not first:
            raise ItemError(f"{source}: found no row below the header, expected at least one")
        if len(first) > len(header):
            raise ItemError(
                f"{source}: line {number}: found {len(first)} cells, expected {len(header)} as in the header"
                + other_separators(header)
            )
    for _ in lines:
        pass
