"""Resolving and checking a spec before anything is loaded or written, and planning what each model is asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lawbound.evals.folder import verdicts
from lawbound.evals.folder.policies import check_neutral, check_sizes
from lawbound.evals.models import ModelLabels, check_model, check_own
from lawbound.evals.observer import Observer, Silent
from lawbound.evals.run_spec import RunSpec
from lawbound.evals.suite.suite import compose, load_suite, suite_policies
from lawbound.evals.suite.suite_file import Suite, SuiteError
from lawbound.rubrics.policy.files import load_policy
from lawbound.rubrics.policy.policy import Policy, PolicyError
from lawbound.rubrics.reference import PREFIX, is_reference
from lawbound.rubrics.reference.situation import Situations, situations
from lawbound.runners.collector import paused_collector
from lawbound.runners.engines import Engine, ScoresChoices
from lawbound.runners.engines.protocol import WorksAhead
from lawbound.runners.plan import Arm, Plan, plan
from lawbound.runners.prompt import Mode, messages
from lawbound.runners.sample import Settings
from lawbound.tasks.bank import digest, load_banks
from lawbound.tasks.item import Item
from lawbound.tasks.records import unique

MOST_REQUESTS = 5_000_000
"""Most requests to one model, since its plan is held in memory; the full suite under 20 policies
has a fifteenth of it."""
MANY = 20_000
"""Requests to one model from which on planning takes a second or more and is announced."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A resolved spec: which models are asked what, under which policies."""

    spec: RunSpec
    suite: Suite
    named: Mapping[str, Policy]
    """The policies by the names they were requested under."""
    arms: tuple[Arm, ...]
    models: tuple[str, ...]
    """Models, real ones first: reference models are asked in the modes of the real ones."""
    seed: int
    bank: str
    """Digest of the bank that items were drawn from."""

    @property
    def policies(self) -> tuple[Policy, ...]:
        """Every policy once."""
        return tuple(self.named.values())

    @property
    def is_large(self) -> bool:
        """Whether planning takes long enough to be announced."""
        return len(self.arms) * self.spec.epochs >= MANY

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

    def situations(self, observer: Observer | None = None) -> Situations:
        """What reference models may know about each request, in either mode; empty without them."""
        if not any(map(is_reference, self.models)):
            return {}
        if observer is not None and self.is_large:
            observer.stage("planning reference models", None)
        generated = (replace(arm, mode="generate") for arm in self.arms if arm.mode != "generate")
        policies = {policy.id: policy for policy in self.policies}
        with paused_collector():
            return situations([*self.arms, *generated], policies, seed=self.seed)


def prepare(
    spec: RunSpec, *, own: Collection[str] = (), observer: Observer | None = None
) -> Prepared:
    """Resolve and check a spec whole, before anything is loaded or written.

    Args:
        spec: What the user asked for.
        own: Models of the spec for which the caller brings ready engines.
        observer: Is told about the progress.

    Raises:
        SuiteError: The suite is unknown or malformed, more repeats are wanted than can be planned,
            or more verdicts would be written than can be read back.
        PolicyError: A policy is unknown, malformed or too large to be stored, two have one id, or
            one has the id of the neutral reference.
        ItemError: The bank is malformed.
        ModelError: A model's name has no known form, two names mean one label, or a ready engine
            belongs to no model.
    """
    suite = load_suite(spec.suite)
    named = _policies(spec.policies or suite_policies(spec.suite, suite))
    check_neutral(named)
    check_sizes(named)
    references = suite.references if spec.references else ()
    asked = dict.fromkeys([*spec.models, *(PREFIX + name for name in references)])
    models = tuple(sorted(asked, key=is_reference))
    check_own(own, models)
    for model in models:
        if model not in own:
            check_model(model, spec)
    ModelLabels([model for model in models if model not in own], {})
    seed = suite.seed if spec.seed is None else spec.seed
    bank = load_banks([Path(folder) for folder in spec.banks])
    (observer or Silent()).stage("drawing items", None)
    with paused_collector():
        arms = compose(
            suite,
            tuple(named.values()),
            bank=bank,
            seed=seed,
            limit=spec.limit,
            strengths=spec.strengths,
        )
    if len(arms) * spec.epochs > MOST_REQUESTS:
        raise SuiteError(
            f"epochs is {spec.epochs}: found {len(arms) * spec.epochs} requests a model, expected at most "
            f"{MOST_REQUESTS}"
        )
    if (rows := _rows(arms, models, spec.epochs)) > verdicts.MAX_ROWS:
        raise SuiteError(
            f"{len(models)} models in one run: found {rows} verdicts, expected at most {verdicts.MAX_ROWS} "
            "(which a leaderboard of several runs need not keep to)"
        )
    return Prepared(spec, suite, named, arms, models, seed, digest(bank))


class ModesAsked:
    """The modes in which a run's models are asked for choices, collected as they are opened."""

    def __init__(self) -> None:
        """Start before anybody was asked."""
        self._real: dict[Mode, None] = {}

    def take(self, model: str, engine: Engine) -> tuple[Mode, ...]:
        """The modes for a model: its own, or for a reference model those of the real models before
        it.

        So a reference model is on the same boards as they are.
        """
        own = mode_of(engine)
        if is_reference(model):
            return tuple(self._real) or (own,)
        self._real[own] = None
        return (own,)


def plan_for(prepared: Prepared, engine: Engine, modes: Collection[Mode]) -> Plan:
    """The requests of one model.

    Choices become generated answers if the engine cannot score them.

    Args:
        prepared: What to ask.
        engine: The engine that will be asked.
        modes: The modes in which it is asked for choices; see `ModesAsked`.
    """
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


def mode_of(engine: Engine) -> Mode:
    """How a model is asked for a choice: by scoring each, or by answering in words."""
    return "choices" if isinstance(engine, ScoresChoices) else "generate"


def _rows(arms: Sequence[Arm], models: Sequence[str], epochs: int) -> int:
    """Upper limit of a run's verdicts: beside two real models, a reference model may be asked for
    choices in both modes."""
    of_one = epochs * sum(len(arm.policies) for arm in arms)
    again = sum(len(arm.policies) for arm in arms if arm.mode == "choices")
    references = sum(map(is_reference, models))
    has_modes = len(models) - references > 1
    return len(models) * of_one + (references * again if has_modes else 0)


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
