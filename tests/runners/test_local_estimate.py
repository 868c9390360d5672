"""The estimate: more work takes longer, and reading a shared prompt twice costs nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from lawbound.runners.engines.function import FunctionEngine
from lawbound.runners.engines.local import estimate
from lawbound.runners.engines.local.estimate import estimate_seconds
from lawbound.runners.sample import Message, Rendered, Request, Sample, Settings

ENGINE = FunctionEngine(lambda request: "x")


class Clock:
    """Time that passes only as the fake model works: 100 tokens read, 10 written a second."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def generate(self, requests: Sequence[Request]) -> Iterator[Sample]:
        heads: set[str] = set()
        for request in requests:
            texts = [message.content for message in request.messages]
            new = [text for text in texts if text not in heads]
            heads.update(texts[:-1])
            written = request.settings.max_tokens
            self.now += sum(len(text.split()) for text in new) / 100 + written / 10
            total = sum(len(text.split()) for text in texts)
            yield Sample(request.key, "", "stop", prompt_tokens=total, completion_tokens=written)


def _request(number: int, tokens: int = 20) -> Request:
    chat = (Message("system", "rule " * 1000), Message("user", f"ask {number} " * 25))
    return Request(str(number), chat, Rendered("", "system", ""), Settings(max_tokens=tokens))


def test_the_estimate_grows_with_what_is_to_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def seconds(requests: Sequence[Request]) -> float:
        clock = Clock()
        monkeypatch.setattr(estimate, "perf_counter", clock)
        return estimate_seconds(requests, clock.generate, lambda text: len(text.split()))

    ten = [_request(n) for n in range(10)]
    long = [replace(r, settings=Settings(max_tokens=200)) for r in ten]
    assert seconds(long) > 5 * seconds(ten)
    assert seconds([]) == 0.0
    # 20 more questions share the policy prompt: 20 x (50 read + 20 written), not 20 x 1000.
    more = [_request(n) for n in range(30)]
    assert seconds(more) < 4 * seconds(ten)
