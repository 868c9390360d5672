"""Whether ``run.yaml``, which has no digest, says the same about the asking as when the run was concluded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from lawbound.evals.columns import SCHEMA_VERSION
from lawbound.evals.folder.digests import BOARD, file_digest
from lawbound.evals.folder.files import FolderError, open_csv


def check_suite_hash(root: Path, digests: Mapping[str, Collection[str]], suite_hash: str) -> None:
    """Refuse a ``run.yaml`` whose `suite_hash` is not the one in its leaderboard.

    Nothing is checked if the board is not the one that ``run.yaml`` names, such as an older one
    while the folder is asked again: the board's readers refuse it. Nor is a board of another
    version, which may have computed the hash differently.

    Args:
        root: The run folder.
        digests: Digests in its ``run.yaml``.
        suite_hash: Hash that follows from its ``run.yaml``.

    Raises:
        FolderError: They differ.
    """
    path, known = root / BOARD, digests.get(BOARD, ())
    if not known or not path.exists():
        return
    try:
        if file_digest(path) not in known:
            return
        with open_csv(path) as rows:
            stated = {
                row.get("suite_hash") for row in rows if row.get("schema_version") == SCHEMA_VERSION
            }
    except (OSError, FolderError):
        return  # its reader says what is wrong with it
    for one in stated - {suite_hash}:
        raise FolderError(
            f"{root / 'run.yaml'}: found the suite_hash '{suite_hash}', expected '{one}' as in {BOARD}: its suite, seed, "
            "settings, limit or bank was changed since (`lawbound run` as before writes it anew and asks only what is "
            "missing; of lm-eval's logs, `lawbound score`)"
        )
