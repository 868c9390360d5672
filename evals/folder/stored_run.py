"""A run read from its folder: everything that judging and concluding need."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.policies import run_policies
from lawbound.evals.folder.record import RunRecord
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.folder.versions import installed
from lawbound.rubrics.policy.policy import Policy
from lawbound.runners.collector import paused_collector
from lawbound.runners.sample import Sample
from lawbound.runners.store import read_samples
from lawbound.tasks.bank import digest, load_bank
from lawbound.tasks.io.yaml_files import quoted
from lawbound.tasks.item import Item


@dataclass(frozen=True, slots=True)
class StoredRun:
    """What was asked under which policies, and the answers."""

    folder: RunFolder
    record: RunRecord
    """Content of ``run.yaml``, before it is judged anew."""
    items: Mapping[str, Item]
    policies: Mapping[str, Policy]
    """Every policy that judges, the neutral reference included, by id."""
    samples: Mapping[str, Mapping[str, Sample]]
    """Model label -> request key -> sample."""


def stored_run(folder: RunFolder, record: RunRecord) -> StoredRun:
    """Read a run.

    Args:
        folder: The run folder, locked by the caller.
        record: Content of its ``run.yaml``.

    Raises:
        FolderError: A file is missing or damaged, was changed since the run was asked, or was left
            by another run that was stopped; or a question differs from the installed bank, if
            ``run.yaml`` names that bank.
        PolicyError: The stored text of a policy is malformed, or a policy cannot be loaded.
    """
    bank = load_bank()
    is_installed = digest(bank) == record.bank
    # Questions of the installed bank need not be taken from the file: this version draws the same
    # ones again.
    folder.check_described(
        record, items=not (is_installed and record.lawbound == installed("lawbound"))
    )
    items = folder.read_items()
    if is_installed:
        _check_against_bank(items, bank, digest(bank), folder.items)
    policies = run_policies(folder, record)
    with paused_collector():
        samples = {m.model: read_samples(folder.samples(m.model)) for m in record.models}
    return StoredRun(folder, record, items, policies, samples)


def _check_against_bank(
    items: Mapping[str, Item], bank: Collection[Item], named: str, path: Path
) -> None:
    """Refuse questions that differ from the installed bank; another bank cannot be checked here."""
    known, written = {item.id: item for item in bank}, {item.source for item in bank}
    for item in items.values():
        true = known.get(item.id)
        if true is None and item.source in written:
            raise FolderError(
                f"{path}: found the item {quoted(item.id)} of {item.source}, expected one of the bank that "
                f"run.yaml names ('{named}', as installed)"
            )
        if true is not None and true != item:
            name = next(
                f.name for f in fields(Item) if getattr(true, f.name) != getattr(item, f.name)
            )
            raise FolderError(
                f"{path}: item '{item.id}': {name}: found {quoted(getattr(item, name))}, expected "
                f"{quoted(getattr(true, name))} as in the bank that run.yaml names ('{named}', as installed)"
            )
