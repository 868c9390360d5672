"""Estimating how long requests would take on this machine, from two short passes over some of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from time import perf_counter

from lawbound.runners.prompt import system_text
from lawbound.runners.sample import Request, Sample

PROBE = 12
"""Requests in the second pass."""
NEW = 8
"""Tokens that each of them writes."""

Generate = Callable[[Sequence[Request]], Iterator[Sample]]


def estimate_seconds(
    requests: Sequence[Request], generate: Generate, count_tokens: Callable[[str], int]
) -> float:
    """Seconds for all requests if every answer runs to its token limit; 0 for none.

    The first pass reads one prompt and tells the speed of reading; the second lets a few requests
    with the same policy prompt write, and tells the speed of writing together.
    """
    if not requests:
        return 0.0
    first = next((request for request in requests if not request.choices), requests[0])
    policy = system_text(first.messages)
    alike = [r for r in requests if not r.choices and system_text(r.messages) == policy]
    alike = alike[:PROBE] or [first]
    started = perf_counter()
    read = sum(sample.prompt_tokens or 0 for sample in generate([_short(alike[0], 1)]))
    reading = max(read, 1) / (perf_counter() - started)
    started = perf_counter()
    written = list(generate([_short(request, NEW) for request in alike]))
    head = count_tokens(policy)
    own = sum(max((sample.prompt_tokens or 0) - head, 0) for sample in written)
    spent = perf_counter() - started - own / reading
    writing = sum(sample.completion_tokens or 0 for sample in written) / max(spent, 1e-3)
    return _unique_tokens(requests, count_tokens) / reading + sum(
        request.settings.max_tokens for request in requests if not request.choices
    ) / max(writing, 1e-3)


def _short(request: Request, tokens: int) -> Request:
    return replace(
        request, choices=(), settings=replace(request.settings, max_tokens=tokens, temperature=0.0)
    )


def _unique_tokens(requests: Sequence[Request], count_tokens: Callable[[str], int]) -> int:
    """Prompt tokens with each policy prompt counted once, and the choices."""
    heads = {system_text(request.messages) for request in requests}
    tails = sum(
        count_tokens(request.messages[-1].content) + sum(map(count_tokens, request.choices))
        for request in requests
    )
    return tails + sum(map(count_tokens, heads))
