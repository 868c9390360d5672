"""Merging the leaderboards of several runs, and refusing runs that cannot be compared."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lawbound.evals.columns import LEADERBOARD, SCHEMA_VERSION, SOURCES
from lawbound.evals.folder.asked import differing_values, drawn_beside
from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.plausible import faults
from lawbound.evals.folder.reading import read_table
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.folder.versions import is_newer
from lawbound.evals.leaderboard.table import LeaderboardError, rank_rows, table_of

if TYPE_CHECKING:
    import pandas as pd

    from lawbound.evals.folder.record import RunRecord

COMPARED = ("schema_version", "suite_hash", "scorer_version")
"""Columns in which ranked runs must agree; policy versions are compared policy by policy."""
_RANKED = ("rank", "rank_low", "rank_high", "front")
_COUNTED = ("n", "clusters", "unscored", "errors", "blocked")
_SEED = "another seed draws other items, --epochs repeats the same ones"
_OLDER = " (of columns, and of how numbers are made: `lawbound score RUN` writes an older run anew)"
_NEWER = " (of columns, and of how numbers are made: a newer Lawbound wrote one of them, and upgrading reads both)"
_LEAST = {
    "rank": 1, "rank_low": 1, "rank_high": 1, "front": 1,
    "n": 0, "clusters": 0, "unscored": 0, "errors": 0, "blocked": 0,
}  # fmt: skip


def read_board(path: Path) -> pd.DataFrame:
    """A ``leaderboard.csv`` as it was written.

    Raises:
        LeaderboardError: It cannot be read, its columns are not the current ones, or a number cannot be.
        FolderError: It was changed since it was concluded, or the run's questions or plan were since they were asked.
    """
    return table_of(read_table(path, LEADERBOARD, _faults, LeaderboardError), LEADERBOARD)


def run_names(folders: Sequence[Path]) -> tuple[str, ...]:
    """A name for each run: its folder's name, preceded by as many parents as it takes to tell them
    apart.

    Raises:
        LeaderboardError: A folder is given twice.
    """
    whole = [Path(os.path.realpath(folder)) for folder in folders]  # resolve() raises on a loop
    for place in whole:
        if whole.count(place) > 1:
            raise LeaderboardError(f"leaderboard: {place} is named twice, expected each run once")
    for depth in range(1, max((len(place.parts) for place in whole), default=0)):
        names = tuple("/".join(place.parts[-depth:]) for place in whole)
        if len(set(names)) == len(names):
            return names
    return tuple(map(str, whole))


def merge_boards(
    boards: Mapping[str, pd.DataFrame],
    *,
    allow_mixed: bool = False,
    by_run: bool = False,
    folders: Mapping[str, Path] | None = None,
) -> pd.DataFrame:
    """Rank the models of many runs together; the order of the runs decides that of the policies alone.

    Args:
        boards: Name of the run -> its leaderboard.
        allow_mixed: Merge although suites, policy versions or scorers differ, and mark every row.
        by_run: Treat a model of several runs as several, each called ``MODEL (RUN)``.
        folders: Name of the run -> its folder, so that it is known which policies were asked
            together, and a refusal can say how runs differ.

    Raises:
        LeaderboardError: Runs differ and that was not allowed, or two of them have the same model.
    """
    shared = _in_several(boards) if by_run else frozenset()
    every: list[tuple[str, dict[str, Any]]] = [
        (name, {str(key): value for key, value in record.items()})
        for name, board in sorted(boards.items(), key=lambda one: one[0])
        for record in board.to_dict(orient="records")
    ]
    runs = _runs(folders or {})
    plain = [row for _, row in every]
    differing = [*_differing(plain), *_drawn_otherwise(runs)]
    apart = _references_apart(plain) if differing else frozenset()
    rows: list[dict[str, Any]] = []
    seen: dict[tuple[str, str, str], str] = {}
    for name, row in every:
        if row["model"] in shared or _place(row) in apart:
            row["model"] = f"{row['model']} ({name})"
        place = _place(row)
        if place in seen and row["is_reference"]:
            continue
        if place in seen:
            hint = "" if by_run else " (--by-run takes it for a model of each)"
            raise LeaderboardError(
                f"leaderboard: model '{row['model']}' stands in both {seen[place]} and {name} "
                f"under '{row['policy']}', expected it once{hint}"
            )
        seen[place] = name
        rows.append(row | {"run": name} | dict.fromkeys(_RANKED))
    if differing and not allow_mixed:
        differences = "; ".join(
            name + (_explained(name, plain, runs) if name in COMPARED else "") for name in differing
        )
        raise LeaderboardError(
            f"leaderboard: runs {', '.join(boards)} differ in {differences}, expected the "
            "same (--force merges them anyway and says so in every row)"
        )
    for row in rows:
        row["comparability"] = "mixed: " + "; ".join(differing) if differing else ""
    policies = list(dict.fromkeys(one for board in boards.values() for one in board["policy"]))
    return table_of(rank_rows(rows, policies), LEADERBOARD)


def _place(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["policy"], row["mode"], row["model"]


def _references_apart(rows: Sequence[Mapping[str, Any]]) -> frozenset[tuple[str, str, str]]:
    """Reference models that have other numbers in one run than in another."""
    numbers: dict[tuple[str, str, str], set[str]] = {}
    for row in rows:
        if row["is_reference"]:
            own = [row[name] for name in (*_COUNTED, *_measured())]
            numbers.setdefault(_place(row), set()).add(repr(own))
    return frozenset(place for place, found in numbers.items() if len(found) > 1)


def _measured() -> list[str]:
    """The columns of all figures: values, and what stands beside them."""
    return [
        name
        for source in SOURCES
        for name in (source.column, *[f"{source.column}_{extra}" for extra in source.extras])
    ]


def _explained(name: str, rows: Sequence[Mapping[str, Any]], runs: Mapping[str, RunRecord]) -> str:
    """What a difference in a column means; for `suite_hash`, the values that differ, if the runs
    still hold them."""
    if name == "schema_version":
        is_any_newer = any(is_newer(row[name], SCHEMA_VERSION) for row in rows)
        return _NEWER if is_any_newer else _OLDER
    if name != "suite_hash":
        return ""
    values = differing_values(runs)
    if not values:
        return f" (of suite, seed, settings, limit and bank: {_SEED})"
    draws = len({run.seed for run in runs.values()}) > 1
    return f" ({values}{f': {_SEED}' if draws else ''})"


def _runs(folders: Mapping[str, Path]) -> dict[str, RunRecord]:
    """What the runs' records hold; empty if one is damaged, since boards can be merged without."""
    found = {name: RunFolder(folder) for name, folder in folders.items()}
    try:
        return {name: run.read_run() for name, run in found.items() if run.run_yaml.exists()}
    except FolderError:
        return {}


def _drawn_otherwise(runs: Mapping[str, RunRecord]) -> list[str]:
    """Policies that were asked something else under one suite, since others were asked beside them."""
    beside: dict[str, set[frozenset[str]]] = {}
    for run in runs.values():
        for policy, others in drawn_beside(run).items():
            beside.setdefault(policy, set()).add(others)
    return [
        f"items of {policy} (what it differs on from the others asked)"
        for policy, sets in sorted(beside.items())
        if len(sets) > 1
    ]


def _in_several(boards: Mapping[str, pd.DataFrame]) -> frozenset[str]:
    """Real models that more than one run has asked."""
    known = [set(board.loc[~board["is_reference"], "model"]) for board in boards.values()]
    return frozenset(one for names in known for one in names if sum(one in n for n in known) > 1)


def _differing(rows: list[dict[str, Any]]) -> list[str]:
    found = [name for name in COMPARED if len({str(row[name]) for row in rows}) > 1]
    for policy in dict.fromkeys(row["policy"] for row in rows):
        for name in ("policy_version", "policy_digest"):
            if len({str(row[name]) for row in rows if row["policy"] == policy}) > 1:
                found.append(f"{name} of {policy}")
                break  # another version states another difference
    return found


def _faults(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Which cells are impossible, and what was expected."""
    for source in SOURCES:
        names = {"value": source.column} | {e: f"{source.column}_{e}" for e in source.extras}
        names.pop("note", None)
        numbers = {field: row[name] for field, name in names.items()}
        for field, expected in faults(source.metric, numbers):
            yield names[field], expected
    for name, least in _LEAST.items():
        if row[name] is not None and row[name] < least:
            yield name, f"{least} or more"
    rank, low, high = (row[name] for name in ("rank", "rank_low", "rank_high"))
    if None not in (rank, low, high) and not low <= rank <= high:
        yield "rank", f"{low} to {high} (rank_low to rank_high)"
