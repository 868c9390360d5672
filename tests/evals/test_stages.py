"""Whoever waits for a run to begin is told what for."""

from pathlib import Path

import pytest

from lawbound import FunctionEngine, RunSpec, evaluate
from lawbound.evals.forecast.run_cost import costs_of
from lawbound.evals.observer import Silent
from lawbound.evals.prepare import prepare

ORACLE = "reference:oracle"
SPEC = RunSpec(
    models=("m", ORACLE), policies=("us",), strengths=("none",), limit=1, references=False
)


class _Ears(Silent):
    def __init__(self) -> None:
        self.heard: list[str] = []

    def stage(self, name: str, total: int | None) -> None:
        self.heard.append(name)


def _heard_of_a_run(out: Path) -> list[str]:
    ears = _Ears()
    evaluate(SPEC, out, engines={"m": FunctionEngine(lambda _: "Yes.")}, observer=ears)
    return ears.heard


def test_a_run_says_when_it_draws_items_and_when_a_plan_takes_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brief = _heard_of_a_run(tmp_path / "brief")
    assert brief[:3] == ["drawing items", "loading m", "asking m"]
    monkeypatch.setattr("lawbound.evals.prepare.MANY", 2)
    heard = _heard_of_a_run(tmp_path / "long")
    assert heard[:5] == [
        "drawing items", "planning reference models", "loading m", "planning m", "asking m"
    ]  # fmt: skip
    oracle = heard.index("planning reference:oracle")
    assert heard[oracle - 1 : oracle + 2 : 2] == [
        "loading reference:oracle", "asking reference:oracle"
    ]  # fmt: skip


def test_a_plan_says_so_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lawbound.evals.prepare.MANY", 2)
    ears = _Ears()
    spec = SPEC.model_copy(update={"models": (ORACLE,)})
    costs_of(prepare(spec, observer=ears), ears)
    assert ears.heard == [
        "drawing items", "planning reference models", "planning reference:oracle"
    ]  # fmt: skip
