"""The OpenVINO engine on a real model, beside the local engine on the same weights."""

import json
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lawbound import RunSpec, evaluate
from lawbound.runners.engines import open_engine
from lawbound.runners.engines.local.engine import LocalEngine
from lawbound.runners.engines.openvino_local import BATCH, OpenVinoEngine
from lawbound.runners.engines.protocol import ModelError
from lawbound.runners.sample import Message, Request, Sample, Settings

HOUSES = ("library", "harbour", "museum")
SUBJECTS = ("bread", "copper", "bees", "chess", "glass", "trains", "ink", "salt")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SmolLM2 in float16: a transformers folder with OpenVINO's files beside them.

    openvino-genai writes those itself when it reads GGUF, which spares the tests an exporter.
    """
    import torch
    import transformers

    from lawbound.runners.engines.local.quiet import quiet_transformers
    from lawbound.runners.engines.local.smollm2 import ensure

    made = tmp_path_factory.mktemp("openvino")
    with quiet_transformers():
        model = transformers.AutoModelForCausalLM.from_pretrained(ensure(), dtype=torch.float16)
        model.save_pretrained(made)
        transformers.AutoTokenizer.from_pretrained(ensure()).save_pretrained(made)
    _write_gguf(model, made)
    genai: Any = import_module("openvino_genai")
    genai.ContinuousBatchingPipeline(
        made / "model.gguf", genai.SchedulerConfig(), "CPU", {"enable_save_ov_model": True}
    )
    (made / "model.gguf").unlink()
    return made


@pytest.fixture(scope="module")
def engine(folder: Path) -> OpenVinoEngine:
    found = open_engine(f"openvino:{folder}", _options())
    assert isinstance(found, OpenVinoEngine)
    return found


@pytest.mark.model
def test_greedy_text_is_that_of_the_local_engine(folder: Path, engine: OpenVinoEngine) -> None:
    requests = _requests(engine)
    local = LocalEngine.load(str(folder))
    expected = {sample.key: _told(sample) for sample in local.generate(requests)}
    found = [(sample.key, _told(sample)) for sample in engine.generate(requests)]
    assert len(found) == len(requests) and dict(found) == expected
    assert len({text for text, *_ in expected.values()}) > len(requests) // 2


@pytest.mark.model
def test_a_stop_text_ends_an_answer_and_frees_its_place(engine: OpenVinoEngine) -> None:
    (free,) = engine.generate([_request(engine, "free", "What is bread?")])
    stop = free.text[8:12]
    (cut,) = engine.generate([_request(engine, "cut", "What is bread?", stop=(stop,))])
    assert cut.text == free.text[: free.text.index(stop)] and cut.finish == "stop"
    assert cut.completion_tokens < free.completion_tokens


@pytest.mark.model
def test_a_seed_repeats_a_sampled_text_and_another_changes_it(engine: OpenVinoEngine) -> None:
    def ask(seed: int) -> str:
        request = _request(engine, "warm", "Tell me of salt.", seed=seed, temperature=1.0)
        return next(engine.generate([request])).text

    assert ask(1) == ask(1)
    assert len({ask(seed) for seed in range(4)}) > 1


@pytest.mark.model
def test_what_does_not_fit_the_context_is_a_failed_request(engine: OpenVinoEngine) -> None:
    long = _request(engine, "long", "salt " * 9000)
    short = _request(engine, "short", "salt")
    found = {sample.key: sample for sample in engine.generate([long, short])}
    assert found["long"].finish == "error" and "expected at most 8192" in found["long"].error
    assert found["short"].finish in ("stop", "length")


@pytest.mark.model
def test_a_request_that_is_not_served_is_no_empty_answer(
    engine: OpenVinoEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ignored = import_module("openvino_genai").GenerationStatus.IGNORED
    handle = SimpleNamespace(can_read=lambda: False, get_status=lambda: ignored)
    pipeline = SimpleNamespace(add_request=lambda *_: handle, step=lambda: None)
    request = _request(engine, "ignored", "salt")
    monkeypatch.setattr(engine, "_pipeline", pipeline)
    (sample,) = engine.generate([request])
    assert (sample.finish, sample.error) == ("error", "openvino-genai wrote nothing (ignored)")


@pytest.mark.model
def test_a_run_asks_choices_as_generated_answers(folder: Path, tmp_path: Path) -> None:
    spec = RunSpec(
        suite="quick", models=(f"openvino:{folder}",), policies=("us",), limit=1, max_tokens=8,
        references=False,
    )  # fmt: skip
    conclusion = evaluate(spec, tmp_path / "out")
    assert not conclusion.gaps.unanswered
    assert set(conclusion.leaderboard["model"]) == {str(folder)}
    record = (tmp_path / "out" / "run.yaml").read_text(encoding="utf-8")
    assert f"float32, batch {BATCH}" in record and "openvino-genai 20" in record


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"dtype": "float16"}, "dtype is 'float16', expected float32 or bfloat16"),
        ({"device": "cuda"}, "device is 'cuda', expected cpu"),
        ({}, "found no openvino_model.xml"),
    ],
)
def test_what_cannot_be_loaded_is_one_line(
    tmp_path: Path, options: dict[str, Any], told: str
) -> None:
    with pytest.raises(ModelError, match="openvino:") as found:
        OpenVinoEngine.load(str(tmp_path), **options)
    assert told in str(found.value) and "\n" not in str(found.value)


def test_a_missing_package_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "openvino_model.xml").touch()
    monkeypatch.setitem(import_module("sys").modules, "openvino_genai", None)
    with pytest.raises(ModelError, match=r"pip install 'lawbound\[openvino\]'$"):
        OpenVinoEngine.load(str(tmp_path))


def _options() -> Any:
    from lawbound.runners.engines import EngineOptions

    return EngineOptions()


def _requests(engine: OpenVinoEngine) -> list[Request]:
    found = []
    for house in HOUSES:
        rules = " ".join(f"{i}. Do not lend {s} in the {house}." for i, s in enumerate(SUBJECTS))
        found += [
            _request(engine, f"{house} {s}", f"What is known of {s}?", policy=rules)
            for s in SUBJECTS
        ]
    return found


def _request(
    engine: OpenVinoEngine, key: str, question: str, policy: str = "", seed: int = 0, **more: Any
) -> Request:
    system = (Message("system", policy),) if policy else ()
    chat = (*system, Message("user", question))
    return Request(key, chat, engine.render(chat), Settings(max_tokens=16, **more), seed=seed)


def _told(sample: Sample) -> tuple[Any, ...]:
    return (
        sample.text, sample.finish, sample.prompt_tokens, sample.completion_tokens, sample.prompt_hash,
    )  # fmt: skip


def _write_gguf(model: Any, folder: Path) -> None:
    import gguf

    config = model.config
    vocabulary = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    special = {token["id"] for token in vocabulary["added_tokens"]}
    words = sorted(vocabulary["model"]["vocab"], key=vocabulary["model"]["vocab"].__getitem__)
    writer = gguf.GGUFWriter(folder / "model.gguf", "llama")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_rope_dimension_count(config.hidden_size // config.num_attention_heads)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(words)
    writer.add_token_types([3 if i in special else 1 for i in range(len(words))])
    writer.add_token_merges([" ".join(pair) for pair in vocabulary["model"]["merges"]])
    writer.add_bos_token_id(config.bos_token_id)
    writer.add_eos_token_id(config.eos_token_id)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, config.num_hidden_layers)
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
    for name, weights in model.state_dict().items():
        if name == "lm_head.weight":
            continue  # tied to the embeddings
        values = weights.numpy()
        if count := heads.get(name.split(".")[-2]):
            values = _interleaved(values, count)
        stored = values if values.ndim > 1 else values.astype(np.float32)
        writer.add_tensor(names.get_name(name, (".weight",)), stored)
    for step in (
        writer.write_header_to_file,
        writer.write_kv_data_to_file,
        writer.write_tensors_to_file,
        writer.close,
    ):
        step()


def _interleaved(values: Any, heads: int) -> Any:
    """GGUF keeps the two halves that rotary positions turn together side by side."""
    halves: Sequence[int] = (heads, 2, values.shape[0] // heads // 2, *values.shape[1:])
    return values.reshape(halves).swapaxes(1, 2).reshape(values.shape)
