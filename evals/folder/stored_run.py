"""A run as its folder holds it: everything that judging and concluding start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lawbound.evals.folder.policies import run_policies
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.rubrics.policy.policy import Policy
from lawbound.runners.collector import paused_collector
from lawbound.runners.sample import Sample
from lawbound.runners.store import read_samples
from lawbound.tasks.item import Item


@dataclass(frozen=True, slots=True)
class StoredRun:
    """What was asked under which policies, and the answers."""

    folder: RunFolder
    record: dict[str, Any]
    """Content of ``run.yaml``; judging enters who judged."""
    items: Mapping[str, Item]
    policies: Mapping[str, Policy]
    """Every policy that judges, the neutral reference included, by id."""
    samples: Mapping[str, Mapping[str, Sample]]
    """Model label -> request key -> sample."""


def stored_run(folder: RunFolder, record: dict[str, Any]) -> StoredRun:
    """Read a run.

    Args:
        folder: The run folder, locked by the caller.
        record: Content of its ``run.yaml``.

    Raises:
        FolderError: A file is missing or damaged.
        PolicyError: The stored text of a policy is malformed, or a policy cannot be loaded.
    """
    items = folder.read_items()
    policies = run_policies(folder, record)
    with paused_collector():
        samples = {m["model"]: read_samples(folder.samples(m["model"])) for m in record["models"]}
    return StoredRun(folder, record, items, policies, samples)
