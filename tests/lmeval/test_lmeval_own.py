"""Tasks of a user's own that include ours: what they may change, and what is refused of their logs."""

import json
import shutil
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from lawbound.evals.folder.files import FolderError
from lawbound.evals.lmeval.as_shipped import FIELDS
from lawbound.evals.lmeval.files import is_log_folder
from lawbound.evals.lmeval.logs import import_logs
from lawbound.evals.lmeval.precheck import warn_once

# lm-eval itself warns a great deal; what we promise is that it works, not that it is silent.
pytestmark = [
    pytest.mark.filterwarnings("default"),
    pytest.mark.model,
    pytest.mark.usefixtures("chat_model", "only_our_tasks"),
]

TASKS = Path(__file__).parents[2] / "tasks" / "lmeval"
FEW = '{"lawbound": {"limit_items": 1}}'
OTHERS = {
    "num_fewshot": "2",
    "doc_to_text": '"{{question}} Answer fully."',
    "gen_prefix": "Sure!",
    "description": '"Be nice. {{system_policy}}"',
    "repeats": "3",
    "filter_list": '[{name: cut, filter: [{function: regex, regex_pattern: "^(.)"}]}]',
}
"""Fields that make another test of a task."""
GENERATION = "{until: [], max_gen_toks: 96, do_sample: false}"


def _task(folder: Path, name: str, *lines: str) -> Path:
    """A folder with one more task, which includes ours."""
    folder.mkdir(exist_ok=True)
    text = "\n".join([f"include: {TASKS}/lawbound_cn.yaml", f"task: {name}", *lines, ""])
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def _lm_eval(folder: Path, tasks: str, out: Path, *arguments: str) -> Path:
    """The plain command, and its logs."""
    from lm_eval.__main__ import cli_evaluate

    given = [
        "lm_eval", "run", "--include_path", str(folder), "--tasks", tasks, "--model", "lawbound-chat",
        "--apply_chat_template", "--log_samples", "--output_path", str(out), "--metadata", FEW, *arguments,
    ]  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", given)
        cli_evaluate()
    return out


def _of_task(logs: Path, task: str, folder: Path) -> Path:
    """The log of one task, with the results that it belongs to."""
    folder.mkdir()
    for file in [*logs.rglob("results_*.json"), *logs.rglob(f"samples_{task}_*.jsonl")]:
        shutil.copy(file, folder)
    return folder


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Logs of a chat API over own tasks, each with one field that ours have otherwise; and what was said."""
    out: Path = tmp_path_factory.mktemp("others")
    for name, value in OTHERS.items():
        _task(out / "tasks", f"lawbound_{name}", "tag: []", f"{name}: {value}")
    _lm_eval(
        out / "tasks", ",".join(f"lawbound_{name}" for name in OTHERS), out / "logs",
        "--model_args", "api=true",
    )  # fmt: skip
    return out / "logs"


@pytest.mark.parametrize("name", OTHERS)
def test_a_task_that_asks_or_reads_otherwise_is_no_run_of_ours(
    others: Path, tmp_path: Path, name: str
) -> None:
    logs = _of_task(others, f"lawbound_{name}", tmp_path / "logs")
    with pytest.raises(FolderError) as caught:
        import_logs(logs, tmp_path / "out")
    said = str(caught.value)
    assert f": the task 'lawbound_{name}' has {name} " in said and "\n" not in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("num_fewshot", "found messages of user, user, user, expected user"),
        ("gen_prefix", "found messages of user, assistant, expected user"),
        ("doc_to_text", "the user message goes on with ' Answer fully.' after "),
        ("description", "found messages of system, user, expected user"),
    ],
)
def test_messages_beside_ours_are_told_though_the_config_is_silent(
    others: Path, tmp_path: Path, name: str, said: str
) -> None:
    logs = _of_task(others, f"lawbound_{name}", tmp_path / "logs")
    (results,) = logs.glob("results_*")
    found = json.loads(results.read_text(encoding="utf-8"))
    found["configs"] = {f"lawbound_{name}": {}}
    results.write_text(json.dumps(found), encoding="utf-8")
    with pytest.raises(FolderError) as caught:
        import_logs(logs, tmp_path / "out")
    assert said in str(caught.value)


def _without_question(line: dict[str, Any]) -> None:
    asked = line["arguments"]["gen_args_0"]
    asked["arg_0"] = asked["arg_0"].replace(json.dumps(line["doc"]["question"]), '"Hello"')


def _question_first(line: dict[str, Any]) -> None:
    asked = line["arguments"]["gen_args_0"]
    asked["arg_0"] = json.dumps(json.loads(asked["arg_0"])[::-1])


@pytest.mark.parametrize("edit", [_without_question, _question_first])
def test_a_text_without_our_question_after_the_policy_is_refused(
    tmp_path: Path, edit: Callable[[dict[str, Any]], None]
) -> None:
    logs = _lm_eval(TASKS, "lawbound_cn", tmp_path / "logs")
    (samples,) = logs.rglob("samples_*")
    lines = [json.loads(line) for line in samples.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        edit(line)
    samples.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    with pytest.raises(FolderError, match="is not in the prompt"):
        import_logs(logs, tmp_path / "out")


@pytest.mark.parametrize("api", ["true", "false"])
def test_a_name_a_tag_and_the_length_of_answers_are_a_tasks_own(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, api: str
) -> None:
    warn_once.cache_clear()
    own = _task(
        tmp_path / "tasks", "lawbound_mine", "tag: mine", f"generation_kwargs: {GENERATION}",
        "dataset_kwargs: {lawbound_policy: us}", "metadata: {version: 7}",
    )  # fmt: skip
    logs = _lm_eval(own, "lawbound_mine", tmp_path / "logs", "--model_args", f"api={api}")
    run = import_logs(logs, tmp_path / "out").read_run()
    assert [entry.id for entry in run.policies] == ["us"]
    assert run.settings["max_tokens"] == 96
    assert not [r for r in caplog.records if r.name == "lawbound.lmeval"]


@pytest.mark.parametrize("newest", [False, True])
def test_two_tasks_of_one_run_under_one_policy_are_named(tmp_path: Path, newest: bool) -> None:
    for name in ("lawbound_a", "lawbound_b"):
        own = _task(tmp_path / "tasks", name)
    logs = _lm_eval(own, "lawbound_a,lawbound_b", tmp_path / "logs")
    first, second = sorted(logs.rglob("samples_*"))
    with pytest.raises(FolderError) as caught:
        import_logs(logs, tmp_path / "out", newest=newest)
    said = str(caught.value)
    assert said.startswith(
        f"{first} and {second}: both hold answers of lm-eval:lawbound-chat: to the"
    )
    assert said.endswith("put the other elsewhere")
    assert not (tmp_path / "out").exists()


def test_a_log_whose_name_is_not_ours_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    warn_once.cache_clear()
    logs = _lm_eval(_task(tmp_path / "tasks", "my_cn"), "my_cn", tmp_path / "logs")
    said = [r.getMessage() for r in caplog.records if r.name == "lawbound.lmeval"]
    assert len(said) == 1
    assert said[0].startswith(
        "WARNING: the name of the task 'my_cn' does not begin with lawbound_:"
    )
    (file,) = logs.rglob("samples_*")
    with pytest.raises(FolderError) as caught:
        is_log_folder(logs)
    assert str(caught.value) == (
        f"{file}: holds our documents under another name, expected a task whose name begins with lawbound_"
    )


def test_logs_of_others_are_none_of_ours(tmp_path: Path) -> None:
    for text in ("", "{", "[]\n", "{}\n", '{"doc": {"question": "?"}}\n'):
        (tmp_path / "samples_arc.jsonl").write_text(text, encoding="utf-8")
        assert not is_log_folder(tmp_path)


def test_examples_that_only_the_command_asks_for_are_not_given(tmp_path: Path) -> None:
    logs = _lm_eval(TASKS, "lawbound_cn", tmp_path / "logs", "--num_fewshot", "2")
    (file,) = logs.rglob("samples_*")
    for line in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
        chat = json.loads(line["arguments"]["gen_args_0"]["arg_0"])
        said = [message["content"] for message in chat if message["role"] != "system"]
        assert said == [line["doc"]["question"]]
    import_logs(logs, tmp_path / "out")


def test_another_task_is_warned_of_before_anything_is_asked(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    warn_once.cache_clear()
    own = _task(tmp_path / "tasks", "lawbound_mine", "num_fewshot: 2")
    _lm_eval(own, "lawbound_mine", tmp_path / "logs")
    said = [r.getMessage() for r in caplog.records if r.name == "lawbound.lmeval"]
    assert said == [
        "WARNING: the task 'lawbound_mine' has num_fewshot 2 (expected 0): `lawbound score` will refuse these "
        "logs"
    ]


def test_what_is_expected_of_a_task_is_what_ours_say() -> None:
    manager: Any = import_module("lm_eval.tasks").TaskManager(include_path=str(TASKS))
    loaded: Any = manager.load(["lawbound_cn"])["tasks"]["lawbound_cn"].config
    assert {name: getattr(loaded, name) for name in FIELDS} == FIELDS
