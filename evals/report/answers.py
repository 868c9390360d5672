"""The drill-down: each answer with its question, its requirement and the span that decided it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Any

from lawbound.evals.report.thinning import kept_rows
from lawbound.rubrics.reference import PREFIX
from lawbound.runners.sample import Sample
from lawbound.tasks.item import Item

if TYPE_CHECKING:
    import pandas as pd

MAX_TEXT = 4000
"""Most characters of one answer in the page, beside the passage around its evidence."""
MAX_CHARS = 16_000_000
"""Most characters of all answers and traces in the page: a browser still opens it at once."""
MAX_EVIDENCE = 600
AROUND = 200
"""Characters shown on each side of evidence deep in a long answer."""


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """The part of a run's answers that is in the page, each question and text once."""

    answers: list[dict[str, Any]]
    items: dict[str, dict[str, Any]]
    texts: list[dict[str, Any]]
    of_references: int
    """Judged rows of reference models that are not in the page, as there are real ones."""
    thinned: int
    """Judged rows that are not in the page for lack of room."""


def answer_page(
    frame: pd.DataFrame,
    items: Mapping[str, Item],
    samples: Mapping[str, Mapping[str, Sample]],
    *,
    most: int,
    most_chars: int = MAX_CHARS,
) -> AnswerPage:
    """Answers for the page, and how many are not in it.

    Reference models are left out where there are real ones; beyond `most` rows, or `most_chars`
    characters of answers and traces, rows are thinned.
    """
    is_reference = frame["model"].str.startswith(PREFIX)
    ordered = frame[~is_reference]
    if len(ordered) == 0:
        ordered = frame
    lengths = _lengths(ordered, samples)
    places = kept_rows(ordered, lengths, most=most, most_chars=most_chars)
    kept = ordered.iloc[places].to_dict(orient="records")
    texts: list[dict[str, Any]] = []
    at: dict[tuple[Any, ...], int] = {}
    answers = []
    for record in kept:
        item = items[record["item"]]
        sample = samples.get(record["model"], {}).get(record["key"])
        key = (record["model"], record["key"], item.id, record["evidence"])
        if key not in at:
            at[key] = len(texts)
            texts.append(_text(sample, item, record["evidence"]))
        answers.append(_row(record) | {"at": at[key]})
    asked = {record["item"]: _question(items[record["item"]]) for record in kept}
    return AnswerPage(answers, asked, texts, len(frame) - len(ordered), len(ordered) - len(kept))


def _lengths(frame: pd.DataFrame, samples: Mapping[str, Mapping[str, Sample]]) -> list[int]:
    """Approximate number of characters that the page would hold of each row's answer."""
    asked = zip(frame["model"], frame["key"], strict=True)
    found = (samples.get(model, {}).get(key) for model, key in asked)
    return [
        min(len(one.text), MAX_TEXT) + min(len(one.thinking), MAX_TEXT) if one else 0
        for one in found
    ]


def excerpt(text: str, evidence: str) -> str:
    """The beginning of a text; if its evidence comes later, the passage around that too."""
    if len(text) <= MAX_TEXT:
        return text
    at = text.find(evidence) if evidence else -1
    head = text[:MAX_TEXT]
    if at < 0 or at + len(evidence) <= MAX_TEXT:
        return head
    start = max(MAX_TEXT, at - AROUND)
    passage = text[start : at + len(evidence) + AROUND]
    return f"{head}\n[...]\n{passage}"


def _question(item: Item) -> dict[str, Any]:
    return {
        "prompt": item.prompt,
        "topic": item.topic,
        "acts": "|".join(item.acts),
        "kind": item.kind,
        "lang": item.lang,
        "expected": item.answer.value if item.answer else "",
    }


def _text(sample: Sample | None, item: Item, evidence: str) -> dict[str, Any]:
    if sample is None:
        return {"text": "", "error": "not asked yet"}
    text = sample.text
    if sample.choice_logprobs and item.answer is not None:
        pairs = zip(item.answer.choices, sample.choice_logprobs, strict=False)
        text = "\n".join(f"{logprob:9.3f}  {choice}" for choice, logprob in pairs)
    shown = excerpt(text, evidence[:MAX_EVIDENCE])
    return {
        "text": shown,
        "cut": max(0, len(text) - len(shown)),
        "thinking": sample.thinking[:MAX_TEXT],
        "error": sample.error,
    }


def _row(record: Mapping[Any, Any]) -> dict[str, Any]:
    required = record["base"] + "".join(f"+{a}" for a in record["required_addons"].split("|") if a)
    saw = record["behaviour"] + "".join(f"+{a}" for a in record["addons"].split("|") if a)
    return {
        "model": record["model"],
        "policy": record["policy"],
        "strength": record["strength"],
        "mode": record["mode"],
        "item": record["item"],
        "rules": [name for name in record["rules"].split("|") if name],
        "near_miss": [name for name in record["near_miss"].split("|") if name],
        "required": required if record["kind"] in ("policy", "fact") else "correct answer",
        "saw": saw,
        "met": _claim(record["met"]),
        "score": _claim(record["score"]),
        "outcome": record["outcome"],
        "truncated": record["truncated"] == 1,
        "blocked": bool(record["blocked"]),
        "evidence": record["evidence"][:MAX_EVIDENCE],
        "graded_by": record.get("graded_by", "offline"),
    }


def _claim(value: float) -> float | None:
    return None if isnan(value) else round(float(value), 4)
