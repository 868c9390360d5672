"""How lm-eval's models were asked to answer, beside how long: what decodes otherwise is another run."""

import json
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from lm_eval_logs import write_log

from lawbound.evals.folder.files import FolderError
from lawbound.evals.lmeval.call import Call
from lawbound.evals.lmeval.docs import build_docs
from lawbound.evals.lmeval.files import is_log_folder
from lawbound.evals.lmeval.logs import import_logs
from lawbound.evals.lmeval.precheck import TaskError, check_prompts, warn_once

# lm-eval itself warns a great deal; what we promise is that it works, not that it is silent.
lenient = pytest.mark.filterwarnings("default")

Command = Callable[..., tuple[int, str, str]]
TIME, LATER = "2026-11-28T00-00-00.000000", "2026-11-29T00-00-00.000000"
CHAT = "local-chat-completions"
GREEDY = {"do_sample": False, "temperature": 0.0}


@cache
def _docs(policy: str) -> list[dict[str, Any]]:
    return build_docs(policy)[:4]


def _log(
    folder: Path,
    *,
    kind: str = CHAT,
    model: str = "m",
    policy: str = "us",
    time: str = TIME,
    results: str = "results",
    **asked: Any,
) -> Path:
    """A log as lm-eval writes it, of the first documents; all answers are alike."""
    folder.mkdir(exist_ok=True)
    settings = {"until": [], "max_gen_toks": 48, **GREEDY, **asked}
    lines = []
    for doc in _docs(policy):
        prompt = json.dumps([["system", doc["system_policy"]], ["user", doc["question"]]])
        arguments = {"gen_args_0": {"arg_0": prompt, "arg_1": settings}}
        lines.append({"doc": doc, "arguments": arguments, "resps": [["a"]]})
    write_log(folder, time, kind, {"model": model}, lines, policy=policy)
    (folder / f"results_{time}.json").rename(folder / f"{results}_{time}.json")
    return folder


OTHER = [
    {"repetition_penalty": 1.8},
    {"top_k": 5, "num_beams": 4},
    {"seed": 3},
    {"chat_template_kwargs": {"enable_thinking": False}},
    {"stop": ["."]},
]


@pytest.mark.parametrize("asked", OTHER)
def test_what_else_shapes_an_answer_is_part_of_its_run(
    tmp_path: Path, asked: dict[str, Any]
) -> None:
    plain = import_logs(_log(tmp_path / "a"), tmp_path / "plain")
    other = import_logs(_log(tmp_path / "b", **asked), tmp_path / "other")
    settings = other.read_run().settings
    assert settings.pop("others") == {name: json.dumps(value) for name, value in asked.items()}
    assert settings == plain.read_run().settings
    model = plain.read_run().models[0].model
    keys = [{one.key for one in run.read_plan(model)} for run in (plain, other)]
    assert keys[0] and not keys[0] & keys[1]


@pytest.mark.parametrize("asked", [*OTHER[:2], {"temperature": 0.7}, {"until": ["."]}])
@pytest.mark.parametrize("order", [("us", "cn"), ("cn", "us")])
def test_logs_that_were_decoded_in_two_ways_are_no_one_run(
    tmp_path: Path, asked: dict[str, Any], order: tuple[str, str]
) -> None:
    logs = _log(tmp_path / "logs", policy=order[0], time=TIME)
    _log(logs, policy=order[1], time=LATER, **asked)
    with pytest.raises(FolderError, match="expected logs that were asked one way"):
        import_logs(logs, tmp_path / "run")


def test_a_key_among_the_settings_is_not_kept(tmp_path: Path) -> None:
    run = import_logs(_log(tmp_path / "logs", api_key="sk-1"), tmp_path / "run")
    assert run.read_run().settings["others"] == {"api_key": '"[key]"'}


@pytest.mark.parametrize("name", ["", "a b", "\ud800", "x" * 101])
def test_a_setting_of_an_odd_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FolderError, match=r"found a setting named .*, expected a name of up to"):
        import_logs(_log(tmp_path / "logs", **{name: 1}), tmp_path / "run")


HOT = {"temperature": 0.7}
SAMPLED = {"temperature": 0.7, "do_sample": True}


@pytest.mark.parametrize(
    ("kind", "model", "asked", "sent"),
    [
        ("hf", "", HOT, 0.0),
        ("vllm", "", HOT, 0.0),
        ("trtllm", "", HOT, 0.0),
        ("hf", "", SAMPLED, 0.7),
        ("hf", "", {"temperature": 0.7, "do_sample": None}, 0.7),
        (CHAT, "m", HOT, 0.7),
        (CHAT, "m", {"do_sample": True}, 0.0),
        ("sglang", "", HOT, 0.7),
        ("some-other", "", SAMPLED, 0.7),
        ("some-other", "", {}, 0.0),
        ("openai-chat-completions", "gpt-5-mini", {}, 1.0),
        ("openai-chat-completions", "gpt-4.1", {}, 0.0),
    ],
)
def test_the_temperature_that_was_used_is_recorded(
    tmp_path: Path, kind: str, model: str, asked: dict[str, Any], sent: float
) -> None:
    run = import_logs(_log(tmp_path / "logs", kind=kind, model=model, **asked), tmp_path / "run")
    assert run.read_run().settings["temperature"] == sent


@pytest.mark.parametrize(
    ("kind", "asked", "told"),
    [
        ("some-other", HOT, "found temperature=0.7 and do_sample=false, of which it is unknown"),
        ("vllm", {"do_sample": True}, "found do_sample=True and temperature=0, of which"),
        ("vllm", {"do_sample": None, "temperature": None}, "and no temperature, of which"),
        ("hf", {"do_sample": "perhaps"}, "do_sample is 'perhaps', expected true or false"),
    ],
)
def test_answers_of_which_nobody_knows_how_they_were_drawn_are_refused(
    tmp_path: Path, kind: str, asked: dict[str, Any], told: str
) -> None:
    with pytest.raises(FolderError) as caught:
        import_logs(_log(tmp_path / "logs", kind=kind, **asked), tmp_path / "run")
    assert told in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.model
@lenient
def test_lm_eval_itself_sends_these_temperatures() -> None:
    models: Any = import_module("lm_eval.models.openai_completions")
    utils: Any = import_module("lm_eval.models.utils")
    assert utils.normalize_gen_kwargs(HOT | {"do_sample": False})["temperature"] == 0
    assert utils.normalize_gen_kwargs(dict(SAMPLED))["temperature"] == 0.7
    chat = [{"role": "user", "content": "?"}]
    for kind, model, sent in (
        ("LocalChatCompletion", "gpt-5-mini", 0.7),
        ("OpenAIChatCompletion", "gpt-4.1", 0.7),
        ("OpenAIChatCompletion", "gpt-5-mini", 1),
        ("OpenAIChatCompletion", "o3", 1),
    ):
        me = SimpleNamespace(model=model, _max_gen_toks=256)
        asked = HOT | {"do_sample": False, "until": ["."], "top_k": 5}
        make = getattr(models, kind)._create_payload
        body = make(me, chat, generate=True, gen_kwargs=asked, eos="<e>")
        assert (body["temperature"], "stop" in body, body["top_k"]) == (sent, sent == 0.7, 5)


def _call(kind: str, settings: dict[str, Any], model: Any = None) -> Call:
    return Call(
        model=model or SimpleNamespace(apply_chat_template=json.dumps), kind=kind,
        has_template=model is None, has_instruction=False, model_arguments={}, settings=settings,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "settings", "said"),
    [
        (
            "hf",
            HOT,
            "WARNING: 'hf' will answer with a temperature of 0 and not 0.7 (--gen_kwargs do",
        ),
        ("some-other", HOT, "WARNING: found temperature=0.7 and do_sample=false, of which"),
        ("hf", {"do_sample": True}, "WARNING: found do_sample=True and temperature=0, of which"),
        ("hf", {"top_k": 5}, "WARNING: no suite has top_k=5: `lawbound score` will merge these"),
        (
            "hf",
            {"temperature": "hot"},
            "WARNING: temperature is 'hot', expected a number: `lawbound score` will refuse",
        ),
        ("hf", SAMPLED, ""),
        (CHAT, HOT, ""),
    ],
)
def test_settings_that_are_not_what_they_seem_are_warned_of_at_the_start(
    caplog: pytest.LogCaptureFixture, kind: str, settings: dict[str, Any], said: str
) -> None:
    warn_once.cache_clear()
    check_prompts(_docs("us"), _call(kind, settings), max_tokens=48)
    assert len(caplog.messages) == bool(said)
    assert "".join(caplog.messages).startswith(said)


def test_the_settings_of_a_task_of_ones_own_are_warned_of_too(
    caplog: pytest.LogCaptureFixture,
) -> None:
    warn_once.cache_clear()
    own = {"max_gen_toks": 48, "do_sample": False, "num_beams": 4}
    check_prompts(_docs("us"), _call("hf", {}), max_tokens=48, own=own)
    assert "no suite has num_beams=4" in caplog.text


class LocalChatCompletion:
    """By its name one of lm-eval's models that take messages only."""


class AnotherServer(LocalChatCompletion):
    """One that is made of it."""


@pytest.mark.parametrize("kind", [LocalChatCompletion, AnotherServer])
def test_a_model_that_takes_messages_only_is_refused_where_it_would_get_none(kind: type) -> None:
    with pytest.raises(TaskError) as caught:
        check_prompts(_docs("us"), _call(CHAT, {}, kind()), max_tokens=48)
    told = f"model '{CHAT}' takes messages and no text, so it would answer nothing, expected --app"
    assert str(caught.value).startswith(told)


@pytest.mark.model
@lenient
def test_lm_eval_itself_has_models_of_these_names() -> None:
    chat: Any = import_module("lm_eval.models.openai_completions").LocalChatCompletion
    assert import_module("lm_eval.models.anthropic_llms").AnthropicChat
    me = SimpleNamespace(model="m", _max_gen_toks=256)
    with pytest.raises(AssertionError):
        chat._create_payload(me, "text", generate=True, gen_kwargs={}, eos="<e>")


def test_the_dummy_model_without_the_hub_is_told_of_in_one_line() -> None:
    def unreached(*_: Any) -> str:
        raise OSError("We couldn't connect")

    call = _call("dummy", {})
    call.model.apply_chat_template = unreached
    with pytest.raises(TaskError) as caught:
        check_prompts(_docs("us"), call, max_tokens=48)
    said = str(caught.value)
    assert "from the Hub, which was not reached (We couldn't connect)" in said
    assert caught.value.__suppress_context__ and "\n" not in said


@pytest.mark.parametrize("results", ["res", "results_of_mine", "a_b"])
def test_results_that_were_named_otherwise_are_found_by_their_time(
    tmp_path: Path, results: str
) -> None:
    logs = _log(tmp_path / "logs", results=results)
    _log(logs, results="results", policy="cn", time=LATER)
    (logs / f"unrelated_{LATER[:-1]}9.json").write_text("{}", encoding="utf-8")
    run = import_logs(logs, tmp_path / "run")
    assert [policy.id for policy in run.read_run().policies] == ["cn", "us"]
    with pytest.raises(FolderError, match=f"is one file of lm-eval's logs.*lawbound score {logs}"):
        is_log_folder(logs / f"{results}_{TIME}.json")
    assert not is_log_folder(logs / f"unrelated_{LATER[:-1]}9.json")


def test_the_newest_is_told_by_its_time_and_not_by_its_name(tmp_path: Path) -> None:
    logs = _log(tmp_path / "logs", results="res", max_gen_toks=96, time=LATER)
    _log(logs, results="results")
    with pytest.warns(UserWarning, match="answers left out: 4"):
        run = import_logs(logs, tmp_path / "run", newest=True)
    assert run.read_run().settings["max_tokens"] == 96


def test_a_log_without_its_results_is_not_passed_over(tmp_path: Path) -> None:
    logs = _log(tmp_path / "logs", policy="cn", time=LATER)
    (_log(logs) / f"results_{TIME}.json").unlink()
    with pytest.raises(FolderError, match=f"us_{TIME}.jsonl: found no results of the same time"):
        import_logs(logs, tmp_path / "run")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            HOT | {"until": ["."]},
            "stop=['.'] (suite 'quick': none), temperature=0.7 (suite 'quick'",
        ),
        ({"top_k": 5}, "others.top_k='5' (suite 'quick': none): no run"),
        ({}, ""),
    ],
)
def test_other_settings_than_the_suites_are_told_when_logs_are_read(
    tmp_path: Path, command: Command, asked: dict[str, Any], told: str
) -> None:
    logs = _log(tmp_path / "logs", **asked)
    code, _, err = command("score", logs, "--out", tmp_path / "run")
    said = err.replace("\n", " ")
    assert code == 0 and told in said
    assert ("these answers were asked with" in said) == bool(told)
    assert "max_gen_toks" not in said


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (HOT, "(settings.temperature is 0.0 in a and 0.7 in b), expected the same"),
        (
            {"a": 1, "b": 1, "c": 1, "d": 1},
            "settings.others.c is none in a and '1' in b, and 1 more), expected",
        ),
    ],
)
def test_runs_that_are_not_ranked_together_are_told_in_what_they_differ(
    tmp_path: Path, command: Command, asked: dict[str, Any], told: str
) -> None:
    for name, given in (("a", {}), ("b", asked)):
        logs = _log(tmp_path / f"logs-{name}", model=name, **given)
        assert command("score", logs, "--out", tmp_path / name)[0] == 0
    code, _, err = command("leaderboard", tmp_path / "a", tmp_path / "b")
    said = err.replace("\n", " ")
    assert code == 2 and "differ in suite_hash (settings." in said and told in said
