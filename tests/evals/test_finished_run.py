"""A finished run read back in Python: what concluding said is what its folder says."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

import lawbound
from lawbound.evals.folder.digests import RESULTS
from lawbound.evals.leaderboard.board import metrics_rows
from lawbound.evals.leaderboard.table import csv_bytes


def test_a_run_is_read_back_as_it_was_concluded(out: Path) -> None:
    conclusion = lawbound.conclude(out)
    run = lawbound.open_run(str(out))
    assert csv_bytes(run.leaderboard) == (out / "leaderboard.csv").read_bytes()
    assert list(run.leaderboard.columns) == list(conclusion.leaderboard.columns)
    assert csv_bytes(metrics_rows(run.estimates)) == csv_bytes(metrics_rows(conclusion.estimates))
    assert_frame_equal(run.verdicts, lawbound.open_run(out).verdicts)
    assert run.verdicts is run.verdicts
    assert run.record.models[0].model == "m" and run.record.policies[0].id == "us"


def test_a_run_folder_may_be_named_by_a_text(out: Path) -> None:
    before = (out / "metrics.csv").read_bytes()
    found = lawbound.conclude(str(out))
    assert set(found.leaderboard["model"]) == {"m"}
    assert (out / "metrics.csv").read_bytes() == before


def test_every_verdict_leads_to_its_question_and_its_answer(out: Path) -> None:
    run = lawbound.open_run(out)
    answers = run.samples("m")
    assert set(run.verdicts["item"]) <= set(run.items)
    assert set(run.verdicts["key"]) == set(answers)
    declined = run.verdicts[run.verdicts["behaviour"] == "refuse"]
    assert {answers[key].text for key in declined["key"]} == {
        "I'm sorry, but I can't help with that."
    }
    with pytest.raises(lawbound.FolderError, match="found no model 'n', expected one of m"):
        run.samples("n")


def test_a_run_that_is_not_finished_is_refused_when_it_is_opened(out: Path, tmp_path: Path) -> None:
    (out / "metrics.csv").unlink()
    with pytest.raises(
        lawbound.FolderError, match=r"metrics\.csv: is not there, expected a finished"
    ):
        lawbound.open_run(out)
    with pytest.raises(lawbound.LawboundError, match="expected a run folder"):
        lawbound.open_run(tmp_path / "nowhere")


def test_a_part_that_was_changed_since_is_refused(out: Path) -> None:
    board = out / "leaderboard.csv"
    board.write_bytes(board.read_bytes().replace(b",m,", b",n,"))
    run = lawbound.open_run(out)
    with pytest.raises(lawbound.FolderError, match=r"leaderboard\.csv"):
        _ = run.leaderboard
    assert run.estimates


def test_questions_that_were_changed_and_answers_that_are_gone_are_refused(out: Path) -> None:
    items = out / "items.jsonl"
    items.write_bytes(items.read_bytes().replace(b'"prompt": "', b'"prompt": "So, ', 1))
    run = lawbound.open_run(out)
    with pytest.raises(lawbound.FolderError, match=r"items\.jsonl"):
        _ = run.items
    (file,) = (out / "samples").glob("*.jsonl")
    file.unlink()
    with pytest.raises(lawbound.FolderError, match="is not there, expected the answers of m"):
        run.samples("m")


def test_two_runs_are_compared_by_their_folders(out: Path, finished: Path) -> None:
    same = lawbound.compare_runs(str(finished), out)
    assert same.names == ("A (m)", "B (m)") and same.caveats == ()
    assert {d.value for d in same.differences} == {0.0}
    with pytest.raises(lawbound.LawboundError, match="model_b is 'n', expected one of m"):
        lawbound.compare_runs(finished, out, model_b="n")


def test_a_comparison_says_what_the_runs_were_asked_otherwise(
    finished: Path, tmp_path: Path
) -> None:
    yes = lawbound.FunctionEngine(lambda request: "Yes.", name="yes")
    spec = lawbound.RunSpec(
        models=("yes",), policies=("us",), limit=6, temperature=0.5, references=False
    )
    lawbound.evaluate(spec, tmp_path / "other", engines={"yes": yes})
    (caveat,) = lawbound.compare_runs(finished, tmp_path / "other").caveats
    assert caveat.kind == "asked-otherwise" and not caveat.is_warning
    assert "The runs differ in settings (temperature)" in str(caveat)


@pytest.mark.parametrize(
    "asks", [("leaderboard",), ("power", "--effect", "0.1"), ("gate", "--that", "J>=0"), ("score",)]
)
def test_a_run_that_was_not_described_yet_is_to_be_run_again(
    command: Callable[..., tuple[int, str, str]], out: Path, asks: tuple[str, ...]
) -> None:
    for name in ("run.yaml", *RESULTS):
        (out / name).unlink()
    code, _, err = command(asks[0], out, *asks[1:])
    told = "is not there, expected a run folder; its run has not got that far: run it again\n"
    assert code == 2 and err == f"error: {out / 'run.yaml'}: {told}"


@pytest.mark.parametrize(
    ("asks", "lacks"),
    [
        (("leaderboard",), "leaderboard.csv"),
        (("power", "--effect", "0.1"), "metrics.csv"),
        (("gate", "--that", "J>=0"), "metrics.csv"),
    ],
)
def test_a_run_that_was_not_concluded_yet_is_to_be_scored_or_run_again(
    command: Callable[..., tuple[int, str, str]], out: Path, asks: tuple[str, ...], lacks: str
) -> None:
    for name in RESULTS:
        (out / name).unlink()
    code, _, err = command(asks[0], out, *asks[1:])
    told = f"is not there, expected a finished run: run it again, or `lawbound score {out}`\n"
    assert code == 2 and err == f"error: {out / lacks}: {told}"
