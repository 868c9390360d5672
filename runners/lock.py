"""The lock of a run folder: one writer at a time, and nothing is left of a folder made only to lock it."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO

from lawbound.tasks.io.errors import LawboundError
from lawbound.tasks.io.safe_files import open_to_append, why

LOCK = ".lock"
"""The lock file in a run folder."""

_HELD: ContextVar[frozenset[Path]] = ContextVar("held run folders", default=frozenset())


class StoreError(LawboundError, OSError):
    """The run folder cannot be read, written or locked."""


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Lock a run folder: a second process is refused, and a dead process's lock is gone with it.

    A folder that was made for the lock and then holds nothing is removed again, with the parents
    made for it: it would look like a run.

    The holder may lock it again, so that steps that each need the folder can share one lock and
    nobody comes in between.

    Raises:
        StoreError: The folder cannot be made or locked, or another process or thread holds it.
    """
    held = _HELD.get()
    if folder.absolute() in held:
        yield
        return
    try:
        # NAME/.. goes with NAME, and could not be removed while that exists.
        above = [place for place in folder.parents if place.name != ".."]
        made = [place for place in (folder, *above) if not place.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        handle = open_to_append(folder / LOCK)
        linked = [entry for entry in folder.iterdir() if entry.is_symlink() and entry.is_dir()]
    except OSError as fault:
        file = folder / LOCK
        if os.path.lexists(file) and (file.is_symlink() or not file.is_file()):
            raise StoreError(
                f"{file}: is no plain file, expected one or none: remove it"
            ) from fault
        raise StoreError(
            f"{folder}: cannot be written ({why(fault)}), expected a folder"
        ) from fault
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _check_there(handle, folder)
        except OSError as fault:
            if fault.errno in (errno.EWOULDBLOCK, errno.EACCES):
                raise StoreError(
                    f"{folder}: another run is writing here, expected one at a time"
                ) from fault
            raise StoreError(
                f"{folder}: cannot be locked ({why(fault)}), expected a file system that knows flock"
            ) from fault
        if linked:
            raise StoreError(
                f"{min(linked)}: is a link, expected a run folder that holds its own files"
            )
        token = _HELD.set(held | {folder.absolute()})
        try:
            yield
        finally:
            _HELD.reset(token)
            if made:
                _remove_if_unused(made)


def is_unused(folder: Path) -> bool:
    """Whether a run folder that we hold contains nothing but its lock."""
    return [entry.name for entry in folder.iterdir()] == [LOCK]


def clear(folder: Path) -> None:
    """Remove everything but the lock from a run folder that we hold, as far as possible."""
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        elif entry.name != LOCK:
            with suppress(OSError):
                entry.unlink()


def _check_there(handle: BinaryIO, folder: Path) -> None:
    """Refuse a lock whose folder another run removed after we opened it: it would hold nothing."""
    with suppress(FileNotFoundError):
        if os.path.samestat(os.fstat(handle.fileno()), (folder / LOCK).stat()):
            return
    raise BlockingIOError(errno.EWOULDBLOCK, "taken away just now", str(folder))


def _remove_if_unused(made: Sequence[Path]) -> None:
    """Remove a folder that contains nothing but its lock, and then each parent that is empty."""
    with suppress(OSError):  # not empty: somebody else's by now
        if is_unused(made[0]):
            (made[0] / LOCK).unlink()
            for folder in made:
                folder.rmdir()
