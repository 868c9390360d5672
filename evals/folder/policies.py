"""The policies of a run, stored in its folder so that it can be concluded on any machine."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from lawbound.evals.folder.files import FolderError, write_atomically
from lawbound.evals.folder.lmeval_logs import IMPORTED
from lawbound.evals.folder.record import PolicyEntry, RunRecord
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.folder.versions import installed
from lawbound.rubrics.policy.files import CORE, is_namesake, load_policy, shipped
from lawbound.rubrics.policy.policy import Policy, PolicyError
from lawbound.rubrics.policy.record import from_record
from lawbound.tasks.io.yaml_files import plain_yaml, quoted, read_yaml

NEUTRAL = "intl"
"""The neutral reference policy; what it requires of each item stands beside every verdict."""


def check_sizes(policies: Mapping[str, Policy]) -> None:
    """Refuse a policy that is too large to be read back once it is stored; folding in parents makes
    it grow.

    Args:
        policies: Policies by the names they were requested under.

    Raises:
        PolicyError: One is too large.
    """
    for name, policy in policies.items():
        try:
            _text(policy)
        except ValueError as fault:
            raise PolicyError(
                f"policy '{name}': as a run stores it, parents folded in, it {fault}"
            ) from fault


def check_neutral(policies: Mapping[str, Policy]) -> None:
    """Refuse another policy in the place of the neutral reference, with which every verdict of a
    run is compared.

    Args:
        policies: Policies by the names they were requested under.

    Raises:
        PolicyError: One has its id and another text.
    """
    for name, policy in policies.items():
        if policy.id == NEUTRAL and is_namesake(policy.id, policy.digest):
            raise PolicyError(
                f"policy '{name}': has the id '{NEUTRAL}' of the neutral reference, with which every answer is compared, "
                "and says something else, expected another id"
            )


def store_policies(folder: RunFolder, policies: Iterable[Policy]) -> None:
    """Write the text of each policy, parents folded in.

    This comes before a plan is written: whatever stops the run then, the old ``run.yaml`` names
    other digests, so nothing is concluded from a text under which nobody was asked.

    Raises:
        FolderError: One cannot be written; what stood there before stays.
    """
    for policy in policies:
        write_atomically(folder.policy(policy.id), _text(policy))


def run_policies(folder: RunFolder, record: RunRecord) -> dict[str, Policy]:
    """The policies of a run as they were when it was asked, and the neutral reference, by id.

    Args:
        folder: The run folder. If it does not hold a policy's text, as folders from before texts
            were stored do not, the policy is loaded from where the run took it.
        record: What its ``run.yaml`` holds.

    Raises:
        PolicyError: A text is malformed, or the neutral reference cannot be loaded.
        FolderError: A text is not the one that ``run.yaml`` names, or is missing and cannot be
            loaded.
    """
    found, wrote = {}, record.lawbound
    for entry in record.policies:
        path = folder.policy(entry.id)
        found[entry.id] = (
            _stored(path, entry, wrote) if path.exists() else _loaded(path, entry, wrote)
        )
    if NEUTRAL not in found:
        found[NEUTRAL] = load_policy(NEUTRAL)
    return found


def changed_since(folder: RunFolder, record: RunRecord) -> Iterator[str]:
    """One line for each policy whose source now says something else than the run used."""
    for entry in record.policies:
        if not folder.policy(entry.id).exists():
            continue
        try:
            now = load_policy(entry.typed)
        except (PolicyError, OSError):
            continue  # gone, or another machine's: the text is in the folder
        if now.id == entry.id and now.digest != entry.digest:
            yield (
                f"policy '{now.id}': {origin(entry.typed)} says something else now; judged by the text "
                "that this run was asked under (run it again to ask under the other)"
            )


def namesakes(record: RunRecord) -> Iterator[str]:
    """One line for each policy that came from a file, has the id of a shipped one, and differs from
    it.

    A policy that was requested by that id was the shipped one, whatever a later version ships.
    """
    for entry in record.policies:
        if entry.typed != entry.id and entry.digest and is_namesake(entry.id, entry.digest):
            yield (
                f"policy '{entry.id}' is not the one that is shipped under this id, but a file that says something "
                f"else: its rows are not to be read as those of the shipped '{entry.id}' (an id of its own tells "
                "them apart)"
            )


def origin(name: str) -> str:
    """Where a policy's name leads from here: a path is kept as it was typed, and may exist in
    another folder too."""
    return f"'{name}' as installed" if name in (*shipped(), CORE) else os.path.realpath(name)


def _text(policy: Policy) -> bytes:
    return plain_yaml(policy.record())


def _stored(path: Path, entry: PolicyEntry, wrote: str) -> Policy:
    policy = from_record(read_yaml(path, PolicyError), str(path))
    for what, found, named in (
        ("id", policy.id, entry.id),
        ("version", policy.version, entry.version),
        ("digest", policy.digest, entry.digest),
    ):
        if found != named:
            raise FolderError(
                f"{path}: found the {what} '{found}', expected '{named}' as in run.yaml: the text was "
                f"changed, or a run under another text did not get to its end (run that again){_other(wrote)}"
            )
    return policy


def _loaded(path: Path, entry: PolicyEntry, wrote: str) -> Policy:
    """The policy from where the run took it, if its folder does not hold the text."""
    try:
        policy = load_policy(entry.typed)
    except PolicyError as fault:
        raise FolderError(f"{path}: is not there, and read instead: {fault}") from fault
    instead = f"{path}: is not there, and {origin(entry.typed)}, read instead,"
    if policy.id != entry.id:
        raise FolderError(f"{instead} holds '{policy.id}', expected '{entry.id}'")
    if policy.version != entry.version:
        raise FolderError(
            f"{instead} is version {policy.version}, expected {entry.version} as in run.yaml"
        )
    if entry.digest not in ("", policy.digest):
        raise FolderError(
            f"{instead} says something else than when it was asked, under the same version "
            f"{policy.version}, expected the digest in run.yaml{_other(wrote)}"
        )
    return policy


def _other(wrote: str) -> str:
    """What to add if another version wrote the folder: it may have read a policy differently."""
    now = installed("lawbound")
    if wrote in ("", now):
        return ""
    if wrote == IMPORTED:
        return "; another version than this may have asked in lm-eval, and digests may differ between versions"
    return f"; the folder is of Lawbound {quoted(wrote)}, this is {now}, and digests may differ between versions"
