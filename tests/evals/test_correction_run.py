"""The commands that draw a sheet from a run and correct the run's rates by its labels."""

import csv
import json
from pathlib import Path

import pandas as pd
import pytest
from labelling import sheet
from typer.testing import CliRunner

from lawbound.evals.correction.labels import CorrectionError
from lawbound.evals.correction.sample import COLUMNS
from lawbound.runners.cli import app


def test_from_a_run_to_a_sheet_to_corrected_rates(tmp_path: Path) -> None:
    run, labels = tmp_path / "run", tmp_path / "sheet.csv"
    call = CliRunner().invoke
    asked = ["run", "quick", "--model", "reference:coin", "--policy", "us", "--limit", "30"]
    assert call(app, [*asked, "--no-references", "--out", str(run)]).exit_code == 0
    drawn = ["calibrate", "sample", str(run), "--count", "40", "--out", str(labels)]
    made = call(app, drawn)
    assert made.exit_code == 0 and "strata get some (model x policy" in made.output
    first = labels.read_bytes()
    for empty in (labels, labels.with_suffix(".jsonl")):  # as mktemp makes one
        empty.write_bytes(b"")
        assert call(app, [*drawn[:-1], str(empty)]).exit_code == 0
    assert call(app, drawn).exit_code == 0 and labels.read_bytes() == first
    early = call(app, ["score", str(run), "--labels", str(labels)])
    assert "rows and no label, expected classes in 'gold'" in str(early.exception)
    with labels.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert tuple(rows[0]) == COLUMNS and 0 < len(rows) <= 40
    assert {row["gold"] for row in rows} == {""}
    for row in rows:
        row["gold"] = "refuse" if "can't help" in row["response"] else "answer"
    with labels.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list[str](COLUMNS))
        writer.writeheader()
        writer.writerows(rows)
    before = (run / "metrics.csv").read_bytes(), (run / "leaderboard.csv").read_bytes()
    done = call(app, ["score", str(run), "--labels", str(labels)])
    assert done.exit_code == 0, done.exception
    assert ((run / "metrics.csv").read_bytes(), (run / "leaderboard.csv").read_bytes()) == before
    table = pd.read_csv(run / "corrected.csv")
    whole = table[(table["metric"] == "withheld") & table["slice"].isna()]
    assert whole["labelled"].sum() > 0
    calibrated = call(app, ["calibrate", str(labels)])
    assert calibrated.exit_code == 0 and "kappa" in calibrated.output
    labelled = labels.read_bytes()
    again = call(app, drawn)
    assert "is there and may hold labels" in str(again.exception)
    assert labels.read_bytes() == labelled
    blind = [*drawn[:-1], str(tmp_path / "blind.jsonl"), "--blind"]
    assert call(app, blind).exit_code == 0
    shown = [json.loads(line) for line in (tmp_path / "blind.jsonl").read_text().splitlines()]
    assert not {"model", "policy", "strength", "requirement"} & set(shown[0])
    same = {row["id"]: row["probability"] for row in rows}
    assert {row["id"]: row["probability"] for row in shown} == same


@pytest.mark.parametrize("command", [["run", "x.csv"], ["sample", "x", "--out", "y.csv"]])
def test_a_negative_seed_is_refused_in_one_line(command: list[str]) -> None:
    done = CliRunner().invoke(app, ["calibrate", *command, "--seed", "-1"])
    assert done.exit_code == 2 and "--seed" in done.output.splitlines()[-1]


def test_labels_of_another_run_are_refused(tmp_path: Path) -> None:
    run = tmp_path / "run"
    call = CliRunner().invoke
    asked = ["run", "quick", "--model", "reference:empty", "--policy", "us", "--limit", "2"]
    assert call(app, [*asked, "--no-references", "--out", str(run)]).exit_code == 0
    labels = sheet(tmp_path, {"id": "f" * 64, "gold": "refuse", "probability": 1})
    done = call(app, ["score", str(run), "--labels", str(labels)])
    assert isinstance(done.exception, CorrectionError)
    assert "none of 1 labels belongs to this run" in str(done.exception)
    assert not (run / "corrected.csv").exists()
