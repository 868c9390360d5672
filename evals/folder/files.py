"""Writing files of a run folder, completely or not at all, and reading them line by line."""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from lawbound.tasks.io.errors import LawboundError
from lawbound.tasks.io.hashes import DIGITS
from lawbound.tasks.io.json_faults import why_no_json
from lawbound.tasks.io.safe_files import open_regular, other_than_file, whole_file, why
from lawbound.tasks.io.yaml_files import quoted


class FolderError(LawboundError, ValueError):
    """A run folder is incomplete, damaged or was not written by a run."""


def write_atomically(path: Path, content: bytes, *, is_locked: bool = True) -> None:
    """Replace a file whole or not at all.

    Args:
        path: The file.
        content: What it will hold.
        is_locked: Whether no other process writes it meanwhile, as in a run folder.

    Raises:
        FolderError: It cannot be written; what stood there before stays.
    """
    with _replaced(path, is_locked=is_locked) as handle:
        handle.write(content)


@contextmanager
def _replaced(path: Path, *, is_locked: bool = True) -> Iterator[IO[bytes]]:
    try:
        with whole_file(path, is_locked=is_locked) as handle:
            yield handle
    except OSError as fault:
        raise FolderError(
            f"{path}: cannot be written ({why(fault)}){other_than_file(path)}"
        ) from fault


def write_lines(
    path: Path, lines: Iterable[str], on_digest: Callable[[str], object] | None = None
) -> None:
    """Replace a file of lines whole or not at all.

    Args:
        path: The file.
        lines: The lines, without line ends.
        on_digest: Is called with the digest when all is written, before the file replaces the old
            one.
    """
    found = hashlib.sha256()
    with _replaced(path) as handle:
        for line in lines:
            content = f"{line}\n".encode()
            found.update(content)
            handle.write(content)
        if on_digest is not None:
            on_digest(found.hexdigest()[:DIGITS])


@contextmanager
def open_csv(path: Path, *, encoding: str = "utf-8") -> "Iterator[csv.DictReader[str]]":
    """Open a CSV that anyone may have written.

    Args:
        path: A regular file.
        encoding: ``utf-8-sig`` also takes what a spreadsheet saves.

    Raises:
        FolderError: It cannot be read, or is no CSV, which may show only while its rows are read.
    """
    try:
        with io.TextIOWrapper(open_regular(path), encoding=encoding, newline="") as handle:
            yield csv.DictReader(handle)
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise FolderError(f"{path}: cannot be read ({why(fault)})") from fault


def read_records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """JSON objects of a file with their line numbers, as they are read.

    Raises:
        FolderError: The file is missing or a line is no JSON object.
    """
    try:
        with open_regular(path) as handle:
            for number, line in enumerate(handle, start=1):
                yield number, _record(line, f"{path}:{number}")
    except OSError as fault:
        raise FolderError(
            f"{path}: cannot be read ({why(fault)}), expected lines of JSON"
        ) from fault


def _record(line: bytes, where: str) -> dict[str, Any]:
    try:
        record = json.loads(line.decode())
    except UnicodeDecodeError as fault:
        raise FolderError(
            f"{where}: byte {fault.start + 1} is not UTF-8, expected UTF-8"
        ) from fault
    except (ValueError, RecursionError) as fault:
        raise FolderError(
            f"{where}: is no JSON ({why_no_json(fault)}), expected an object"
        ) from fault
    if not isinstance(record, dict):
        raise FolderError(f"{where}: found {quoted(record, 40)}, expected an object")
    return record
