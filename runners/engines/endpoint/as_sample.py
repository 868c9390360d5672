"""From what came of a request to its sample."""

from dataclasses import dataclass

from lawbound.runners.engines.endpoint.client import Outcome
from lawbound.runners.engines.endpoint.reply import Answer, Fault
from lawbound.runners.engines.endpoint.unasked import ENGINE
from lawbound.runners.engines.estimated import estimate_tokens
from lawbound.runners.sample import Request, Sample

ESTIMATED = "endpoint, tokens estimated"
"""Marks the engine of a sample whose token counts the server did not report."""


def as_sample(request: Request, outcome: Outcome, prompt_hash: str, in_flight: int) -> Sample:
    """The sample of a request.

    Args:
        request: What was asked.
        outcome: What came of it.
        prompt_hash: sha256 of the rendered prompt.
        in_flight: Requests asked at once, which share the time.
    """
    seconds = outcome.seconds / in_flight
    result = outcome.result
    if isinstance(result, Fault):
        return Sample(
            key=request.key,
            text="",
            finish="error",
            prompt_hash=prompt_hash,
            placement=outcome.placement,
            engine=ENGINE,
            seconds=seconds,
            error=result.message,
        )
    counts = _counts(request, result)
    return Sample(
        key=request.key,
        text=result.text,
        finish=result.finish,
        thinking=result.thinking,
        prompt_tokens=counts.prompt,
        completion_tokens=counts.completion,
        thinking_tokens=counts.thinking,
        prompt_hash=prompt_hash,
        placement=outcome.placement,
        engine=ESTIMATED if counts.estimated else ENGINE,
        seconds=seconds,
    )


@dataclass(frozen=True, slots=True)
class _Counts:
    prompt: int
    completion: int
    thinking: int
    estimated: bool


def _counts(request: Request, answer: Answer) -> _Counts:
    """Token counts from the server, estimated where it reports none.

    A server that hides the trace may still count it.
    """
    prompt = answer.prompt_tokens
    completion = answer.completion_tokens
    thinking = answer.thinking_tokens
    if thinking is None and not answer.thinking:
        thinking = 0
    estimated = prompt is None or completion is None or thinking is None
    if prompt is None:
        prompt = sum(estimate_tokens(message.content) for message in request.messages)
    if completion is None:
        completion = estimate_tokens(answer.thinking) + estimate_tokens(answer.text)
    if thinking is None:
        written = len(answer.thinking) + len(answer.text)
        thinking = round(completion * len(answer.thinking) / written)
    return _Counts(prompt, completion, thinking, estimated)
