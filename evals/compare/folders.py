"""Comparing two run folders: which model of each, by which policies, and with which caveats."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lawbound.evals.caveats import Caveat, caveats_of_folder
from lawbound.evals.compare.graders import other_graders
from lawbound.evals.compare.runs import (
    Comparison,
    NothingSharedError,
    compare_frames,
    unlike,
    why_nothing_is_shared,
)
from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.policies import run_policies
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.metrics.rule_info import rule_info
from lawbound.rubrics.reference import is_reference

if TYPE_CHECKING:
    import pandas as pd


def compare_runs(
    first: Path | str, second: Path | str, *, model_a: str = "", model_b: str = ""
) -> Comparison:
    """Compare a model of one run with a model of another, or of the same: what `lawbound compare` does.

    Args:
        first: The run folder to compare with.
        second: The run folder whose gains and losses are reported.
        model_a: Model of the first run; may be empty if the run has one real model.
        model_b: Model of the second run, likewise.

    Raises:
        FolderError: A folder is no run folder, its verdicts are damaged or were changed, it has no
            such model, or it has several and none is named.
        NothingSharedError: The runs share no pair of answers.
        MetricError: A verdict frame lacks a column.
        PolicyError: The stored text of a policy is malformed.
        LeaderboardError: A ``leaderboard.csv``, which says who read the answers, cannot be read.
    """
    folders = (Path(first), Path(second))
    records = [RunFolder(folder).read_run() for folder in folders]
    frames = (
        _of_one_model(folders[0], model_a, "model_a"),
        _of_one_model(folders[1], model_b, "model_b"),
    )
    names = (f"A ({frames[0]['model'].iloc[0]})", f"B ({frames[1]['model'].iloc[0]})")
    graders = tuple(
        other_graders(folders, names)
    )  # This refuses a board that was changed, so it comes before the work.
    rules = rule_info(run_policies(RunFolder(folders[0]), records[0]))
    try:
        found = compare_frames(*frames, rules, seed=records[0].seed, names=names)
    except NothingSharedError as fault:
        raise NothingSharedError(f"{fault}{why_nothing_is_shared(*records)}") from fault
    found_caveats = (
        *(Caveat("asked-otherwise", line) for line in unlike(records[0], records[1], names)),
        *(Caveat("read-otherwise", line) for line in graders),
        *(caveat for folder in dict.fromkeys(folders) for caveat in caveats_of_folder(folder)),
    )
    return replace(found, caveats=found_caveats)


def _of_one_model(folder: Path, model: str, parameter: str) -> pd.DataFrame:
    frame = RunFolder(folder).read_frame()
    models = list(dict.fromkeys(frame["model"]))
    real = [name for name in models if not is_reference(name)] or models
    wanted = model or (real[0] if len(real) == 1 else "")
    if wanted not in models:
        found = f"{parameter} is {model!r}"
        if not model:
            found = f"{len(real)} models and {parameter} is not given"
        raise FolderError(f"{folder}: found {found}, expected one of {', '.join(models)}")
    return frame[frame["model"] == wanted].reset_index(drop=True)
