"""From lm-eval's logs to a concluded run folder, which stays locked throughout."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lawbound.evals.conclude import Conclusion, conclude
from lawbound.evals.folder.files import FolderError
from lawbound.evals.judging.spec import JudgeSpec
from lawbound.evals.lmeval.logs import import_logs
from lawbound.evals.observer import Observer, Silent
from lawbound.rubrics.policy.policy import PolicyError
from lawbound.runners.lock import clear, is_unused, lock


def conclude_logs(
    logs: Path | str,
    out: Path | str,
    *,
    newest: bool = False,
    policies: Sequence[str] = (),
    judge: JudgeSpec | None = None,
    observer: Observer | None = None,
) -> Conclusion:
    """Turn lm-eval's logs into a run and conclude it: what `lawbound score LOGS` does.

    Args:
        logs: The folder that lm-eval wrote with ``--log_samples``.
        out: The run folder to make. If the run cannot be made or trusted, nothing new is left
            behind.
        newest: If one model answers the same questions in several logs, take the newest log as a
            whole; a `LeftOutWarning` names each that is left out.
        policies: Files of policies that are not shipped, as they were given to the tasks.
        judge: Models that read the answers; None leaves them to the offline grader.
        observer: Is told about the progress.

    Raises:
        LawboundError: Any of the errors that `import_logs` and `conclude` name.
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
