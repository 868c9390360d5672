"""Tables of the leaderboard: ranks with their uncertainty, and the bytes of the CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lawbound.evals.columns import Column
from lawbound.evals.metrics.tradeoff import Point, fronts
from lawbound.rubrics.calibration.intervals import settled
from lawbound.tasks.io.csv_cells import inert
from lawbound.tasks.io.errors import LawboundError

if TYPE_CHECKING:
    import pandas as pd

_DECISIVE = ("tradeoff", "tradeoff_low", "tradeoff_high", "J", "J_low", "J_high", "policy_tax")
"""Columns that decide fronts and ranks."""


class LeaderboardError(LawboundError, ValueError):
    """Runs cannot be merged, or a leaderboard file has a fault."""


def rank_rows(
    rows: Sequence[Mapping[str, Any]], policies: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Fill front and ranks, and sort: policy, mode, then rank, tradeoff and J, reference rows last.

    Only rows of one policy and one mode are ranked against each other. Numbers are compared as the CSV
    keeps them: a rest that summation leaves decides nothing, and a board that is read again is ranked alike.
    """
    order = {name: i for i, name in enumerate(policies)}
    boards: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        boards.setdefault((row["policy"], row["mode"]), []).append(dict(row))
    done = []
    for which in sorted(boards, key=lambda k: (order.get(k[0], len(order)), k)):
        board = boards[which]
        _fill_ranks([row for row in board if not row["is_reference"]])
        done += sorted(board, key=_sort_key)
    return done


def csv_bytes(table: pd.DataFrame) -> bytes:
    """The same bytes for the same numbers on any machine: six significant digits, no times, no CR."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    # Missing integers are pandas' NA, missing numbers nan: both are an empty cell.
    known = table.astype(object).where(table.notna(), None)
    for record in known.itertuples(index=False, name=None):
        writer.writerow([cell(value) for value in record])
    return out.getvalue().encode("utf-8")


def cell(value: Any) -> str:
    """One CSV cell: nan is empty, text that a spreadsheet would run is neutralised."""
    if hasattr(value, "item"):
        value = value.item()
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{settled(value):.6g}"
    return inert(str(value))


def table_of(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> pd.DataFrame:
    """Rows with the declared columns and types."""
    import pandas as pd

    kinds = {"string": "object", "number": "float64", "boolean": "bool", "integer": "Int64"}
    return pd.DataFrame(
        {c.name: pd.Series([row[c.name] for row in rows], dtype=kinds[c.type]) for c in columns}
    )


def _fill_ranks(rows: Sequence[dict[str, Any]]) -> None:
    kept = [{name: _as_kept(row[name]) for name in _DECISIVE} for row in rows]
    points = [Point(r["model"], k["J"], k["policy_tax"]) for r, k in zip(rows, kept, strict=True)]
    for row, front in zip(rows, fronts(points), strict=True):
        row["front"] = front or None
    ranked = [(row, k) for row, k in zip(rows, kept, strict=True) if not math.isnan(k["tradeoff"])]
    for row, own in ranked:
        better = sum(_beats(other, own) for _, other in ranked)
        worse = sum(_beats(own, other) for _, other in ranked)
        row["rank"] = row["rank_low"] = 1 + better
        row["rank_high"] = len(ranked) - worse


def _as_kept(value: float) -> float:
    """A number as the CSV keeps it."""
    return float(cell(value) or math.nan)


def _beats(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Better beyond doubt: by the tradeoff, or by J over a model that certainly has no tradeoff
    above 0.

    Never by the signed product: where J is below 0 it falls with capability, so that of two models
    that fail equally the less capable one would win.
    """
    has_none = other["tradeoff_high"] == 0
    return _exceeds(one, other, "tradeoff") or (has_none and _exceeds(one, other, "J"))


def _exceeds(one: Mapping[str, float], other: Mapping[str, float], column: str) -> bool:
    """Whether the MOVER interval of the difference is above 0."""
    a, b = one[column], other[column]
    reach = math.hypot(a - one[f"{column}_low"], other[f"{column}_high"] - b)
    return bool(a - b > reach)


def _sort_key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Sort key that agrees with the ranks: no row stands above one that is ranked higher."""
    scores = [_as_kept(row[name]) for name in ("tradeoff", "J", "capability_full")]
    return (
        row["is_reference"],
        row["rank_low"] or math.inf,
        row["rank_high"] or math.inf,
        *(math.inf if math.isnan(score) else -score for score in scores),
        row["model"],
        row["run"],
    )
