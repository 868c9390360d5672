"""The README's result table, as ``benchmarks/result.py`` writes it from a run."""

import runpy
import sys
from pathlib import Path
from typing import Any

import pandas as pd
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


def test_of_the_reference_models_the_table_shows_those_that_a_first_reader_needs() -> None:
    script = runpy.run_path(str(SCRIPT))
    rows: list[dict[str, object]] = [
        {"model": model, "policy": policy, "is_reference": model != "m", "n": 1}
        | {column + end: 0.5 for _, column in script["COLUMNS"] for end in ("", "_low", "_high")}
        for policy in ("cn", "de")
        for model in ("reference:parrot", "reference:oracle", "m")
    ]
    shown = [line.split(" | ")[:2] for line in script["_table"](pd.DataFrame(rows))[2:]]
    assert shown == [["| m", "cn"], ["| m", "de"], ["| reference:oracle", "cn"]]


def test_a_run_of_reference_models_alone_is_no_result() -> None:
    about = runpy.run_path(str(SCRIPT))["_about"]
    with pytest.raises(SystemExit, match="found 2 reference models, expected a run of a real"):
        about({"models": [{"reference": True, "requests": 4}] * 2}, "")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (-0.0004, "-0.0004"), (-5.6e-17, "0.000"), (-0.0006, "-0.001"), (0.0625, "0.062"),
        (0.00436, "0.004"), (0.00004, "0.00004"), (3e-9, "3e-09"), (0.625, "0.625"), (1.0, "1.000"),
    ],
)  # fmt: skip
def test_a_number_reads_the_same_wherever_it_stands_and_as_0_only_if_it_is(
    value: float, shown: str
) -> None:
    from lawbound.evals.report.tables import headline_rows
    from lawbound.evals.report.values import said_of
    from lawbound.runners.cli.results import _cell

    row: dict[object, Any] = {"model": "m", "J": value, "J_low": -0.5, "J_high": value}
    whole = f"{shown} [-0.500, {shown}]"
    assert runpy.run_path(str(SCRIPT))["_cell"](row, "J") == _cell(row, "J") == whole
    said: dict[str, Any] = {str(name): cell for name, cell in row.items()}
    assert said_of(said | {"policy_tax": None}) == f"m: J {whole}, policy tax not stated"
    (held,) = headline_rows(pd.DataFrame.from_records([said]))
    assert f"{held['printed']['J']} {held['printed']['J_span']}" == whole
    assert held["J"] == value, "the page sorts by the number"
