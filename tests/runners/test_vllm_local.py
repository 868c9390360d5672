"""The vLLM engine against a stub module: which calls it makes and how it reads the results.

The stub stands where vLLM cannot be installed. It shows that our side of the contract holds; it
shows nothing about vLLM itself.
"""

import math
import re
import sys
from collections.abc import Sequence
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from lawbound.runners.engines.protocol import ModelError, ScoresChoices
from lawbound.runners.engines.vllm_local import VllmEngine
from lawbound.runners.sample import Message, Request, Settings

CHAT = (Message("system", "Be brief."), Message("user", "Why?"))


class StubTokenizer:
    """A token a letter, and one for each special token."""

    chat_template = None
    all_special_tokens = ("</s>", "[THINK]", "[/THINK]")
    eos_token_id = 10**6

    def decode(self, tokens: Sequence[int], skip_special_tokens: bool, **_: Any) -> str:
        special = dict(enumerate(self.all_special_tokens, self.eos_token_id))
        found = [special.get(token) or chr(token) for token in tokens]
        return "".join(t for t in found if not skip_special_tokens or len(t) == 1)

    def written(self, text: str) -> list[int]:
        """Tokens of what the model says, special ones included."""
        pattern = "|".join(map(re.escape, self.all_special_tokens))
        return [
            self.eos_token_id + self.all_special_tokens.index(part) if len(part) > 1 else ord(part)
            for part in re.findall(f"{pattern}|.", text, re.DOTALL)
        ]

    def encode(self, text: str, add_special_tokens: bool = True) -> list[int]:
        return [1, *map(ord, text)] if add_special_tokens else [ord(letter) for letter in text]


class StubLLM:
    """Answers with what `StubLLM.script` holds; a token's log-probability is minus its rank."""

    made: dict[str, Any]
    asked: list[tuple[Any, Any]]
    script: tuple[str, str] = ("Because.", "stop")
    most = 4095
    """Longest prompt that is served."""

    def __init__(self, **arguments: Any) -> None:
        if arguments["model"] == "broken":
            raise ValueError("no such\nmodel for my-secret-KEY+value")
        StubLLM.made, StubLLM.asked = arguments, []
        self.llm_engine = SimpleNamespace(
            model_config=SimpleNamespace(max_model_len=arguments.get("max_model_len", 4096))
        )

    def get_tokenizer(self) -> StubTokenizer:
        return StubTokenizer()

    def generate(
        self, prompts: Sequence[dict[str, list[int]]], sampling: Sequence[Any], use_tqdm: bool
    ) -> list[Any]:
        StubLLM.asked += list(zip(prompts, sampling, strict=True))
        if any(len(prompt["prompt_token_ids"]) > self.most for prompt in prompts):
            raise ValueError("The decoder prompt is longer than the maximum model length")
        text, reason = self.script
        return [
            SimpleNamespace(
                prompt_token_ids=prompt["prompt_token_ids"],
                prompt_logprobs=[None]
                + [
                    {token: SimpleNamespace(logprob=-token / 100)}
                    for token in prompt["prompt_token_ids"][1:]
                ],
                outputs=[
                    SimpleNamespace(
                        text="".join(re.split(r"\[/?THINK\]|</s>", text)),
                        token_ids=StubTokenizer().written(text),
                        finish_reason=reason,
                    )
                ],
            )
            for prompt in prompts
        ]


@pytest.fixture(autouse=True)
def _stub(monkeypatch: pytest.MonkeyPatch) -> None:
    stub = ModuleType("vllm")
    stub.__dict__.update(LLM=StubLLM, SamplingParams=SimpleNamespace, __version__="0-stub")
    monkeypatch.setitem(sys.modules, "vllm", stub)
    monkeypatch.setattr(StubLLM, "script", ("Because.", "stop"))


def _request(engine: VllmEngine, **fields: Any) -> Request:
    settings = fields.pop("settings", Settings(max_tokens=9))
    return Request("k", CHAT, engine.render(CHAT), settings, **fields)


def test_arguments_reach_vllm_and_the_request_keys() -> None:
    engine = VllmEngine.load("org/m?tensor_parallel_size=4&data_parallel_size=2&dtype=bfloat16")
    assert StubLLM.made == {
        "model": "org/m",
        "enable_prefix_caching": True,
        "tensor_parallel_size": 4,
        "data_parallel_size": 2,
        "dtype": "bfloat16",
    }
    found = engine.fingerprint()
    assert found.dtype == "bfloat16,data_parallel_size=2,tensor_parallel_size=4"
    assert (found.model, found.revision, found.engine) == ("org/m", "unverified", "vllm")
    assert VllmEngine.load("m?revision=abc").fingerprint().revision == "abc"


def test_a_greedy_answer_becomes_a_sample() -> None:
    engine = VllmEngine.load("m")
    (sample,) = engine.generate([_request(engine)])
    assert (sample.text, sample.finish, sample.completion_tokens) == ("Because.", "stop", 8)
    assert sample.prompt_tokens == len(engine.render(CHAT).text) + 1
    (_, sampling) = StubLLM.asked[0]
    assert vars(sampling) == {
        "max_tokens": 9, "temperature": 0.0, "top_p": 1.0, "seed": None, "stop": ["\n### "],
    }  # fmt: skip


def test_epochs_are_sampled_with_different_seeds() -> None:
    engine = VllmEngine.load("m")
    settings = Settings(temperature=0.7, top_p=0.9)
    requests = [_request(engine, epoch=epoch, settings=settings) for epoch in range(2)]
    assert len(list(engine.generate(requests))) == 2
    one, two = (sampling for _, sampling in StubLLM.asked)
    assert one.top_p == 0.9
    assert one.seed != two.seed


@pytest.mark.parametrize(
    ("script", "text", "thinking", "finish"),
    [
        (("<think>Hm.</think>Yes", "stop"), "Yes", "Hm.", "stop"),
        (("[THINK]I cannot say.[/THINK]Paris.</s>", "stop"), "Paris.", "I cannot say.", "stop"),
        (("Yes.</s>", "stop"), "Yes.", "", "stop"),
        (("Yes\n### Question", "stop"), "Yes", "", "stop"),
        (("so far and no", "length"), "so far and no", "", "length"),
        (("", "abort"), "", "", "error"),
    ],
)
def test_endings_and_thoughts_are_told_apart(
    monkeypatch: pytest.MonkeyPatch, script: Any, text: str, thinking: str, finish: str
) -> None:
    monkeypatch.setattr(StubLLM, "script", script)
    engine = VllmEngine.load("m")
    (sample,) = engine.generate([_request(engine)])
    assert (sample.text, sample.thinking, sample.finish) == (text, thinking, finish)
    assert bool(sample.error) == (finish == "error")


def test_a_prompt_that_does_not_fit_is_an_error_and_not_cut() -> None:
    engine = VllmEngine.load("m?max_model_len=20")
    (sample,) = engine.generate([_request(engine)])
    assert sample.error.endswith("its answer up to 9, expected at most 20 together")
    (sample,) = engine.loglikelihood([_request(engine, choices=("a", "bc"))])
    assert sample.error.endswith("its answer up to 3, expected at most 20 together")
    assert StubLLM.asked == []


def test_what_vllm_refuses_fails_and_the_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StubLLM, "most", 20)
    engine = VllmEngine.load("m")
    asked = _request(engine)
    scored = _request(engine, choices=("a", "bc"))
    for (sample,) in (engine.generate([asked]), engine.loglikelihood([scored])):
        assert sample.error.startswith("vLLM refused the batch: The decoder prompt is longer")
        assert (sample.key, sample.finish) == ("k", "error")


def test_choices_are_scored_over_their_own_tokens() -> None:
    engine = VllmEngine.load("m")
    assert isinstance(engine, ScoresChoices)
    (sample,) = engine.loglikelihood([_request(engine, choices=("a", "bc"))])
    assert sample.choice_logprobs == pytest.approx((-0.97, -0.98 - 0.99))
    assert math.isfinite(sum(sample.choice_logprobs))


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("m?tensor_paralel_size=2", "did you mean 'tensor_parallel_size'"),
        ("m?trust_remote_code=true", "unknown argument 'trust_remote_code'"),
        ("m?tensor_parallel_size=two", "tensor_parallel_size is 'two', expected int"),
        ("m?enforce_eager=maybe", "enforce_eager is 'maybe', expected bool"),
        ("broken", r"^model 'vllm:broken': cannot be loaded: no such model for \[key\]$"),
    ],
)
def test_a_wrong_name_is_one_line(monkeypatch: pytest.MonkeyPatch, rest: str, said: str) -> None:
    monkeypatch.setenv("HF_TOKEN", "my-secret-KEY+value")
    with pytest.raises(ModelError, match=said):
        VllmEngine.load(rest)


def test_without_vllm_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(ModelError, match=r"vLLM cannot be imported .* openai:NAME@URL"):
        VllmEngine.load("m")
