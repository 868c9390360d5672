"""Removing corrected rates: they are void once the rates they were made from change.

Only what Lawbound made is removed or overwritten: a user's sheet of labels may be called
``corrected.csv``, too.
"""

from pathlib import Path
from typing import Final

from lawbound.evals.folder.files import FolderError, open_csv
from lawbound.evals.folder.paths import RunPaths

_OURS: Final = frozenset({"metric", "raw", "corrected", "lambda"})


def forget_corrected(folder: RunPaths) -> bool:
    """Remove a run's corrected rates and the record of what they were made from.

    Returns:
        Whether there were any.
    """
    table, record = folder.corrected, folder.correction
    if is_anothers(table) or not (table.exists() or record.exists()):
        return False
    table.unlink(missing_ok=True)
    record.unlink(missing_ok=True)
    return True


def is_anothers(table: Path) -> bool:
    """Whether the file exists but holds no corrected rates."""
    if not table.exists():
        return False
    try:
        with open_csv(table, encoding="utf-8-sig") as rows:
            header = rows.fieldnames or ()
    except FolderError:
        return True
    return bool(header) and not _OURS.issubset(header)
