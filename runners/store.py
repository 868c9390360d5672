"""Samples on disk: append-only, one writer, and never wrong after a crash.

Every line has a checksum. A line whose checksum is wrong, wherever it is, moves to
``NAME.quarantine.jsonl`` and its request is asked again: resuming is *plan minus what is stored*. If a
crash has cut nothing but the line break off the last line, its checksum is right and the sample counts.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from sys import intern
from types import TracebackType
from typing import IO, Any, Self

from lawbound.runners.canonical import canonical_json
from lawbound.runners.lock import StoreError
from lawbound.runners.sample import Sample, wrong_field
from lawbound.tasks.io.messages import one_line
from lawbound.tasks.io.safe_files import (
    keep_permissions,
    open_new,
    open_regular,
    open_to_append,
    other_than_file,
    why,
)

MAX_LINE = 64 * 2**20
"""Largest possible sample in bytes; a longer line is damage."""


@dataclass(slots=True)
class Store:
    """The samples of one model in one run folder. Open it inside `lock`."""

    path: Path
    _handle: IO[bytes] | None = None

    def __enter__(self) -> Self:
        if self.path.is_symlink():
            raise StoreError(f"{self.path}: is a link and cannot be written, expected a file")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _repair(self.path)
            self._handle = open_to_append(self.path)
        except StoreError:
            raise
        except OSError as fault:
            raise StoreError(
                f"{self.path}: cannot be written ({why(fault)}){other_than_file(self.path)}"
            ) from fault
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._handle is not None:
            with suppress(OSError):  # a full disk has been reported by append already
                self._handle.close()
            self._handle = None

    def append(self, samples: Iterable[Sample]) -> None:
        """Write samples durably; `storable` handles those that could not be read back.

        Raises:
            StoreError: The disk is full or the file cannot be written; what stood before stays.
        """
        if self._handle is None:
            raise StoreError(f"{self.path}: is not open for writing")
        block = b"".join(_encode(storable(sample)) for sample in samples)
        start = self._handle.tell()
        try:
            self._handle.write(block)
            self._handle.flush()
            os.fsync(self._handle.fileno())
        except OSError as fault:
            with suppress(OSError):
                os.truncate(self.path, start)
            raise StoreError(
                f"{self.path}: cannot be written ({why(fault)}); everything before is kept"
            ) from fault


def storable(sample: Sample) -> Sample:
    """The sample; if it could not be read back, an error that says why.

    Written as it is, it would be lost silently, and its request owed for ever.
    """
    fault = wrong_field(sample) or _too_long(sample)
    if not fault:
        return sample
    engine, said = (part if isinstance(part, str) else "" for part in (sample.engine, sample.error))
    return Sample(sample.key, "", "error", engine=engine[:300], error=one_line(said, 300) or fault)


def read_samples(path: Path) -> dict[str, Sample]:
    """Samples by request key; the last record without error wins. Damaged lines are passed over.

    Raises:
        StoreError: The file is there but cannot be read.
    """
    found: dict[str, Sample] = {}
    try:
        with open_regular(path) as handle:
            for line in _lines(handle):
                sample = _decode(line)
                if sample is not None and (not sample.error or _owed(found.get(sample.key))):
                    found[sample.key] = sample
    except FileNotFoundError:  # a parent that is no folder raises NotADirectoryError
        return found
    except OSError as fault:
        raise StoreError(f"{path}: cannot be read ({why(fault)}){other_than_file(path)}") from fault
    return found


def _owed(sample: Sample | None) -> bool:
    return sample is None or bool(sample.error)


_FIELDS = tuple(field.name for field in fields(Sample))
_KNOWN = frozenset(_FIELDS)
_SHARED = ("key", "finish", "placement", "engine")
"""Fields whose values many samples, or the plan, share: kept in memory once."""
_HEAD, _MIDDLE, _END = b'{"check":"', b'","sample":', b"}\n"
_CHECK = 16
"""Characters of a checksum."""
_BODY = len(_HEAD) + _CHECK + len(_MIDDLE)


def _encode(sample: Sample) -> bytes:
    body = canonical_json({name: getattr(sample, name) for name in _FIELDS})
    return _HEAD + _checksum(body) + _MIDDLE + body + _END


def _too_long(sample: Sample) -> str:
    signs = len(sample.text) + len(sample.thinking) + len(sample.error) + len(sample.engine)
    # A character takes 12 bytes at most, a likelihood hardly more than 24: nearly all samples need
    # not be encoded for this.
    if 12 * signs + 24 * len(sample.choice_logprobs) < MAX_LINE // 2:
        return ""
    size = len(_encode(sample))
    return f"the answer takes {size} bytes, expected at most {MAX_LINE}" if size > MAX_LINE else ""


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:_CHECK].encode()


def _decode(line: bytes) -> Sample | None:
    try:
        body = _intact(line)
        if body is None or not _KNOWN.issuperset(body):
            return None
        body["choice_logprobs"] = tuple(body["choice_logprobs"])
        for name in _SHARED:
            body[name] = intern(body[name])
        sample = Sample(**body)
        return None if wrong_field(sample) else sample
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _intact(line: bytes) -> Any:
    """The content of a line, None if its checksum disagrees."""
    body = line[_BODY : -len(_END)]
    if line == _HEAD + _checksum(body) + _MIDDLE + body + _END:  # as `_encode` wrote it
        return json.loads(body)
    record = json.loads(line)
    agrees = _checksum(canonical_json(record["sample"])) == record["check"].encode()
    return record["sample"] if agrees else None


def _lines(handle: IO[bytes]) -> Iterator[bytes]:
    while line := handle.readline(MAX_LINE):
        yield line


def _repair(path: Path) -> None:
    """Move damaged lines to the quarantine and end the last line, atomically; an undamaged file is not touched."""
    if not path.exists():
        return
    try:
        with open_regular(path) as handle:
            changed = [line for line in _lines(handle) if _kept(line) != line]
        if not changed:
            return
        if damaged := [line for line in changed if not _kept(line)]:
            with open_to_append(path.with_suffix(".quarantine.jsonl")) as quarantine:
                quarantine.writelines(line.rstrip(b"\n") + b"\n" for line in damaged)
        draft = path.with_suffix(".repair")
        with open_regular(path) as handle, open_new(draft) as target:
            keep_permissions(path, target)
            target.writelines(_kept(line) for line in _lines(handle))
            target.flush()
            os.fsync(target.fileno())
        draft.replace(path)
    except OSError as fault:
        raise StoreError(
            f"{path}: cannot be repaired ({why(fault)}){other_than_file(path)}"
        ) from fault


def _kept(line: bytes) -> bytes:
    """What stays of a line: all of it, with a line break, or nothing."""
    if not _decode(line):
        return b""
    return line if line.endswith(b"\n") else line + b"\n"
