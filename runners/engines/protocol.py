"""What every engine can do, and the error it raises when it cannot."""

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

from lawbound.runners.sample import Fingerprint, Message, Rendered, Request, Sample


class ModelError(RuntimeError):
    """A model, an engine or an endpoint cannot do what was asked of it."""


class Engine(Protocol):
    """Turns requests into samples. Order of samples is free; every request yields exactly one."""

    def render(self, messages: Sequence[Message]) -> Rendered:
        """Apply the model's chat template. Never drops the policy: see `Rendered.placement`."""
        ...

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a rendered text."""
        ...

    def fingerprint(self) -> Fingerprint:
        """Which weights answer."""
        ...

    def generate(self, requests: Sequence[Request]) -> Iterator[Sample]:
        """Yield one sample for each request, as each is done; a failed one carries its error."""
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
