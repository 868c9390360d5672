"""Refusing to overwrite a run folder that a newer Lawbound wrote."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lawbound.evals.columns import SCHEMA_VERSION
from lawbound.evals.folder.files import FolderError, open_csv
from lawbound.evals.folder.paths import RunPaths
from lawbound.evals.folder.versions import installed, is_newer
from lawbound.rubrics.score import SCORER_VERSION
from lawbound.tasks.io.yaml_files import quoted

_OURS: Final = {"schema_version": SCHEMA_VERSION, "scorer_version": SCORER_VERSION}
"""What rows of a run's tables say about the version that made them."""


def check_not_newer(root: Path, wrote: str) -> None:
    """Refuse to rewrite a run folder that a newer version wrote: that would turn it into an older
    one's.

    Args:
        root: The run folder.
        wrote: The version that its ``run.yaml`` names.

    Raises:
        FolderError: The folder, or a table of its results, is from a newer version.
    """
    ours = installed("lawbound")
    if is_newer(wrote, ours):
        raise FolderError(
            f"{root / 'run.yaml'}: is of Lawbound {quoted(wrote)}, and this is {ours}, which would write the folder anew "
            "as an older version does: upgrade Lawbound"
        )
    for path, name, found in _told(RunPaths(root)):
        if is_newer(found, _OURS[name]):
            raise FolderError(
                f"{path}: {name} is {quoted(found)}, and that of this Lawbound ({ours}) is '{_OURS[name]}': it would "
                "write the folder anew as an older version does: upgrade Lawbound"
            )


def _told(folder: RunPaths) -> Iterator[tuple[Path, str, str]]:
    """What the first row of each table says; an unreadable table is left to its readers to
    refuse."""
    for path in (folder.metrics, folder.leaderboard):
        try:
            with open_csv(path) as rows:
                row = next(rows, {})
        except FolderError:
            continue
        yield from ((path, name, row[name] or "") for name in _OURS if name in row)
