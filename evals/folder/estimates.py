"""Reading ``metrics.csv`` back, for commands that ask about a run that is already concluded."""

import csv
import io
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from lawbound.evals.estimate import NAN, REPORTED, Estimate
from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.lmeval_logs import hint_of_logs
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.folder.sense import faults
from lawbound.evals.leaderboard.columns import SCHEMA_VERSION, hint_of_version
from lawbound.runners.sample import MOST_COUNTED
from lawbound.tasks.cells import as_written
from lawbound.tasks.files import quoted
from lawbound.tasks.places import open_regular, why

_LEFT_OUT = ("unscored", "errors", "blocked")
_FIELDS = {field.name: field.type for field in fields(Estimate)}


def read_estimates(path: Path) -> tuple[Estimate, ...]:
    """Estimates of a ``metrics.csv``, in order.

    Raises:
        FolderError: The file is missing, was changed since it was concluded or is of another version, or a row
            is not an estimate.
    """
    RunFolder(path.parent).check_result(path.name)
    try:
        with io.TextIOWrapper(open_regular(path), encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise FolderError(
            f"{path}: cannot be read ({why(fault)}), expected metrics of a run"
            f"{hint_of_logs(path.parent)}"
        ) from fault
    for row in rows:
        if row.get("schema_version", SCHEMA_VERSION) != SCHEMA_VERSION:
            raise FolderError(
                f"{path}: schema_version is {quoted(str(row['schema_version']))}, expected {SCHEMA_VERSION}"
                f"{hint_of_version(row, path)}"
            )
    return tuple(_estimate(row, f"{path}:{number}") for number, row in enumerate(rows, start=2))


def _estimate(row: Mapping[str, Any], where: str) -> Estimate:
    missing = [name for name in _FIELDS if row.get(name) is None]
    if missing:
        raise FolderError(f"{where}: found no column '{missing[0]}', expected a row of metrics.csv")
    values: dict[str, Any] = {}
    for name, kind in _FIELDS.items():
        text = str(row[name])
        try:
            if kind in (float, "float"):
                values[name] = float(text) if text else NAN
            elif kind in (int, "int"):
                values[name] = int(text)
            else:
                values[name] = as_written(text)
        except ValueError as fault:
            raise FolderError(f"{where}: {name} is {quoted(text)}, expected a number") from fault
        if isinstance(values[name], int | float) and abs(values[name]) > MOST_COUNTED:
            raise FolderError(f"{where}: {name} is {quoted(text)}, expected a finite number")
    if values["metric"] in REPORTED:
        numbers = {name: values[name] for name, kind in _FIELDS.items() if kind in (float, "float")}
        for name, expected in faults(values["metric"], numbers):
            raise FolderError(f"{where}: {name} is {quoted(str(row[name]))}, expected {expected}")
    for name in ("n", "clusters", "asked", *_LEFT_OUT):
        least = sum(values[reason] for reason in _LEFT_OUT) if name == "asked" else 0
        if values[name] < least:
            raise FolderError(
                f"{where}: {name} is {quoted(str(row[name]))}, expected {least} or more"
            )
    return Estimate(**values)
