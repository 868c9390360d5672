"""The leaderboard: one row per model x policy x mode, with ranks and their uncertainty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from math import isnan, nan
from typing import TYPE_CHECKING, Any

from lawbound.evals.columns import LEADERBOARD, METRICS, SCHEMA_VERSION, SOURCES
from lawbound.evals.folder.asked import suite_hash
from lawbound.evals.folder.record import RunRecord
from lawbound.evals.leaderboard.left_out import NOTHING, LeftOut
from lawbound.evals.leaderboard.table import rank_rows, table_of
from lawbound.evals.metrics.estimate import Estimate
from lawbound.evals.metrics.registry import REPORTED
from lawbound.evals.metrics.tally import Tally
from lawbound.rubrics.score import SCORER_VERSION

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Tie:
    """A real model that equals a reference model on every column."""

    model: str
    baseline: str

    @property
    def text(self) -> str:
        """The warning about it."""
        return (
            f"model '{self.model}' equals the baseline '{self.baseline}' on every column, expected a "
            "model that reads its questions to differ somewhere"
        )


def leaderboard_rows(
    estimates: Iterable[Estimate], run: RunRecord, left_out: LeftOut = NOTHING
) -> pd.DataFrame:
    """One row for each model x policy x mode, ranked, in a stable order.

    Args:
        estimates: Estimates of one run.
        run: Content of ``run.yaml``.
        left_out: What `answers_left_out` counts in the run's verdicts; rows without an entry get 0.
    """
    by_row: dict[tuple[str, str], list[Estimate]] = {}
    for e in estimates:
        by_row.setdefault((e.model, e.policy), []).append(e)
    policies = {entry.id: entry for entry in run.policies}
    references = {entry.model for entry in run.models if entry.reference}
    rows = []
    for (model, policy), mine in by_row.items():
        modes = sorted({e.mode for e in mine if e.metric == "capability"}) or ["generate"]
        for mode in modes:
            row = _row(model, policy, mode, mine)
            left = left_out.get((model, policy, mode), Tally())
            row |= {name: getattr(left, name) for name in ("unscored", "errors", "blocked")}
            row |= _about_run(run)
            asked = policies.get(policy)
            row["policy_version"] = asked.version if asked is not None else ""
            row["policy_digest"] = asked.digest if asked is not None else ""
            row["is_reference"] = model in references
            rows.append(row)
    return table_of(rank_rows(rows, list(policies)), LEADERBOARD)


def metrics_rows(estimates: Iterable[Estimate]) -> pd.DataFrame:
    """Tidy form: one estimate per row, in the order in which they were made."""
    names = [field.name for field in fields(Estimate)]
    rows = [
        {"schema_version": SCHEMA_VERSION, **{name: getattr(e, name) for name in names}}
        for e in estimates
    ]
    return table_of(rows, METRICS)


def ties_a_baseline(board: pd.DataFrame) -> list[Tie]:
    """Each real model that equals a reference model on every column of every row.

    Something is very wrong then, with the model, its template or the graders.
    """
    names = [source.column for source in SOURCES if not source.column.startswith("extra_")]
    numbers: dict[tuple[str, bool], dict[tuple[str, str], tuple[float, ...]]] = {}
    for row in board.to_dict(orient="records"):
        values = tuple(float(row[name]) for name in names)
        model = (str(row["model"]), bool(row["is_reference"]))
        numbers.setdefault(model, {})[str(row["policy"]), str(row["mode"])] = values
    found = []
    for (name, reference), mine in numbers.items():
        if reference:
            continue
        for (baseline, _), other in ((k, v) for k, v in numbers.items() if k[1]):
            if all(place in other and _same(mine[place], other[place]) for place in mine):
                found.append(Tie(name, baseline))
    return found


def _row(model: str, policy: str, mode: str, estimates: Sequence[Estimate]) -> dict[str, Any]:
    found: dict[tuple[str, str, str], Estimate] = {}
    for e in estimates:
        key = (e.metric, e.strength, e.slice)
        if e.mode == mode or (e.mode == "generate" and key not in found):
            found[key] = e
    row: dict[str, Any] = {column.name: None for column in LEADERBOARD}
    row |= {
        "schema_version": SCHEMA_VERSION,
        "model": model,
        "policy": policy,
        "mode": mode,
        "run": "",
        "comparability": "",
    }
    for source in SOURCES:
        estimate = found.get((source.metric, source.strength, source.slice))
        if estimate is not None and estimate.mode != mode and REPORTED[source.metric].by_mode:
            estimate = None
        row[source.column] = estimate.value if estimate else nan
        for extra in source.extras:
            missing: Any = "" if extra == "note" else nan
            row[f"{source.column}_{extra}"] = getattr(estimate, extra) if estimate else missing
    headline = [
        found[key] for key in (("J", "full", ""), ("capability", "full", "")) if key in found
    ]
    row["n"] = sum(e.n for e in headline)
    row["clusters"] = sum(e.clusters for e in headline)
    return row


def _about_run(run: RunRecord) -> dict[str, str]:
    return {
        "suite": f"{run.suite.id} {run.suite.version}".strip(),
        "suite_hash": suite_hash(run),
        "scorer_version": run.scorer_version or SCORER_VERSION,
        "lawbound": run.lawbound,
    }


def _same(one: Sequence[float], other: Sequence[float]) -> bool:
    pairs = list(zip(one, other, strict=True))
    alike = all(a == b or (isnan(a) and isnan(b)) or abs(a - b) < 1e-9 for a, b in pairs)
    return alike and any(not isnan(a) for a, _ in pairs)
