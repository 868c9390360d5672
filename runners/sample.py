"""A request is what reaches the model; a sample is what came back."""

from dataclasses import dataclass
from hashlib import sha256
from math import inf
from types import UnionType
from typing import Any, Final, Literal, get_args

from lawbound.tasks.io.limits import MOST_COUNTED
from lawbound.tasks.io.messages import one_line

Role = Literal["system", "user", "assistant"]
Placement = Literal["system", "user", "none"]
Finish = Literal["stop", "length", "blocked", "choices", "error", "unknown"]


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """Messages after the model's own chat template."""

    text: str
    """What the tokenizer sees; for an endpoint, canonical JSON of the messages."""
    placement: Placement
    """Where the policy went: if a template rejects system roles, to the top of the user turn."""
    template: str
    """sha256 of the chat template, or of the endpoint's contract."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Generation settings: the same in every arm."""

    max_tokens: int = 256
    temperature: float = 0.0
    top_p: float = 1.0
    stop: tuple[str, ...] = ()


UNVERIFIED: Final = "unverified"
"""Revision of a model if neither its engine nor its user tells one. A given one is the user's word that two
addresses run the same model."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Which weights answered, as exactly as the engine can tell."""

    model: str
    """Label shown to people."""
    revision: str
    """Revision or hash of the weights; `UNVERIFIED` if an endpoint does not tell."""
    engine: str
    version: str
    dtype: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to ask. Equal keys are asked once."""

    key: str
    """sha256 over canonical JSON of everything that reaches the model; see `lawbound.runners.canonical.request_key`."""
    messages: tuple[Message, ...]
    rendered: Rendered
    settings: Settings
    seed: int = 0
    epoch: int = 0
    choices: tuple[str, ...] = ()
    """Continuations to score by log-likelihood; empty means to generate."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer. A failed request has an error and no text; an empty answer has a text of length 0."""

    key: str
    text: str
    """The answer alone, without a reasoning trace."""
    finish: Finish
    thinking: str = ""
    """Reasoning trace, split from the answer."""
    choice_logprobs: tuple[float, ...] = ()
    """Natural-log likelihood of each choice, in nats, summed over its tokens."""
    prompt_tokens: int | None = 0
    """This and the next two counts are None if nobody counted."""
    completion_tokens: int | None = 0
    thinking_tokens: int | None = 0
    prompt_hash: str = ""
    """sha256 of the rendered prompt."""
    placement: Placement = "none"
    engine: str = ""
    seconds: float = 0.0
    """The answer's share of the wall time of a joint request, not how long it took alone: over a
    model's samples the shares add up to about the total asking time. Never in a CSV."""
    error: str = ""

    @property
    def truncated(self) -> bool | None:
        """Whether the answer ran into the token limit; None if nobody knows how it ended."""
        return None if self.finish == "unknown" else self.finish == "length"

    @property
    def think_only(self) -> bool:
        """Whether the model thought and never answered; a server may hide the trace and count its tokens."""
        return bool(self.thinking or self.thinking_tokens) and not self.text.strip()

    @property
    def blocked(self) -> bool:
        """Whether the provider's filter stepped in; that is not the model's refusal."""
        return self.finish == "blocked"


_TEXTS = ("key", "text", "thinking", "prompt_hash", "engine", "error")
_COUNTS = ("prompt_tokens", "completion_tokens", "thinking_tokens")
_NAMED = {"finish": get_args(Finish), "placement": get_args(Placement)}


def wrong_field(sample: Sample) -> str:
    """Which field of a sample has a wrong type or value, and what was expected; empty if none has.

    Neither an engine nor a file is trusted: neither a checksum nor a name shows who wrote a line.
    """
    for name in _TEXTS:
        if not isinstance(value := getattr(sample, name), str):
            return f"{name} is {_shown(value)}, expected text"
    for name, known in _NAMED.items():
        value = getattr(sample, name)
        if not isinstance(value, str) or value not in known:
            return f"{name} is {_shown(value)}, expected one of {', '.join(known)}"
    for name in _COUNTS:
        value = getattr(sample, name)
        if value is not None and not (_is_number(value, int) and 0 <= value <= MOST_COUNTED):
            return f"{name} is {_shown(value)}, expected a count, or None where nobody counted"
    seconds, likelihoods = sample.seconds, sample.choice_logprobs
    if not (_is_number(seconds, int | float) and abs(seconds) <= MOST_COUNTED):  # nan is not
        return f"seconds is {_shown(seconds)}, expected a number"
    if not isinstance(likelihoods, tuple | list):
        return f"choice_logprobs is {_shown(likelihoods)}, expected numbers"
    for value in likelihoods:
        if not is_likelihood(value):  # half precision can overflow to nan
            return f"found {_shown(value)} as the log-likelihood of a choice, expected a number"
    return ""


def is_likelihood(value: object) -> bool:
    """Whether it can be a choice's log-likelihood: not nan, which has no rank; -inf is
    impossible."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= MOST_COUNTED or value == -inf


def sample_of(request: Request, engine: str, **fields: Any) -> Sample:
    """A sample with the request that it answers and how that was rendered.

    Args:
        request: The request.
        engine: Name of the engine that answered.
        fields: The rest of the sample.
    """
    rendered = request.rendered
    return Sample(
        key=request.key,
        prompt_hash=sha256(rendered.text.encode("utf-8", "surrogatepass")).hexdigest(),
        placement=rendered.placement,
        engine=engine,
        **fields,
    )


def _is_number(value: object, kind: type | UnionType) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def _shown(value: object) -> str:
    kind = type(value).__name__
    try:
        text = one_line(f"{value!r:.40}")
    except Exception:  # a type of the engine's own, or a number too long to write
        return f"a value of type {kind}"
    return text if kind in ("NoneType", "float", "str") else f"{text} ({kind})"
