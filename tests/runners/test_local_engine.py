"""The local engine against the plain way: the same tokens and likelihoods, whatever the batch."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from tiny_models import (
    APART,
    SHARED,
    direct_logprobs,
    key_and_text,
    nine_requests,
    one_request,
    plain_text,
)

from lawbound.runners.engines.local.engine import LocalEngine
from lawbound.runners.engines.protocol import Engine, ScoresChoices
from lawbound.runners.sample import Settings

Save = Callable[..., Path]

# torch alone takes seconds to load: real engines run in the slow set, tiny models included.
pytestmark = pytest.mark.model


@pytest.mark.parametrize("kind", SHARED)
def test_greedy_text_is_that_of_plain_generate_whatever_the_batch(kind: str, save: Save) -> None:
    folder = str(save(kind))
    engine = LocalEngine.load(folder, threads=1)
    assert engine.fallback is None
    requests = nine_requests(engine)
    expected = {request.key: plain_text(engine, request) for request in requests}
    assert {key_and_text(sample) for sample in engine.generate(requests)} == set(expected.items())
    for size in (1, 4):
        engine.batch_size = size
        found = engine.generate(requests)
        assert {key_and_text(sample) for sample in found} == set(expected.items())


@pytest.mark.parametrize("kind", SHARED)
def test_choices_have_the_likelihood_of_a_direct_pass(kind: str, save: Save) -> None:
    engine = LocalEngine.load(str(save(kind)), threads=1)
    choices = ("w1", "w1 w2 w3", "w1 w2 w4", "w50 w1")
    requests = [replace(request, choices=choices) for request in nine_requests(engine)]
    samples = {sample.key: sample for sample in engine.loglikelihood(requests)}
    assert len(samples) == len(requests)
    for request in requests:
        found = samples[request.key]
        assert found.finish == "choices"
        assert found.choice_logprobs == pytest.approx(direct_logprobs(engine, request), abs=2e-4)


@pytest.mark.parametrize("kind", APART)
def test_models_without_plain_attention_fall_back_and_say_so(
    kind: str, save: Save, caplog: pytest.LogCaptureFixture
) -> None:
    engine = LocalEngine.load(str(save(kind)), threads=1)
    assert engine.fallback is not None
    assert "prefixes are not shared" in caplog.text
    requests = nine_requests(engine)[:3]
    expected = {(request.key, plain_text(engine, request)) for request in requests}
    assert {key_and_text(sample) for sample in engine.generate(requests)} == expected


def test_a_trial_that_fails_is_told_in_one_line() -> None:
    import torch

    from lawbound.runners.engines.prefix.check import disagreement
    from lawbound.runners.engines.prefix.model import PrefixModel

    config = SimpleNamespace(get_text_config=SimpleNamespace)
    model = SimpleNamespace(config=config, _supports_attention_backend=True, dtype=torch.float32)
    told = "a trial failed: AttributeError: 'types.SimpleNamespace' object has no attribute"
    found = disagreement(cast(PrefixModel, SimpleNamespace(model=model, device="cpu")))
    assert found is not None and found.startswith(told) and "\n" not in found


def test_in_bfloat16_a_prefix_has_the_digits_that_it_has_alone(save: Save) -> None:
    """Nothing asks a near-tie again there, so what was asked before must not decide a text."""
    import torch

    from lawbound.runners.engines.prefix.model import PrefixModel

    engine = LocalEngine.load(str(save("llama")), dtype="bfloat16", device="cpu", threads=1)
    tokens = [5 + n * 7 % 30 for n in range(190)]
    used, fresh = (PrefixModel(engine.model, torch.device("cpu")) for _ in range(2))
    used.prefix(tokens)
    for length in range(17, len(tokens), 17):
        found, expected = used.prefix(tokens[:length]), fresh.prefix(tokens[:length])
        assert all(torch.equal(found.keys[n], expected.keys[n]) for n in expected.keys)
        assert all(torch.equal(found.values[n], expected.values[n]) for n in expected.values)


def test_the_engine_fits_the_protocols(llama: LocalEngine) -> None:
    engine: Engine = llama
    assert isinstance(engine, ScoresChoices)


def test_sampled_text_depends_on_the_request_alone(llama: LocalEngine) -> None:
    requests = nine_requests(llama, Settings(max_tokens=12, temperature=0.8, top_p=0.9))
    again = [replace(request, key=f"{request.key}+", epoch=1) for request in requests]
    together = {sample.key: sample.text for sample in llama.generate([*requests, *again])}
    for request in (*requests[:3], *again[:3]):
        (alone,) = llama.generate([request])
        assert alone.text == together[request.key]
    assert together[requests[0].key] != together[again[0].key]


def test_an_answer_ends_at_a_stop_text(llama: LocalEngine) -> None:
    found = [(len(plain_text(llama, r).split()), r) for r in nine_requests(llama)]
    request = max(found, key=lambda pair: pair[0])[1]
    whole = plain_text(llama, request).split()
    assert len(whole) > 4
    stopped = replace(request, settings=Settings(max_tokens=9, stop=(whole[4],)))
    (sample,) = llama.generate([stopped])
    assert sample.text.split() == whole[: whole.index(whole[4])]
    assert sample.finish == "stop"


def test_a_prompt_beyond_the_context_fails_and_is_not_cut(llama: LocalEngine) -> None:
    fits, too_long = nine_requests(llama)[0], one_request(llama, "long", " ".join(["w5"] * 250))
    samples = {sample.key: sample for sample in llama.generate([too_long, fits])}
    assert samples["long"].finish == "error"
    assert "expected at most 256 together" in samples["long"].error
    assert samples["long"].text == ""
    assert not samples[fits.key].error


def test_the_model_can_be_used_between_two_samples(llama: LocalEngine) -> None:
    requests = nine_requests(llama)
    expected = {(request.key, plain_text(llama, request)) for request in requests}
    found = set()
    for sample, request in zip(llama.generate(requests), requests, strict=True):
        found.add(key_and_text(sample))
        assert (request.key, plain_text(llama, request)) in expected
    assert found == expected
    assert {key_and_text(sample) for sample in llama.generate(requests)} == expected
