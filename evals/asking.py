"""The main job: compose a suite, ask every model, judge, conclude. The API and the CLI both call this."""

from __future__ import annotations

import platform
import unicodedata
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Protocol

from pydantic import BaseModel, ConfigDict, Field, field_validator

from lawbound.evals.folder.origins import MovedWarning, Origins
from lawbound.evals.folder.policies import check_sizes, store_policies
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.folder.versions import installed
from lawbound.evals.opening import REFERENCE, Labels, check_model, check_own, open_model, place
from lawbound.evals.suite import Suite, compose, load_suite
from lawbound.rubrics.policy import Policy, PolicyError
from lawbound.rubrics.policy_files import load_policy
from lawbound.rubrics.reference.situation import Situations, situations
from lawbound.runners.collector import paused_collector
from lawbound.runners.engines import Engine, EngineOptions, ScoresChoices
from lawbound.runners.engines.function import FunctionEngine
from lawbound.runners.engines.protocol import WorksAhead
from lawbound.runners.plan import Arm, Plan, plan
from lawbound.runners.prompt import Mode, messages
from lawbound.runners.run import RunCounts, run
from lawbound.runners.sample import Settings
from lawbound.runners.store import Store, lock
from lawbound.tasks.bank import digest, load_banks
from lawbound.tasks.item import Item
from lawbound.tasks.records import unique


class RunSpec(BaseModel):
    """Everything that decides a run; `--config FILE` holds the same fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    suite: str = "quick"
    models: Annotated[tuple[str, ...], Field(min_length=1)]
    policies: tuple[str, ...] = ()
    """Empty means the suite's own."""
    banks: tuple[str, ...] = ()
    """Bank folders to draw from; empty means the shipped bank."""
    strengths: tuple[str, ...] = ()
    """Empty means the suite's own."""
    seed: Annotated[int, Field(ge=0)] | None = None
    limit: Annotated[int, Field(gt=0)] | None = None
    epochs: Annotated[int, Field(gt=0)] = 1
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.0
    max_tokens: Annotated[int, Field(gt=0)] | None = None
    batch_size: Annotated[int, Field(gt=0)] | None = None
    dtype: str = "float32"
    device: str = "auto"
    concurrency: Annotated[int, Field(gt=0)] = 64
    max_errors: Annotated[int, Field(ge=0)] | None = None
    model_revision: str | None = None
    trust_remote_code: bool = False
    references: bool = True
    """Whether the suite's reference models run beside the others."""
    on: str | None = None
    """``ray`` or ``ray://HOST:PORT``: ask these models on a cluster's workers; else in this process."""
    workers: Annotated[int, Field(gt=0)] | None = None
    """Of the cluster; none means one an accelerator or, without any, one a machine."""

    @field_validator("suite", "models", "policies", "model_revision")
    @classmethod
    def _printable(cls, value: Any) -> Any:
        """Names go into files: half a surrogate pair fits none, and no name holds a control sign."""
        for name in value if isinstance(value, tuple) else (value or "",):
            if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in name):
                raise ValueError("a name without control signs, in UTF-8")
        return value

    @property
    def engine_options(self) -> EngineOptions:
        """The part that concerns an engine."""
        return EngineOptions(
            dtype=self.dtype,
            device=self.device,
            batch_size=self.batch_size,
            concurrency=self.concurrency,
            revision=self.model_revision,
            trust_remote_code=self.trust_remote_code,
        )


class Observer(Protocol):
    """Hears how far a run is; the CLI draws bars from it."""

    def stage(self, name: str, total: int | None) -> None:
        """A new stage begins, with so many steps if that is known."""
        ...

    def advance(self, steps: int) -> None:
        """So many steps are done."""
        ...


class Silent:
    """An observer that says nothing."""

    def stage(self, name: str, total: int | None) -> None:
        """Ignore."""

    def advance(self, steps: int) -> None:
        """Ignore."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A spec resolved: what is asked, of whom, under which policies."""

    spec: RunSpec
    suite: Suite
    named: Mapping[str, Policy]
    """The policies by the names that they were asked for under."""
    arms: tuple[Arm, ...]
    models: tuple[str, ...]
    """The user's models, then the suite's reference models."""
    seed: int
    bank: str
    """Digest of the bank that was drawn from."""

    @property
    def policies(self) -> tuple[Policy, ...]:
        """Every policy once."""
        return tuple(self.named.values())

    @property
    def settings(self) -> Settings:
        """Generation settings, the same in every arm."""
        return Settings(
            max_tokens=self.spec.max_tokens or self.suite.max_tokens,
            temperature=self.spec.temperature,
        )

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item that is asked, once."""
        return unique(arm.item for arm in self.arms)

    def situations(self) -> Situations:
        """For reference models, however the arms are asked."""
        generated = (replace(arm, mode="generate") for arm in self.arms if arm.mode != "generate")
        policies = {policy.id: policy for policy in self.policies}
        with paused_collector():
            return situations([*self.arms, *generated], policies, seed=self.seed)


def prepare(spec: RunSpec, *, own: Collection[str] = ()) -> Prepared:
    """Resolve and check a spec whole, before anything is loaded or written.

    Args:
        spec: What the user asked for.
        own: Models among the spec's that the caller brings as ready engines.

    Raises:
        SuiteError: The suite is unknown or malformed.
        PolicyError: A policy is unknown, malformed or too large to be stored, or two have one id.
        ItemError: The bank is malformed.
        ModelError: A model's name has no known form, two names mean one label, or a ready engine
            stands for no model.
    """
    suite = load_suite(spec.suite)
    named = _policies(spec.policies or suite.policies)
    check_sizes(named)
    references = suite.references if spec.references else ()
    models = tuple(dict.fromkeys([*spec.models, *(REFERENCE + name for name in references)]))
    check_own(own, models)
    for model in models:
        if model not in own:
            check_model(model, spec)
    Labels([model for model in models if model not in own], {})
    seed = suite.seed if spec.seed is None else spec.seed
    bank = load_banks([Path(folder) for folder in spec.banks])
    with paused_collector():
        arms = compose(
            suite,
            tuple(named.values()),
            bank=bank,
            seed=seed,
            limit=spec.limit,
            strengths=spec.strengths,
        )
    return Prepared(spec, suite, named, arms, models, seed, digest(bank))


def plan_for(prepared: Prepared, engine: Engine, *, beside: Collection[Mode] = ()) -> Plan:
    """The requests of one model.

    Choices become generated answers where the engine cannot score them.

    Args:
        prepared: What is asked.
        engine: Who is asked.
        beside: For a reference model: the modes in which the models beside it were asked, so that
            it stands on the same boards.
    """
    modes = tuple(beside) or (_mode(engine),)
    plain: tuple[Mode, ...] = ("generate",)
    arms = [
        arm if arm.mode == "generate" else replace(arm, mode=mode)
        for arm in prepared.arms
        for mode in (modes if arm.mode == "choices" else plain)
    ]
    if isinstance(engine, WorksAhead):
        seed = prepared.seed
        engine.render_ahead(
            [messages(arm.item, arm.condition, seed=seed, mode=arm.mode) for arm in arms]
        )
    with paused_collector():
        return plan(
            arms,
            render=engine.render,
            fingerprint=engine.fingerprint(),
            settings=prepared.settings,
            seed=prepared.seed,
            epochs=prepared.spec.epochs,
        )


def _mode(engine: Engine) -> Mode:
    return "choices" if isinstance(engine, ScoresChoices) else "generate"


def _policies(names: Sequence[str]) -> dict[str, Policy]:
    """Each policy once: two under one id would be counted as one."""
    named: dict[str, Policy] = {}
    for name in dict.fromkeys(names):
        policy = load_policy(name)
        for other, known in named.items():
            if known.id == policy.id:
                raise PolicyError(
                    f"policy '{name}': has the id '{policy.id}' of '{other}', expected ids that differ"
                )
        named[name] = policy
    return named


def ask(
    prepared: Prepared,
    out: Path,
    *,
    engines: Mapping[str, Engine] | None = None,
    observer: Observer | None = None,
) -> None:
    """Ask every model what it is owed and store the answers. Run again to go on where it stopped.

    Args:
        prepared: What to ask.
        out: The run folder; made if it is not there.
        engines: Ready engines for models of the spec; the caller closes them. A `FunctionEngine`
            without a name is labelled by its key here, and a `UserWarning` says where all its
            answers were stored before, or a server's were when it was asked at another address.
        observer: Hears of the progress.

    Raises:
        ModelError: Two models have one label, a model cannot be loaded, or too many requests fail;
            all answers so far are kept.
        FolderError: The record of an earlier run is damaged, so who judged it is not known, or a
            file other than the samples cannot be written.
        StoreError: The run folder is held by another run, or cannot be written.
    """
    observer = observer or Silent()
    own = {model: _named(engine, model) for model, engine in (engines or {}).items()}
    labels = Labels(prepared.models, own)
    has_reference = any(model.startswith(REFERENCE) for model in prepared.models)
    found = prepared.situations() if has_reference else {}
    with lock(out), place(prepared.spec) as cluster:
        folder = RunFolder(out)
        before = folder.read_run() if folder.run_yaml.exists() else {}
        panel, origins = _recorded_panel(before), Origins(before)
        entries: list[dict[str, Any]] = []
        latest: dict[str, Any] = before

        def write_origins() -> None:
            if latest:  # else no run has got so far that it is described
                folder.write_run(latest | origins.record())

        modes: dict[Mode, None] = {}
        older = False
        for model in prepared.models:
            observer.stage(f"loading {model}", None)
            ready = own.get(model)
            engine = ready or open_model(model, prepared, found, cluster)
            try:
                labels.take(model, engine.fingerprint().model)
                if not model.startswith(REFERENCE):
                    modes[_mode(engine)] = None
                if not entries:
                    # Nothing before a model is open: until then an earlier run stays as it was.
                    store_policies(folder, prepared.policies)
                    older = folder.add_items(prepared.items)
                beside = tuple(modes) if model.startswith(REFERENCE) else ()
                entries.append(
                    _ask_one(
                        model, prepared, engine, folder, observer, beside, origins, write_origins
                    )
                )
            finally:
                if ready is None:
                    engine.close()
            latest = _run_record(prepared, entries) | origins.record() | panel
            folder.write_run(latest)
            if older:  # run.yaml names no other plan any more
                folder.write_items(prepared.items)
                older = False


def _recorded_panel(before: Mapping[str, Any]) -> dict[str, Any]:
    """Who judged an earlier run of this folder: asking again does not unsay what was said."""
    return {name: before[name] for name in ("judge", "scorer_version") if before.get(name)}


def _named(engine: Engine, key: str) -> Engine:
    return engine.named(key) if isinstance(engine, FunctionEngine) else engine


def _ask_one(
    model: str,
    prepared: Prepared,
    engine: Engine,
    folder: RunFolder,
    observer: Observer,
    beside: Collection[Mode],
    origins: Origins,
    write_origins: Callable[[], None],
) -> dict[str, Any]:
    requests = plan_for(prepared, engine, beside=beside)
    label = requests.fingerprint.model
    folder.write_plan(requests)
    observer.stage(f"asking {label}", len(requests.requests))
    samples = folder.samples(label)
    with origins.asking(model, requests, samples, write_origins) as hear, Store(samples) as store:

        def progress(steps: int) -> None:
            hear(steps)
            observer.advance(steps)

        counts = run(
            requests, engine, store, max_errors=prepared.spec.max_errors, progress=progress
        )
    if isinstance(engine, FunctionEngine) and counts.stored == len(requests.requests):
        warnings.warn(
            f"{label}: all {counts.stored} answers were stored in {folder.root} before, and the function "
            "was not asked; if it has changed, give the FunctionEngine another revision=",
            stacklevel=4,  # who called `evaluate`
        )
    if moved := origins.take(model, requests, counts, folder.root):
        warnings.warn(moved, MovedWarning, stacklevel=4)
    return _model_record(model, requests, engine, counts)


def _model_record(model: str, requests: Plan, engine: Engine, counts: RunCounts) -> dict[str, Any]:
    is_declared = getattr(engine, "declared", False)
    return {
        "model": requests.fingerprint.model,
        "spec": model,
        "reference": model.startswith(REFERENCE),
        "grader": "declared" if is_declared else "offline",
        "fingerprint": asdict(requests.fingerprint),
        "requests": len(requests.requests),
        "failed": counts.failed,
        "stale": counts.stale,
    }


def _run_record(prepared: Prepared, entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "lawbound": installed("lawbound"),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "spec": prepared.spec.model_dump(mode="json"),
        "seed": prepared.seed,
        "suite": prepared.suite.model_dump(mode="json"),
        "bank": prepared.bank,
        "policies": [
            {"id": p.id, "name": p.name, "version": p.version, "digest": p.digest, "from": name}
            for name, p in prepared.named.items()
        ],
        "settings": asdict(prepared.settings),
        "models": [dict(entry) for entry in entries],
        "versions": {"python": platform.python_version()}
        | {
            name: installed(name)
            for name in ("numpy", "pandas", "torch", "transformers", "lm_eval", "ray")
        },
    }
