"""A complete run, from Python and from the command line."""

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lawbound import RunSpec, evaluate
from lawbound.evals.conclude import conclude
from lawbound.evals.prepare import Prepared

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many prepared runs were in memory whenever answers began to be judged."""
    counts: list[int] = []

    def counted(*args: Any, **more: Any) -> Any:
        counts.append(sum(type(one) is Prepared for one in gc.get_objects()))
        return conclude(*args, **more)

    monkeypatch.setattr("lawbound.evals.evaluate.conclude", counted)
    return counts


def test_what_was_asked_is_freed_before_the_answers_are_judged(
    tmp_path: Path, left: list[int]
) -> None:
    models = ("reference:always-refuse",)
    evaluate(RunSpec(suite="quick", models=models, limit=1, references=False), tmp_path)
    assert left == [0]


def test_the_command_runs_what_python_does_and_frees_it_too(
    command: Command, tmp_path: Path, left: list[int]
) -> None:
    words = ("--model", "reference:always-refuse", "--limit", "1", "--no-references")
    command("run", "quick", *words, "--out", tmp_path)
    assert left == [0]
