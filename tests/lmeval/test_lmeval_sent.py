"""What lm-eval's models send, which is not always what they were told; and what is kept of what they were told."""

import json
from functools import cache
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from lm_eval_logs import write_log

from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.lmeval.call import Call, _kind
from lawbound.evals.lmeval.docs import build_docs, parse_doc
from lawbound.evals.lmeval.handed_out import HandedOut
from lawbound.evals.lmeval.logs import import_logs
from lawbound.evals.lmeval.precheck import check_prompts, warn_once
from lawbound.rubrics.policy.scaffold import scaffold
from lawbound.tasks.item import ItemError

CHAT, OPENAI = "local-chat-completions", "openai-chat-completions"
AZURE = "azure-openai-chat-completions"
SHIPPED = {"until": [], "max_gen_toks": 48, "do_sample": False, "temperature": 0.0}


@cache
def _docs() -> list[dict[str, Any]]:
    return build_docs("us")[:2]


def _run(folder: Path, kind: str, arguments: Any, asked: dict[str, Any]) -> RunFolder:
    """The run that becomes of a log as lm-eval writes it."""
    logs = folder / "logs"
    logs.mkdir()
    lines = []
    for doc in _docs():
        prompt = json.dumps([["system", doc["system_policy"]], ["user", doc["question"]]])
        sent = {"gen_args_0": {"arg_0": prompt, "arg_1": asked}}
        lines.append({"doc": doc, "arguments": sent, "resps": [["a"]]})
    write_log(logs, "2026", kind, arguments, lines)
    return import_logs(logs, folder / "run")


def _settings(folder: Path, kind: str, arguments: Any, asked: dict[str, Any]) -> dict[str, Any]:
    return dict(_run(folder, kind, arguments, asked).read_run().settings)


@pytest.mark.parametrize(
    ("kind", "arguments", "sent"),
    [
        (OPENAI, {"pretrained": "gpt-5"}, 1.0),
        (OPENAI, "pretrained=gpt-5", 1.0),
        (OPENAI, {"model": "gpt-4.1", "pretrained": "gpt-5"}, 0.0),
        (AZURE, {"model": "gpt-5"}, 1.0),
        ("OpenAIChatCompletion", {"model": "o3"}, 1.0),
    ],
)
def test_a_model_that_takes_no_temperature_is_known_by_each_of_its_names(
    tmp_path: Path, kind: str, arguments: Any, sent: float
) -> None:
    assert _settings(tmp_path, kind, arguments, SHIPPED)["temperature"] == sent


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        (OPENAI, {}),
        (AZURE, {}),
        (AZURE, {"pretrained": "gpt-4.1"}),
        ("OpenAIChatCompletion", None),
        ("AzureOpenaiChatCompletionsLM", ""),
    ],
)
def test_a_model_that_may_take_no_temperature_is_refused_without_its_name(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: str, arguments: Any
) -> None:
    with pytest.raises(FolderError, match="found no name of the model, by which"):
        _run(tmp_path, kind, arguments, SHIPPED)
    _warn(kind, arguments or {}, SHIPPED)
    (line,) = caplog.messages
    assert "found no name of the model" in line and "will refuse these logs" in line


def _warn(kind: str, arguments: dict[str, Any], own: dict[str, Any]) -> None:
    warn_once.cache_clear()
    call = Call(
        model=SimpleNamespace(apply_chat_template=json.dumps), kind=kind, has_template=True,
        has_instruction=False, model_arguments=arguments, settings={},
    )  # fmt: skip
    check_prompts(_docs(), call, max_tokens=48, own=own)


def test_a_model_that_was_made_before_is_called_as_lm_eval_logs_it() -> None:
    class Local:
        config = SimpleNamespace(_name_or_path="tiny")

    assert [_kind(found) for found in ("hf", Local(), SimpleNamespace())] == [
        "hf", "tiny", "SimpleNamespace",
    ]  # fmt: skip


REST = {"until": [], "do_sample": False}


@pytest.mark.parametrize(
    ("kind", "arguments", "asked", "sent"),
    [
        (CHAT, {"model": "m"}, {}, 256),
        (CHAT, {"model": "m", "max_gen_toks": 512}, {}, 512),
        (CHAT, "model=m,max_gen_toks=512", {}, 512),
        (CHAT, {"model": "m", "max_gen_toks": 512}, {"max_gen_toks": 100}, 100),
        (CHAT, {"model": "m"}, {"max_tokens": 100}, 100),
        (AZURE, {"model": "m", "max_gen_toks": 512}, {}, 256),
        ("vllm", {"max_gen_toks": 512}, {}, 512),
        ("hf", {"max_gen_toks": 512}, {}, 256),
        ("hf", {}, {"max_new_tokens": 100}, 100),
        ("some-other", {}, {}, 256),
    ],
)
def test_a_limit_that_no_task_of_ours_gives_is_the_one_that_was_sent(
    tmp_path: Path, kind: str, arguments: Any, asked: dict[str, int], sent: int
) -> None:
    assert _settings(tmp_path, kind, arguments, REST | asked)["max_tokens"] == sent


@pytest.mark.parametrize(
    ("kind", "arguments", "asked", "told"),
    [
        (CHAT, {"model": "m"}, {"max_new_tokens": 100}, "found max_new_tokens=100, of which"),
        ("some-other", {}, {"max_tokens": 100}, "found max_tokens=100, of which it is unknown"),
        ("some-other", {"max_gen_toks": 512}, {}, "found max_gen_toks=512 in --model_args alone"),
        ("LocalChatCompletion", "", {}, "found no limit, of which it is unknown what 'local-chat"),
    ],
)
def test_a_limit_that_may_not_have_been_sent_is_refused(
    tmp_path: Path, kind: str, arguments: Any, asked: dict[str, int], told: str
) -> None:
    with pytest.raises(FolderError) as caught:
        _run(tmp_path, kind, arguments, REST | asked)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "kept"), [(CHAT, 4), ("litellm", 4), ("local-completions", 6), ("hf", 6)]
)
def test_a_chat_is_sent_four_stops(tmp_path: Path, kind: str, kept: int) -> None:
    settings = _settings(tmp_path, kind, {"model": "m"}, SHIPPED | {"until": list("abcdef")})
    assert settings["stop"] == list("abcdef")[:kept]


@pytest.mark.model
@pytest.mark.filterwarnings("default")
def test_lm_eval_itself_sends_them_so() -> None:
    models: Any = import_module("lm_eval.models.openai_completions")
    me = SimpleNamespace(model="m", _max_gen_toks=512)
    make = models.LocalChatCompletion._create_payload
    chat = [{"role": "user", "content": "?"}]
    told = {"max_new_tokens": 100, "until": list("abcdef"), "do_sample": 1}
    body = make(me, chat, generate=True, gen_kwargs=told, eos=None)
    assert (body["max_tokens"], body["stop"]) == (512, list("abcd"))


@pytest.mark.parametrize(
    "kind", ["watsonx_llm", "neuronx", "onnxruntime-genai", "hf-multimodal", "some-other"]
)
def test_a_temperature_beside_no_do_sample_is_refused_where_it_may_do_nothing(
    tmp_path: Path, kind: str
) -> None:
    with pytest.raises(FolderError, match=r"found temperature=0\.7 and no do_sample, of which"):
        _run(tmp_path, kind, {}, {"max_gen_toks": 48, "temperature": 0.7})


@pytest.mark.parametrize("given", [1, "yes"])
def test_a_server_gets_no_do_sample_whatever_it_is(tmp_path: Path, given: Any) -> None:
    settings = _settings(tmp_path, CHAT, {"model": "m"}, SHIPPED | {"do_sample": given})
    assert settings["temperature"] == 0.0


def test_a_temperature_that_is_no_number_is_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    _warn(OPENAI, {"model": "gpt-5"}, SHIPPED | {"temperature": "hot"})
    assert "WARNING: temperature is 'hot', expected a number" in caplog.text


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"top_p": 0}, "and top_p=0, expected from 1 to"),
        ({"top_p": True}, "top_p is True, expected a number"),
        ({"temperature": True}, "temperature is True, expected a number"),
        ({"max_gen_toks": True}, "max_gen_toks is True, expected a whole number"),
        ({"max_gen_toks": 64.5}, "max_gen_toks is 64.5, expected a whole number"),
        ({"max_gen_toks": None}, "max_gen_toks is None, expected a whole number"),
        ({"max_gen_toks": "some"}, "max_gen_toks is 'some', expected a whole number"),
        ({"max_gen_toks": "9" * 5000}, "max_gen_toks is '999.*, expected a whole number"),
        ({"max_gen_toks": float("inf")}, "max_gen_toks is inf, expected a whole number"),
        ({"temperature": 10**400}, "temperature is 10*\\.\\.\\., expected a number"),
        ({"until": 7}, "until is 7, expected a text or a list of texts"),
    ],
)
def test_a_setting_that_is_no_such_number_is_refused_and_not_rounded(
    tmp_path: Path, asked: dict[str, Any], told: str
) -> None:
    with pytest.raises(FolderError, match=told):
        _run(tmp_path, CHAT, {"model": "m"}, SHIPPED | asked)


@pytest.mark.parametrize("given", [64, 64.0, "64"])
def test_a_limit_may_be_written_in_any_way_that_is_a_whole_number(
    tmp_path: Path, given: Any
) -> None:
    assert (
        _settings(tmp_path, CHAT, {"model": "m"}, SHIPPED | {"max_gen_toks": given})["max_tokens"]
        == 64
    )


def test_no_top_p_is_all_of_it(tmp_path: Path) -> None:
    asked = SHIPPED | {"top_p": None}
    assert _settings(tmp_path, CHAT, {"model": "m"}, asked)["top_p"] == 1.0


@pytest.mark.parametrize("name", [1, None])
def test_a_setting_whose_name_is_no_text_is_told_of(
    caplog: pytest.LogCaptureFixture, name: Any
) -> None:
    _warn(CHAT, {"model": "m"}, SHIPPED | {name: 2})
    assert f"found a setting named {name}, expected a name of up to" in caplog.text


def test_names_of_two_kinds_deep_in_a_setting_are_no_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    _warn(CHAT, {"model": "m"}, SHIPPED | {"extra_body": {1: 2, "a": 3}})
    assert 'extra_body={"1": 2, "a": 3}' in caplog.text


def test_a_key_that_stands_deep_in_a_setting_is_kept_and_shown_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    asked: dict[str, Any] = SHIPPED | {
        "extra_body": {"api_key": "hunter2", "a": [{"token": "hunter2"}]},
        "user": "sk-hunter2hunter2",
        "hook": "https://h/?code=hunter2",
        "deep": {"auth": "hunter2", "cookie": "sid=hunter2", "Authorization": ["hunter2"]},
        "pairs": [{"name": "X-Api-Key", "value": "hunter2"}, {"name": "a", "value": "b"}],
        "line": "Authorization: Bearer hunter2.x-y",
        "text": '{"api_key":"hunter2", "headers": {"X": "hunter2"}}',
        "repr": "{'api_key': 'hunter2', 'a': 1}",
    }
    given = {
        "model": "m",
        "extra": {"password": "hunter2"},
        "note": "sk-hunter2hunter2",
        "body": '{"a":1',
        '"auth":"hunter2"}': "",
    }
    run = _run(tmp_path, CHAT, given, asked)
    others = run.read_run().settings["others"]
    assert others["extra_body"] == '{"a": [{"token": "[key]"}], "api_key": "[key]"}'
    assert others["user"] == '"[hidden]"'
    assert json.loads(others["pairs"])[1] == {"name": "a", "value": "b"}
    assert json.loads(others["line"]) == "Authorization: Bearer [hidden]"
    assert not [file for file in run.root.rglob("*") if file.is_file() and "hunter2" in _text(file)]
    _warn(CHAT, {"model": "m"}, asked)
    assert "extra_body=" in caplog.text and "hunter2" not in caplog.text


def test_a_setting_that_is_nested_too_deep_is_no_traceback(tmp_path: Path) -> None:
    deep: Any = 1
    for _ in range(900):
        deep = {"a": deep}
    with pytest.raises(FolderError, match="expected a logged sample"):
        _run(tmp_path, CHAT, {"model": "m"}, SHIPPED | {"extra_body": deep})


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


def test_a_long_value_is_told_apart_by_its_digest(tmp_path: Path) -> None:
    found = set()
    for sign in "ab":
        folder = tmp_path / sign
        folder.mkdir()
        asked = SHIPPED | {"logit_bias": {sign * 5000: -100}}
        found.add(_settings(folder, CHAT, {"model": "m"}, asked)["others"]["logit_bias"])
    assert len(found) == 2 and all(value.startswith('"sha256:') for value in found)


def test_documents_that_are_made_anew_ask_what_they_say_now() -> None:
    handed_out = HandedOut()
    for seed in (1, 2):
        made = build_docs("cn", seed=seed, limit=3)
        handed_out.keep(made)
        for doc in made:
            arm = parse_doc(doc, "doc")
            assignment, item = handed_out.asked(doc)
            assert (item, assignment.wording) == (arm.item, arm.wording)


def test_what_one_process_has_handed_out_is_not_what_another_has(tmp_path: Path) -> None:
    mine = tmp_path / "acme.yaml"
    mine.write_text(scaffold("acme"), encoding="utf-8")
    one, other = HandedOut(), HandedOut()
    one.keep_policy(str(mine), "inline")
    docs = build_docs(str(mine), limit=1)
    one.keep(docs)
    with pytest.raises(ItemError, match="acme"):
        other.keep(docs)
