"""`lawbound lm-eval` searches our tasks beside the folders that a user names."""

import json
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from lawbound.rubrics.policy.files import shipped

Command = Callable[..., tuple[int, str, str]]

# lm-eval itself warns a great deal; what we promise is that it works, not that it is silent.
pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.model]

TASKS = Path(__file__).parents[2] / "tasks" / "lmeval"


def _own_task(folder: Path) -> Path:
    """A folder with a task of the user's own."""
    folder.mkdir()
    text = "task: toll\ndataset_path: json\noutput_type: generate_until\ndoc_to_text: q\n"
    (folder / "toll.yaml").write_text(text, encoding="utf-8")
    return folder


def _searched(monkeypatch: pytest.MonkeyPatch, command: Command, *arguments: str) -> list[Path]:
    """The folders that lm-eval is told to search, without reading its own hundreds."""
    told: list[Any] = []
    real: Any = import_module("lm_eval.tasks").TaskManager

    def manager(include_path: Any = None, include_defaults: bool = True, **_: Any) -> Any:
        if not include_defaults:
            return real(include_path=include_path, include_defaults=False)
        told.append(include_path)
        sys.exit(0)

    monkeypatch.setattr("lm_eval.tasks.TaskManager", manager)
    assert command("lm-eval", *arguments)[0] == 0
    (paths,) = told
    return [Path(path).resolve() for path in paths]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--include_path", "OWN", "--model", "dummy", "--tasks", "toll"],
        ["run", "--model", "dummy", "--tasks", "toll", "--include_path", "OWN"],
        ["--model", "dummy", "--include_path=OWN", "--tasks", "toll"],
        ["run", "--include_p", "OWN", "--model", "dummy", "--tasks", "toll"],
        ["--config", "named.yaml"],
        ["--config", "listed.yaml"],
        ["--config", "other.yaml", "--include_path", "OWN"],
        ["ls", "tasks", "--include_path", "OWN"],
        ["ls", "--include_path=OWN", "groups"],
        ["validate", "--include_path", "OWN", "--tasks", "toll"],
    ],
)
def test_a_folder_of_the_users_own_is_searched_beside_ours(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    own = _own_task(tmp_path / "own")
    for name, folder in (("named", "own"), ("listed", ["own"]), ("other", "elsewhere")):
        config = {"model": "dummy", "tasks": ["toll"], "include_path": folder}
        Path(f"{name}.yaml").write_text(json.dumps(config), encoding="utf-8")
    given = [argument.replace("OWN", str(own)) for argument in arguments]
    assert _searched(monkeypatch, command, *given) == [own, TASKS]


@pytest.mark.parametrize("own", [[], ["--include_path", str(TASKS / ".." / "lmeval")]])
def test_our_own_folder_is_searched_once(
    command: Command, monkeypatch: pytest.MonkeyPatch, own: list[str]
) -> None:
    asked = ["--model", "dummy", "--tasks", "lawbound_cn", *own]
    assert _searched(monkeypatch, command, *asked) == [TASKS]


def test_tasks_of_the_users_own_run_together_with_ours(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = str(_own_task(tmp_path / "own"))
    ran: list[Any] = []
    monkeypatch.setattr("lm_eval.simple_evaluate", lambda **given: ran.extend(given["tasks"]))
    asked = ["--model", "dummy", "--tasks", "toll,lawbound_cn", "--include_path", own]
    assert command("lm-eval", *asked)[0] == 0
    assert sorted(ran) == ["lawbound_cn", "toll"]


def _derived(folder: Path, name: str) -> Path:
    """A folder with a task of the user's own that includes one of ours, tag and all."""
    folder.mkdir()
    text = f"include: {TASKS}/lawbound_cn.yaml\ntask: {name}\n"
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    return folder


def test_our_tag_names_our_tasks_beside_an_own_one_that_has_it(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tasks: Any = import_module("lm_eval.tasks")
    own = str(_derived(tmp_path / "own", "lawbound_mine"))
    ran: list[Any] = []

    def loaded(**given: Any) -> None:
        index = given["task_manager"].task_index
        for name in given["tasks"]:
            entry = index[name]
            ran.extend(entry.tags if entry.kind.name == "TAG" else [name])

    monkeypatch.setattr(tasks, "TaskManager", partial(tasks.TaskManager, include_defaults=False))
    monkeypatch.setattr("lm_eval.simple_evaluate", loaded)
    for asked, expected in (
        ("lawbound", {f"lawbound_{name}" for name in shipped()}),
        ("lawbound_mine", {"lawbound_mine"}),
    ):
        ran.clear()
        given = ["--model", "dummy", "--tasks", asked, "--include_path", own]
        assert command("lm-eval", *given)[0] == 0
        assert set(ran) == expected


def test_an_own_task_takes_no_name_of_ours(command: Command, tmp_path: Path) -> None:
    own = _derived(tmp_path / "own", "lawbound_cn")
    given = ["lm-eval", "--model", "dummy", "--tasks", "lawbound_cn", "--include_path", own]
    code, _, err = command(*given)
    assert code == 2
    assert err.splitlines()[-1].startswith(
        f"error: {own}: has a task 'lawbound_cn', which is one of ours"
    )
