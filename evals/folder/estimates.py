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
from lawbound.runners.sample import MOST_COUNTED
from lawbound.tasks.cells import as_written
from lawbound.tasks.files import quoted
from lawbound.tasks.places import open_regular, why

_FIELDS = {field.name: field.type for field in fields(Estimate)}


def read_estimates(path: Path) -> tuple[Estimate, ...]:
    """Estimates of a ``metrics.csv``, in order.

    Raises:
        FolderError: The file is missing or was changed since it was concluded, or a row is not an estimate.
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
    for name in ("n", "clusters", "unscored", "errors", "blocked"):
        if values[name] < 0:
            raise FolderError(f"{where}: {name} is {quoted(str(row[name]))}, expected 0 or more")
    return Estimate(**values)
