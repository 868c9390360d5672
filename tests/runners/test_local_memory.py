"""The local engine where memory runs out: smaller batches, and nothing lost but what does not fit alone."""

import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tiny_models import (
    direct_logprobs,
    key_and_text,
    nine_requests,
    one_request,
    plain_text,
)

from lawbound.runners.engines.local.engine import LocalEngine

Save = Callable[..., Path]

# torch alone takes seconds to load: real engines run in the slow set, tiny models included.
pytestmark = pytest.mark.model


def test_running_out_of_memory_halves_the_batch_and_loses_nothing(
    llama: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lawbound.runners.engines.prefix.model import PrefixModel

    requests = nine_requests(llama)
    expected = {(request.key, plain_text(llama, request)) for request in requests}
    decode, calls = PrefixModel.decode, []
    buffers: dict[int, Any] = {}

    def limited(self: PrefixModel, prefixes: Any, tokens: Any, places: Any, store: Any) -> Any:
        calls.append(len(tokens))
        buffers[store.slots] = weakref.ref(store.keys[0])
        assert all(found() is None for size, found in buffers.items() if size > store.slots)
        if len(tokens) > 2:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return decode(self, prefixes, tokens, places, store)

    monkeypatch.setattr(PrefixModel, "decode", limited)
    samples = list(llama.generate(requests))
    assert {key_and_text(sample) for sample in samples} == expected
    assert len(samples) == len(requests)
    assert max(calls) > 2


def test_choices_that_run_out_of_memory_are_scored_in_smaller_passes_or_fail_alone(
    llama: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lawbound.runners.engines.prefix.model import PrefixModel

    choices = ("w1", "w1 w2 w3", "w50 w1")
    requests = [replace(request, choices=choices) for request in nine_requests(llama)]
    stuck = replace(requests[0], choices=("w7", "w7 w8 w9 w10 w11 w12"))
    score, calls = PrefixModel.score, []

    def limited(self: PrefixModel, prefixes: Any, trees: Any, wanted: Any) -> Any:
        calls.append(len(trees))
        if len(trees) > 2 or any(len(rows) > 5 for rows in wanted):
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return score(self, prefixes, trees, wanted)

    monkeypatch.setattr(PrefixModel, "score", limited)
    samples = list(llama.loglikelihood([stuck, *requests[1:]]))
    found = {sample.key: sample for sample in samples}
    assert len(samples) == len(found) == len(requests)
    assert found[stuck.key].error.startswith("out of memory: ")
    assert max(calls) > 2
    for request in requests[1:]:
        logprobs = found[request.key].choice_logprobs
        assert logprobs == pytest.approx(direct_logprobs(llama, request), abs=2e-4)


@pytest.mark.parametrize("kind", ["llama", "mamba"])
def test_what_runs_out_of_memory_alone_fails_and_the_others_do_not(
    kind: str, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = LocalEngine.load(str(save(kind)), threads=1)
    engine._prefix_model = None
    requests = [one_request(engine, str(n), " ".join(["w5"] * n)) for n in (3, 30, 4)]
    forward = engine.model.forward

    def limited(*arguments: Any, input_ids: Any, **more: Any) -> Any:
        if input_ids.shape[-1] > 20:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return forward(*arguments, input_ids=input_ids, **more)

    monkeypatch.setattr(engine.model, "forward", limited)
    scored = [replace(request, choices=("w1", "w2 w3")) for request in requests]
    for samples in (engine.generate(requests), engine.loglikelihood(scored)):
        errors = {sample.key: sample.error[:14] for sample in samples}
        assert errors == {"3": "", "30": "out of memory:", "4": ""}
