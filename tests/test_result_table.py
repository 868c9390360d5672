"""The README's result table, as ``benchmarks/result.py`` writes it from a run."""

import runpy
import sys
from pathlib import Path

import pytest

from lawbound import FunctionEngine, RunSpec, evaluate

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "result.py"


def test_the_table_needs_only_a_run_and_shows_how_many_answers_it_rests_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = RunSpec(suite="quick", models=("m",), policies=("de",), references=False)
    engine = FunctionEngine(lambda _: "I would rather not say.", name="m")
    board = evaluate(spec, tmp_path / "run", engines={"m": engine}).leaderboard
    readme = tmp_path / "README.md"
    readme.write_text("<!-- results:start -->\nformer\n<!-- results:end -->\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), str(tmp_path / "run")])
    names = runpy.run_path(str(SCRIPT))
    names["main"].__globals__["README"] = readme
    names["main"]()
    text = readme.read_text(encoding="utf-8")
    assert "former" not in text and "asked in" not in text
    (head,) = [line for line in text.splitlines() if line.startswith("| model")]
    assert head.endswith("| n |")
    (row,) = [line for line in text.splitlines() if line.startswith("| m |")]
    assert row.endswith(f"| {board['n'].item()} |")


@pytest.mark.parametrize(
    ("value", "shown"), [(-0.004, "0.00"), (-5.6e-17, "0.00"), (-0.006, "-0.01")]
)
def test_no_zero_is_negative(value: float, shown: str) -> None:
    from lawbound.evals.report.frontier import _span
    from lawbound.runners.cli.results import _cell

    row = {"J": value, "J_low": -0.5, "J_high": value}
    cell = runpy.run_path(str(SCRIPT))["_cell"](row, "J")
    assert cell == _span(row, "J") == f"{shown} [-0.50, {shown}]"
    thousandth: dict[object, object] = {"J": value / 10, "J_low": -0.5, "J_high": value / 10}
    assert _cell(thousandth, "J").startswith("-0.001" if shown == "-0.01" else "0.000")
