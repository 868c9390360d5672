"""Stored answers that no metric could use, each counted once per row of the leaderboard."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from lawbound.evals.metrics.inputs import BLOCKED, ERROR, UNSCORED, is_unread, status_of
from lawbound.evals.metrics.tally import Tally

if TYPE_CHECKING:
    import pandas as pd

RowKey = tuple[str, str, str]
"""Model, policy, mode."""
LeftOut = Mapping[RowKey, Tally]
NOTHING: Final[LeftOut] = MappingProxyType({})


def answers_left_out(frame: pd.DataFrame) -> dict[RowKey, Tally]:
    """How many answers failed, were blocked or could not be judged, over all arms of each model x
    policy x mode.

    An answer counts once, whatever rules and metrics ask for it, and open items count as well.
    Reasoning asked in another mode does not belong to a row. Unscored means that nobody could read
    it, or that a program failed to check it; an answer in a language that the grader cannot read is scored if a
    program could check it.

    Args:
        frame: The verdicts of a run.
    """
    found: dict[RowKey, Tally] = {}
    columns = [
        "model", "policy", "key", "kind", "mode", "behaviour", "score", "fault", "error", "blocked",
    ]  # fmt: skip
    for (model, policy), rows in frame[columns].groupby(["model", "policy"], sort=False):
        once = rows.drop_duplicates("key")
        is_reasoning = once["kind"] == "reasoning"
        for mode in sorted(set(once.loc[is_reasoning, "mode"])) or ["generate"]:
            found[str(model), str(policy), str(mode)] = _tally(
                once[~is_reasoning | (once["mode"] == mode)]
            )
    return found


def _tally(answers: pd.DataFrame) -> Tally:
    status = status_of(
        unread=is_unread(
            (answers["behaviour"] == "unscored").to_numpy(dtype=bool),
            answers["score"].to_numpy(dtype=float),
            (answers["fault"] != "").to_numpy(dtype=bool),
        ),
        failed=answers["error"].to_numpy(dtype=bool),
        blocked=answers["blocked"].to_numpy(dtype=bool),
    )
    unscored, failed, blocked = (int((status == why).sum()) for why in (UNSCORED, ERROR, BLOCKED))
    return Tally(unscored, failed, blocked, len(answers))
