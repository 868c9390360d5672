"""What the report's tables hold: plain rows, ready for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from lawbound.evals.estimate import Estimate

RULE_METRICS = ("adherence", "excess", "over_refusal", "j", "duty")


def headline_rows(leaderboard: pd.DataFrame) -> list[dict[str, Any]]:
    """The leaderboard as it stands in the CSV, row by row."""
    return [
        {str(name): _cell(value) for name, value in row.items()}
        for row in leaderboard.to_dict(orient="records")
    ]


def rule_rows(estimates: Sequence[Estimate]) -> list[dict[str, Any]]:
    """Every estimate of a single rule at strength ``full``."""
    return [
        {
            "model": e.model,
            "policy": e.policy,
            "rule": e.slice.removeprefix("rule="),
            "metric": e.metric,
            "value": e.value,
            "low": e.low,
            "high": e.high,
            "n": e.n,
            "clusters": e.clusters,
            "note": e.note,
        }
        for e in estimates
        if e.slice.startswith("rule=") and e.strength == "full" and e.metric.lower() in RULE_METRICS
    ]


def _cell(value: Any) -> Any:
    """A JSON value; numpy scalars become Python's own."""
    plain = value.item() if hasattr(value, "item") else value
    return None if isinstance(plain, float) and plain != plain else plain
