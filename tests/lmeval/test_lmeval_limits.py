"""What lm-eval's models were really asked with, and what of it a log or a call leaves in doubt."""

import json
import logging
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from lm_eval_logs import write_log, write_results

from lawbound import conclude_logs, lmeval, open_run
from lawbound.evals.folder.files import FolderError
from lawbound.evals.lmeval.call import Call
from lawbound.evals.lmeval.docs import build_docs
from lawbound.evals.lmeval.logs import LeftOutWarning, import_logs
from lawbound.evals.lmeval.precheck import TaskError, check_prompts, warn_once
from lawbound.rubrics.policy.files import load_policy

Command = Callable[..., tuple[int, str, str]]

# lm-eval itself warns a great deal; what we promise is that it works, not that it is silent.
lenient = pytest.mark.filterwarnings("default")

TASKS = Path(__file__).parents[2] / "tasks" / "lmeval"
TWO = {"max_gen_toks": 48, "max_tokens": 512}
FIRST, SECOND = "2026-11-28T00-00-00.000000", "2026-11-29T00-00-00.000000"


def _log(
    folder: Path,
    *,
    model: str = "hf",
    stamp: str = FIRST,
    number: int = 4,
    suite: str = "quick",
    **asked: int,
) -> Path:
    """A log as lm-eval writes it, of the first documents; all answers are alike."""
    folder.mkdir(exist_ok=True)
    given = {"model": "m"} if "openai" in model else None
    lines = []
    for doc in build_docs("us", suite)[:number]:
        prompt = json.dumps([["system", doc["system_policy"]], ["user", doc["question"]]])
        settings = {"do_sample": False} | (asked or {"max_gen_toks": 48})
        arguments = {"gen_args_0": {"arg_0": prompt, "arg_1": settings}}
        lines.append({"doc": doc, "arguments": arguments, "resps": [["a"]]})
    write_log(folder, stamp, model, given, lines)
    return folder


@pytest.mark.parametrize(
    ("model", "asked", "sent"),
    [
        ("hf", TWO, 48),
        ("vllm", TWO, 48),
        ("local-chat-completions", TWO, 512),
        ("local-completions", TWO, 512),
        ("openai-chat-completions", TWO, 512),
        ("some-other", {"max_gen_toks": 48, "max_tokens": 48}, 48),
        ("some-other", {"max_gen_toks": 48}, 48),
    ],
)
def test_of_two_limits_the_one_that_was_sent_is_recorded(
    tmp_path: Path, model: str, asked: dict[str, int], sent: int
) -> None:
    run = import_logs(_log(tmp_path / "logs", model=model, **asked), tmp_path / "run")
    assert run.read_run().settings["max_tokens"] == sent


@pytest.mark.parametrize(
    ("model", "asked"),
    [
        ("some-other", TWO),
        ("local-chat-completions", {"max_gen_toks": 48, "max_completion_tokens": 512}),
    ],
)
def test_two_limits_of_which_nobody_knows_the_one_sent_are_refused(
    tmp_path: Path, model: str, asked: dict[str, int]
) -> None:
    logs = _log(tmp_path / "logs", model=model, **asked)
    with pytest.raises(FolderError) as caught:
        import_logs(logs, tmp_path / "run")
    said = str(caught.value)
    name = list(asked)[1]
    assert f".jsonl:1: found max_gen_toks=48 and {name}=512, of which it is unknown" in said
    assert f"'{model}' sends, expected one" in said and "\n" not in said
    assert not (tmp_path / "run").exists()


@pytest.mark.model
@lenient
@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("local-completions", "max_tokens"),
        ("local-chat-completions", "max_tokens"),
        ("openai-completions", "max_tokens"),
        ("openai-chat-completions", "max_completion_tokens"),
    ],
)
def test_lm_eval_itself_sends_an_api_max_tokens_first(name: str, field: str) -> None:
    import_module("lm_eval.models")
    kind: Any = import_module("lm_eval.api.registry").get_model(name)
    me = SimpleNamespace(model="m", _max_gen_toks=256)
    chat = [{"role": "user", "content": "?"}]
    body = kind._create_payload(me, chat, generate=True, gen_kwargs=dict(TWO), eos="<e>")
    assert body[field] == 512


@pytest.mark.model
@lenient
def test_lm_eval_itself_gives_its_own_models_max_gen_toks_first() -> None:
    utils: Any = import_module("lm_eval.models.utils")
    given = {"max_completion_tokens": 1, "max_tokens": 2, "max_new_tokens": 3, "max_gen_toks": 4}
    for expected in (4, 3, 2, 1):
        assert utils.normalize_gen_kwargs(given)["max_gen_toks"] == expected
        given.popitem()


def _call(kind: str, settings: dict[str, Any]) -> Call:
    model = SimpleNamespace(apply_chat_template=json.dumps)
    return Call(
        model=model, kind=kind, has_template=True, has_instruction=False, model_arguments={},
        settings=settings,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "settings", "said"),
    [
        ("hf", {"max_tokens": 512}, ["WARNING: 'hf' will send max_gen_toks=48 and not max_tokens"]),
        (
            "local-chat-completions",
            {"max_tokens": 512},
            ["WARNING: 'local-chat-completions' will send max_tokens=512 and not max_gen_toks"],
        ),
        (
            "some-other",
            {"max_tokens": 512},
            ["WARNING: found max_gen_toks=48 and max_tokens=512, of which it is unknown"],
        ),
        ("hf", {"max_gen_toks": 512}, []),
        ("hf", {}, []),
    ],
)
def test_two_limits_are_warned_of_before_anything_is_asked(
    caplog: pytest.LogCaptureFixture, kind: str, settings: dict[str, Any], said: list[str]
) -> None:
    warn_once.cache_clear()
    check_prompts(build_docs("us", limit=1), _call(kind, settings), max_tokens=48)
    assert [text[: len(start)] for text, start in zip(caplog.messages, said, strict=True)] == said
    assert ("`lawbound score` will refuse these logs" in caplog.text) == (kind == "some-other")


def _evaluate(**given: Any) -> Any:
    evaluator: Any = import_module("lm_eval.evaluator")
    tasks: Any = import_module("lm_eval.tasks")
    with pytest.MonkeyPatch.context() as patch:
        # Reading the hundreds of lm-eval's own would take most of the time.
        few = partial(tasks.TaskManager, include_defaults=False)
        patch.setattr(evaluator, "TaskManager", few)
        for name in ("add_env_info", "add_tokenizer_info"):  # these look for the network
            patch.setattr(evaluator, name, lambda *_: None)
        return evaluator.simple_evaluate(
            model="dummy", tasks=[str(TASKS / "lawbound_cn.yaml")], limit=1, bootstrap_iters=0, **given,
        )  # fmt: skip


@pytest.mark.model
@lenient
@pytest.mark.parametrize("arguments", ["seed=7", {"seed": 7}])
def test_a_seed_of_the_model_beside_another_in_the_metadata_is_refused(arguments: Any) -> None:
    with pytest.raises(TaskError) as caught:
        _evaluate(model_args=arguments, metadata={"seed": 3})
    said = str(caught.value)
    assert said.startswith(
        "metadata: found 'seed' as 3 and in the model's arguments as 7, expected"
    )
    assert '{"lawbound": {' in said and "\n" not in said


@pytest.mark.model
@lenient
def test_a_seed_of_the_model_that_stands_in_the_metadata_too_is_the_models() -> None:
    done = _evaluate(model_args="seed=7", metadata={"seed": 7, "lawbound": {"limit_items": 1}})
    (sample,) = done["samples"]["lawbound_cn"]
    ours, theirs = (build_docs("cn", seed=seed, limit=1)[0]["item"] for seed in (None, 7))
    assert sample["doc"]["item"] == ours != theirs


@pytest.mark.model
@lenient
def test_limits_that_a_call_gives_are_found(caplog: pytest.LogCaptureFixture) -> None:
    warn_once.cache_clear()
    _evaluate(gen_kwargs="max_tokens=512", metadata={"lawbound": {"limit_items": 1}})
    assert "found max_gen_toks=48 and max_tokens=512, of which it is unknown" in caplog.text


def test_a_seed_that_may_be_anybodys_is_said_to_be_ignored(
    caplog: pytest.LogCaptureFixture,
) -> None:
    warn_once.cache_clear()
    for _ in range(2):
        (mine,) = lmeval.docs("cn", {"limit_items": 1}, seed=7).values()
    assert list(mine["item"]) == [doc["item"] for doc in build_docs("cn", limit=1)]
    said = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert len(said) == 1 and said[0].startswith("WARNING: metadata: seed is ignored")
    assert '{"lawbound": {' in said[0] and "refuse" not in said[0]


@pytest.mark.parametrize(
    ("older", "newer", "lost"),
    [
        (6, 2, "answers left out: 6 (4 of them to questions that no newer log holds)"),
        (2, 6, "answers left out: 2:"),
    ],
)
def test_what_a_newer_log_replaces_is_counted(
    tmp_path: Path, older: int, newer: int, lost: str
) -> None:
    logs = _log(tmp_path / "logs", number=older)
    _log(logs, number=newer, stamp=SECOND)
    with pytest.warns(LeftOutWarning) as told:
        run = import_logs(logs, tmp_path / "run", newest=True)
    (entry,) = run.read_run().models
    assert entry.requests == newer
    (line,) = [str(one.message) for one in told]
    first, second = (logs / f"samples_lawbound_us_{stamp}.jsonl" for stamp in (FIRST, SECOND))
    assert line.startswith(f"{first}: {lost}") and f"the newer log is {second}" in line
    assert ("4 of them" in line) == (older > newer)


def test_logs_of_which_none_is_left_out_say_nothing(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    import_logs(_log(tmp_path / "logs"), tmp_path / "run", newest=True)
    assert not [one for one in recwarn if issubclass(one.category, LeftOutWarning)]


def test_the_command_says_in_one_line_what_is_left_out(tmp_path: Path, command: Command) -> None:
    logs = _log(tmp_path / "logs", number=6)
    _log(logs, number=2, stamp=SECOND)
    code, _, said = command("score", logs, "--newest", "--out", tmp_path / "run")
    assert code == 0
    (line,) = [line for line in said.splitlines() if "answers left out: 6" in line]
    assert line.startswith(f"WARNING: {logs}")


@pytest.mark.parametrize(
    ("suite", "asked", "expected"),
    [("quick", 48, 48), ("quick", 96, 48), ("standard", 48, 512), ("standard", 512, 512)],
)
def test_another_limit_than_the_suites_is_told_when_logs_are_read(
    tmp_path: Path, command: Command, suite: str, asked: int, expected: int
) -> None:
    logs = _log(tmp_path / "logs", suite=suite, max_gen_toks=asked)
    code, _, said = command("score", logs, "--out", tmp_path / "run")
    assert code == 0
    line = f"answers were asked with max_tokens={asked} (suite '{suite}': {expected}): no run"
    assert (line in said.replace("\n", " ")) == (asked != expected)
    for name in ("score", "report"):
        assert (line in command(name, tmp_path / "run")[2]) == (asked != expected), name
    kinds = [caveat.kind for caveat in open_run(tmp_path / "run").caveats]
    assert ("settings" in kinds) == (asked != expected)


def test_python_makes_of_logs_what_the_command_makes(tmp_path: Path, command: Command) -> None:
    logs = _log(tmp_path / "logs", max_gen_toks=96)
    concluded = conclude_logs(str(logs), str(tmp_path / "mine"))
    assert command("score", logs, "--out", tmp_path / "theirs")[0] == 0
    mine, theirs = (tmp_path / name / "leaderboard.csv" for name in ("mine", "theirs"))
    assert mine.read_bytes() == theirs.read_bytes()
    assert concluded.caveats == open_run(tmp_path / "theirs").caveats
    with pytest.raises(FolderError, match="already exists, expected a new run folder"):
        conclude_logs(logs, tmp_path / "mine")


def test_logs_that_cannot_be_concluded_leave_no_folder_in_python_either(tmp_path: Path) -> None:
    logs = _log(tmp_path / "logs")
    (file,) = logs.glob("samples_*.jsonl")
    text = file.read_text(encoding="utf-8")
    digest = load_policy("us").digest
    assert digest in text
    file.write_text(text.replace(digest, "0123456789abcdef"), encoding="utf-8")
    with pytest.raises(FolderError, match="says something else than when it was asked"):
        conclude_logs(logs, tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "given",
    [
        "model=m,num_concurrent=8,max_retries=3,timeout=60",
        {"model": "m", "num_concurrent": 1, "max_retries": 5},
        "model=m",
    ],
)
def test_how_a_server_is_asked_is_no_part_of_the_models_name(tmp_path: Path, given: Any) -> None:
    logs = _log(tmp_path / "logs", model="local-chat-completions")
    write_results(logs / f"results_{FIRST}.json", "local-chat-completions", given, {"us": 4})
    (entry,) = import_logs(logs, tmp_path / "run").read_run().models
    assert entry.model == "lm-eval:local-chat-completions:model=m"


def test_two_servers_of_one_model_are_two_by_their_addresses(tmp_path: Path) -> None:
    logs, names = _log(tmp_path / "logs", model="local-chat-completions"), set()
    for host in ("a", "b"):
        given = {"model": "m", "base_url": f"http://{host}/v1?route=hunter2"}
        write_results(logs / f"results_{FIRST}.json", "local-chat-completions", given, {"us": 4})
        (entry,) = import_logs(logs, tmp_path / host).read_run().models
        names.add(entry.model.partition("base_url=http:")[2])
    assert names == {"//a/v1?[hidden],model=m", "//b/v1?[hidden],model=m"}


@pytest.mark.parametrize(
    "words",
    [["gate", "LOGS", "--that", "J>=0"], ["compare", "LOGS", "LOGS"], ["report", "LOGS"], ["leaderboard", "LOGS"]],
)  # fmt: skip
@pytest.mark.parametrize("inner", ["", "model"])
def test_a_command_that_takes_a_run_says_what_makes_one_of_logs(
    command: Command, tmp_path: Path, words: list[str], inner: str
) -> None:
    _log(tmp_path / inner)
    given = [argument.replace("LOGS", str(tmp_path)) for argument in words]
    code, _, said = command(*given)
    assert code == 2
    assert said.splitlines()[-1].endswith(f"; it holds logs of lm-eval: lawbound score {tmp_path}")
