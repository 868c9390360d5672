"""What was asked in a run, and how. Runs that differ in this cannot be compared, and the refusal
says what differs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from lawbound.evals.folder.lmeval_logs import IMPORTED
from lawbound.evals.folder.record import RunRecord
from lawbound.tasks.io.hashes import digest_of
from lawbound.tasks.io.yaml_files import quoted

_SHOWN = 3
"""Most differences that a refusal names; beyond that the runs have little in common anyway."""


def suite_hash(run: RunRecord) -> str:
    """Digest of what was asked, and how: runs that differ in it are not repeats of each other."""
    text = json.dumps(what_was_asked(run), sort_keys=True, separators=(",", ":"), default=str)
    return digest_of(text.encode())


def what_was_asked(run: RunRecord) -> dict[str, Any]:
    """The parts of a ``run.yaml`` that `suite_hash` stands for, by name."""
    return {
        "seed": run.seed,
        "settings": run.settings,
        "bank": run.bank,
        "suite": run.suite.content(),
        # The limit also decides which items of the same suite were asked.
        "limit": run.spec.get("limit"),
    }


def drawn_beside(run: RunRecord) -> dict[str, frozenset[str]]:
    """For each policy, the policies that its items were drawn by; empty unless the suite asks what
    they differ on."""
    select = run.suite.content().get("select")
    parts = select if isinstance(select, list) else []
    if not any(isinstance(part, Mapping) and part.get("pick") == "differ" for part in parts):
        return {}
    every = frozenset(entry.id for entry in run.policies)
    is_alone = run.lawbound == IMPORTED  # a task of lm-eval has one policy
    return {policy: frozenset([policy]) if is_alone else every for policy in every}


def differing_values(runs: Mapping[str, RunRecord]) -> str:
    """How the first two differing runs differ, with both values; empty if all agree.

    Args:
        runs: Name of the run -> what its ``run.yaml`` holds.
    """
    names = list(runs)
    for other in names[1:]:
        pair = [what_was_asked(runs[name]) for name in (names[0], other)]
        suites = [runs[name].suite.id for name in (names[0], other)]
        if suites[0] != suites[1]:
            pair = [{"suite": suite} for suite in suites]
        found = [
            f"{place} is {value_text(one)} in {names[0]} and {value_text(two)} in {other}"
            for place, one, two in differences(pair[0], pair[1])
        ]
        if found:
            more = f", and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
            return ", ".join(found[:_SHOWN]) + more
    return ""


def differences(
    first: Mapping[str, Any], second: Mapping[str, Any], at: str = ""
) -> Iterator[tuple[str, Any, Any]]:
    """The values in which two records differ: the name, led by what encloses it, and both
    values."""
    for name in sorted(first.keys() | second.keys()):
        one, two = first.get(name), second.get(name)
        # A record that is missing on one side differs value by value, too.
        records = [{} if value in (None, []) else value for value in (one, two)]
        if one != two and all(isinstance(record, Mapping) for record in records):
            yield from differences(records[0], records[1], f"{at}{name}.")
        elif one != two:
            yield f"{at}{name}", one, two


def value_text(found: Any) -> str:
    """A value as a line of text names it."""
    return "none" if found in (None, []) else quoted(found)
