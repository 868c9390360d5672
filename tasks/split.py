"""A private part of the bank: groups that are kept out of what is published.

Scores on questions that a model may have been trained on say little. A user who keeps a part unpublished
can compare: a model that does better on the published part than on the private one has
probably seen it. The draw is a hash of seed and group, so the same seed gives the same split on any
machine, and a group that joins the bank later moves few others.
"""

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from lawbound.tasks.bank import (
    CANARY,
    SPLIT_RECORD,
    BankFile,
    FactEntry,
    PolicyEntry,
    bank_files,
    parse_bank_file,
)
from lawbound.tasks.io.safe_files import whole_folder
from lawbound.tasks.io.yaml_files import File, plain_yaml
from lawbound.tasks.item import ItemError

PRIVATE_SHARE = 0.3
"""Least share of each topic's groups that is private."""

Entry = PolicyEntry | FactEntry


@dataclass(frozen=True, slots=True)
class SplitCounts:
    """How many groups and entries went into each part."""

    public_groups: int
    private_groups: int
    public_entries: int
    private_entries: int
    topics: int


def private_groups(topics: Mapping[str, Iterable[str]], seed: str) -> frozenset[str]:
    """The groups to keep back: at least `PRIVATE_SHARE` of each topic's.

    Args:
        topics: Topic -> its groups; a group with several topics is drawn with the first.
        seed: Any text; whoever knows it knows the split.
    """
    homes: dict[str, str] = {}
    for topic, groups in topics.items():
        for group in groups:
            homes.setdefault(group, topic)
    members: dict[str, list[str]] = defaultdict(list)
    for group, topic in homes.items():
        members[topic].append(group)
    kept: set[str] = set()
    for groups in members.values():
        drawn = sorted(groups, key=lambda group: _draw(seed, group))
        kept.update(drawn[: math.ceil(PRIVATE_SHARE * len(drawn))])
    return frozenset(kept)


def split_bank(out: Path, seed: str, *, bank: Path | None = None) -> SplitCounts:
    """Write ``public/`` and ``private/``, two bank folders that together hold every entry once.

    Args:
        out: Folder to make; the split's parameters go to ``private/split.json``.
        seed: Secret of the split.
        bank: A bank folder; None takes the shipped one.

    Raises:
        ItemError: The bank is malformed, the seed is empty, `out` already holds such folders, or a
            file could not be read back.
    """
    if not seed.strip():
        raise ItemError("seed of the split: found an empty text, expected a secret")
    root: File = bank if bank is not None else files("lawbound.tasks") / "bank"
    if not root.is_dir():
        raise ItemError(f"{root}: is no folder, expected a bank")
    for name in ("public", "private"):
        if (out / name).exists():
            raise ItemError(f"{out / name}: exists already, expected a folder without a split")
    banks = {file.name: parse_bank_file(file) for file in bank_files(root)}
    topics: dict[str, list[str]] = defaultdict(list)
    for read in banks.values():
        entries: tuple[Entry, ...] = (*read.items, *read.facts)
        topics[read.topic] += [_group(entry) for entry in entries]
    private = private_groups(topics, seed)
    everything = {group for groups in topics.values() for group in groups}
    if not everything:
        raise ItemError(f"{root}: holds no items, expected a bank")
    # The private part is written first: a published part without it would be a split that nobody
    # can find again.
    with whole_folder(out / "public") as public, whole_folder(out / "private") as draft:
        counts = SplitCounts(
            public_groups=len(everything - private),
            private_groups=len(private),
            public_entries=_write(public, banks, everything - private),
            private_entries=_write(draft, banks, private),
            topics=len(topics),
        )
        record = {"canary": CANARY, "seed": seed, "private_share": PRIVATE_SHARE, **asdict(counts)}
        (draft / SPLIT_RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return counts


def _draw(seed: str, group: str) -> str:
    return hashlib.sha256(json.dumps([seed, group]).encode()).hexdigest()


def _group(entry: Entry) -> str:
    return entry.group or entry.id


def _write(folder: Path, banks: Mapping[str, BankFile], groups: Iterable[str]) -> int:
    wanted = frozenset(groups)
    count = 0
    for name, bank in banks.items():
        items = [entry for entry in bank.items if _group(entry) in wanted]
        facts = [entry for entry in bank.facts if _group(entry) in wanted]
        if not items and not facts:
            continue
        content: dict[str, Any] = {"canary": CANARY, "topic": bank.topic}
        content |= {
            name: _plain(found) for name, found in (("items", items), ("facts", facts)) if found
        }
        try:
            (folder / name).write_bytes(plain_yaml(content))
        except ValueError as fault:
            raise ItemError(f"{name}: as it is written here, it {fault}") from fault
        count += len(items) + len(facts)
    return count


def _plain(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    return [entry.model_dump(mode="json", exclude_unset=True) for entry in entries]
