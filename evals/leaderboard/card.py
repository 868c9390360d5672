"""A leaderboard's results for a model card: values, intervals and the numbers of answers behind them."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import TYPE_CHECKING, Any

from lawbound.evals.leaderboard.table import LeaderboardError
from lawbound.evals.number_text import number_text

if TYPE_CHECKING:
    import pandas as pd

CARD_METRICS = (
    "tradeoff", "J", "policy_tax", "adherence", "excess", "capability_full", "capability_placebo",
)  # fmt: skip
COUNTS: Mapping[str, str] = {
    "n": "answers behind J and capability",
    "unscored": "answers that nobody could read, over all arms",
    "errors": "requests that failed, over all arms",
    "blocked": "answers that a provider's filter blocked, over all arms",
}
"""Column -> what it counts."""


def model_card(board: pd.DataFrame, model: str) -> str:
    """The ``model-index`` block of a Hugging Face model card, as YAML.

    Raises:
        LeaderboardError: The model is not on the board.
    """
    import yaml

    mine = [row for row in board.to_dict(orient="records") if row["model"] == model]
    if not mine:
        found = ", ".join(sorted(set(board["model"])))
        raise LeaderboardError(
            f"leaderboard: model '{model}' is not on it, expected one of {found}"
        )
    card = {"model-index": [{"name": model, "results": [_result(row) for row in mine]}]}
    return str(yaml.safe_dump(card, sort_keys=False, allow_unicode=True))


def _result(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "task": {
            "type": "text-generation",
            "name": f"follows the policy modelled on {row['policy']}",
        },
        "dataset": {
            "type": "lawbound",
            "name": f"Lawbound {row['suite']}",
            "config": str(row["mode"]),
            "revision": f"{row['policy']} {row['policy_version']}",
        },
        "metrics": [
            *(_metric(row, name) for name in CARD_METRICS),
            *(
                {"type": name, "name": f"{name}: {what}", "value": int(row[name])}
                for name, what in COUNTS.items()
            ),
        ],
    }


def _metric(row: Mapping[Any, Any], name: str) -> dict[str, Any]:
    """A value as the console shows it; a missing one is named, not left out."""
    value = float(row[name])
    if isnan(value):
        note = str(row.get(f"{name}_note") or "")
        return {
            "type": name,
            "name": f"{name} [{note}]" if note else name,
            "value": "not stated",
        }
    low, high = (number_text(float(row[f"{name}_{end}"])) for end in ("low", "high"))
    return {
        "type": name,
        "name": f"{name} [95 % interval {low} to {high}]",
        "value": float(number_text(value)),
    }
