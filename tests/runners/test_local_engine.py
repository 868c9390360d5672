"""The local engine against the plain way: the same tokens and likelihoods, whatever the batch."""

import weakref
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from lawbound.runners.engines import EngineOptions, open_engine
from lawbound.runners.engines.local.engine import LocalEngine
from lawbound.runners.engines.protocol import Engine, ModelError, ScoresChoices
from lawbound.runners.sample import Message, Rendered, Request, Sample, Settings

Save = Callable[..., Path]

WORDS = 90
SHAPE: dict[str, Any] = {
    "vocab_size": WORDS + 6,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
    "initializer_range": 0.35,
}
SHARED: dict[str, dict[str, Any]] = {
    "llama": {},
    "qwen3_moe": {
        "head_dim": 16,
        "num_experts": 4,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 24,
    },
    "qwen3": {"head_dim": 16},
    "gemma2": {"head_dim": 16, "sliding_window": 24, "attn_logit_softcapping": 20.0},
    "gemma3_text": {"head_dim": 16, "sliding_window": 24},
    "mistral": {"sliding_window": 40},
    "phi3": {},
    "olmo2": {},
    "gpt_neox": {},
    "mixtral": {"num_local_experts": 4, "num_experts_per_tok": 2},
    "gpt_oss": {
        "head_dim": 16,
        "num_local_experts": 4,
        "num_experts_per_tok": 2,
        "sliding_window": 24,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
    },
}
# torch alone takes seconds to load: real engines run in the slow set, tiny models included.
pytestmark = pytest.mark.model

QUICK = ("llama", "qwen3", "gemma3_text")
KINDS = [kind if kind in QUICK else pytest.param(kind, marks=pytest.mark.model) for kind in SHARED]
APART: dict[str, dict[str, Any]] = {
    "mamba": {"state_size": 4},
    "lfm2": {"layer_types": ["conv", "full_attention", "conv"]},
}
TEMPLATE = (
    "{% for m in messages %}<{{ m['role'] }}> {{ m['content'] }} <end> {% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)
NO_SYSTEM = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no') }}{% endif %}" + TEMPLATE
)
DROPS_SYSTEM = TEMPLATE.replace("in messages %}", "in messages if m['role'] != 'system' %}")
POLICY = " ".join(f"w{(i * 37 + i // 7) % WORDS}" for i in range(50))


@pytest.fixture(scope="module")
def save(tmp_path_factory: pytest.TempPathFactory) -> Save:
    """Writes a tiny model with random weights, and a tokenizer with one token a word."""

    def save(kind: str, template: str | None = TEMPLATE, **changes: Any) -> Path:
        import torch

        from lawbound.runners.engines.local.quiet import quiet_transformers

        transformers: Any = import_module("transformers")
        folder = tmp_path_factory.mktemp(kind)
        extra = (SHARED | APART)[kind]
        config = transformers.AutoConfig.for_model(kind, **(SHAPE | extra | changes))
        with torch.random.fork_rng(), quiet_transformers():
            torch.manual_seed(7)
            transformers.AutoModelForCausalLM.from_config(config).save_pretrained(folder)
        _save_tokenizer(folder, template)
        return folder

    return save


@pytest.fixture(scope="module")
def llama(save: Save) -> LocalEngine:
    return LocalEngine.load(str(save("llama")), threads=1)


@pytest.mark.parametrize("kind", KINDS)
def test_greedy_text_is_that_of_plain_generate_whatever_the_batch(kind: str, save: Save) -> None:
    folder = str(save(kind))
    engine = LocalEngine.load(folder, threads=1)
    assert engine.fallback is None
    requests = _requests(engine)
    expected = {request.key: _plain(engine, request) for request in requests}
    assert {_text(engine, sample) for sample in engine.generate(requests)} == set(expected.items())
    for size in (1, 4):
        engine.batch_size = size
        found = engine.generate(requests)
        assert {_text(engine, sample) for sample in found} == set(expected.items())


@pytest.mark.parametrize("kind", KINDS)
def test_choices_have_the_likelihood_of_a_direct_pass(kind: str, save: Save) -> None:
    engine = LocalEngine.load(str(save(kind)), threads=1)
    choices = ("w1", "w1 w2 w3", "w1 w2 w4", "w50 w1")
    requests = [replace(request, choices=choices) for request in _requests(engine)]
    samples = {sample.key: sample for sample in engine.loglikelihood(requests)}
    assert len(samples) == len(requests)
    for request in requests:
        found = samples[request.key]
        assert found.finish == "choices"
        assert found.choice_logprobs == pytest.approx(_direct(engine, request), abs=2e-4)


@pytest.mark.parametrize("kind", APART)
def test_models_without_plain_attention_fall_back_and_say_so(
    kind: str, save: Save, caplog: pytest.LogCaptureFixture
) -> None:
    engine = LocalEngine.load(str(save(kind)), threads=1)
    assert engine.fallback is not None
    assert "prefixes are not shared" in caplog.text
    requests = _requests(engine)[:3]
    expected = {(request.key, _plain(engine, request)) for request in requests}
    assert {_text(engine, sample) for sample in engine.generate(requests)} == expected


def test_the_engine_fits_the_protocols(llama: LocalEngine) -> None:
    engine: Engine = llama
    assert isinstance(engine, ScoresChoices)


def test_sampled_text_depends_on_the_request_alone(llama: LocalEngine) -> None:
    requests = _requests(llama, Settings(max_tokens=12, temperature=0.8, top_p=0.9))
    again = [replace(request, key=f"{request.key}+", epoch=1) for request in requests]
    together = {sample.key: sample.text for sample in llama.generate([*requests, *again])}
    for request in (*requests[:3], *again[:3]):
        (alone,) = llama.generate([request])
        assert alone.text == together[request.key]
    assert together[requests[0].key] != together[again[0].key]


def test_an_answer_ends_at_a_stop_text(llama: LocalEngine) -> None:
    found = [(len(_plain(llama, r).split()), r) for r in _requests(llama)]
    request = max(found, key=lambda pair: pair[0])[1]
    whole = _plain(llama, request).split()
    assert len(whole) > 4
    stopped = replace(request, settings=Settings(max_tokens=9, stop=(whole[4],)))
    (sample,) = llama.generate([stopped])
    assert sample.text.split() == whole[: whole.index(whole[4])]
    assert sample.finish == "stop"


def test_a_prompt_beyond_the_context_fails_and_is_not_cut(llama: LocalEngine) -> None:
    fits, too_long = _requests(llama)[0], _request(llama, "long", " ".join(["w5"] * 250))
    samples = {sample.key: sample for sample in llama.generate([too_long, fits])}
    assert samples["long"].finish == "error"
    assert "expected at most 256 together" in samples["long"].error
    assert samples["long"].text == ""
    assert not samples[fits.key].error


def test_running_out_of_memory_halves_the_batch_and_loses_nothing(
    llama: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lawbound.runners.engines.prefix.model import PrefixModel

    requests = _requests(llama)
    expected = {(request.key, _plain(llama, request)) for request in requests}
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
    assert {_text(llama, sample) for sample in samples} == expected
    assert len(samples) == len(requests)
    assert max(calls) > 2


def test_choices_that_run_out_of_memory_are_scored_in_smaller_passes_or_fail_alone(
    llama: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lawbound.runners.engines.prefix.model import PrefixModel

    choices = ("w1", "w1 w2 w3", "w50 w1")
    requests = [replace(request, choices=choices) for request in _requests(llama)]
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
        assert logprobs == pytest.approx(_direct(llama, request), abs=2e-4)


@pytest.mark.parametrize("kind", ["llama", "mamba"])
def test_what_runs_out_of_memory_alone_fails_and_the_others_do_not(
    kind: str, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = LocalEngine.load(str(save(kind)), threads=1)
    engine._prefix_model = None
    requests = [_request(engine, str(n), " ".join(["w5"] * n)) for n in (3, 30, 4)]
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


def test_choices_that_tie_are_scored_again_the_plain_way(llama: LocalEngine) -> None:
    before = llama.replayed
    tied = replace(_requests(llama)[0], choices=("w1", "w2", "w2"))
    (sample,) = llama.loglikelihood([tied])
    first, second, third = sample.choice_logprobs
    assert second == third
    assert llama.replayed - before == (1 if second > first else 0)
    best = "w2" if second > first else "w1"
    (sample,) = llama.loglikelihood([replace(tied, choices=(best, best))])
    assert sample.choice_logprobs[0] == sample.choice_logprobs[1]
    assert llama.replayed > before


@pytest.mark.parametrize(
    ("logits", "sure"),
    [
        (
            [20.0, 20.0 - 2.0e-4, -5.0],
            False,
        ),  # two of the largest differences seen, 5.1e-6 of 20 each
        ([20.0, 20.0 - 4.0e-4, -5.0], True),
        ([0.0, -2.0e-4, -25.0], False),  # the same scale, the best at 0
        ([0.0, -4.0e-4, -25.0], True),
        ([0.1, 0.1 - 2.0e-4, -3.4e38], True),  # a masked token is no scale
        ([0.1, 0.1 - 2.0e-4, float("-inf")], True),
    ],
)
def test_a_pick_is_unsure_where_rounding_could_change_it(logits: list[float], sure: bool) -> None:
    import torch

    from lawbound.runners.engines.local.pick import Pick, pick

    request = Request("k", (), Rendered("", "none", ""), Settings())
    assert pick(torch.tensor([logits]), [request], [None]) == [Pick(0, sure)]


def test_near_ties_are_asked_again_the_plain_way(
    llama: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lawbound.runners.engines.local import pick

    requests = _requests(llama)
    expected = {(request.key, _plain(llama, request)) for request in requests}
    before = llama.replayed
    monkeypatch.setattr(pick, "NEAR_TIE", 0.05)
    assert {_text(llama, sample) for sample in llama.generate(requests)} == expected
    assert llama.replayed > before


def test_an_answer_that_differs_before_its_near_tie_is_asked_again_whole(
    llama: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lawbound.runners.engines.local import pick

    requests = _requests(llama)
    expected = {(request.key, _plain(llama, request)) for request in requests}
    asked: list[int] = []
    settle = LocalEngine._settle

    def other(self: LocalEngine, prompt: Any, tokens: int) -> list[int]:
        asked.append(tokens)
        plain = settle(self, prompt, tokens)
        # Both are wrong: where what stands before the tie is not the batch's, its pick is none to take.
        return plain if tokens == 1 else [plain[0] + 1, *plain[1:-1], (plain[-1] + 1) % WORDS]

    monkeypatch.setattr(pick, "NEAR_TIE", 0.05)
    monkeypatch.setattr(LocalEngine, "_settle", other)
    assert {_text(llama, sample) for sample in llama.generate(requests)} == expected
    assert max(asked) > 1


def test_the_model_can_be_used_between_two_samples(llama: LocalEngine) -> None:
    requests = _requests(llama)
    expected = {(request.key, _plain(llama, request)) for request in requests}
    found = set()
    for sample, request in zip(llama.generate(requests), requests, strict=True):
        found.add(_text(llama, sample))
        assert (request.key, _plain(llama, request)) in expected
    assert found == expected
    assert {_text(llama, sample) for sample in llama.generate(requests)} == expected


def test_bfloat16_has_a_fixed_batch_in_its_fingerprint(save: Save) -> None:
    engine = LocalEngine.load(str(save("llama")), dtype="bfloat16", batch_size=4, threads=1)
    assert engine.fixed_batch == 4
    assert engine.fingerprint().dtype == "bfloat16, batch 4"
    requests = _requests(engine)[:4]
    first = [(sample.key, sample.text) for sample in engine.generate(requests)]
    assert first == [(sample.key, sample.text) for sample in engine.generate(requests)]


def test_a_fingerprint_follows_the_weights(save: Save) -> None:
    one, same = save("llama"), save("llama")
    other = save("llama", initializer_range=0.3)
    revisions = [LocalEngine.load(str(f)).fingerprint().revision for f in (one, same, other)]
    assert revisions[0] == revisions[1] != revisions[2]
    assert revisions[0].startswith("sha256:")


@pytest.mark.parametrize("template", [NO_SYSTEM, DROPS_SYSTEM])
def test_a_template_without_system_role_gets_the_policy_on_top(template: str, save: Save) -> None:
    engine = LocalEngine.load(str(save("llama", template)))
    chat = (Message("system", "w1 w2"), Message("user", "w3"))
    rendered = engine.render(chat)
    assert rendered.text == "<user> w1 w2\n\nw3 <end> <assistant>"
    assert rendered.placement == "user"
    assert engine.render(chat[1:]).placement == "none"


def test_a_template_with_system_role_keeps_the_policy_there(llama: LocalEngine) -> None:
    rendered = llama.render((Message("system", "w1 w2"), Message("user", "w3")))
    assert rendered.text == "<system> w1 w2 <end> <user> w3 <end> <assistant>"
    assert rendered.placement == "system"
    assert llama.count_tokens(rendered.text) == 8


def test_a_model_without_template_gets_sections(save: Save) -> None:
    engine = LocalEngine.load(str(save("llama", None)))
    rendered = engine.render((Message("system", "Be brief."), Message("user", "Why?")))
    assert rendered.text == ("### Instructions\nBe brief.\n\n### Question\nWhy?\n\n### Answer\n")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "cannot be loaded"),
        ({"config.json": "{"}, "cannot be loaded"),
        (
            {"config.json": '{"model_type": "llama"}', "model.safetensors": "junk"},
            "cannot be loaded",
        ),
    ],
)
def test_a_broken_folder_is_one_clear_line(
    files: dict[str, str], said: str, tmp_path: Path
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    if files:
        _save_tokenizer(tmp_path, TEMPLATE)
    with pytest.raises(ModelError, match=said) as caught:
        LocalEngine.load(str(tmp_path))
    assert "\n" not in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_gguf_file_is_looked_for_where_the_name_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "x.gguf").write_text("")
    for name, place in (("/no/such/x.gguf", "/no/such"), ("~/x.gguf", str(tmp_path / "home"))):
        with pytest.raises(ModelError, match=f"^{place}/x.gguf: no such file, expected a GGUF"):
            open_engine(f"gguf:{name}", EngineOptions())


@pytest.mark.parametrize("name", ["/no/such/folder", "./no-such-folder", "~/no-such-folder"])
def test_a_missing_folder_is_not_taken_for_a_hub_name(name: str) -> None:
    with pytest.raises(ModelError, match="no such folder, expected a folder or a hub name"):
        LocalEngine.load(name)


def _save_tokenizer(folder: Path, template: str | None) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    transformers: Any = import_module("transformers")
    marks = ["<pad>", "<bos>", "<end>", "<system>", "<user>", "<assistant>"]
    words = [*marks, *(f"w{number}" for number in range(WORDS))]
    raw = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<pad>"))
    raw.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=raw,
        pad_token="<pad>",
        bos_token="<bos>",
        eos_token="<end>",
        additional_special_tokens=marks[3:],
    )
    if template is not None:
        tokenizer.chat_template = template
    tokenizer.save_pretrained(folder)


def _request(
    engine: LocalEngine, key: str, question: str, system: str = "", settings: Settings | None = None
) -> Request:
    chat = (*((Message("system", system),) if system else ()), Message("user", question))
    return Request(key, chat, engine.render(chat), settings or Settings(max_tokens=9))


def _requests(engine: LocalEngine, settings: Settings | None = None) -> list[Request]:
    """Two policies and none, questions of different lengths."""
    other = " ".join(reversed(POLICY.split()))
    return [
        _request(
            engine,
            f"{name}{number}",
            " ".join(f"w{(number * 11 + i * 5) % WORDS}" for i in range(1 + number * 2)),
            system,
            settings,
        )
        for name, system in (("a", POLICY), ("b", other), ("none", ""))
        for number in range(3)
    ]


def _plain(engine: LocalEngine, request: Request) -> str:
    """Text of plain `generate` on this request alone."""
    import torch

    ids = torch.tensor([engine.tokenizer.encode(request.rendered.text, add_special_tokens=False)])
    with torch.inference_mode():
        out = engine.model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            max_new_tokens=request.settings.max_tokens,
        )
    return str(engine.tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True))


def _direct(engine: LocalEngine, request: Request) -> list[float]:
    """Each choice in a pass of its own."""
    import torch

    found = []
    for choice in request.choices:
        prompt = engine.tokenizer.encode(request.rendered.text, add_special_tokens=False)
        wanted = engine.tokenizer.encode(choice, add_special_tokens=False)
        with torch.inference_mode():
            logits = engine.model(input_ids=torch.tensor([prompt + wanted])).logits[0]
        shares = torch.log_softmax(logits.double(), dim=-1)
        found.append(
            sum(float(shares[len(prompt) - 1 + i, token]) for i, token in enumerate(wanted))
        )
    return found


def _text(engine: LocalEngine, sample: Sample) -> tuple[str, str]:
    assert not sample.error
    return sample.key, sample.text
