"""A model that is a Python function: for tests, and for anyone whose model is already in the process."""

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from typing import Self

from lawbound.runners.canonical import chat_json
from lawbound.runners.engines.api_keys import without_keys
from lawbound.runners.engines.thinking import split_thinking
from lawbound.runners.sample import (
    UNVERIFIED,
    Fingerprint,
    Message,
    Rendered,
    Request,
    Sample,
    sample_of,
)
from lawbound.tasks.io.messages import one_line

VERSION = "2"


class FunctionEngine:
    """Answers each request by calling a function.

    The text is a model's whole output: a reasoning trace at its beginning is split off.

    Any `Exception` that it raises, and any return value that is not text, becomes the error of that
    sample: the run goes on, and `max_errors` counts it.
    """

    estimates_tokens = True

    def __init__(
        self,
        answer: Callable[[Request], str],
        *,
        name: str | None = None,
        revision: str = UNVERIFIED,
    ) -> None:
        """Wrap a function.

        Args:
            answer: From request to what the model writes.
            name: Label of the model; if left out, `evaluate` uses its key in `engines`.
            revision: Takes the place of the weights in every request key. A run folder keeps a
                function's answers: only another revision makes it ask a changed function again.
        """
        self._answer = answer
        self._name = name
        self._revision = revision

    def named(self, label: str) -> Self:
        """The same engine under this label, unless it has one."""
        found = copy(self)
        found._name = label if self._name is None else self._name
        return found

    def render(self, messages: Sequence[Message]) -> Rendered:
        """Canonical JSON of the chat."""
        text = chat_json(messages).decode()
        system = any(message.role == "system" for message in messages)
        return Rendered(text, "system" if system else "none", "function")

    def count_tokens(self, text: str) -> int:
        """Whitespace words."""
        return len(text.split())

    def fingerprint(self) -> Fingerprint:
        """The name and revision it was given."""
        return Fingerprint(self._name or "function", self._revision, "function", VERSION)

    def generate(self, requests: Sequence[Request]) -> Iterator[Sample]:
        """One sample a request, in order."""
        for request in requests:
            prompt_tokens = self.count_tokens(request.rendered.text)
            try:
                output = _checked(self._answer(request))
            except Exception as fault:
                yield sample_of(request, "function", text="", finish="error", error=_told(fault))
                continue
            split = split_thinking(output)
            yield sample_of(
                request,
                "function",
                text=split.answer,
                finish="stop",
                thinking=split.thinking,
                prompt_tokens=prompt_tokens,
                completion_tokens=self.count_tokens(output),
                thinking_tokens=self.count_tokens(split.thinking),
            )

    def close(self) -> None:
        """Nothing to release."""


def _checked(answer: object) -> str:
    if not isinstance(answer, str):
        found = f"{answer!r:.40} ({type(answer).__name__})"
        raise TypeError(f"the function returned {found}, expected text")
    return answer


def _told(fault: Exception) -> str:
    """Type and message in one line, without keys: a client that the function calls may quote them."""
    return without_keys(f"{type(fault).__name__}: {one_line(fault)}").removesuffix(":")
