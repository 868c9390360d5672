"""What the report's tables hold: plain rows, ready for JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.reference import is_reference

if TYPE_CHECKING:
    import pandas as pd

    from lawbound.evals.estimate import Estimate
    from lawbound.evals.thresholds import ThresholdResult

RULE_METRICS = ("adherence", "excess", "over_refusal", "J", "duty")


def headline_rows(leaderboard: pd.DataFrame) -> list[dict[str, Any]]:
    """The leaderboard as it stands in the CSV, row by row."""
    return [
        {str(name): _cell(value) for name, value in row.items()}
        for row in leaderboard.to_dict(orient="records")
    ]


def rule_rows(
    estimates: Sequence[Estimate], policies: Mapping[str, Policy]
) -> list[dict[str, Any]]:
    """One row a policy x rule x model at strength ``full``, its metrics side by side."""
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for e in estimates:
        if e.metric not in RULE_METRICS or e.strength != "full" or not e.slice.startswith("rule="):
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
        row.setdefault(e.metric, _numbers(e))
    return list(rows.values())


def other_rows(estimates: Sequence[Estimate]) -> list[dict[str, Any]]:
    """Every other estimate that has a value: arms, contrasts and slices beside the rules."""
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
            "unscored": e.unscored,
        }
        | {name: _cell(value) for name, value in _numbers(e).items()}
        for e in estimates
        if not e.slice.startswith(("rule=", "wording="))
        and e.value == e.value
        and not (real and is_reference(e.model))
    ]


def compliance_rows(
    results: Sequence[ThresholdResult], policies: Mapping[str, Policy]
) -> list[dict[str, Any]]:
    """The compliance sheet: each mark with its clause and whether its source has been verified."""
    rows = []
    for result in results:
        file = policies[result.policy].file
        source = {source.id: source for source in file.sources}.get(result.source)
        mark = {mark.id: mark for mark in file.thresholds}[result.threshold]
        is_verified = source is not None and source.status == mark.status == "verified"
        rows.append(
            asdict(result)
            | {
                "source_title": source.title if source else "",
                "source_status": "verified" if is_verified else "to-verify",
            }
        )
    return rows


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


def _cell(value: Any) -> Any:
    """A JSON value; numpy scalars become Python's own, every kind of missing value null."""
    plain = value.item() if hasattr(value, "item") else value
    if plain is None or str(plain) == "<NA>" or (isinstance(plain, float) and plain != plain):
        return None
    return plain
