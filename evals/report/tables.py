"""What the report's tables hold: plain rows, ready for JSON.

The page sorts and draws by the numbers of a row and shows the texts under its ``printed``, so that it says
what the console says: column -> number, ``COLUMN_span`` -> interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

from lawbound.evals.number_text import interval_text, number_text, rank_text
from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.reference import is_reference

if TYPE_CHECKING:
    import pandas as pd

    from lawbound.evals.metrics.estimate import Estimate

RULE_METRICS = ("adherence", "excess", "over_refusal", "J", "duty")


def headline_rows(leaderboard: pd.DataFrame) -> list[dict[str, Any]]:
    """The leaderboard as it stands in the CSV, row by row."""
    rows = []
    for record in leaderboard.to_dict(orient="records"):
        row = {str(name): _cell(value) for name, value in record.items()}
        printed = _printed(row) | {"rank": rank_text(row.get("rank"), row.get("rank_high"))}
        rows.append(row | {"printed": printed})
    return rows


def rule_rows(
    estimates: Sequence[Estimate], policies: Mapping[str, Policy]
) -> list[dict[str, Any]]:
    """One row for each policy x rule x model at strength ``full``, its metrics side by side."""
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for e in estimates:
        if not _is_of_rule(e):
            continue
        rule = e.slice.removeprefix("rule=")
        row = rows.setdefault(
            (e.policy, rule, e.model),
            {
                "model": e.model,
                "policy": e.policy,
                "rule": rule,
                **_about(policies, e.policy, rule),
            },
        )
        row.setdefault(e.metric, _numbers(e) | {"printed": _printed(_numbers(e))})
    return list(rows.values())


def other_rows(estimates: Sequence[Estimate]) -> list[dict[str, Any]]:
    """Every estimate that has a value and no row in the table of rules: arms, contrasts and slices."""
    real = any(not is_reference(e.model) for e in estimates)
    return [
        {
            "model": e.model,
            "policy": e.policy,
            "metric": e.metric,
            "strength": e.strength,
            "slice": e.slice,
            "mode": e.mode,
            "p_value": _cell(e.p_value),
            "p_holm": _cell(e.p_holm),
            "asked": e.asked,
            "unscored": e.unscored,
            "errors": e.errors,
            "blocked": e.blocked,
        }
        | {name: _cell(value) for name, value in _numbers(e).items()}
        | {"printed": _printed(_numbers(e) | {"p_value": e.p_value, "p_holm": e.p_holm})}
        for e in estimates
        if not _is_of_rule(e) and not isnan(e.value) and not (real and is_reference(e.model))
    ]


def printed_rows(sheet: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The compliance sheet as the page shows it."""
    return [
        {**row, "printed": _printed(row) | {"mark": f"{100 * row['mark']:.6g} %"}} for row in sheet
    ]


def _is_of_rule(e: Estimate) -> bool:
    """Whether an estimate stands in the table of rules."""
    return e.metric in RULE_METRICS and e.strength == "full" and e.slice.startswith("rule=")


def _about(policies: Mapping[str, Policy], policy: str, name: str) -> dict[str, str]:
    if policy not in policies:
        return {}
    rule = policies[policy].rule(name)
    return {
        "requires": rule.behaviour,
        "basis": rule.basis,
        "source": rule.source,
        "text": rule.text,
    }


def _numbers(e: Estimate) -> dict[str, Any]:
    return {
        "value": e.value,
        "low": e.low,
        "high": e.high,
        "n": e.n,
        "clusters": e.clusters,
        "note": e.note,
    }


def _printed(row: Mapping[str, Any]) -> dict[str, str]:
    """The texts for the numbers of a row; counts are written as they are."""
    texts = {}
    for name, value in row.items():
        if isinstance(value, float) and not isnan(value):
            texts[name] = number_text(value)
            ends = ("low", "high") if name == "value" else (f"{name}_low", f"{name}_high")
            if span := interval_text(row.get(ends[0]), row.get(ends[1])):
                texts[f"{name}_span"] = span
    return texts


def _cell(value: Any) -> Any:
    """A JSON value; numpy scalars become Python's own, every kind of missing value null."""
    plain = value.item() if hasattr(value, "item") else value
    if plain is None or str(plain) == "<NA>" or (isinstance(plain, float) and isnan(plain)):
        return None
    return plain
