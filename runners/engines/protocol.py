"""What every engine must do, what some can do in addition, how an engine is asked, and the error
that engines raise."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

from lawbound.runners.sample import Fingerprint, Message, Rendered, Request, Sample
from lawbound.tasks.io.errors import LawboundError

DTYPES = ("float32", "bfloat16", "float16")
"""Dtypes that local engines accept."""
PROBE = (Message("system", "Answer in one word."), Message("user", "Say yes."))
"""A chat that shows how a model is asked: its server accepts it, or its template renders it."""
OTHER_NAMES = "(further names)"
"""Name under which `TellsWhoAnswered` counts further names of a model with too many."""


class ModelError(LawboundError, RuntimeError):
    """A model, an engine or an endpoint cannot do what was asked of it."""


class Renderer(Protocol):
    """What the keys of requests are made from."""

    def render(self, messages: Sequence[Message]) -> Rendered:
        """Apply the model's chat template. Never drops the policy: see `Rendered.placement`."""
        ...

    def fingerprint(self) -> Fingerprint:
        """Which weights answer."""
        ...


class Engine(Renderer, Protocol):
    """Turns requests into samples, in any order; every request yields exactly one."""

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a rendered text."""
        ...

    def generate(self, requests: Sequence[Request]) -> Iterator[Sample]:
        """Yield one sample for each request as soon as it is done; a failed one carries its
        error."""
        ...

    def close(self) -> None:
        """Release the model, the connections or the workers."""
        ...


@runtime_checkable
class ScoresChoices(Protocol):
    """An engine that can score the likelihood of given continuations."""

    def loglikelihood(self, requests: Sequence[Request]) -> Iterator[Sample]:
        """Yield one sample for each request, `Sample.choice_logprobs` in the order of `Request.choices`."""
        ...


@runtime_checkable
class AsksBatches(Protocol):
    """An engine that takes all batches of a pass at once and orders them itself."""

    def ask(self, batches: Sequence[Sequence[Request]]) -> Iterator[Sample]:
        """Yield one sample for each request, as soon as it is done; each batch is of one kind."""
        ...


@runtime_checkable
class FixesBatches(Protocol):
    """An engine whose text may depend on what else is in the batch."""

    fixed_batch: int | None
    """Requests in a batch, cut from the whole plan (see `run.owed_requests`); None: any cut."""


@runtime_checkable
class Declares(Protocol):
    """A reference model whose samples may state their behaviour instead of showing it
    (`rubrics.graders.declare`): the ``declared`` grader takes their word."""

    declared: bool
    """Whether those of this engine do."""


@runtime_checkable
class EstimatesTime(Protocol):
    """An engine that can estimate, from a short measurement, how long requests would take."""

    def estimate_seconds(self, requests: Sequence[Request]) -> float | None:
        """Seconds of wall time for all requests; None if that cannot be told."""
        ...


@runtime_checkable
class EstimatesTokens(Protocol):
    """An engine that may not know its model's tokenizer."""

    @property
    def estimates_tokens(self) -> bool:
        """Whether `count_tokens` is an estimate."""
        ...


Trouble = Callable[[int, str], None]
"""Is told how many requests are failing, and the latest error."""


@runtime_checkable
class AsksAgain(Protocol):
    """An engine that repeats a failing request by itself before it gives up."""

    on_trouble: Trouble
    """Is told about the requests that are being repeated, in the thread that takes the samples;
    whoever runs a plan sets it for that long."""

    def is_final(self, sample: Sample) -> bool:
        """Whether a failed request would fail in the same way however often it is asked."""
        ...


@runtime_checkable
class TellsWhoAnswered(Protocol):
    """An engine whose answers may come from a model other than the requested one, and name that model."""

    @property
    def answered_as(self) -> Mapping[str, int]:
        """How many answers came under which name, since the engine was opened."""
        ...


@runtime_checkable
class WorksAhead(Protocol):
    """A remote engine, for which many chats or texts cost hardly more than one."""

    def render_ahead(self, chats: Sequence[Sequence[Message]]) -> None:
        """Render chats that `render` will be asked for."""
        ...

    def count_ahead(self, texts: Sequence[str]) -> None:
        """Count the tokens of texts that `count_tokens` will be asked for."""
        ...


def ask(engine: Engine, batches: Sequence[Sequence[Request]]) -> Iterator[Sample]:
    """Ask every batch in turn, each of one kind; an engine that takes them all at once gets them
    so.

    Raises:
        ModelError: The engine cannot score choices, or cannot go on.
    """
    if isinstance(engine, AsksBatches):
        yield from engine.ask(batches)
        return
    for batch in batches:
        if not batch[0].choices:
            yield from engine.generate(batch)
        elif isinstance(engine, ScoresChoices):
            yield from engine.loglikelihood(batch)
        else:
            raise ModelError("this engine cannot score choices, expected generated answers")


def fixed_batch_of(engine: Engine) -> int | None:
    """The batches in which an engine must be asked, if it has such a need."""
    return engine.fixed_batch if isinstance(engine, FixesBatches) else None


def is_declared(engine: Engine) -> bool:
    """Whether the engine's answers declare what they did."""
    return isinstance(engine, Declares) and engine.declared


def room_fault(count: int, room: int, limit: int | None) -> str:
    """Why a request does not fit a model, which is an error and never cut; empty if it fits.

    Args:
        count: Tokens of its prompt.
        room: Most tokens of its answer.
        limit: Most tokens that the model takes for both together, if known.
    """
    if limit is None or count + room <= limit:
        return ""
    return (
        f"the prompt has {count} tokens and its answer up to {room}, "
        f"expected at most {limit} together"
    )
