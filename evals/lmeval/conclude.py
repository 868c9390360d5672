"""From lm-eval's logs to a run folder that is concluded, under one hold of the folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lawbound.evals.conclude import Conclusion, conclude
from lawbound.evals.folder.files import FolderError
from lawbound.evals.judging.spec import JudgeSpec
from lawbound.evals.lmeval.logs import import_logs
from lawbound.evals.observer import Observer, Silent
from lawbound.rubrics.policy.policy import PolicyError
from lawbound.runners.store import clear, is_unused, lock


def conclude_logs(
    logs: Path | str,
    out: Path | str,
    *,
    newest: bool = False,
    policies: Sequence[str] = (),
    judge: JudgeSpec | None = None,
    observer: Observer | None = None,
) -> Conclusion:
    """Make a run of lm-eval's logs and conclude it: what `lawbound score LOGS` does.

    Args:
        logs: The folder that lm-eval wrote with ``--log_samples``.
        out: The run folder to make; where the run cannot be made or believed, nothing is left that was not there.
        newest: Of logs in which one model answers the same questions, take the newest, whole; each that is
            left out is told with a `LeftOutWarning`.
        policies: Files of policies that are not shipped, as the tasks were given them.
        judge: Models that read the answers; None leaves them to the offline grader.
        observer: Hears of the progress.

    Raises:
        LawboundError: Of the kinds that `import_logs` and `conclude` name.
    """
    observer, target = observer or Silent(), Path(out)
    observer.stage("reading lm-eval's logs", None)
    with lock(target):  # until it is concluded: only who holds it may clear it
        is_new = is_unused(target)
        import_logs(Path(logs), target, newest=newest, policies=policies)
        try:
            return conclude(target, judge=judge, observer=observer)
        except (FolderError, PolicyError):
            if is_new:  # the logs have it all
                clear(target)
            raise
