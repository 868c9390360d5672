"""The run folder: what a run leaves behind, so that every number can be traced and scored again."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from pathlib import Path
from sys import intern
from typing import IO, TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from lawbound.evals.folder.checks import check_run
from lawbound.evals.folder.harness_logs import hint_of_logs
from lawbound.evals.folder.prompts import prompt_lines
from lawbound.evals.folder.verdicts import read_verdicts
from lawbound.rubrics.answers.constraints import check_demands
from lawbound.rubrics.prompts.conditions import STRENGTHS
from lawbound.runners.plan import Assignment, Plan
from lawbound.runners.sample import MOST_COUNTED
from lawbound.tasks.files import first_fault, plain_yaml, quoted, read_yaml
from lawbound.tasks.item import Item, ItemError
from lawbound.tasks.places import open_regular, whole_file, why
from lawbound.tasks.records import from_record, to_record

if TYPE_CHECKING:
    import pandas as pd


_ASSIGNED = tuple(field.name for field in fields(Assignment))
_SORTED = json.JSONEncoder(sort_keys=True)


class FolderError(ValueError):
    """A run folder is not what it should be."""


def slug(model: str) -> str:
    """A file name for a model: readable, unique, and never a path."""
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", model).strip("-.")[:48] or "model"
    return f"{readable}-{hashlib.sha256(model.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Paths of one run folder."""

    root: Path

    @property
    def run_yaml(self) -> Path:
        """Resolved spec, versions, hashes."""
        return self.root / "run.yaml"

    @property
    def items(self) -> Path:
        """Every item that was asked."""
        return self.root / "items.jsonl"

    def policy(self, policy_id: str) -> Path:
        """What one policy said when the run was asked, parents folded in. Ids hold no dots or slashes."""
        return self.root / "policies" / f"{policy_id}.yaml"

    def samples(self, model: str) -> Path:
        """Samples of one model."""
        return self.root / "samples" / f"{slug(model)}.jsonl"

    def plan(self, model: str) -> Path:
        """Assignments of one model."""
        return self.root / "plan" / f"{slug(model)}.jsonl"

    def prompts(self, model: str) -> Path:
        """Rendered prompts of one model."""
        return self.root / "prompts" / f"{slug(model)}.jsonl"

    def write_items(self, items: Iterable[Item]) -> None:
        """Store the questions."""
        write_lines(self.items, (json.dumps(to_record(item), sort_keys=True) for item in items))

    def add_items(self, items: Sequence[Item]) -> bool:
        """Store the questions and keep those that only older plans name.

        Returns:
            Whether there are any of the latter. A file that is damaged has none: no plan can be read by it.

        Raises:
            FolderError: They cannot be written; what stood there before stays.
        """
        new = {item.id for item in items}
        older: list[dict[str, Any]] = []
        if self.items.exists():
            with suppress(FolderError):
                older = [
                    record
                    for _, record in read_records(self.items)
                    if str(record.get("id")) not in new
                ]
        lines = [*map(to_record, items), *older]
        write_lines(self.items, (json.dumps(record, sort_keys=True) for record in lines))
        return bool(older)

    def read_items(self) -> dict[str, Item]:
        """Items by id.

        Raises:
            FolderError: The file is missing or damaged.
        """
        found: dict[str, Item] = {}
        for number, record in read_records(self.items):
            _refuse_half_signs(record, f"{self.items}:{number}")
            try:
                item = from_record(record, f"{self.items}:{number}")
                check_demands(item, f"{self.items}:{number}")
            except ItemError as fault:
                raise FolderError(str(fault)) from fault
            found[item.id] = item
        return found

    def write_plan(self, plan: Plan) -> None:
        """Store who is owed which answer, and the rendered prompts, each shared head once."""
        model = plan.fingerprint.model
        write_lines(
            self.plan(model),
            (
                _SORTED.encode({name: getattr(assignment, name) for name in _ASSIGNED})
                for assignment in plan.assignments
            ),
        )
        write_lines(self.prompts(model), prompt_lines(plan))

    def read_plan(self, model: str) -> tuple[Assignment, ...]:
        """Assignments in plan order.

        Raises:
            FolderError: The file is missing or damaged.
        """
        path = self.plan(model)
        known = set(_ASSIGNED)
        adapter = TypeAdapter(Assignment)
        found: list[Assignment] = []
        places: set[tuple[Any, ...]] = set()
        kinds = {strength.partition(":")[0] for strength in STRENGTHS}
        for number, record in read_records(path):
            if set(record) != known:
                raise FolderError(
                    f"{path}:{number}: fields are {sorted(record)}, expected {sorted(known)}"
                )
            _refuse_half_signs(record, f"{path}:{number}")
            try:
                one = adapter.validate_python(record)
            except ValidationError as fault:
                raise FolderError(first_fault(fault, f"{path}:{number}")) from fault
            counts = (record["wording"], record["epoch"])  # `true` passes for 1 elsewhere
            if not all(type(count) is int and 0 <= count <= MOST_COUNTED for count in counts):
                raise FolderError(f"{path}:{number}: wording or epoch is no count, expected one")
            if one.strength.partition(":")[0] not in kinds:
                raise FolderError(
                    f"{path}:{number}: strength is {quoted(one.strength)}, expected one of "
                    f"{', '.join(STRENGTHS)}"
                )
            place = (one.item, one.condition, one.policy, one.wording, one.epoch, one.mode)
            if place in places:
                raise FolderError(
                    f"{path}:{number}: an earlier line asks the same, expected each question once"
                )
            places.add(place)
            shared: dict[str, Any] = {
                k: intern(v) if isinstance(v, str) else v for k, v in record.items()
            }
            found.append(Assignment(**shared))
        if not found:
            raise FolderError(f"{path}: is empty, expected the assignments of a model")
        return tuple(found)

    def read_run(self) -> dict[str, Any]:
        """The resolved spec.

        Raises:
            FolderError: This is no run folder, or one whose run stopped before it was described.
        """
        if not self.root.is_dir():
            raise FolderError(f"{self.root}: is no folder, expected a run folder (with run.yaml)")
        if not self.run_yaml.exists():
            late = "; its run has not got that far: run it again" if self.items.exists() else ""
            raise FolderError(
                f"{self.run_yaml}: is not there, expected a run folder{late or hint_of_logs(self.root)}"
            )
        data = read_yaml(self.run_yaml, FolderError)
        check_run(data, self.run_yaml, FolderError)
        return dict(data)

    def write_run(self, content: Mapping[str, Any]) -> None:
        """Store the resolved spec.

        Raises:
            FolderError: It cannot be written, or could not be read again; what stood there before stays.
        """
        write_atomically(self.run_yaml, self.run_text(content))

    def run_text(self, content: Mapping[str, Any]) -> bytes:
        """What `write_run` would store.

        Raises:
            FolderError: It could not be read again.
        """
        try:
            return plain_yaml(content)
        except ValueError as fault:
            raise FolderError(f"{self.run_yaml}: {fault}") from fault

    def write_frame(self, frame: pd.DataFrame) -> None:
        """Store the verdicts.

        Raises:
            FolderError: They cannot be written; what stood there before stays.
        """
        content = io.BytesIO()
        frame.to_parquet(content, index=False)
        write_atomically(self.root / "verdicts.parquet", content.getvalue())

    def read_frame(self) -> pd.DataFrame:
        """The verdicts again.

        Raises:
            FolderError: The run has not been judged, or the file is damaged or no run's.
        """
        return read_verdicts(self.root / "verdicts.parquet", FolderError)


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file whole or not at all.

    Raises:
        FolderError: It cannot be written; what stood there before stays.
    """
    with _replaced(path) as handle:
        handle.write(content)


@contextmanager
def _replaced(path: Path) -> Iterator[IO[bytes]]:
    try:
        with whole_file(path) as handle:
            yield handle
    except OSError as fault:
        raise FolderError(f"{path}: cannot be written ({fault.strerror})") from fault


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Replace a file of lines whole or not at all."""
    with _replaced(path) as handle:
        handle.writelines(f"{line}\n".encode() for line in lines)


def read_records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """JSON objects of a file with their line numbers, as they are read.

    Raises:
        FolderError: The file is missing or a line is no JSON object.
    """
    try:
        with io.TextIOWrapper(open_regular(path), encoding="utf-8") as handle:
            for number, line in enumerate(handle, start=1):
                record = json.loads(line)
                if not isinstance(record, dict):
                    raise FolderError(f"{path}:{number}: found {line[:40]!r}, expected an object")
                yield number, record
    except FolderError:
        raise
    except (OSError, ValueError, RecursionError) as fault:
        raise FolderError(
            f"{path}: cannot be read ({why(fault)}), expected lines of JSON"
        ) from fault


def _refuse_half_signs(record: Mapping[str, Any], where: str) -> None:
    """JSON can write half of a surrogate pair, which no other file takes."""
    try:
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError as fault:
        raise FolderError(f"{where}: holds half a surrogate pair, expected text") from fault
