"""Digests of a run's files, kept in its ``run.yaml``: they show whether a file was edited later.

They are not a signature. A person who edits a file can also write its new digest, and only asking again shows that
the answers are a model's (``docs/formats.md``, "What a run folder proves").
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Final

from lawbound.evals.folder.files import FolderError
from lawbound.tasks.io.hashes import DIGITS
from lawbound.tasks.io.safe_files import open_regular, why

ITEMS: Final = "items.jsonl"
VERDICTS: Final = "verdicts.parquet"
METRICS: Final = "metrics.csv"
BOARD: Final = "leaderboard.csv"
RESULTS: Final = (VERDICTS, METRICS, BOARD)
"""Concluded files that other commands read again."""
NAMES: Final = rf"^({ITEMS}|plan/[A-Za-z0-9._-]+\.jsonl|{'|'.join(RESULTS)})$"

OnDigest = Callable[[str, str], object]
"""Is told the name and digest of a file that is about to replace an older one."""


class Digests:
    """The files that a run under way has written, for its ``run.yaml``.

    A folder that is asked again keeps its older ``run.yaml`` until a model is asked to its end, while files that
    it names are replaced. So the new digest is written beside the older one before the file is: wherever a stop
    comes, ``run.yaml`` names what lies there.
    """

    def __init__(self, before: Mapping[str, Collection[str]]) -> None:
        """Take over what the ``run.yaml`` of an earlier run says; empty if there was none."""
        self._written: dict[str, str] = {}
        self._named = {name: tuple(known) for name, known in before.items()}
        # Whether run.yaml is still the earlier run's and names its files; false also of a folder from
        # before digests were kept, where there is nothing to compare.
        self._is_earlier_runs = ITEMS in before

    def fits(self, root: Path, name: str) -> bool:
        """Whether a file is the one that ``run.yaml`` names, if it names one."""
        known, path = self._named.get(name), root / name
        if known is None or not path.exists():
            return True
        try:
            return file_digest(path) in known
        except OSError:  # a pipe or a folder stands in its place
            return False

    def expect(self, name: str, digest: str) -> bool:
        """Note that a file is about to be written.

        Returns:
            Whether ``run.yaml`` has to name it first.
        """
        self._written[name] = digest
        known = self._named.get(name, ())
        # A plan for a model that the earlier run did not ask shows that another run is under way.
        # Once this run is described, its next model is simply one that it has not asked yet.
        is_new = not known and not self._is_earlier_runs
        if is_new or digest in known:
            return False
        self._named[name] = (*known, digest)
        return True

    def beside(self) -> dict[str, tuple[str, ...]]:
        """Digests for the present ``run.yaml``: of its files as they were or are being written."""
        return dict(self._named)

    def settle(self, plans: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Digests for the next ``run.yaml``: of the questions and these plans, as written."""
        self._named = {name: (self._written[name],) for name in (ITEMS, *plans)}
        self._is_earlier_runs = False
        return self.beside()


def file_digest(path: Path) -> str:
    """Digest of a file on disk.

    Raises:
        OSError: It cannot be read.
    """
    with open_regular(path) as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()[:DIGITS]


def check_digests(
    root: Path,
    digests: Mapping[str, Collection[str]],
    asked: Iterable[str],
    results: Iterable[str],
    *,
    described: Collection[str] = (),
) -> None:
    """Refuse files that are not those that ``run.yaml`` names. A missing file is left to its
    reader.

    Args:
        root: The run folder.
        digests: Digests in its ``run.yaml``. A record from before digests were kept has none, and
            nothing is refused.
        asked: Names of the files that say what was asked.
        results: Names of the files concluded from those, which are read now.
        described: Names of those of `asked` that the rest of ``run.yaml`` must describe, and that
            must not be left by a run that was stopped before ``run.yaml`` described it.

    Raises:
        FolderError: A file was changed, was not concluded since the run was asked, or is left by a
            stopped run.
    """
    is_held = ITEMS in digests
    for name in asked:
        if is_held:
            how = (
                "changed since (`lawbound run` as before writes it anew and asks only what is missing; of lm-eval's "
                "logs, `lawbound score`)"
            )
            _check(root / name, digests.get(name, ()), how, is_described=name in described)
    for name in results:
        if is_held or name in digests:
            how = (
                f"changed since, or concluding was stopped (`lawbound score {root}` writes it anew)"
            )
            _check(root / name, digests.get(name, ()), how)


def are_replaced(
    root: Path, digests: Mapping[str, Collection[str]], plans: Collection[str]
) -> bool:
    """Whether the rest of ``run.yaml`` is about to stop describing what was asked.

    That is so if one of the plans has changed, or if ``run.yaml`` names the plan of a model that it does
    not describe. The questions do not tell: once a run is described, those of the run before it leave their
    file, which has two digests meanwhile.

    Args:
        root: The run folder, whose files ``run.yaml`` names: see `check_digests`.
        digests: Digests in its ``run.yaml``.
        plans: Names of the plans of the run that it describes.
    """
    if any(name not in plans and name not in (ITEMS, *RESULTS) for name in digests):
        return True
    named = [(root / name, next(iter(digests[name]), "")) for name in plans if name in digests]
    return any(path.exists() and file_digest(path) != first for path, first in named)


def _check(
    path: Path,
    known: Collection[str],
    how: str,
    *,
    is_described: bool = False,
) -> None:
    if not path.exists():
        return
    try:
        found = file_digest(path)
    except OSError as fault:
        raise FolderError(
            f"{path}: cannot be read ({why(fault)}), expected a file of a run"
        ) from fault
    if found not in known:
        named = " or ".join(f"'{one}'" for one in known)
        wanted = f"{named} as in run.yaml" if named else "one in run.yaml, which has none"
        raise FolderError(f"{path}: found the digest '{found}', expected {wanted}: it was {how}")
    if is_described and found != next(iter(known)):
        raise FolderError(
            f"{path}: was written by a run that was stopped, and run.yaml describes the run before it: run it again "
            "(it asks only what is missing)"
        )
