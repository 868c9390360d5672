"""A complete run: prepare it, ask every model, judge and conclude. `lawbound.evaluate` and `lawbound run` are this."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lawbound.evals.asking import ask
from lawbound.evals.conclude import Conclusion, conclude
from lawbound.evals.judging.spec import JudgeSpec
from lawbound.evals.observer import Observer
from lawbound.evals.prepare import Prepared, prepare
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
    return evaluate_prepared(
        prepare(spec, own=engines or {}, observer=observer),
        Path(out),
        engines=engines,
        judge=judge,
        observer=observer,
    )


def evaluate_prepared(
    prepared: Prepared,
    out: Path,
    *,
    engines: Mapping[str, Engine] | None = None,
    judge: JudgeSpec | None = None,
    observer: Observer | None = None,
) -> Conclusion:
    """Ask, judge and conclude what is prepared.

    Args:
        prepared: What to ask. It is large; a caller that does not keep it lets it be freed before the
            answers are judged.
        out: The run folder; an interrupted run resumes.
        engines: Ready engines for some of the models, as `evaluate` takes them.
        judge: Models that read the answers, with the run's settings (`JudgeSpec.beside`).
        observer: Is told about the progress.

    Raises:
        LawboundError: Any of the errors that `ask` and `conclude` name.
    """
    with lock(out):
        ask(prepared, out, engines=engines, observer=observer)
        del prepared
        return conclude(out, judge=judge, observer=observer)
