"""Correcting a run by a sheet of labels: writes ``corrected.csv``, and ``corrected.yaml`` with what it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING

from lawbound.evals.correction.blanks import Blanks, blanks
from lawbound.evals.correction.draw import stated_chances
from lawbound.evals.correction.forget import is_anothers
from lawbound.evals.correction.labels import CorrectionError, Labels
from lawbound.evals.correction.match import Match, match
from lawbound.evals.correction.table import UNCORRECTED, corrected_table
from lawbound.evals.folder.files import FolderError, write_atomically
from lawbound.evals.folder.policies import run_policies
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.leaderboard.table import csv_bytes
from lawbound.evals.metrics.estimate import Estimate
from lawbound.evals.metrics.rule_info import rule_info
from lawbound.rubrics.score import SCORER_VERSION
from lawbound.runners.condition import arm_kind
from lawbound.runners.store import read_samples
from lawbound.tasks.io.yaml_files import plain_yaml

if TYPE_CHECKING:
    import pandas as pd

_NO_RATE = (
    "has no rate that labels correct, expected answers at strengths other than full-without:RULE and "
    "wrong-region:ID"
)


@dataclass(frozen=True, slots=True)
class Correction:
    """The result of correcting a run by labels."""

    table: pd.DataFrame
    path: Path
    match: Match
    """The labels that were used, and those that were left out."""
    rows: int
    """Answers that the sheet lists, labelled or not."""
    drawn: float
    """Expected number of them, given the sheet's chances."""
    blanks: Blanks
    """Those of them without a label."""

    @property
    def lacks_rows(self) -> bool:
        """Whether rows were taken out of the sheet: a draw along the strata keeps its number, and two
        standard errors of answers drawn each by itself are allowed for.

        Unlike labels, rows are not missing because somebody could not tell.
        """
        return self.rows < self.drawn - 2 * sqrt(self.drawn)


def check_labels(root: Path, labels: Labels) -> None:
    """Refuse what `correct_run` would, as far as it can be told before the run is judged again.

    Raises:
        CorrectionError: No label belongs to an answer that the run holds, none of its rates is
            corrected, the sheet's chances cannot come from a draw, or a file of the user's own stands
            where the table would go.
        FolderError: The run cannot be read.
        StoreError: Samples cannot be read.
    """
    folder = RunFolder(root)
    _refuse_anothers(folder)
    if folder.verdicts.exists():
        try:
            frame = folder.read_frame()
        except FolderError:
            return  # it will be written anew
        if frame["key"].isin(list(labels.by_key)).any():
            _chances(frame, labels)
            if frame["strength"].map(arm_kind).isin(UNCORRECTED).all():
                raise CorrectionError(f"{root}: {_NO_RATE}")
            return
    # Verdicts may be older than the answers.
    keys = labels.by_key.keys()
    models = folder.read_run().models
    if not any(keys & read_samples(folder.samples(entry.model)).keys() for entry in models):
        raise CorrectionError(f"{root}: {_none_of(len(keys), 0)}")


def correct_run(root: Path, labels: Labels, estimates: Sequence[Estimate]) -> Correction:
    """Correct the rates of a run that has been judged; write ``corrected.csv`` and ``corrected.yaml``.

    Args:
        root: The run folder.
        labels: Labels of some of its answers.
        estimates: The raw estimates; they are copied beside the corrected values and stay as they
            are.

    Raises:
        CorrectionError: No label belongs to an answer that the run holds, none of its rates is
            corrected, the sheet's chances cannot come from a draw, or a file of the user's own stands
            where the table would go.
        FolderError: A file of the run cannot be read or written.
    """
    folder = RunFolder(root)
    run = folder.read_run()
    _refuse_anothers(folder)
    policies = run_policies(folder, run)
    frame = folder.read_frame()
    found = match(folder, frame, labels.by_key)
    if not found.labels:
        raise CorrectionError(f"{root}: {_none_of(len(labels.by_key), found.changed)}")
    chance = _chances(frame, labels)
    table = corrected_table(frame, rule_info(policies), found.labels, estimates, chance=chance)
    if table.empty:
        raise CorrectionError(f"{root}: {_NO_RATE}")
    content = csv_bytes(table)
    rows, drawn = len(labels.stated.keys() & chance.keys()), sum(chance.values())
    record = {
        "corrected_sha256": sha256(content).hexdigest(),
        "verdicts_sha256": sha256(folder.verdicts.read_bytes()).hexdigest(),
        "scorer_version": run.scorer_version or SCORER_VERSION,
        "sheet": labels.path.name,
        "sheet_sha256": labels.sha256,
        "drawn": round(drawn, 3),
        "rows": rows,
        "used": len(found.labels),
        "compared_by_response": found.by_response,
        "not_compared": found.not_compared,
        "changed": found.changed,
        "of_other_runs": found.strangers,
        "blank": labels.blank,
        "untold": labels.untold,
    }
    # The record is written last: if writing stops in between, its digest does not fit the table.
    write_atomically(folder.corrected, content)
    write_atomically(folder.correction, plain_yaml(record))
    without = blanks(frame, labels.left_blank & chance.keys(), found.labels.keys())
    return Correction(table, folder.corrected, found, rows, drawn, without)


def _refuse_anothers(folder: RunFolder) -> None:
    if is_anothers(folder.corrected):
        raise CorrectionError(
            f"{folder.corrected}: holds no corrected rates, which would be written over it, expected those of an earlier "
            "`score --labels` or no such file: call it something else"
        )


def _chances(frame: pd.DataFrame, labels: Labels) -> dict[str, float]:
    try:
        return stated_chances(frame, labels.stated)
    except CorrectionError as fault:
        raise CorrectionError(f"{labels.path}: {fault}") from fault


def _none_of(labels: int, changed: int) -> str:
    if not changed:
        return (
            f"none of {labels} labels belongs to this run, expected ids that "
            "`lawbound calibrate sample` drew from it"
        )
    return (
        f"none of {labels} labels is of an answer as it stands here: {changed} of the answers have "
        "changed since they were drawn, expected labels of these answers"
    )
