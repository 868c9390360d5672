"""Labels and the answers they were given to: an answer that has changed since has no label any more."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

from lawbound import FunctionEngine, RunSpec, evaluate
from lawbound.evals.correction.labels import CorrectionError, read_labels
from lawbound.evals.correction.match import answer_digest
from lawbound.evals.correction.run import correct_run
from lawbound.evals.correction.sample import COLUMNS, write_sheet
from lawbound.runners.cli import app
from lawbound.runners.sample import Request, Sample
from lawbound.tasks.io.yaml_files import read_yaml

Rows = list[dict[str, str]]
NO = "I'm sorry, but I can't help with that request."
YES = "Yes. The process runs through committee, then a vote, and the text is published."
HARD = '=1+1 "no"\r\n\tI can\'t help\x07 with that, \u202e\u00e9.'


def _asked(root: Path, answer: Callable[[Request], str]) -> Path:
    """A run of the same questions to the same model, whatever it answers."""
    spec = RunSpec(suite="quick", models=("m",), policies=("us",), limit=12, references=False)
    evaluate(spec, root, engines={"m": FunctionEngine(answer, name="m", revision="1")})
    return root


def _drawn(run: Path, *, ending: str = ".csv", blind: bool = False) -> Rows:
    """A sheet of the run, every answer labelled a refusal."""
    sheet = run.with_name(f"drawn{ending}")
    write_sheet(run, sheet, count=30, least=4, seed=0, blind=blind)
    with sheet.open(encoding="utf-8", newline="") as handle:
        lines = csv.DictReader(handle) if ending == ".csv" else map(json.loads, handle)
        return [row | {"gold": "refuse"} for row in lines]


def _labelled(folder: Path, rows: Rows, *, without: tuple[str, ...] = ()) -> Path:
    kept = [name for name in rows[0] if name not in without]
    path = folder / "labelled.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, kept, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def _of_key(request: Request) -> str:
    return NO if request.key[0] in "01234567" else YES


def test_a_count_that_is_told_gives_every_stratum_some(tmp_path: Path) -> None:
    run, sheet = _asked(tmp_path / "run", lambda _: NO), tmp_path / "sheet.csv"
    few = write_sheet(run, sheet, count=2, least=4, seed=0)
    assert few.without > 0
    assert write_sheet(run, tmp_path / "all.csv", count=few.suffices, least=4, seed=0).without == 0
    sheet.unlink()
    told = CliRunner().invoke(
        app, ["calibrate", "sample", str(run), "-o", str(sheet), "--count", "2"]
    )
    assert f"--count {few.suffices} gives every stratum 4 answers" in told.stderr
    assert "leave `gold` empty in rows that nobody labels, and delete none" in told.stderr


@pytest.mark.parametrize("without", [(), ("response",), ("digest",)])
def test_a_label_of_an_answer_that_has_changed_is_not_applied(
    tmp_path: Path, without: tuple[str, ...]
) -> None:
    rows = _drawn(_asked(tmp_path / "run", lambda _: NO))
    changed = sum(row["id"][0] not in "01234567" for row in rows)
    assert 0 < changed < len(rows)
    again = _asked(tmp_path / "again", _of_key)
    sheet = _labelled(tmp_path, rows, without=without)
    done = CliRunner().invoke(app, ["score", str(again), "--labels", str(sheet)])
    assert done.exit_code == 0, done.exception
    used = len(rows) - changed
    assert (
        f"{used} labels used, 0 of other runs, {changed} of answers that have chan" in done.output
    )
    record = read_yaml(again / "corrected.yaml", ValueError)
    assert (record["used"], record["changed"]) == (used, changed)
    assert record["compared_by_response"] == (used if "digest" in without else 0)
    table = pd.read_csv(again / "corrected.csv")
    whole = table[(table["metric"] == "withheld") & table["slice"].isna()]
    assert whole["labelled"].sum() == used


def test_where_every_answer_has_changed_nothing_is_corrected(tmp_path: Path) -> None:
    rows = _drawn(_asked(tmp_path / "run", lambda _: NO))
    again = _asked(tmp_path / "again", lambda _: YES)
    sheet = _labelled(tmp_path, rows)
    done = CliRunner().invoke(app, ["score", str(again), "--labels", str(sheet)])
    assert isinstance(done.exception, CorrectionError)
    assert f"{len(rows)} of the answers have changed since they were drawn" in str(done.exception)
    assert not (again / "corrected.csv").exists() and not (again / "corrected.yaml").exists()


def test_a_sheet_with_ids_alone_is_used_and_the_summary_says_what_nobody_can_tell(
    tmp_path: Path,
) -> None:
    run = _asked(tmp_path / "run", lambda _: NO)
    rows = _drawn(run)
    sheet = _labelled(tmp_path, rows, without=("digest", "response"))
    done = CliRunner().invoke(app, ["score", str(run), "--labels", str(sheet)])
    assert done.exit_code == 0, done.exception
    assert f"{len(rows)} labels used, 0 of other runs, 0 of answers" in done.output
    assert f"{len(rows)} labels have neither digest nor response" in done.output


@pytest.mark.parametrize("ending", [".csv", ".jsonl"])
def test_a_text_that_a_csv_cannot_hold_as_it_is_has_not_changed(
    tmp_path: Path, ending: str
) -> None:
    run = _asked(tmp_path / "run", lambda _: HARD)
    rows = _drawn(run, ending=ending, blind=True)
    assert (rows[0]["response"] == HARD) == (ending == ".jsonl") and rows[0]["digest"]
    # A program that edits tables may write ends of lines in its own way.
    rows = [row | {"response": row["response"].replace("\n", "\r\n")} for row in rows]
    for without in ((), ("digest",)):
        sheet = _labelled(tmp_path, rows, without=without)
        done = CliRunner().invoke(app, ["score", str(run), "--labels", str(sheet)])
        assert f"{len(rows)} labels used, 0 of other runs, 0 of answers" in done.output


def test_a_digest_is_of_text_and_trace_and_no_number() -> None:
    one = Sample("k", "No.", "stop")
    assert (
        len(
            {
                answer_digest(one),
                answer_digest(replace(one, thinking="Hm.")),
                answer_digest(replace(one, text="N")),
            }
        )
        == 3
    )
    assert answer_digest(one) == answer_digest(replace(one, key="other", seconds=2.0))
    assert answer_digest(one).startswith("sha256:") and COLUMNS[-1] == "digest"


def test_what_the_corrected_rates_were_made_from_is_told_beside_them(tmp_path: Path) -> None:
    run = _asked(tmp_path / "run", lambda _: NO)
    rows = _drawn(run)
    for row, gold in zip(rows, ("", "unscored", ""), strict=False):
        row["gold"] = gold
    sheet = _labelled(tmp_path, rows)
    done = CliRunner().invoke(app, ["score", str(run), "--labels", str(sheet)])
    assert done.exit_code == 0, done.exception
    assert read_yaml(run / "corrected.yaml", ValueError) == {
        "corrected_sha256": sha256((run / "corrected.csv").read_bytes()).hexdigest(),
        "verdicts_sha256": sha256((run / "verdicts.parquet").read_bytes()).hexdigest(),
        "scorer_version": _graded_by(run),
        "sheet": "labelled.csv",
        "sheet_sha256": sha256(sheet.read_bytes()).hexdigest(),
        "drawn": pytest.approx(len(rows), abs=1),
        "rows": len(rows),
        "used": len(rows) - 3,
        "compared_by_response": 0,
        "not_compared": 0,
        "changed": 0,
        "of_other_runs": 0,
        "blank": 2,
        "untold": 1,
    }


def test_a_sheet_whose_rows_were_deleted_or_skipped_by_what_they_say_is_told_as_a_whole(
    tmp_path: Path,
) -> None:
    run = _asked(tmp_path / "run", _of_key)
    rows = _drawn(run)
    for row in rows:
        row["gold"] = "refuse" if row["response"] == NO else ""
    blank = _labelled(tmp_path, rows)
    skipped = " ".join(_score(run, "--labels", str(blank)).output.split())
    empty = sum(not row["gold"] for row in rows)
    assert "the sheet has" not in skipped and skipped.count("WARNING: ") == 1
    could = f"WARNING: {empty} of the drawn rows that the reader could read have no label, and it sees 0"
    assert could in skipped
    kept = [row for row in rows if row["gold"]]
    assert len(kept) < len(rows) - 2 * len(rows) ** 0.5
    told = " ".join(_score(run, "--labels", str(_labelled(tmp_path, kept))).output.split())
    assert told.count("WARNING: the sheet has") == 1
    assert f"the sheet has {len(kept)} rows of the " in told and "no label" not in told
    for at, row in enumerate(rows):
        row["gold"] = "refuse" if at % 2 else ""
    assert "no label" not in _score(run, "--labels", str(_labelled(tmp_path, rows))).output


def test_an_arm_without_labels_is_shown_as_uncalibrated(tmp_path: Path) -> None:
    run = _asked(tmp_path / "run", _of_key)
    rows = _drawn(run)
    for row in rows:
        row["gold"] = "" if row["strength"] == "full" else row["gold"]
    told = _score(run, "--labels", str(_labelled(tmp_path, rows))).output
    lines = [line for line in told.splitlines() if " full " in line and " withheld " in line]
    assert len(lines) == 1 and "nan" in lines[0] and "strata uncalibrated" in lines[0]


def _graded_by(run: Path) -> str:
    """Who read the answers, as the leaderboard has it."""
    return str(pd.read_csv(run / "leaderboard.csv", dtype=str)["scorer_version"].iloc[0])


def _score(run: Path, *more: str) -> Result:
    done = CliRunner().invoke(app, ["score", str(run), *more])
    assert done.exit_code == 0, done.exception
    return done


def _of_other_numbers(run: Path) -> None:
    """As if its verdicts had been others: what is concluded now will not be what stands there."""
    metrics = run / "metrics.csv"
    metrics.write_text(metrics.read_text().replace("adherence", "adherance"))


def test_corrected_rates_of_other_numbers_go_with_a_word_and_the_sheet_stays(
    tmp_path: Path,
) -> None:
    run = _asked(tmp_path / "run", lambda _: NO)
    sheet = _labelled(run, _drawn(run))
    assert "are removed" not in _score(run, "--labels", str(sheet)).stderr
    before = (sheet.read_bytes(), (run / "corrected.csv").read_bytes())
    assert "are removed" not in _score(run).stderr and (run / "corrected.yaml").exists()
    _of_other_numbers(run)
    told = _score(run).stderr
    assert (
        "corrected.csv and corrected.yaml are removed: the numbers that they corrected have" in told
    )
    assert f"`lawbound score {run} --labels SHEET` makes them again" in told
    assert not (run / "corrected.csv").exists() and not (run / "corrected.yaml").exists()
    assert "are removed" not in _score(run).stderr, "there are none any more"
    _score(run, "--labels", str(sheet))
    assert (sheet.read_bytes(), (run / "corrected.csv").read_bytes()) == before
    _of_other_numbers(run)
    done = CliRunner().invoke(app, ["report", str(run)])
    assert done.exit_code == 0 and "are removed" in done.stderr


def test_a_sheet_that_is_called_as_the_corrected_rates_are_is_neither_removed_nor_written_over(
    tmp_path: Path,
) -> None:
    run = _asked(tmp_path / "run", lambda _: NO)
    mine = run / "corrected.csv"
    _labelled(tmp_path, _drawn(run)).rename(mine)
    before = mine.read_bytes()
    _of_other_numbers(run)
    assert "are removed" not in _score(run).stderr
    done = CliRunner().invoke(app, ["score", str(run), "--labels", str(mine)])
    assert isinstance(done.exception, CorrectionError)
    assert f"{mine}: holds no corrected rates" in str(done.exception)
    assert mine.read_bytes() == before


def test_how_many_labels_stand_behind_each_headline_is_told_before_anybody_labels(
    tmp_path: Path,
) -> None:
    run, sheet = _asked(tmp_path / "run", lambda _: NO), tmp_path / "sheet.csv"
    behind = write_sheet(run, sheet, count=30, least=4, seed=0).behind
    with sheet.open(encoding="utf-8", newline="") as handle:
        rows = [row | {"gold": "refuse"} for row in csv.DictReader(handle)]
    labels = _labelled(tmp_path, rows)
    assert CliRunner().invoke(app, ["score", str(run), "--labels", str(labels)]).exit_code == 0
    table = pd.read_csv(run / "corrected.csv")
    for one in behind:
        of = table[(table["model"] + " us " + table["strength"]) == one.where]
        counted = of.set_index("metric")["labelled"]
        names = [name for name in ("adherence", "prior_match") if name in counted]
        assert [one.adherence, one.excess] == [counted[names[0]], counted["excess"]]
    assert len(behind) > 1 and behind[0].fewest <= behind[-1].fewest < 20
    sheet.unlink()
    words = ["calibrate", "sample", str(run), "-o", str(sheet)]
    some = CliRunner().invoke(app, [*words, "--count", "30"]).stderr
    every = CliRunner().invoke(app, words).stderr
    for told in (some, every):
        assert f"labels behind each of {len(behind)} headlines" in told
        assert "WARNING" in told and "fewer than 20 labels" in told
    assert "a larger --count" in some and "more items" not in some
    assert every.count("only a run of more items puts more behind each") == 1
    assert "--count" not in every and "--model" not in every


def test_a_run_of_none_but_uncorrected_strengths_gives_a_sheet_whose_labels_are_refused(
    tmp_path: Path,
) -> None:
    run = tmp_path / "run"
    spec = RunSpec(
        suite="contrast", models=("m",), policies=("cn", "th"), limit=4, references=False,
        strengths=("wrong-region:*",),
    )  # fmt: skip
    evaluate(spec, run, engines={"m": FunctionEngine(lambda _: NO, name="m", revision="1")})
    sheet = tmp_path / "sheet.csv"
    drawn = CliRunner().invoke(app, ["calibrate", "sample", str(run), "-o", str(sheet)])
    assert drawn.exit_code == 0, drawn.exception
    assert "headlines" not in drawn.stderr
    with sheet.open(encoding="utf-8", newline="") as handle:
        labels = _labelled(tmp_path, [row | {"gold": "refuse"} for row in csv.DictReader(handle)])
    done = CliRunner().invoke(app, ["score", str(run), "--labels", str(labels)])
    assert isinstance(done.exception, CorrectionError) and done.stdout == ""
    assert "has no rate that labels correct" in str(done.exception)
    with pytest.raises(CorrectionError, match="has no rate that labels correct"):
        correct_run(run, read_labels(labels), [])
    assert not (run / "corrected.csv").exists()


def test_a_sheet_that_does_not_fit_is_refused_before_anything_is_judged(tmp_path: Path) -> None:
    run = _asked(tmp_path / "run", lambda _: NO)
    rows = _drawn(run)
    before = {f: f.stat().st_mtime_ns for f in run.iterdir() if f.is_file()}
    others = [row | {"id": "0" * 64} for row in rows[:1]]
    # All answers of the same strata are drawn with the same chance.
    unequal = [row | {"probability": str(0.1 + i / 1000)} for i, row in enumerate(rows)]
    for wrong, why in ((others, "belongs to this run"), (unequal, "have the probabilities")):
        sheet = _labelled(tmp_path, wrong)
        done = CliRunner().invoke(app, ["score", str(run), "--labels", str(sheet)])
        assert isinstance(done.exception, CorrectionError) and why in str(done.exception)
        assert done.stdout == ""
        assert {f: f.stat().st_mtime_ns for f in run.iterdir() if f.is_file()} == before
