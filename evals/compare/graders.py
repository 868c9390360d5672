"""Who read the answers of two runs: a different reader looks like a different model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lawbound.evals.compare.pairs import Pairs
from lawbound.evals.folder.paths import RunPaths
from lawbound.evals.leaderboard.merge import read_board
from lawbound.evals.metrics.inputs import Mask, Rows

if TYPE_CHECKING:
    import pandas as pd


class Readers:
    """Who read each answer of a frame: ``offline`` or ``judge``; empty if the frame does not say."""

    def __init__(self, frame: pd.DataFrame) -> None:
        """Look up the readers by policy, request and item."""
        named = ("policy", "key", "item")
        self._known: dict[tuple[str, str, str], str] = {}
        if "graded_by" in frame:
            places = zip(*(frame[name].tolist() for name in named), strict=True)
            self._known = dict(zip(places, frame["graded_by"].tolist(), strict=True))

    def of(self, policy: str, rows: Rows) -> list[str]:
        """The reader of each row, under this policy."""
        places = zip(rows["key"].tolist(), rows["item"].tolist(), strict=True)
        return [self._known.get((policy, key, item), "") for key, item in places]


def read_otherwise(pairs: Pairs, readers: Sequence[Readers]) -> Mask:
    """Which pairs have one answer read by the grader and the other by a panel of judges."""
    one, two = (
        np.array(reader.of(pairs.policy, rows), dtype=object)
        for reader, rows in zip(readers, (pairs.first, pairs.second), strict=True)
    )
    found: Mask = (one != two) & (one != "") & (two != "")
    return found


def other_graders(folders: Sequence[Path], names: Sequence[str]) -> Iterator[str]:
    """A sentence if two runs were not concluded by the same version of the graders, or by another panel.

    Raises:
        LeaderboardError: A ``leaderboard.csv``, which names the readers, cannot be read.
    """
    boards = [RunPaths(folder).leaderboard for folder in folders]
    if not all(board.exists() for board in boards):
        return
    found = [" and ".join(sorted(set(read_board(board)["scorer_version"]))) for board in boards]
    if found[0] != found[1]:
        yield (
            f"The answers were read by other graders (scorer_version {found[0]} in {names[0]}, "
            f"{found[1]} in {names[1]}): a difference may be the graders' and not the models'; "
            "`lawbound score` with one --judge for both, or with --judge none, reads them alike."
        )
