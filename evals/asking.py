"""Asking: every model of a run is asked the requests that have no stored answer yet, and the answers are stored."""

from __future__ import annotations

import platform
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from lawbound.evals.folder.live_record import LiveRecord
from lawbound.evals.folder.origins import MovedWarning
from lawbound.evals.folder.policies import store_policies
from lawbound.evals.folder.record import ModelEntry, PolicyEntry, RunRecord, SuiteEntry
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.folder.versions import installed
from lawbound.evals.models import ModelLabels, joined_cluster, open_model
from lawbound.evals.observer import Observer, Silent
from lawbound.evals.prepare import ModesAsked, Prepared, plan_for
from lawbound.rubrics.reference import is_reference
from lawbound.runners.engines import Engine
from lawbound.runners.engines.function import FunctionEngine
from lawbound.runners.engines.protocol import is_declared
from lawbound.runners.lock import lock
from lawbound.runners.plan import Plan
from lawbound.runners.prompt import Mode
from lawbound.runners.run import RunCounts, run
from lawbound.runners.store import Store


def ask(
    prepared: Prepared,
    out: Path,
    *,
    engines: Mapping[str, Engine] | None = None,
    observer: Observer | None = None,
) -> None:
    """Ask every model the requests that have no answer yet and store the answers. Call it again to
    resume an interrupted run.

    Args:
        prepared: What to ask.
        out: The run folder; made if it is not there.
        engines: Ready engines for models of the spec; the caller closes them. A `FunctionEngine`
            without a name is labelled by its key here. A `UserWarning` tells of a function whose
            answers were all stored before, of a server whose stored answers came from another
            address, and of answers under more than one model name.
        observer: Is told about the progress.

    Raises:
        ModelError: Two models have one label, a model cannot be loaded, or too many requests fail;
            all answers so far are kept.
        FolderError: The record of an earlier run is damaged, so that its judges are unknown; a
            newer Lawbound wrote the folder; a file other than the samples cannot be written; or
            this run's record could not be read back.
        StoreError: The run folder is held by another run, or cannot be written.
    """
    observer = observer or Silent()
    own = {model: _named(engine, model) for model, engine in (engines or {}).items()}
    labels, modes = ModelLabels(prepared.models, own), ModesAsked()
    found = prepared.situations(observer)
    with lock(out), joined_cluster(prepared.spec) as cluster:
        folder = RunFolder(out)
        planned = [_planned(model) for model in prepared.models]
        folder.run_text(_run_record(prepared, planned))  # refused before anything is asked
        live = LiveRecord(folder)
        entries: list[ModelEntry] = []
        for model in prepared.models:
            observer.stage(f"loading {model}", None)
            ready = own.get(model)
            engine = ready or open_model(model, prepared.spec, prepared.seed, found, cluster)
            try:
                labels.take(model, engine.fingerprint().model)
                if not entries:
                    # Write nothing before a model is open: until then an earlier run stays as it
                    # was.
                    store_policies(folder, prepared.policies)
                    live.write_items(prepared.items)
                asked_in = modes.take(model, engine)
                entries.append(_ask_one(prepared, live, model, engine, asked_in, observer))
            finally:
                if ready is None:
                    engine.close()
            live.describe(_run_record(prepared, entries))


def _named(engine: Engine, key: str) -> Engine:
    return engine.named(key) if isinstance(engine, FunctionEngine) else engine


def _ask_one(
    prepared: Prepared,
    live: LiveRecord,
    model: str,
    engine: Engine,
    modes: Collection[Mode],
    observer: Observer,
) -> ModelEntry:
    label = engine.fingerprint().model
    if prepared.is_large:
        observer.stage(f"planning {label}", None)
    requests = plan_for(prepared, engine, modes)
    live.write_plan(requests)
    observer.stage(f"asking {label}", len(requests.requests))
    with live.asking(model, requests, engine) as asked, Store(live.folder.samples(label)) as store:

        def progress(steps: int) -> None:
            asked.hear(steps)
            observer.advance(steps)

        counts = run(
            requests,
            engine,
            store,
            max_errors=prepared.spec.max_errors,
            progress=progress,
            trouble=observer.trouble,
        )
    root = live.folder.root
    if isinstance(engine, FunctionEngine) and counts.stored == len(requests.requests):
        warnings.warn(
            f"{label}: all {counts.stored} answers were stored in {root} before, and the function "
            "was not asked; if it has changed, give the FunctionEngine another revision=",
            stacklevel=5,  # who called `evaluate`
        )
    for line in asked.settle(counts, root):
        warnings.warn(line, MovedWarning, stacklevel=5)
    return _entry_of(model, requests, engine, counts)


def _planned(model: str) -> ModelEntry:
    """What is known of a model before it is opened."""
    return ModelEntry(model=model, spec=model, reference=is_reference(model), grader="offline")


def _entry_of(model: str, requests: Plan, engine: Engine, counts: RunCounts) -> ModelEntry:
    return ModelEntry(
        model=requests.fingerprint.model,
        spec=model,
        reference=is_reference(model),
        grader="declared" if is_declared(engine) else "offline",
        fingerprint=asdict(requests.fingerprint),
        requests=len(requests.requests),
        failed=counts.failed,
        stale=counts.stale,
    )


def _run_record(prepared: Prepared, entries: Sequence[ModelEntry]) -> RunRecord:
    packages = ("numpy", "pandas", "torch", "transformers", "lm_eval", "ray")
    return RunRecord(
        lawbound=installed("lawbound"),
        written=datetime.now(UTC).isoformat(timespec="seconds"),
        spec=prepared.spec.model_dump(mode="json"),
        seed=prepared.seed,
        suite=SuiteEntry.model_validate(prepared.suite.model_dump(mode="json")),
        bank=prepared.bank,
        policies=tuple(PolicyEntry.of(p, name) for name, p in prepared.named.items()),
        settings=asdict(prepared.settings),
        models=tuple(entries),
        versions={"python": platform.python_version()}
        | {name: installed(name) for name in packages},
    )
