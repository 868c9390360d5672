"""The user's cache: converted weights and the hashes of weight files, shared by all runs on a machine."""

import contextlib
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from lawbound.runners.engines.protocol import ModelError
from lawbound.runners.sample import UNVERIFIED
from lawbound.tasks.io.safe_files import whole_file, why

HASH_FILE = "lawbound-revision.txt"
"""File beside converted weights, with the sha256 that identifies them in a fingerprint."""


def cache_root() -> Path:
    """``LAWBOUND_CACHE``, or the platform's cache folder.

    Raises:
        ModelError: Nobody knows where this user's home is.
    """
    try:
        return _cache_root()
    except RuntimeError as error:
        raise ModelError(f"cache: {error}, expected a folder in LAWBOUND_CACHE") from error


def built_once(folder: Path, build: Callable[[Path], None]) -> Path:
    """Let `build` fill a folder exactly once, whoever else wants it too.

    The folder appears whole or not at all: it is filled under another name and renamed. A second
    process waits for the first.

    Args:
        folder: Place of the result; returned at once if it exists.
        build: Writes its files into the empty folder that it is given; an `OSError` says that it
            cannot.

    Raises:
        ModelError: The cache cannot be written.
    """
    if folder.is_dir():
        return folder
    try:
        return _built_once(folder, build)
    except OSError as error:
        raise ModelError(
            f"{folder.parent}: cannot be written ({why(error)}), expected a cache with room "
            "for converted models; LAWBOUND_CACHE names another folder"
        ) from error


def file_sha256(path: Path) -> str:
    """sha256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def weights_hash(files: Sequence[Path]) -> str:
    """One sha256 over the names and contents of weight files.

    Content hashes are remembered by path, size and time of change, so that only the first run on
    a large model reads its weights twice.
    """
    memory = cache_root() / "hashes.json"
    known: dict[str, str] = {}
    with contextlib.suppress(OSError, ValueError):
        stored = json.loads(memory.read_text(encoding="utf-8"))
        known = stored if isinstance(stored, dict) else {}
    before = len(known)
    total = hashlib.sha256()
    for path in sorted(files, key=lambda file: file.name):
        stat = path.stat()
        identity = f"{path.resolve()}|{stat.st_size}|{stat.st_mtime_ns}"
        if identity not in known:
            known[identity] = file_sha256(path)
        total.update(f"{path.name}:{known[identity]}\n".encode())
    if len(known) > before:
        with contextlib.suppress(OSError), whole_file(memory, is_locked=False) as file:
            file.write(json.dumps(known, indent=0, sort_keys=True).encode())
    return total.hexdigest()


def revision_of(name_or_path: str, commit: str | None) -> str:
    """The hash of a local folder's weights, else the hub's commit, else `UNVERIFIED`."""
    folder = Path(name_or_path)
    if not name_or_path or not folder.is_dir():
        return commit or UNVERIFIED
    with contextlib.suppress(OSError):
        return (folder / HASH_FILE).read_text(encoding="utf-8").strip()
    files = [*folder.glob("*.safetensors"), *folder.glob("*.bin"), *folder.glob("*.gguf")]
    return f"sha256:{weights_hash(files)}" if files else UNVERIFIED


def _cache_root() -> Path:
    named = os.environ.get("LAWBOUND_CACHE")
    if named:
        return Path(named).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "lawbound"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "lawbound"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lawbound"


def _built_once(folder: Path, build: Callable[[Path], None]) -> Path:
    from filelock import FileLock

    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(str(folder.parent / f"{folder.name}.lock")):
        if folder.is_dir():
            return folder
        with tempfile.TemporaryDirectory(
            dir=folder.parent, prefix=f"{folder.name}.", ignore_cleanup_errors=True
        ) as scratch:
            half = Path(scratch) / "new"
            half.mkdir()
            build(half)
            half.replace(folder)
    return folder
