"""The sheet to label: drawn answers with their questions, and nothing of what the grader thought."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from lawbound.evals.correction_labels import CorrectionError, draw, judged_rows
from lawbound.evals.folder import FolderError, RunFolder, write_atomically
from lawbound.rubrics.calibration_files import csv_text
from lawbound.runners.store import read_samples
from lawbound.tasks.files import quoted

COLUMNS: Final = (
    "id", "item", "model", "policy", "strength", "lang", "requirement", "prompt", "response",
    "gold", "gold_addons", "probability",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was drawn."""

    answers: int
    judged: int
    """Answers that could have been drawn."""
    strata: int
    without: int
    """Strata that got none."""


def write_sheet(
    root: Path, out: Path, *, count: int, least: int, seed: int, models: Sequence[str] = ()
) -> Sheet:
    """Draw answers of a judged run and write them as CSV or JSONL, in random order.

    Reference models are drawn only if they are named or alone: what they do is known.

    Raises:
        CorrectionError: The ending, a model or the run does not allow a draw.
        FolderError: A file of the run cannot be read, or the sheet cannot be written.
    """
    if out.suffix.lower() not in (".csv", ".jsonl"):
        raise CorrectionError(f"{out}: ending is {out.suffix!r}, expected .csv or .jsonl")
    folder = RunFolder(root)
    chosen = _models(folder.read_run()["models"], models)
    frame = folder.read_frame()
    frame = frame[frame["model"].isin(chosen)]
    rng = np.random.default_rng(seed)
    drawn = draw(frame, count=count, least=least, rng=rng)
    rows = judged_rows(frame)
    if not drawn.probability:
        raise CorrectionError(f"{root}: found no judged answers to draw from")
    items = folder.read_items()
    texts = {
        key: sample.text
        for model in chosen
        for key, sample in read_samples(folder.samples(model)).items()
        if key in drawn.probability
    }
    sheet = []
    picked = rows[rows["key"].isin(list(drawn.probability))]
    for key, part in picked.groupby("key", sort=True):
        first = part.iloc[0]
        if first["item"] not in items or str(key) not in texts:
            raise FolderError(
                f"{folder.root}: verdicts.parquet names the item {quoted(first['item'])} and the answer "
                f"{quoted(key)}, expected both in items.jsonl and the samples; judge the run again"
            )
        asked = [
            "+".join([base, *filter(None, addons.split("|"))])
            for base, addons in zip(part["base"], part["required_addons"], strict=True)
        ]
        values = (
            key, first["item"], first["model"], "|".join(dict.fromkeys(part["policy"])),
            first["strength"], first["lang"], "|".join(dict.fromkeys(asked)),
            items[first["item"]].prompt, texts[str(key)], "", "",
            f"{drawn.probability[str(key)]:.9g}",
        )  # fmt: skip
        sheet.append(dict(zip(COLUMNS, map(str, values), strict=True)))
    order = rng.permutation(len(sheet)).tolist()
    write_atomically(out, _content(out, [sheet[i] for i in order]))
    return Sheet(len(sheet), rows["key"].nunique(), drawn.strata, drawn.without)


def _models(entries: Sequence[dict[str, Any]], asked: Sequence[str]) -> list[str]:
    """Models whose answers are texts; a declared answer states what it is."""
    texts = [entry for entry in entries if entry["grader"] != "declared"]
    names = [str(entry["model"]) for entry in texts]
    for name in asked:
        if name not in names:
            raise CorrectionError(
                f"model is {name!r}, expected one with texts to label: {', '.join(names)}"
            )
    real = [str(entry["model"]) for entry in texts if not entry["reference"]]
    return list(asked) or real or names


def _content(out: Path, sheet: Sequence[dict[str, str]]) -> bytes:
    if out.suffix.lower() == ".csv":
        text = csv_text(COLUMNS, ([row[name] for name in COLUMNS] for row in sheet))
        return text.encode("utf-8", "replace")
    lines = (json.dumps(row, ensure_ascii=True) for row in sheet)
    return "".join(f"{line}\n" for line in lines).encode("ascii")
