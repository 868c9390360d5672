"""The drill-down: each answer with its question, its requirement and the span that decided it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lawbound.runners.sample import Sample
from lawbound.tasks.item import Item

if TYPE_CHECKING:
    import pandas as pd

MAX_TEXT = 4000
"""Characters of one answer held in the page."""


def answer_rows(
    frame: pd.DataFrame,
    items: Mapping[str, Item],
    samples: Mapping[str, Mapping[str, Sample]],
    *,
    most: int,
) -> tuple[list[dict[str, Any]], int]:
    """Answers for the page, and how many were left out.

    Real models come before reference models; beyond `most`, rows are thinned evenly.
    """
    is_reference = frame["model"].str.startswith("reference:")
    ordered = frame[~is_reference]
    if len(ordered) == 0:
        ordered = frame
    step = max(1, -(-len(ordered) // most))
    kept = ordered.iloc[::step]
    return [_row(record, items, samples) for record in kept.to_dict(orient="records")], len(
        frame
    ) - len(kept)


def _row(
    record: Mapping[str, Any],
    items: Mapping[str, Item],
    samples: Mapping[str, Mapping[str, Sample]],
) -> dict[str, Any]:
    item = items[record["item"]]
    sample = samples.get(record["model"], {}).get(record["key"])
    text = sample.text if sample else ""
    if sample is not None and sample.choice_logprobs and item.answer is not None:
        pairs = zip(item.answer.choices, sample.choice_logprobs, strict=False)
        text = "\n".join(f"{logprob:9.3f}  {choice}" for choice, logprob in pairs)
    required = record["base"] + "".join(f"+{a}" for a in record["required_addons"].split("|") if a)
    return {
        "model": record["model"],
        "policy": record["policy"],
        "strength": record["strength"],
        "kind": record["kind"],
        "item": record["item"],
        "topic": record["topic"],
        "acts": record["acts"],
        "rules": record["rules"],
        "near_miss": record["near_miss"],
        "required": required if record["kind"] in ("policy", "fact") else "correct answer",
        "behaviour": record["behaviour"],
        "addons": record["addons"],
        "met": _claim(record["met"]),
        "score": _claim(record["score"]),
        "outcome": record["outcome"],
        "truncated": bool(record["truncated"]),
        "error": sample.error if sample else "not asked yet",
        "evidence": record["evidence"],
        "prompt": item.prompt,
        "expected": item.answer.value if item.answer else "",
        "text": text[:MAX_TEXT],
        "cut": max(0, len(text) - MAX_TEXT),
        "thinking": sample.thinking[:MAX_TEXT] if sample else "",
    }


def _claim(value: float) -> float | None:
    return None if value != value else round(float(value), 4)
