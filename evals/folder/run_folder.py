"""The run folder: what a run leaves behind, so that every number can be traced and scored again."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from lawbound.evals.folder.asked import suite_hash
from lawbound.evals.folder.checks import ASSIGNED, assignments, check_text
from lawbound.evals.folder.concluded import check_suite_hash
from lawbound.evals.folder.digests import (
    ITEMS,
    OnDigest,
    are_replaced,
    check_digests,
)
from lawbound.evals.folder.files import FolderError, read_records, write_atomically, write_lines
from lawbound.evals.folder.lmeval_logs import hint_of_logs
from lawbound.evals.folder.paths import RunPaths
from lawbound.evals.folder.prompts import prompt_lines
from lawbound.evals.folder.record import RunRecord, read_record
from lawbound.evals.folder.verdicts import read_verdicts
from lawbound.rubrics.answers.constraints import check_demands
from lawbound.runners.plan import Assignment, Plan
from lawbound.tasks.io.hashes import digest_of
from lawbound.tasks.io.yaml_files import plain_yaml, read_yaml
from lawbound.tasks.item import Item, ItemError
from lawbound.tasks.records import from_record, to_record

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


_ANEW = (
    "`lawbound run` as before (its --judge, too) writes it anew and asks only what is missing; of lm-eval's logs, "
    "`lawbound score`"
)
_WAY_ON = f"remove it, and {_ANEW}"
_SORTED = json.JSONEncoder(sort_keys=True)


@dataclass(frozen=True, slots=True)
class RunFolder(RunPaths):
    """A run folder: its files are written and read here, and checked before they are believed."""

    def write_items(self, items: Iterable[Item], on_digest: OnDigest | None = None) -> None:
        """Store the questions.

        Args:
            items: The questions.
            on_digest: Is called with the digest before they are stored.
        """
        self._write_lines(self.items, map(_SORTED.encode, map(to_record, items)), on_digest)

    def add_items(
        self, items: Sequence[Item], on_digest: OnDigest | None = None, *, keep: bool = True
    ) -> bool:
        """Store the questions and keep those that only older plans name.

        Args:
            items: The questions.
            on_digest: Is called with the digest before they are stored.
            keep: Whether the present file can be trusted.

        Returns:
            Whether there are any that only older plans name. A damaged file has none: no plan can
            be read with it.

        Raises:
            FolderError: They cannot be written; what stood there before stays.
        """
        new = {item.id for item in items}
        older: list[dict[str, Any]] = []
        if keep and self.items.exists():
            with suppress(FolderError):
                older = [
                    record
                    for _, record in read_records(self.items)
                    if str(record.get("id")) not in new
                ]
        lines = [*map(to_record, items), *older]
        self._write_lines(self.items, map(_SORTED.encode, lines), on_digest)
        return bool(older)

    def _write_lines(self, path: Path, lines: Iterable[str], on_digest: OnDigest | None) -> None:
        name = path.relative_to(self.root).as_posix()
        write_lines(path, lines, (lambda digest: on_digest(name, digest)) if on_digest else None)

    def read_items(self) -> dict[str, Item]:
        """Items by id.

        Raises:
            FolderError: The file is missing or damaged.
        """
        found: dict[str, Item] = {}
        for number, record in read_records(self.items):
            check_text(record, f"{self.items}:{number}")
            try:
                item = from_record(record, f"{self.items}:{number}")
                check_demands(item, f"{self.items}:{number}")
            except ItemError as fault:
                raise FolderError(str(fault)) from fault
            found[item.id] = item
        return found

    def write_plan(self, plan: Plan, on_digest: OnDigest | None = None) -> None:
        """Store which answers one model owes, and the rendered prompts, each shared head once.

        Args:
            plan: The plan of one model.
            on_digest: Is called with the digest of the assignments before they are stored.
        """
        model = plan.fingerprint.model
        lines = (
            _SORTED.encode({name: getattr(assignment, name) for name in ASSIGNED})
            for assignment in plan.assignments
        )
        self._write_lines(self.plan(model), lines, on_digest)
        write_lines(self.prompts(model), prompt_lines(plan))

    def read_plan(self, model: str) -> tuple[Assignment, ...]:
        """Assignments in plan order.

        Raises:
            FolderError: The file is missing or damaged.
        """
        path = self.plan(model)
        return assignments(read_records(path), path)

    def read_run(self) -> RunRecord:
        """The content of ``run.yaml``: the run's spec, who answered, who judged, digests.

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
        try:
            content = read_yaml(self.run_yaml, FolderError)
        except FolderError as fault:
            if not isinstance(fault.__cause__, OSError):
                raise FolderError(f"{fault}; {_WAY_ON}") from fault
            if self.run_yaml.is_file():
                raise
            raise FolderError(f"{fault}; move it away, and {_ANEW}") from fault
        if content is None:
            raise FolderError(f"{self.run_yaml}: is empty; {_WAY_ON}")
        try:
            return read_record(content, self.run_yaml)
        except FolderError as fault:
            if not _is_part(content, fault):
                raise
            raise FolderError(f"{fault}; {_WAY_ON}") from fault

    def write_run(self, record: RunRecord) -> None:
        """Write ``run.yaml``.

        Raises:
            FolderError: It cannot be written, or could not be read back; what stood there before
                stays.
        """
        write_atomically(self.run_yaml, self.run_text(record))

    def run_text(self, record: RunRecord) -> bytes:
        """What `write_run` would store.

        Raises:
            FolderError: It could not be read back.
        """
        try:
            return plain_yaml(record.content())
        except ValueError as fault:
            raise FolderError(f"{self.run_yaml}: {fault}") from fault

    def check_files(self, record: RunRecord, *results: str) -> None:
        """Refuse files that were changed since the run was asked or concluded, see `check_digests`.

        Args:
            record: Content of ``run.yaml``.
            results: Names of concluded files that are about to be read.

        Raises:
            FolderError: The first changed file.
        """
        asked = (ITEMS, *self._plans(record))
        check_digests(self.root, record.digests, asked, results)
        self._check_suite(record)

    def check_described(self, record: RunRecord, *, items: bool) -> None:
        """The same check before something is concluded: ``run.yaml`` does not describe a stopped
        run's plan.

        Args:
            record: Content of ``run.yaml``.
            items: Whether to check the questions too. Their file keeps the older run's questions
                beside the new ones, so it is refused only if a question has changed.

        Raises:
            FolderError: The first file that was changed, or that a stopped run wrote.
        """
        plans = self._plans(record)
        check_digests(
            self.root,
            record.digests,
            (ITEMS, *plans),
            (),
            described=(ITEMS, *plans) if items else plans,
        )
        self._check_suite(record)

    def is_being_replaced(self, record: RunRecord) -> bool:
        """Whether ``run.yaml`` still describes the earlier run: no model of a later one is asked
        completely.

        Args:
            record: Content of ``run.yaml``.
        """
        return are_replaced(self.root, record.digests, self._plans(record))

    def _check_suite(self, record: RunRecord) -> None:
        check_suite_hash(self.root, record.digests, suite_hash(record))

    def _plans(self, record: RunRecord) -> tuple[str, ...]:
        return tuple(self.plan_name(entry.model) for entry in record.models)

    def check_result(self, name: str) -> None:
        """The same check for one concluded file; without a ``run.yaml`` nothing is known of it.

        Raises:
            FolderError: The file, or one that says what was asked, was changed.
        """
        if self.run_yaml.exists():
            self.check_files(self.read_run(), name)

    def write_frame(self, frame: pd.DataFrame) -> str:
        """Store the verdicts.

        Returns:
            The file's digest.

        Raises:
            FolderError: They cannot be written; what stood there before stays.
        """
        content = io.BytesIO()
        frame.to_parquet(content, index=False)
        write_atomically(self.verdicts, content.getvalue())
        return digest_of(content.getvalue())

    def read_frame(self) -> pd.DataFrame:
        """Read the verdicts.

        Raises:
            FolderError: The run has not been judged, or the file is damaged, was changed, or is no run's.
        """
        self.check_result(self.verdicts.name)
        return read_verdicts(self.verdicts)


def _is_part(content: object, fault: FolderError) -> bool:
    """Whether something is missing from a record, as where a file was cut."""
    if not isinstance(content, dict):
        return True
    if not isinstance(fault.__cause__, ValidationError):
        return False
    return any(one["type"] == "missing" for one in fault.__cause__.errors(include_url=False))
