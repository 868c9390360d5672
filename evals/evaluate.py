"""A complete run: prepare it, ask every model, judge and conclude. This is `lawbound.evaluate`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lawbound.evals.asking import ask
from lawbound.evals.conclude import Conclusion, conclude
from lawbound.evals.judging.spec import JudgeSpec
from lawbound.evals.observer import Observer
from lawbound.evals.prepare import prepare
from lawbound.evals.run_spec import RunSpec
from lawbound.runners.engines import Engine
from lawbound.runners.lock import lock


def evaluate(
    spec: RunSpec,
    out: Path | str,
    *,
    engines: Mapping[str, Engine] | None = None,
    judge: JudgeSpec | None = None,
    observer: Observer | None = None,
) -> Conclusion:
    """Ask, judge and conclude: what `lawbound run` does.

    Args:
        spec: Suite, models, policies and settings.
        out: The run folder; an interrupted run resumes.
        engines: Ready engines for some of the spec's models, such as a `FunctionEngine`. A model is
            labelled by its engine's name, or by its key here if a `FunctionEngine` has no name. A
            `UserWarning` tells of a function whose answers were all stored before (a changed
            function needs another `revision`) and of a server whose stored answers came from
            another address.
        judge: Models that read the answers. None keeps what an earlier panel of this folder found and
            leaves the rest to the offline grader.
        observer: Is told about the progress.

    Raises:
        LawboundError: Any of the errors that `prepare`, `ask` and `conclude` name.
    """
    if judge is not None:
        judge = judge.beside(spec)
    prepared = prepare(spec, own=engines or {}, observer=observer)
    with lock(Path(out)):
        ask(prepared, Path(out), engines=engines, observer=observer)
        del prepared  # Free it: it would stay in memory while answers are judged.
        return conclude(Path(out), judge=judge, observer=observer)
