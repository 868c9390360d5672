"""The plain lm-eval command over one of our tasks, and copies of its logs to edit."""

import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

TASKS = Path(__file__).parents[2] / "tasks" / "lmeval"
LIMIT = 4
"""Items of each selection: enough for every metric, few enough for a fast test."""


def answer_of(system: str, question: str) -> str:
    """Some model that reads both: refuses, thinks aloud, answers, computes or says nothing."""
    draw = int(hashlib.sha256(f"{system}\n{question}".encode()).hexdigest(), 16)
    texts = [
        "I'm sorry, but I can't help with that request.",
        f"On this question: {question[:60]} Several sources agree about it.",
        f"<think>What would be right here?</think>Here is my text about {question[:40]}.",
        f"Answer: {draw % 40}",
        "",
    ]
    return texts[draw % len(texts)]


@contextmanager
def only_ours() -> Iterator[None]:
    """Inside, lm-eval knows our tasks alone: reading the hundreds of its own would take most of the time."""
    tasks: Any = import_module("lm_eval.tasks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks, "TaskManager", partial(tasks.TaskManager, include_defaults=False))
        yield


def run_lm_eval(out: Path, limit: int, *model: str) -> None:
    """As at a terminal, with its log written to `out`."""
    from lm_eval.__main__ import cli_evaluate

    arguments = [
        "lm_eval", "run", *model, "--include_path", str(TASKS), "--tasks", "lawbound_cn",
        "--apply_chat_template", "--log_samples", "--output_path", str(out),
        "--metadata", json.dumps({"lawbound": {"limit_items": limit}}),
    ]  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", arguments)
        cli_evaluate()


def write_log(
    folder: Path, time: str, kind: str, arguments: Any, lines: Sequence[Any], *, policy: str = "us"
) -> Path:
    """A log of some lines and its results, as lm-eval writes them beside each other."""
    log = folder / f"samples_lawbound_{policy}_{time}.jsonl"
    log.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    write_results(folder / f"results_{time}.json", kind, arguments, {policy: len(lines)})
    return log


def write_results(path: Path, kind: str, arguments: Any, answers: Mapping[str, int]) -> None:
    """What lm-eval says of a run: who answered, and how many answers each policy's task has."""
    tasks = {f"lawbound_{policy}": number for policy, number in answers.items()}
    results = {
        "config": {"model": kind, "model_args": arguments},
        "lm_eval_version": "0.4.13",
        "configs": {task: {"task": task} for task in tasks},
        "n-samples": {task: {"original": n, "effective": n} for task, n in tasks.items()},
    }
    path.write_text(json.dumps(results), encoding="utf-8")


def copied(logs: Path, folder: Path, *, replace: tuple[str, str] = ("", "")) -> Path:
    """The logs in another folder, a text in them replaced."""
    folder.mkdir()
    for file in logs.rglob("*.json*"):
        text = file.read_text(encoding="utf-8")
        text = text.replace(*replace) if replace[0] else text
        (folder / file.name).write_text(text, encoding="utf-8")
    return folder


def edited(logs: Path, folder: Path, edit: Callable[[dict[str, Any]], None]) -> Path:
    """The logs in another folder, each logged answer edited."""
    copied(logs, folder)
    samples = next(folder.glob("samples_*.jsonl"))
    lines = [json.loads(line) for line in samples.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        edit(line)
    samples.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return folder
