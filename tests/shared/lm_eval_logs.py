"""The plain lm-eval command over one of our tasks, and copies of its logs to edit."""

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
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
