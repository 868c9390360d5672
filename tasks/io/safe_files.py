"""Opening files that others may have prepared: no waiting for a pipe, no writing through a link."""

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Final

LONGEST_IN_DRAFT: Final = 200
"""Bytes of a file's name that stand in the name of its draft, which has some 15 more and 255 at most."""


def open_regular(path: Path) -> BufferedReader:
    """Open a file to read. Links are followed: reading through them loses nothing.

    Raises:
        OSError: It cannot be opened, or is a folder, a pipe, a socket or a device, which could block
            or never end.
    """
    # Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _refuse_other(path, os.fstat(number).st_mode)
    except OSError:
        os.close(number)
        raise
    return os.fdopen(number, "rb")


def why(fault: Exception) -> str:
    """The system's message about a file, without its number and the name, which ours already
    has."""
    return str(getattr(fault, "strerror", None) or fault) or type(fault).__name__


def no_temporary_room(fault: OSError) -> str:
    """A message about a temporary file that cannot be made or written: the system's names none, or one that nobody
    knows."""
    try:
        place = tempfile.gettempdir()
    except OSError:  # it has looked for a folder that can be written, and found none
        place = "temporary files"
    return (
        f"{place}: cannot be written ({why(fault)}), expected room for a temporary file; TMPDIR names another "
        "folder for them"
    )


def other_than_file(path: Path) -> str:
    """The end of a message about a file that cannot be used: whether something else stands in its place."""
    is_other = os.path.lexists(path) and not path.is_file()
    return ", expected a file or none: move it away" if is_other else ""


def open_new(path: Path) -> BinaryIO:
    """Open a draft to write. A left-over draft is removed, even if it is a link; the link's target
    stays.

    Raises:
        OSError: It cannot be made.
    """
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, 0o666), "wb")


def keep_permissions(path: Path, draft: BinaryIO) -> None:
    """Give a draft the permissions of the file that it is going to replace, if one is there; of a link, the target's.

    Raises:
        OSError: The file system does not let us.
    """
    try:
        older = path.stat().st_mode
    except OSError:  # none, or a link that leads nowhere
        return
    permissions = stat.S_IMODE(older) & 0o777
    if stat.S_ISREG(older) and permissions != _permissions(draft) and hasattr(os, "fchmod"):
        os.fchmod(draft.fileno(), permissions)  # Windows has only what is read-only


@contextmanager
def whole_file(path: Path, *, is_locked: bool = True) -> Iterator[BinaryIO]:
    """A draft file that replaces the path once all of it is written, or leaves no trace.

    It has the permissions of the file that it replaces from the start: what was private stays so.

    Args:
        path: The file; folders are made for it.
        is_locked: Whether no other process writes it meanwhile, as in a run folder. The draft's name
            then depends on the path alone, so that the next draft replaces what a killed process
            left. Two processes may write a file that a user names, so each has a draft of its own,
            without a name where the file system can do so: nothing is left of a killed process.

    Raises:
        OSError: It cannot be written; what stood there before stays.
    """
    made = _missing(path)
    draft_path = path.with_name(f"{path.name}.draft" if is_locked else _draft_name(path.name))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        if not is_locked:
            _try_names(path, draft_path)
        nameless = None if is_locked else _open_nameless(path.parent)
        with open_new(draft_path) if nameless is None else nameless as handle:
            keep_permissions(path, handle)
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
            if nameless is not None:
                _give_name(nameless, draft_path)
        draft_path.replace(path)
    except BaseException:  # Ctrl-C leaves nothing behind either
        with suppress(OSError):
            draft_path.unlink(missing_ok=True)
        _remove(made)
        raise


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A draft folder that replaces the target once all of it is written, or leaves no trace.

    Raises:
        OSError: It cannot be written, or the target exists and is not empty.
    """
    made = _missing(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name[:100]}.", dir=target.parent))
    try:
        yield draft
        draft.chmod(0o777 & ~_mask())
        draft.replace(target)
    except BaseException as fault:  # Ctrl-C leaves nothing behind either
        shutil.rmtree(draft, ignore_errors=True)
        _remove(made)
        if isinstance(fault, OSError) and fault.errno and fault.filename is None:
            # Of a write, as on a full disk: the system names no file.
            raise OSError(fault.errno, os.strerror(fault.errno), str(target)) from fault
        raise


def open_to_append(path: Path) -> BinaryIO:
    """Open a file to append to; it is created if necessary.

    Raises:
        OSError: It cannot be opened, is a link or is not a regular file.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    number = os.open(path, flags, 0o666)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise OSError(errno.EINVAL, "Not a regular file", str(path))
    return os.fdopen(number, "ab")


def _refuse_other(path: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode) and not stat.S_ISLNK(mode):
        raise OSError(errno.EINVAL, "Not a regular file", str(path))


def _draft_name(name: str) -> str:
    """A draft's name that no other file's draft has and that is not too long where the file's own is not."""
    raw = os.fsencode(name)
    short = name if len(raw) <= LONGEST_IN_DRAFT else sha256(raw).hexdigest()
    return f".{short}.{os.getpid()}.part"


def _try_names(path: Path, draft_path: Path) -> None:
    """Find out, before anything is written, whether a file can have these, as one without a name gets them at the end.

    Raises:
        OSError: It cannot, as where one is too long, or a folder or a pipe has it.
    """
    with suppress(FileNotFoundError):
        _refuse_other(path, path.lstat().st_mode)
    open_new(draft_path).close()
    draft_path.unlink()


def _open_nameless(folder: Path) -> BinaryIO | None:
    """A file in a folder that is gone with the process unless it gets a name; None where there are none,
    as outside of Linux and on some network drives."""
    try:
        number = os.open(folder, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o666)
    except (AttributeError, OSError):
        return None
    if _link_to(number).exists():
        return os.fdopen(number, "wb")
    os.close(number)
    return None


def _give_name(file: BinaryIO, path: Path) -> None:
    """Give a file without a name this one; where the system does not let us, give it to a copy."""
    path.unlink(missing_ok=True)
    number = file.fileno()
    try:
        # Only if it is told a folder, which an absolute path has no use for, does Python ask for the file behind
        # the link. The path's own folder would have to be one that we may list.
        os.link(_link_to(number), path, src_dir_fd=number)
    except OSError:
        with _link_to(number).open("rb") as written, open_new(path) as copy:
            keep_permissions(_link_to(number), copy)
            shutil.copyfileobj(written, copy)
            copy.flush()
            os.fsync(copy.fileno())


def _permissions(file: BinaryIO) -> int:
    return stat.S_IMODE(os.fstat(file.fileno()).st_mode)


def _link_to(number: int) -> Path:
    return Path(f"/proc/self/fd/{number}")


def _missing(path: Path) -> list[Path]:
    """The missing folders of a path, the innermost first.

    Raises:
        NotADirectoryError: Something else stands where one of them would be.
    """
    missing = []
    for parent in path.parents:
        if parent.is_dir():
            break
        if os.path.lexists(parent):
            found = "a file, not a folder" if parent.is_file() else "no folder"
            raise NotADirectoryError(errno.ENOTDIR, f"{parent.name} is {found}", str(parent))
        missing.append(parent)
    return missing


def _remove(made: list[Path]) -> None:
    with suppress(OSError):  # not empty: somebody else's by now
        for parent in made:
            parent.rmdir()


def _mask() -> int:
    """The permissions that this process withholds."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
