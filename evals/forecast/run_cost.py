"""What a run would cost: exact requests, tokens as well as the engine knows them, and time if it
can be measured."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lawbound.evals.models import open_model
from lawbound.evals.observer import Observer
from lawbound.evals.prepare import ModesAsked, Prepared, plan_for
from lawbound.rubrics.reference.situation import Situations
from lawbound.runners.engines import Engine
from lawbound.runners.engines.protocol import EstimatesTime, EstimatesTokens, WorksAhead
from lawbound.runners.plan import Plan
from lawbound.runners.prompt import system_text

if TYPE_CHECKING:
    from lawbound.runners.engines.cluster import Cluster


@dataclass(frozen=True, slots=True)
class RunCost:
    """One model's share of a run."""

    model: str
    requests: int
    choices: int
    """Requests that score given choices rather than generate."""
    prompt_tokens: int
    shared_tokens: int
    """Prompt tokens that a prefix cache need not compute again."""
    new_tokens: int
    """Most tokens that could be generated."""
    seconds: float | None
    """None if it can only be known by asking."""
    is_estimated: bool
    """Whether the counts of prompt tokens are estimates."""

    @property
    def time(self) -> str:
        """The time for people to read."""
        return "unknown" if self.seconds is None else f"about {self.seconds:.0f} s"

    def tokens_in_words(self, count: int) -> str:
        """A count of prompt tokens, marked where it is an estimate."""
        return f"~{count}" if self.is_estimated else str(count)


def costs_of(
    prepared: Prepared, observer: Observer, cluster: "Cluster | None" = None
) -> list[RunCost]:
    """Load every model, render its plan and count; no request of the plans is sent.

    Args:
        prepared: What would be asked.
        observer: Is told about the progress.
        cluster: The cluster that would be asked, if any.

    Raises:
        ModelError: A model cannot be loaded.
    """
    modes, found = ModesAsked(), prepared.situations(observer)
    costs = []
    for model in prepared.models:
        observer.stage(f"planning {model}", None)
        costs.append(_cost_of(model, prepared, found, modes, cluster))
    return costs


def _cost_of(
    model: str,
    prepared: Prepared,
    found: Situations,
    modes: ModesAsked,
    cluster: "Cluster | None",
) -> RunCost:
    engine = open_model(model, prepared.spec, prepared.seed, found, cluster)
    try:
        requests = plan_for(prepared, engine, modes.take(model, engine))
        seconds = None
        if isinstance(engine, EstimatesTime):
            seconds = engine.estimate_seconds(requests.requests)
        return _count(requests, engine, seconds)
    finally:
        engine.close()


def _count(requests: Plan, engine: Engine, seconds: float | None) -> RunCost:
    total = shared = 0
    heads: dict[str, int] = {}
    if isinstance(engine, WorksAhead):
        engine.count_ahead([request.rendered.text for request in requests.requests])
    for request in requests.requests:
        count = engine.count_tokens(request.rendered.text)
        total += count
        system = system_text(request.messages)
        if system in heads:
            # A rendered text can count less than its system prompt alone: escapes join words.
            shared += min(heads[system], count)
        else:
            heads[system] = engine.count_tokens(system)
    generated = [request for request in requests.requests if not request.choices]
    return RunCost(
        model=requests.fingerprint.model,
        requests=len(requests.requests),
        choices=len(requests.requests) - len(generated),
        prompt_tokens=total,
        shared_tokens=shared,
        new_tokens=sum(request.settings.max_tokens for request in generated),
        seconds=seconds,
        is_estimated=isinstance(engine, EstimatesTokens) and engine.estimates_tokens,
    )
