"""Rows of a file of answers, and reading those of JSONL and CSV, one by one and in constant memory."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Lock
from typing import IO, TYPE_CHECKING, Any

from lawbound.rubrics.grading.json_loader import Loader
from lawbound.tasks.io.errors import LawboundError
from lawbound.tasks.io.json_faults import why_no_json
from lawbound.tasks.io.messages import one_line
from lawbound.tasks.io.safe_files import open_regular, why
from lawbound.tasks.io.text_lines import SAVE_AGAIN, text_lines

if TYPE_CHECKING:
    import pyarrow as pa

MAX_LINE = 16_000_000
"""Most bytes of a line; a longer one is a broken file, not an answer."""
BATCH = 500
MOST_GATHERED = 8_000_000
"""Characters of rows that are gathered before they are read or written together; one row more at most."""
REQUIRED = ("id", "prompt", "response")
GRADED = (*REQUIRED, "lang", "truncated")
"""Columns that grading reads."""
_RAISED = Lock()


class GradeError(LawboundError, ValueError):
    """A file of answers has a fault, or the graded one cannot be written."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row, and where it is in the file."""

    where: str
    fields: dict[str, Any]
    line: str = ""
    """For JSONL: the line itself, so that it can pass through byte for byte."""
    piece: "pa.Table | None" = None
    """For Parquet: the table that holds the row and others; all rows of one table come in order."""
    size: int = 0
    """About how many characters or bytes it has, by which rows are gathered."""


@dataclass(frozen=True, slots=True)
class Source:
    """An opened file of answers."""

    rows: Iterator[Row]
    columns: tuple[str, ...] | None
    """Column names, if the format has them ahead of the rows."""
    schema: "pa.Schema | None" = None
    """The schema; only for parquet."""
    is_csv: bool = False
    """Whether its cells were in a CSV file before, as they are."""


def read_jsonl(path: Path, kept: IO[bytes] | None = None) -> Iterator[Row]:
    """The rows of JSON lines.

    Args:
        path: The file.
        kept: The file, if it is open already; it is read from its start.

    Raises:
        GradeError: The file cannot be read, or a line is no JSON object.
    """
    loader, where = Loader((*GRADED, "gold")), ""
    with _open(path) if kept is None else nullcontext(kept) as handle:
        handle.seek(0)
        for number, text in enumerate(_lines(path, handle), 1):
            if not text.strip():
                continue
            where = f"{path}: line {number}"
            try:
                fields = loader.load(text)
            except RecursionError as fault:
                raise GradeError(
                    f"{where}: is nested too deeply, expected one flat JSON object"
                ) from fault
            except json.JSONDecodeError as fault:
                raise GradeError(f"{where}: {fault}, expected one JSON object a line") from fault
            except ValueError as fault:
                raise GradeError(
                    f"{where}: {why_no_json(fault)}, expected one JSON object a line"
                ) from fault
            if not isinstance(fields, dict):
                how = ", as `jq -c '.[]' FILE` makes of a list" if isinstance(fields, list) else ""
                raise GradeError(
                    f"{where}: found {_short(text)}, expected one JSON object a line{how}"
                )
            if loader.twice:
                raise GradeError(f"{where}: found {loader.twice!r} twice, expected it once")
            yield Row(where, fields, line=text, size=len(text))
    if not where:
        raise GradeError(f"{path}: is empty, expected one JSON object a line")


def open_csv(path: Path, needed: tuple[str, ...]) -> Source:
    """Open a CSV file with these columns.

    Raises:
        GradeError: It cannot be read or has no such columns. Faults of single rows are raised while
            iterating.
    """
    rows = _read_csv(path, needed)
    header = next(rows, None)
    if header is None:
        raise GradeError(f"{path}: is empty, expected a header line with {', '.join(needed)}")
    columns = tuple(header.fields)
    return Source(rows, columns, is_csv=True)


def check_columns(path: Path, columns: tuple[str, ...], needed: tuple[str, ...] = REQUIRED) -> None:
    """Refuse missing and duplicate columns.

    Raises:
        GradeError: At the first fault.
    """
    wanted = ", ".join(needed) + ("[, lang]" if needed == REQUIRED else "")
    if columns and columns[0].lower().startswith("sep="):
        raise GradeError(
            f"{path}: line 1: found {','.join(columns)!r:.20}, which is for spreadsheets alone, expected {wanted}: "
            "delete the line"
        )
    for sign, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(columns) == 1 and sign in columns[0]:
            raise GradeError(
                f"{path}: line 1: columns are separated by {name}, expected commas and {wanted}"
            )
    for name in needed:
        if name not in columns:
            raise GradeError(
                f"{path}: line 1: columns are {_short(', '.join(columns))}, "
                f"expected {wanted}; {name!r} is missing"
            )
    doubled = sorted(name for name, count in Counter(columns).items() if count > 1)
    if doubled:
        raise GradeError(f"{path}: line 1: found column {doubled[0]!r} twice, expected it once")


def refuse_new_fields(row: Row, columns: tuple[str, ...], kind: str) -> None:
    """Refuse a row with another field than these columns.

    Raises:
        GradeError: The kind of file that is written cannot take it.
    """
    for name in row.fields:
        if name not in columns:
            raise GradeError(
                f"{row.where}: has the field {name!r}, expected those of the first rows; "
                f"{kind} cannot grow, JSONL can"
            )


def gathered(rows: Iterable[Row], most: int) -> Iterator[tuple[Row, ...]]:
    """Rows in groups of so many, or of fewer that are long."""
    group: list[Row] = []
    size = 0
    for row in rows:
        group.append(row)
        size += row.size
        if len(group) == most or size > MOST_GATHERED:
            yield tuple(group)
            group, size = [], 0
    if group:
        yield tuple(group)


def _lines(path: Path, handle: IO[bytes]) -> Iterator[str]:
    hint = SAVE_AGAIN if path.suffix.lower() == ".csv" else ""
    return text_lines(_short_lines(path, handle), path, GradeError, hint=hint)


def _short_lines(path: Path, handle: IO[bytes]) -> Iterator[bytes]:
    for number in count(1):
        line = _next_line(path, handle, number)
        if not line:
            return
        if len(line) > MAX_LINE:
            raise GradeError(
                f"{path}: line {number}: is longer than {MAX_LINE} bytes, expected one answer a line"
            )
        yield line


def _next_line(path: Path, handle: IO[bytes], number: int) -> bytes:
    """The next line, or empty at the end. A fault of the disk is told here as one of reading: whoever takes the rows
    may be writing a file of its own."""
    try:
        return handle.readline(MAX_LINE + 1)
    except OSError as fault:
        raise GradeError(f"{path}: line {number}: cannot be read ({why(fault)})") from fault


def _read_csv(path: Path, needed: tuple[str, ...]) -> Iterator[Row]:
    """The header as a row of its own, then the rows."""
    with _open(path) as handle:
        reader = csv.reader(_lines(path, handle), strict=True)
        columns: tuple[str, ...] | None = None
        while True:
            begin = reader.line_num + 1
            try:
                cells = _next_cells(reader)
            except csv.Error as fault:
                found = str(fault)
                if found.startswith("new-line character"):
                    found = (
                        "found a carriage return without a line feed, as old spreadsheets end lines"
                    )
                raise GradeError(
                    f"{path}: line {begin}: {found}, expected comma-separated values"
                    + (SAVE_AGAIN if found != str(fault) else "")
                ) from fault
            if cells is None:
                return
            if not cells or (columns is None and not any(map(str.strip, cells))):
                continue
            if columns is None:
                columns, width = _named(cells), len(cells)
                check_columns(path, columns, needed)
                yield Row(f"{path}: line 1", dict.fromkeys(columns))
                continue
            if len(cells) not in (len(columns), width) or any(cells[len(columns) :]):
                raise GradeError(
                    f"{path}: line {begin}: found {len(cells)} cells, expected {len(columns)}"
                )
            given = dict(zip(columns, cells, strict=False))
            yield Row(f"{path}: line {begin}", given, size=sum(map(len, cells)))


def _named(cells: list[str]) -> tuple[str, ...]:
    """Names of columns; several without a name at the end come from a spreadsheet and are empty."""
    names = tuple(name.strip() for name in cells)
    named = max(at for at, name in enumerate(names, start=1) if name)
    return names[:named] if len(names) > named + 1 else names


def _next_cells(reader: Iterator[list[str]]) -> list[str] | None:
    """Read one row. `csv` has one limit for a whole process: it is raised for this row alone, and
    by one thread at a time, since another file or library may be read before the next row."""
    with _RAISED:
        limit = csv.field_size_limit(MAX_LINE)
        try:
            return next(reader, None)
        finally:
            csv.field_size_limit(limit)


def _open(path: Path) -> IO[bytes]:
    try:
        return open_regular(path)
    except OSError as fault:
        raise GradeError(f"{path}: cannot be read ({why(fault)})") from fault


def _short(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= 60 else text[:57] + "..."
