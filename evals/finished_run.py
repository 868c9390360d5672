"""A finished run, read from its folder: its record, numbers, caveats, questions and answers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lawbound.evals.folder.digests import RESULTS
from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.reading import unconcluded
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.runners.sample import Sample
from lawbound.runners.store import read_samples
from lawbound.tasks.item import Item

if TYPE_CHECKING:
    import pandas as pd

    from lawbound.evals.caveats import Caveat
    from lawbound.evals.folder.record import RunRecord
    from lawbound.evals.metrics.estimate import Estimate
    from lawbound.rubrics.policy.policy import Policy


def open_run(folder: Path | str) -> Run:
    """Open a finished run to read it; nothing is asked, judged or written.

    Args:
        folder: The run folder.

    Raises:
        FolderError: This is no run folder, or its run has not been concluded.
    """
    root = Path(folder)
    RunFolder(root).read_run()
    for name in RESULTS:
        if not (root / name).is_file():
            raise FolderError(unconcluded(root / name))
    return Run(root)


class Run:
    """A finished run. Each part is read when first asked for, and then kept.

    Every part raises a `LawboundError` if its file is damaged or was changed since it was written.
    """

    def __init__(self, folder: Path) -> None:
        """Use `open_run` instead, which also checks that the run is finished."""
        self.folder = folder

    @cached_property
    def record(self) -> RunRecord:
        """The content of ``run.yaml``: who was asked what, and who judged."""
        return RunFolder(self.folder).read_run()

    @cached_property
    def caveats(self) -> tuple[Caveat, ...]:
        """All caveats, from when the numbers were concluded and of the folder as it is now."""
        from lawbound.evals.caveats import caveats
        from lawbound.evals.gaps import gaps_of
        from lawbound.evals.leaderboard.board import ties_a_baseline

        folder = RunFolder(self.folder)
        answers = {
            entry.model: read_samples(folder.samples(entry.model)) for entry in self.record.models
        }
        gaps = gaps_of(self.verdicts, answers, self.record)
        return caveats(gaps, ties_a_baseline(self.leaderboard), folder, self.record)

    @cached_property
    def leaderboard(self) -> pd.DataFrame:
        """One row for each model x policy x mode, as in ``leaderboard.csv``."""
        from lawbound.evals.leaderboard.merge import read_board

        return read_board(RunFolder(self.folder).leaderboard)

    @cached_property
    def estimates(self) -> tuple[Estimate, ...]:
        """Every number of ``metrics.csv``, with its interval."""
        from lawbound.evals.folder.estimates import read_estimates

        return read_estimates(RunFolder(self.folder).metrics)

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """One row for each answer x policy, as in ``verdicts.parquet``."""
        return RunFolder(self.folder).read_frame()

    @cached_property
    def policies(self) -> Mapping[str, Policy]:
        """What each policy said when the run was asked, by id, and the neutral reference `intl`."""
        from lawbound.evals.folder.policies import run_policies

        return run_policies(RunFolder(self.folder), self.record)

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """The questions by id, which is column ``item`` of `verdicts`."""
        folder = RunFolder(self.folder)
        folder.check_files(self.record)
        return folder.read_items()

    def samples(self, model: str) -> Mapping[str, Sample]:
        """The answers of one model by request key, which is column ``key`` of `verdicts`.

        The file of answers has no digest: an answer that was lost since is simply absent.

        Raises:
            FolderError: The run has no such model, or the file of its answers is gone.
        """
        models = [entry.model for entry in self.record.models]
        if model not in models:
            raise FolderError(
                f"{self.folder}: found no model {model!r}, expected one of {', '.join(models)}"
            )
        file = RunFolder(self.folder).samples(model)
        if not file.is_file():
            raise FolderError(f"{file}: is not there, expected the answers of {model}")
        return read_samples(file)
