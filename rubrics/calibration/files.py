"""The files that a calibration writes: calibration.csv, confusion.csv and errors.html."""

import csv
import io
import os
from collections.abc import Iterable, Sequence
from math import isnan
from pathlib import Path
from typing import Final

from lawbound.rubrics.calibration.agreement import Agreement, confusion
from lawbound.rubrics.calibration.gallery import gallery
from lawbound.rubrics.calibration.intervals import settled
from lawbound.rubrics.calibration.labelled import Labelled
from lawbound.rubrics.grading.answer_files import GradeError
from lawbound.tasks.io.csv_cells import inert, shown
from lawbound.tasks.io.safe_files import whole_file, why

_SHARES: Final = ("kappa", "kappa_three", "sensitivity", "specificity")


def check_folder(folder: Path) -> None:
    """Refuse a place where files could not be written, before anything is graded. Nothing is
    created.

    Raises:
        GradeError: It is no folder, cannot be one, or may not be written to.
    """
    try:
        standing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
        if not standing.is_dir():
            raise GradeError(f"{standing}: is no folder, expected one for the calibration's files")
    except OSError as fault:
        raise GradeError(f"{folder}: cannot be written ({why(fault)})") from fault
    if not os.access(standing, os.W_OK | os.X_OK):
        raise GradeError(f"{standing}: cannot be written (Permission denied), expected a folder")


def write_calibration(
    folder: Path, rows: Sequence[Labelled], found: Sequence[Agreement], *, title: str
) -> tuple[Path, ...]:
    """Write the three files into a folder, which is made if necessary.

    Raises:
        GradeError: A file cannot be written.
    """
    counts = sorted(confusion(rows).items())
    texts = {
        "calibration.csv": csv_text(_header(), (_cells(one) for one in found)),
        "confusion.csv": csv_text(
            ("gold", "read", "n"), ((gold, read, str(n)) for (gold, read), n in counts)
        ),
        "errors.html": gallery(rows, title=title),
    }
    written = []
    for name, text in texts.items():
        path = folder / name
        try:
            with whole_file(path, is_locked=False) as handle:
                handle.write(text.encode("utf-8", "replace"))
        except OSError as fault:
            raise GradeError(f"{path}: cannot be written ({why(fault)})") from fault
        written.append(path)
    return tuple(written)


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """CSV whose cells no spreadsheet runs and no terminal obeys."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([inert(shown(cell)) for cell in row] for row in rows)
    return out.getvalue()


def _header() -> tuple[str, ...]:
    ends = ("", "_low", "_high")
    return ("slice", "n", "unscored", "untold", *(s + end for s in _SHARES for end in ends))


def _cells(one: Agreement) -> list[str]:
    shares = (one.binary, one.three, one.sensitivity, one.specificity)
    numbers = [end for share in shares for end in (share.value, share.low, share.high)]
    counts = (one.n, one.unscored, one.untold)
    return [
        one.slice,
        *map(str, counts),
        *("" if isnan(number) else f"{settled(number):.6g}" for number in numbers),
    ]
