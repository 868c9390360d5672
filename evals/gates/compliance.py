"""The compliance sheet: a regulator's thresholds beside what a run's models did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lawbound.evals.columns import SCHEMA_VERSION
from lawbound.evals.gates.thresholds import ThresholdResult
from lawbound.rubrics.policy.policy import Policy


def compliance_rows(
    results: Sequence[ThresholdResult], policies: Mapping[str, Policy]
) -> list[dict[str, Any]]:
    """The compliance sheet: each threshold with its clause and whether its source has been verified; a row has the columns
    `COMPLIANCE`."""
    rows = []
    for result in results:
        threshold, left_out = result.threshold, result.left_out
        sources = {source.id: source for source in policies[result.policy].file.sources}
        source = sources.get(threshold.source)
        is_verified = source is not None and source.status == threshold.status == "verified"
        rows.append(
            {
                "schema_version": SCHEMA_VERSION,
                "model": result.model,
                "policy": result.policy,
                "threshold": threshold.id,
                "metric": threshold.metric,
                "bank": threshold.bank,
                "condition": threshold.condition,
                "direction": threshold.direction,
                "mark": threshold.mark,
                "minimum_items": threshold.minimum_items,
                "hits": result.hits,
                "n": result.n,
                "clusters": result.clusters,
                "asked": left_out.asked,
                "errors": left_out.errors,
                "blocked": left_out.blocked,
                "unscored": left_out.unscored,
                "value": result.value,
                "low": result.low,
                "high": result.high,
                "lower_bound": result.lower_bound,
                "upper_bound": result.upper_bound,
                "point": result.point,
                "decision": result.decision,
                "probability": result.probability,
                "further_items": result.further_items,
                "source": threshold.source,
                "clause": threshold.clause,
                "note": result.note,
                "source_title": source.title if source else "",
                "source_status": "verified" if is_verified else "to-verify",
            }
        )
    return rows
