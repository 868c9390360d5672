"""Writing the sheet to label: drawn answers with their questions, without the grader's classes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from lawbound.evals.correction.draw import draw, judged_rows
from lawbound.evals.correction.labels import CorrectionError, Label
from lawbound.evals.correction.match import answer_digest
from lawbound.evals.correction.table import corrected_table
from lawbound.evals.folder.files import FolderError, write_atomically
from lawbound.evals.folder.policies import run_policies
from lawbound.evals.folder.record import ModelEntry
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.metrics.rule_info import RuleInfos, rule_info
from lawbound.rubrics.calibration.files import csv_text
from lawbound.rubrics.calibration.labelled import gold_class
from lawbound.rubrics.grading.answer_files import GradeError
from lawbound.rubrics.grading.open_answers import open_answers
from lawbound.runners.store import read_samples
from lawbound.tasks.io.yaml_files import quoted

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = (
    "id", "item", "model", "policy", "strength", "lang", "requirement", "prompt", "response",
    "gold", "gold_addons", "probability", "digest",
)  # fmt: skip
HIDDEN: Final = ("model", "policy", "strength", "requirement")
"""Columns left out of a blind sheet; the id still identifies the answer to `score`."""


FEW: Final = 20
"""With fewer labels than this, an exact interval around 0.5 spans nearly half of the scale or more."""


@dataclass(frozen=True, slots=True)
class Behind:
    """How many drawn answers stand behind the headline of one model, policy and strength."""

    where: str
    adherence: int
    excess: int

    @property
    def fewest(self) -> int:
        """Labels of the rate that has fewer: both are parts of J."""
        return min(self.adherence, self.excess)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The answers that were drawn for a sheet."""

    answers: int
    judged: int
    """Answers that could have been drawn."""
    strata: int
    without: int
    """Strata that got no answer."""
    suffices: int
    """A count that is large enough for the minimum of every stratum."""
    behind: tuple[Behind, ...]
    """The headlines, those with the fewest labels first."""


def write_sheet(
    root: Path,
    out: Path,
    *,
    count: int,
    least: int,
    seed: int,
    models: Sequence[str] = (),
    blind: bool = False,
) -> Sheet:
    """Draw answers of a judged run and write them as CSV or JSONL, in random order.

    Reference models are drawn only if they are named or there are no others: their behaviour is
    known.

    Args:
        root: The run folder.
        out: The sheet.
        count: Most answers to draw.
        least: Fewest answers of each stratum, as far as the count goes.
        seed: Seed of the draw.
        models: Draw only from these.
        blind: Leave out which model answered under which policy and what that required: a labeller
            who sees the arm may favour it.

    Raises:
        CorrectionError: The file ending, a model or the run does not allow a draw, or the sheet
            exists and holds labels.
        FolderError: A file of the run cannot be read, or the sheet cannot be written.
    """
    if out.suffix.lower() not in (".csv", ".jsonl"):
        raise CorrectionError(f"{out}: ending is {out.suffix!r}, expected .csv or .jsonl")
    _refuse_labelled(out)
    folder = RunFolder(root)
    run = folder.read_run()
    chosen = _models(run.models, models)
    frame = folder.read_frame()
    frame = frame[frame["model"].isin(chosen)]
    rng = np.random.default_rng(seed)
    drawn = draw(frame, count=count, least=least, rng=rng)
    rows = judged_rows(frame)
    if not drawn.probability:
        raise CorrectionError(f"{root}: found no judged answers to draw from")
    picked = rows[rows["key"].isin(list(drawn.probability))]
    sheet = list(_rows(folder, picked, chosen, drawn.probability))
    order = rng.permutation(len(sheet)).tolist()
    columns = tuple(name for name in COLUMNS if not (blind and name in HIDDEN))
    content = _content(out, columns, [sheet[i] for i in order])
    write_atomically(out, content, is_locked=False)
    return Sheet(
        len(sheet), rows["key"].nunique(), drawn.strata, drawn.without, drawn.suffices,
        _behind(frame, rule_info(run_policies(folder, run)), drawn.probability),
    )  # fmt: skip


def _rows(
    folder: RunFolder, picked: pd.DataFrame, models: Sequence[str], probability: Mapping[str, float]
) -> Iterator[dict[str, str]]:
    """One row for each drawn answer, whatever the number of policies that judge it."""
    items = folder.read_items()
    samples = {
        key: sample
        for model in models
        for key, sample in read_samples(folder.samples(model)).items()
        if key in probability
    }
    for key, part in picked.groupby("key", sort=True):
        first = part.iloc[0]
        if first["item"] not in items or str(key) not in samples:
            raise FolderError(
                f"{folder.root}: verdicts.parquet names the item {quoted(first['item'])} and the answer "
                f"{quoted(key)}, expected both in items.jsonl and the samples; judge the run again"
            )
        asked = [
            "+".join([base, *filter(None, addons.split("|"))])
            for base, addons in zip(part["base"], part["required_addons"], strict=True)
        ]
        sample = samples[str(key)]
        values = (
            key, first["item"], first["model"], "|".join(dict.fromkeys(part["policy"])),
            first["strength"], first["lang"], "|".join(dict.fromkeys(asked)),
            items[first["item"]].prompt, sample.text, "", "",
            f"{probability[str(key)]:.9g}", answer_digest(sample),
        )  # fmt: skip
        yield dict(zip(COLUMNS, map(str, values), strict=True))


def _behind(
    frame: pd.DataFrame, rules: RuleInfos, probability: Mapping[str, float]
) -> tuple[Behind, ...]:
    """Count as `score --labels` will, if all rows of the sheet are labelled."""
    labels = {key: Label("refuse", None, chance) for key, chance in probability.items()}
    table = corrected_table(frame, rules, labels, [], chance=probability)
    if table.empty:
        return ()
    found = []
    for where, part in table.groupby(["model", "policy", "strength"], sort=False):
        of = dict(zip(part["metric"], part["labelled"], strict=True))
        adherence = of.get("adherence", of.get("prior_match"))
        if adherence is not None:
            found.append(Behind(" ".join(map(str, where)), int(adherence), int(of["excess"])))
    return tuple(sorted(found, key=lambda one: one.fewest))


def _refuse_labelled(out: Path) -> None:
    """Refuse to overwrite a sheet that holds labels."""
    if not out.exists() or not out.stat().st_size:
        return
    try:
        holds = any(gold_class(row) is not None for row in open_answers(out).rows)
    except GradeError:
        holds = True  # not one of our sheets, or one with a slip in a label
    if holds:
        raise CorrectionError(
            f"{out}: is there and may hold labels, expected another file to write"
        )


def _models(entries: Sequence[ModelEntry], asked: Sequence[str]) -> list[str]:
    """Models whose answers are texts; a declared answer already states its class."""
    texts = [entry for entry in entries if entry.grader != "declared"]
    names = [entry.model for entry in texts]
    for name in asked:
        if name not in names:
            raise CorrectionError(
                f"model is {name!r}, expected one with texts to label: {', '.join(names)}"
            )
    real = [entry.model for entry in texts if not entry.reference]
    return list(asked) or real or names


def _content(out: Path, columns: Sequence[str], sheet: Sequence[dict[str, str]]) -> bytes:
    rows = ([row[name] for name in columns] for row in sheet)
    if out.suffix.lower() == ".csv":
        return csv_text(columns, rows).encode("utf-8", "replace")
    lines = (json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=True) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode("ascii")
