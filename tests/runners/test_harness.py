"""lm-eval's own models as engines: every answer reaches its request, and the policy its prompt."""

import asyncio
import gc
import logging
import math
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import pytest

from lawbound.runners.engines.api_keys import is_key
from lawbound.runners.engines.harness import BATCH, HarnessEngine, ScoringHarnessEngine
from lawbound.runners.engines.harness_load import Backend, load_backend
from lawbound.runners.engines.local import smollm2
from lawbound.runners.engines.protocol import ModelError, ScoresChoices
from lawbound.runners.sample import Message, Request, Settings

CHAT = (Message("system", "Never name\nthe capital."), Message("user", "Which city?"))


def _backend(model: Any, *, is_api: bool = False) -> Backend:
    return Backend(model, "stub", "stub", "unverified", "", is_api)


class Stub:
    """A backend of lm-eval's shape, whose chat template does what the test says."""

    def __init__(self, style: str = "plain", answer: str = "Paris", limit: int = 1000) -> None:
        self.style = style
        self.answer = answer
        self.max_length = limit
        self.asked: list[tuple[Any, Any]] = []

    def apply_chat_template(self, chat: Sequence[dict[str, str]]) -> str:
        if self.style == "none":
            raise NotImplementedError("no template")
        if self.style == "deaf":
            return "<user>hello"
        keep = [turn for turn in chat if self.style != "no-system" or turn["role"] != "system"]
        return "".join(f"<{turn['role']}>{turn['content'].strip()}" for turn in keep)

    def tok_encode(self, text: str) -> list[int]:
        return list(range(len(text.split())))

    def generate_until(self, instances: Sequence[Any]) -> list[str]:
        self.asked += [instance.args for instance in instances]
        if self.answer == "raise":
            raise RuntimeError("out of memory\nor so")
        return [f"{self.answer} {number}".strip() for number, _ in enumerate(instances)]

    def loglikelihood(self, instances: Sequence[Any]) -> list[tuple[float, bool]]:
        self.asked += [instance.args for instance in instances]
        return [(-float(len(instance.args[1])), False) for instance in instances]


def _request(engine: HarnessEngine, number: int = 0, **fields: Any) -> Request:
    settings = fields.pop("settings", Settings(max_tokens=8))
    return Request(f"k{number}", CHAT, engine.render(CHAT), settings, **fields)


def test_every_request_gets_its_own_answer_in_batches() -> None:
    engine = HarnessEngine(_backend(Stub()))
    requests = [_request(engine, n) for n in range(BATCH + 3)]
    found = {sample.key: sample.text for sample in engine.generate(requests)}
    assert found == {f"k{n}": f"Paris {n % BATCH}" for n in range(BATCH + 3)}


def test_a_template_with_a_system_role_keeps_the_policy_there() -> None:
    rendered = HarnessEngine(_backend(Stub())).render(CHAT)
    assert rendered.text == "<system>Never name\nthe capital.<user>Which city?"
    assert rendered.placement == "system"


def test_a_policy_that_lm_eval_would_drop_goes_to_the_user_turn() -> None:
    stub = Stub("no-system")
    engine = HarnessEngine(_backend(stub))
    (sample,) = engine.generate([_request(engine)])
    assert sample.placement == "user"
    assert stub.asked[0][0] == "<user>Never name\nthe capital.\n\nWhich city?"


def test_a_package_that_a_model_misses_only_when_it_is_asked_is_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ModelError) as caught:
        HarnessEngine.load("dummy")
    assert str(caught.value) == (
        "model 'lm-eval:dummy': cannot be loaded: ModuleNotFoundError: import of transformers halted; "
        "None in sys.modules, expected it to be installed: pip install 'lawbound[local]'"
    )


@pytest.mark.parametrize(
    ("call", "said"),
    [("apply_chat_template", "cannot render a chat"), ("tok_encode", "cannot count tokens")],
)
def test_a_tokenizer_that_fails_in_the_middle_is_one_line_without_keys(
    call: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "my-secret-KEY+value")

    def refuse(*_: Any) -> None:
        raise RuntimeError("no tokenizer for\nBearer my-secret-KEY+value")

    stub = Stub()
    monkeypatch.setattr(stub, call, refuse)
    engine = HarnessEngine(_backend(stub))
    with pytest.raises(ModelError) as caught:
        engine.count_tokens(engine.render(CHAT).text)
    assert str(caught.value) == (
        f"model 'lm-eval:stub': {said}: RuntimeError: no tokenizer for Bearer [key]"
    )


def test_a_policy_that_reaches_no_prompt_is_an_error() -> None:
    with pytest.raises(ModelError, match="the policy is not in the rendered prompt"):
        HarnessEngine(_backend(Stub("deaf"))).render(CHAT)


def test_a_model_without_template_gets_the_plain_style_and_its_stop() -> None:
    stub = Stub("none")
    engine = HarnessEngine(_backend(stub))
    (sample,) = engine.generate([_request(engine)])
    context, settings = stub.asked[0]
    assert context.startswith("### Instructions\nNever name\nthe capital.\n\n### Question\n")
    assert settings == {
        "until": ["\n### "],
        "max_gen_toks": 8,
        "do_sample": False,
        "temperature": 0.0,
    }
    assert sample.placement == "user"


def test_a_prompt_that_lm_eval_would_cut_from_the_left_is_an_error() -> None:
    stub = Stub(limit=10)
    engine = HarnessEngine(_backend(stub))
    (sample,) = engine.generate([_request(engine)])
    assert sample.error == (
        "the prompt has 5 tokens and its answer up to 8, expected at most 10 together"
    )
    assert stub.asked == []


def test_a_text_as_long_as_allowed_ran_into_the_limit() -> None:
    engine = HarnessEngine(_backend(Stub(answer="a b c")))
    short, long = (_request(engine, n, settings=Settings(max_tokens=n)) for n in (5, 4))
    assert [s.finish for s in engine.generate([short, long])] == ["stop", "length"]


def test_what_a_backend_raises_becomes_an_error_of_each_request() -> None:
    engine = HarnessEngine(_backend(Stub(answer="raise")))
    samples = list(engine.generate([_request(engine, n) for n in range(3)]))
    assert [s.error for s in samples] == ["RuntimeError: out of memory or so"] * 3
    assert {s.finish for s in samples} == {"error"}


def test_what_lm_eval_logs_is_said_without_keys_and_escapes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "my-secret-KEY+value")

    def told(*_: Any, **__: Any) -> list[str]:
        logging.getLogger("lm_eval.models.api_models").warning(
            "no: Bearer my-secret-KEY+value \x1b[2J"
        )
        raise RuntimeError("bad key my-secret-KEY+value")

    stub = Stub()
    monkeypatch.setattr(stub, "generate_until", told)
    engine = HarnessEngine(_backend(stub))
    (sample,) = engine.generate([_request(engine)])
    assert sample.error == "RuntimeError: bad key [key]"
    assert capsys.readouterr().err == "lm-eval: no: Bearer [key] [2J\n"


@pytest.mark.parametrize("ends", [RuntimeError, KeyboardInterrupt])
def test_asyncio_tells_of_requests_that_nobody_waited_for_without_keys(
    ends: type[BaseException],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "my-secret-KEY+value")

    async def refused(number: int) -> str:
        raise RuntimeError(f"{number}: 401 for {{'Authorization': 'Bearer my-secret-KEY+value'}}")

    async def asked(prompts: Sequence[Any]) -> list[str]:
        tasks = [asyncio.create_task(refused(number)) for number, _ in enumerate(prompts)]
        await asyncio.sleep(0)
        if ends is KeyboardInterrupt:
            raise KeyboardInterrupt
        return [await answer for answer in asyncio.as_completed(tasks)]

    stub = Stub()
    monkeypatch.setattr(stub, "generate_until", lambda prompts, **_: asyncio.run(asked(prompts)))
    engine = HarnessEngine(_backend(stub))
    asking = engine.generate([_request(engine, number) for number in range(3)])
    said = set()
    with pytest.raises(KeyboardInterrupt) if ends is KeyboardInterrupt else nullcontext():
        said = {sample.error.split(": ", 2)[2] for sample in asking}
    assert said <= {"401 for {'Authorization': 'Bearer [key]'}"}
    gc.collect()  # what asyncio has not told of yet
    told = capsys.readouterr().err
    assert "lm-eval: Task exception was never retrieved" in told
    assert "my-secret" not in told + caplog.text
    assert "Traceback" not in told + caplog.text


def test_an_empty_text_of_an_api_may_be_a_failure_and_is_no_answer() -> None:
    class Empty(Stub):
        def generate_until(self, instances: Sequence[Any]) -> list[str]:
            return [""] * len(instances)

    local, api = (HarnessEngine(_backend(Empty(), is_api=is_api)) for is_api in (False, True))
    assert [(s.text, s.error) for s in local.generate([_request(local)])] == [("", "")]
    (sample,) = api.generate([_request(api)])
    assert "which lm-eval also gives for a failed request" in sample.error


def test_epochs_of_an_api_are_sent_different_seeds() -> None:
    stub = Stub()
    engine = HarnessEngine(_backend(stub, is_api=True))
    settings = Settings(temperature=0.5, max_tokens=4)
    list(engine.generate([_request(engine, n, epoch=n, settings=settings) for n in range(2)]))
    one, two = (arguments for _, arguments in stub.asked)
    assert (one["do_sample"], one["temperature"], one["top_p"]) == (True, 0.5, 1.0)
    assert one["seed"] != two["seed"]


def test_choices_are_scored_in_their_order() -> None:
    stub = Stub()
    engine = ScoringHarnessEngine(_backend(stub))
    requests = [_request(engine, n, choices=("Rome", "Oslo!!", "Bern"[: n + 1])) for n in range(3)]
    found = {s.key: s.choice_logprobs for s in engine.loglikelihood(requests)}
    assert found == {"k0": (-4, -6, -1), "k1": (-4, -6, -2), "k2": (-4, -6, -3)}
    assert stub.asked[0] == (requests[0].rendered.text, "Rome")


def test_thinking_is_split_from_the_answer() -> None:
    engine = HarnessEngine(_backend(Stub(answer="<think>Hm.</think>Yes")))
    (sample,) = engine.generate([_request(engine)])
    assert (sample.thinking, sample.text) == ("Hm.", "Yes 0")


def test_lm_evals_dummy_runs_through_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    engine = HarnessEngine.load("dummy")
    assert isinstance(engine, ScoresChoices)
    (answer,) = engine.generate([_request(engine)])
    (scored,) = engine.loglikelihood([_request(engine, choices=("a", "b"))])
    assert (answer.text, answer.engine) == ("lol", "lm-eval:dummy, tokens estimated")
    assert all(-1 <= logprob <= 0 for logprob in scored.choice_logprobs)
    assert engine.fingerprint().engine == "lm-eval:dummy"


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("hff:pretrained=x", r"lm-eval:hff': unknown, .*did you mean 'hf'\?"),
        ("hf:pretrained=x,token=hf_hunter2", "found token in the name, expected keys in the env"),
        ("local-chat-completions:auth_token=hunter2", "found auth_token in the name"),
        ("local-chat-completions:base_url=http://u:hunter2@h/v1", "found a secret in base_url"),
        ("local-chat-completions:base_url=http://h/v1?api_key=x", "found a secret in base_url"),
        ("local-chat-completions:base_url=http://h/v1?sig=hunter2", "found a secret in base_url"),
        (
            "local-chat-completions:base_url=http://h/v1?key_id=hunter2",
            "found a secret in base_url",
        ),
        ("local-chat-completions:base_url=http://h/v1?code=hunter2", "found a secret in base_url"),
        ("local-chat-completions:base_url=http://h/v1#hunter2", "found a secret in base_url"),
        ("hf:pretrained=/no/such/folder/anywhere", "'lm-eval:hf': cannot be loaded: "),
    ],
)
def test_a_model_that_cannot_be_loaded_is_one_line(
    monkeypatch: pytest.MonkeyPatch, rest: str, said: str
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match=said) as caught:
        load_backend(rest)
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_package_that_lm_eval_leaves_out_is_named_with_our_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(kind: str) -> None:
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr("lm_eval.api.registry.get_model", missing)
    with pytest.raises(ModelError, match=r"torch.*: pip install 'lawbound\[local\]'$"):
        load_backend("hf:pretrained=x")


def test_an_error_while_loading_is_told_without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "my-secret-KEY+value")

    def refuse(*_: Any) -> None:
        raise RuntimeError("no model for Bearer my-secret-KEY+value")

    monkeypatch.setattr("lm_eval.models.dummy.DummyLM.create_from_arg_string", refuse)
    with pytest.raises(ModelError, match=r"RuntimeError: no model for Bearer \[key\]$"):
        load_backend("dummy")


@pytest.mark.model
def test_lm_evals_transformers_model_runs_through_the_engine() -> None:
    folder = smollm2.ensure()
    engine = HarnessEngine.load(f"hf:pretrained={folder},dtype=float32,device=cpu,batch_size=2")
    assert isinstance(engine, ScoringHarnessEngine)
    found = engine.fingerprint()
    assert (found.revision.split(":")[0], found.engine) == ("gguf-sha256", "lm-eval:hf")
    assert found.dtype == "batch_size=2,device=cpu,dtype=float32"
    rendered = engine.render(CHAT)
    assert rendered.placement == "system"
    assert "Never name\nthe capital." in rendered.text
    chat = (Message("system", "Be brief."), Message("user", "What is the capital of France?"))
    settings = Settings(max_tokens=12)
    asked = Request("q", chat, engine.render(chat), settings)
    (sample,) = engine.generate([asked])
    assert (sample.text, sample.finish) == ("The capital of France is Paris.", "stop")
    choices = ("The capital of France is Paris.", "The capital of France is Oslo.")
    (scored,) = engine.loglikelihood(
        [Request("c", chat, asked.rendered, settings, choices=choices)]
    )
    assert scored.choice_logprobs[0] > scored.choice_logprobs[1] > -math.inf


def test_blanks_around_an_arguments_name_make_no_key_of_it() -> None:
    assert is_key(" api_key ") and is_key("auth_token")
    assert not is_key(" think_end_token") and not is_key("add_bos_token ")


@pytest.mark.parametrize(
    "name",
    ["auth", "Authorization", "session_cookie", "credentials", "bearer", "passwd", "api_keys"],
)
def test_an_argument_is_a_key_by_any_of_the_usual_names(name: str) -> None:
    assert is_key(name)


@pytest.mark.parametrize("name", ["author", "max_tokens", "keyword", "pretrained"])
def test_other_arguments_are_none(name: str) -> None:
    assert not is_key(name)
