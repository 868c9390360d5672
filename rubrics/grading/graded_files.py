"""Writing graded answers as JSONL, CSV or parquet; a file appears complete or not at all."""

import csv
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, Protocol

from lawbound.rubrics.grading.answer_files import (
    REQUIRED,
    GradeError,
    Row,
    Source,
    refuse_new_fields,
)
from lawbound.rubrics.grading.answer_scan import torn_text
from lawbound.rubrics.grading.graded_parquet import ParquetFile
from lawbound.rubrics.grading.json_line import graded_line
from lawbound.rubrics.grading.plain_values import cell_text
from lawbound.rubrics.grading.row_values import with_nulls
from lawbound.tasks.io.csv_cells import inert
from lawbound.tasks.io.safe_files import no_temporary_room, whole_file, why

ADDED = ("behaviour", "withheld", "addons", "truncated", "evidence", "confidence")
"""Columns that grading adds, in this order, each behind the user's prefix."""


_LINE_END = "\r\n"
"""What `csv.writer` is told to end lines with: it quotes a cell for a carriage return only if one is in there."""


class Writer(Protocol):
    """Takes graded rows one by one."""

    def write(self, row: Row, added: dict[str, Any]) -> None:
        """Append one row."""
        ...

    def close(self) -> None:
        """Write what is still in memory."""
        ...

    def abandon(self) -> None:
        """Close a file that will be thrown away."""
        ...


@contextmanager
def graded_file(
    out: Path | None, source: Source, added: tuple[str, ...] = ADDED
) -> Iterator[Writer]:
    """A writer that fits the ending; without a path, JSONL to standard output once everything is
    graded.

    Args:
        out: The file to write.
        source: The input file.
        added: Names of the added columns, in the order of `ADDED`.

    Raises:
        GradeError: The ending is unknown or the file cannot be written.
    """
    if out is None:
        try:
            with tempfile.TemporaryFile() as spool:
                yield from _written(_Jsonl(spool, source, added))
                spool.seek(0)
                _print(spool)
        except OSError as fault:
            raise GradeError(no_temporary_room(fault)) from fault
        return
    kind = WRITERS.get(out.suffix.lower())
    if kind is None:
        lines = " (JSON, one object a line)" if out.suffix.lower() == ".json" else ""
        raise GradeError(
            f"{out}: ending is {out.suffix!r}, expected .jsonl{lines}, .csv or .parquet"
        )
    try:
        # Grading takes long, and another process may grade to the same file meanwhile.
        with whole_file(out, is_locked=False) as handle:
            yield from _written(kind(handle, source, added))
    except OSError as fault:
        raise GradeError(f"{out}: cannot be written ({why(fault)})") from fault


def _print(spool: IO[bytes]) -> None:
    try:
        sys.stdout.flush()
        shutil.copyfileobj(spool, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except OSError as fault:
        raise GradeError(f"standard output: cannot be written ({why(fault)})") from fault


def _written(writer: Writer) -> Iterator[Writer]:
    """Yield a writer, then close it, or abandon it if the caller failed."""
    try:
        yield writer
        writer.close()
    except BaseException:  # Ctrl-C leaves nothing behind either
        writer.abandon()
        raise


class _Jsonl:
    def __init__(self, handle: IO[bytes], source: Source, added: tuple[str, ...]) -> None:
        self._handle = handle

    def write(self, row: Row, added: dict[str, Any]) -> None:
        self._handle.write(graded_line(row, added) + b"\n")

    def close(self) -> None:
        pass

    def abandon(self) -> None:
        pass


class _Line:
    """The line that `csv.writer` made last; one row at a time, so that a fault can be located."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text.removesuffix(_LINE_END) + "\n"


class _Csv:
    def __init__(self, handle: IO[bytes], source: Source, added: tuple[str, ...]) -> None:
        self._handle = handle
        self._columns = source.columns
        self._added = added
        self._is_csv = source.is_csv
        self._line = _Line()
        self._writer = csv.writer(self._line, lineterminator=_LINE_END)
        if self._columns is not None:
            self._put_header(self._columns, "header")

    def write(self, row: Row, added: dict[str, Any]) -> None:
        if self._columns is None:
            self._columns = tuple(row.fields)
            self._put_header(self._columns, row.where)
        refuse_new_fields(row, self._columns, "CSV")
        fresh = {name: inert(_added_cell(value)) for name, value in added.items()}
        fields = with_nulls(row)
        given = {name: self._given(cell_text(fields.get(name))) for name in self._columns}
        self._put(tuple({**given, **fresh}.values()), row.where)

    def close(self) -> None:
        if self._columns is None:
            self._put((*REQUIRED, *self._added), "header")

    def abandon(self) -> None:
        pass

    def _put_header(self, columns: Sequence[str], where: str) -> None:
        fresh = [name for name in self._added if name not in columns]
        self._put([*map(self._given, columns), *fresh], where)

    def _given(self, cell: str) -> str:
        """The input's cells, neutralised as formulas unless the input is a CSV file itself."""
        return cell if self._is_csv else inert(cell)

    def _put(self, cells: Sequence[str], where: str) -> None:
        self._writer.writerow(cells)
        try:
            self._handle.write(self._line.text.encode("utf-8"))
        except UnicodeEncodeError as fault:
            raise torn_text(where) from fault


PARQUET = (".parquet", ".pq")
_Opens = Callable[[IO[bytes], Source, tuple[str, ...]], Writer]
WRITERS: Final[Mapping[str, _Opens]] = {
    ".jsonl": _Jsonl,
    ".ndjson": _Jsonl,
    ".csv": _Csv,
    **dict.fromkeys(PARQUET, ParquetFile),
}


def _added_cell(value: Any) -> str:
    """A cell of an added column; several add-ons are joined."""
    return "+".join(value) if isinstance(value, list) else cell_text(value)
