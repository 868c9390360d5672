"""Reading our own CSVs back: cells are converted to the type of their column, and impossible ones refused."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import nan
from pathlib import Path
from typing import Any

from lawbound.evals.columns import SCHEMA_VERSION, Column
from lawbound.evals.folder.files import FolderError, open_csv
from lawbound.evals.folder.lmeval_logs import hint_of_logs
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.folder.versions import is_newer
from lawbound.tasks.io.csv_cells import as_written
from lawbound.tasks.io.limits import MOST_COUNTED
from lawbound.tasks.io.yaml_files import quoted

Row = dict[str, Any]
Faults = Callable[[Row], Iterable[tuple[str, str]]]
"""Which cells of a row are impossible, and what was expected."""


def read_table(
    path: Path, columns: Sequence[Column], faults: Faults, error: type[ValueError]
) -> list[Row]:
    """Rows of a run's CSV, in order; a missing number is nan, a missing integer None.

    Args:
        path: The file in its run folder.
        columns: All columns that it must have, in order.
        faults: Further checks of a row, beside its types.
        error: The error to raise.

    Raises:
        ValueError: `error`: the file cannot be read, its columns are others, it has no row, or a
            cell is impossible.
        FolderError: The file is missing because the run has not got so far; it was changed since it
            was concluded; or the run's questions or plan were changed since they were asked.
    """
    folder = RunFolder(path.parent)
    if not path.exists() and folder.items.exists():
        folder.read_run()
        raise FolderError(unconcluded(path))
    folder.check_result(path.name)
    try:
        with open_csv(path) as reader:
            records, header = list(reader), list(reader.fieldnames or ())
    except FolderError as fault:
        raise error(f"{fault}, expected a CSV{hint_of_logs(path.parent)}") from fault
    names = [column.name for column in columns]
    if header != names:
        first = records[0] if records else {}
        if hint := _hint_of_version(first, path):
            version = quoted(first.get("schema_version") or "")
            raise error(f"{path}: schema_version is {version}, expected {SCHEMA_VERSION}{hint}")
        raise error(f"{path}: {_unlike(header, names)}")
    if not records:
        raise error(f"{path}: holds no rows, expected those of a run")
    rows = []
    for number, record in enumerate(records, start=2):
        if None in record or None in record.values():
            raise error(f"{path}:{number}: is cut off, expected {len(names)} cells")
        row, found = _typed(record, columns)
        for name, expected in found or faults(row):
            raise error(
                f"{path}:{number}: column '{name}' holds {quoted(record[name])}, expected {expected}"
                f"{_hint_of_version(record, path)}"
            )
        rows.append(row)
    return rows


def unconcluded(path: Path) -> str:
    """What to do about a result that the run folder lacks."""
    return f"{path}: is not there, expected a finished run: run it again, or `lawbound score {path.parent}`"


def _unlike(header: Sequence[str], names: Sequence[str]) -> str:
    """How the columns of a file differ from the required ones."""
    if not header:
        return "is empty, expected a header and rows"
    found, wanted = Counter(header), Counter(names)
    if odd := sorted((found - wanted) + (wanted - found)):
        return f"columns differ from the schema in {odd[:5]}"
    at = next(i for i, name in enumerate(names) if header[i] != name)
    return f"column {at + 1} is '{header[at]}', expected '{names[at]}': the columns stand in another order"


def _hint_of_version(row: Mapping[str, Any], path: Path) -> str:
    """What to do about a row of another version; empty if this one wrote it, or nobody knows."""
    version = row.get("schema_version", SCHEMA_VERSION)
    if version == SCHEMA_VERSION:
        return ""
    if is_newer(version, SCHEMA_VERSION):
        return ": a newer version of Lawbound wrote it (upgrade Lawbound)"
    how = "`lawbound score` of its run folder writes it anew; here is no run.yaml"
    folder = RunFolder(path.parent)
    if folder.run_yaml.exists():
        how = f"`lawbound score {path.parent}` writes it anew"
        try:
            folder.check_described(folder.read_run(), items=True)
        except FolderError:
            how = "and a later run is not finished: where it was stopped, run it again, which asks only what is missing"
    return f": another version of Lawbound wrote it ({how})"


def _typed(
    record: Mapping[str, str], columns: Sequence[Column]
) -> tuple[Row, list[tuple[str, str]]]:
    """A row, and its cells that do not have their column's type."""
    row: Row = {}
    wrong = []
    for column in columns:
        try:
            row[column.name] = _value(record[column.name], column.type)
        except (ValueError, KeyError):
            wrong.append((column.name, _EXPECTED[column.type]))
    return row, wrong


_EXPECTED = {
    "boolean": "true or false", "integer": "a finite integer", "number": "a finite number",
}  # fmt: skip


def _value(text: str, kind: str) -> Any:
    if kind == "string":
        return as_written(text)  # the CSV neutralises formulas with an apostrophe; undo it
    if kind == "boolean":
        return {"true": True, "false": False}[text]
    if text == "":
        return None if kind == "integer" else nan
    value = int(text) if kind == "integer" else float(text)
    if not abs(value) <= MOST_COUNTED:
        raise ValueError(text)
    return value
