"""Reading ``metrics.csv`` back, for commands that ask about a run that is already concluded."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from lawbound.evals.columns import METRICS, SCHEMA_VERSION
from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.paths import RunPaths
from lawbound.evals.folder.plausible import ROUNDED, faults
from lawbound.evals.folder.reading import Row, read_table
from lawbound.evals.metrics.estimate import Estimate
from lawbound.evals.metrics.registry import REPORTED

_LEFT_OUT = ("unscored", "errors", "blocked")
_COUNTS = ("n", "clusters", *_LEFT_OUT)
_NUMBERS = frozenset(column.name for column in METRICS if column.type == "number")
_FIELDS = frozenset(field.name for field in fields(Estimate))


def estimates_of(folder: Path) -> tuple[Estimate, ...]:
    """Estimates of a run folder, in order.

    Raises:
        FolderError: There is no such folder, or `read_estimates` refuses its file.
    """
    if not folder.is_dir():
        raise FolderError(f"{folder}: is no folder, expected a run folder (with run.yaml)")
    return read_estimates(RunPaths(folder).metrics)


def read_estimates(path: Path) -> tuple[Estimate, ...]:
    """Estimates of a ``metrics.csv``, in order.

    Raises:
        FolderError: The file is missing, was changed since it was concluded or is of another version, or a row
            is not an estimate.
    """
    rows = read_table(path, METRICS, _faults, FolderError)
    return tuple(
        Estimate(**{name: value for name, value in row.items() if name in _FIELDS}) for row in rows
    )


def _faults(row: Row) -> Iterator[tuple[str, str]]:
    if row["schema_version"] != SCHEMA_VERSION:
        yield "schema_version", SCHEMA_VERSION
    for name in _COUNTS:
        if row[name] is None or row[name] < 0:
            yield name, "0 or more"
            return
    left_out = sum(row[reason] for reason in _LEFT_OUT)
    if row["asked"] is None or row["asked"] < left_out:
        yield "asked", f"{left_out} or more"
    least = (row["errors"] + row["blocked"]) / row["asked"] if row["asked"] else 0.0
    if not least - ROUNDED <= row["missing_share"] <= 1:
        yield "missing_share", f"{least:.6g} to 1"
    if row["metric"] in REPORTED:
        yield from faults(row["metric"], {name: row[name] for name in _NUMBERS})
