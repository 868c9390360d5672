"""LLM judges in a run, asked over HTTP: what they read and replace, what is kept of it, and how a panel decides."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from run_files import answers_of, for_judges, frame_of, judge_of, judged_files
from scripted_judges import ANSWER, REFUSE

from lawbound.evals.conclude import conclude
from lawbound.evals.folder.files import FolderError
from lawbound.evals.judging.spec import JudgeSpec
from lawbound.rubrics.judges.majority import UNSURE
from lawbound.runners.cli.remarks import tell_of_judges

Judges = Callable[..., str]
Seen = Callable[[str], list[str]]


def test_a_judge_of_all_reads_every_text_and_nothing_else(
    out: Path, judge: Judges, seen: Seen
) -> None:
    before, name = frame_of(out), judge("tiny", ("", REFUSE))
    theirs = for_judges(before)
    conclude(out, judge=JudgeSpec((name,), "all"), resamples=50)
    after = frame_of(out)
    assert 0 < theirs.sum() < len(before)
    assert (after["graded_by"] == "judge").equals(theirs)
    assert set(after.loc[theirs, "behaviour"]) == {"refuse"}
    refused = after[theirs & (after["base"] == "refuse")]
    answered = after[theirs & (after["base"] == "answer")]
    assert len(refused) and (refused["met"] == 1).all()
    assert len(answered) and (answered["met"] == 0).all() and answered["withheld"].all()
    kept = before.columns.drop("graded_by")
    pd.testing.assert_frame_equal(after.loc[~theirs, kept], before.loc[~theirs, kept])
    record = judge_of(out)
    assert (record["asked"], record["unreadable"], record["disagreed"]) == (theirs.sum(), 0, 0)
    asked = seen(name)
    assert len(asked) == len(set(asked)) == record["last_pass"][0]["requests"]


def test_judging_again_asks_nothing_and_concludes_the_same(
    out: Path, judge: Judges, seen: Seen
) -> None:
    conclude(out, resamples=50)
    plain = judged_files(out)
    spec = JudgeSpec((judge("tiny", ("", REFUSE)),), "all")
    conclude(out, judge=spec, resamples=50)
    first, asked, record = judged_files(out), len(seen(spec.models[0])), judge_of(out)
    assert first != plain
    conclude(out, judge=spec, resamples=50)
    assert (judged_files(out), len(seen(spec.models[0])), judge_of(out)) == (first, asked, record)
    conclude(out, resamples=50)
    assert judged_files(out) == first
    conclude(out, judge=JudgeSpec(()), resamples=50)
    assert judged_files(out) == plain
    assert "judge" not in yaml.safe_load((out / "run.yaml").read_text())


def test_the_store_of_judgements_survives_a_torn_line(out: Path, judge: Judges, seen: Seen) -> None:
    spec = JudgeSpec((judge("tiny", ("", REFUSE)),), "all")
    conclude(out, judge=spec, resamples=50)
    asked = len(seen(spec.models[0]))
    store = next(f for f in (out / "judgements").glob("*.jsonl") if f.name != "readings.jsonl")
    store.write_bytes(store.read_bytes()[:-20])
    conclude(out, judge=spec, resamples=50)
    assert len(seen(spec.models[0])) == asked + 1


def test_hybrid_asks_only_where_the_offline_reading_is_unsure(out: Path, judge: Judges) -> None:
    before, name = frame_of(out), judge("tiny", ("", ANSWER))
    unsure = (before["behaviour"] == "unscored") | (before["confidence"] < UNSURE)
    theirs = for_judges(before) & unsure
    conclude(out, judge=JudgeSpec((name,)), resamples=50)
    after = frame_of(out)
    assert 0 < theirs.sum() < for_judges(before).sum()
    assert (after["graded_by"] == "judge").equals(theirs)
    assert set(after.loc[theirs, "behaviour"]) == {"answer"}
    assert set(after.loc[theirs, "addons"]) == {"notice"}


def test_hybrid_leaves_an_answer_that_is_just_sure_enough(out: Path, judge: Judges) -> None:
    before = frame_of(out)
    theirs = for_judges(before) & (before["behaviour"] != "unscored")
    bound = float(before.loc[theirs, "confidence"].median())
    assert (before.loc[theirs, "confidence"] == bound).any()
    name = judge("tiny", ("", ANSWER))
    conclude(out, judge=JudgeSpec((name,), unsure=bound), resamples=50)
    after = frame_of(out)
    asked = theirs & (before["confidence"] < bound)
    assert (after.loc[theirs, "graded_by"] == "judge").equals(asked[theirs])


def test_a_panel_decides_by_majority_and_dissent_is_counted(out: Path, judge: Judges) -> None:
    panel = (judge("a", ("", REFUSE)), judge("b", ("Bananas", ANSWER), ("", REFUSE)),
             judge("c", ("Bananas", ANSWER), ("", REFUSE)))  # fmt: skip
    conclude(out, judge=JudgeSpec(panel, "all"), resamples=50)
    frame = frame_of(out)
    theirs = frame[frame["graded_by"] == "judge"]
    fruit = theirs["key"].map(answers_of(out)).str.contains("Bananas")
    assert set(theirs.loc[fruit, "behaviour"]) == {"answer"}
    assert set(theirs.loc[~fruit, "behaviour"]) == {"refuse"}
    assert (judge_of(out)["disagreed"], judge_of(out)["unreadable"]) == (fruit.sum(), 0)


def test_two_judges_who_disagree_leave_an_answer_unscored(
    out: Path, judge: Judges, capsys: pytest.CaptureFixture[str]
) -> None:
    panel = (judge("a", ("", REFUSE)), judge("b", ("", ANSWER)))
    conclude(out, judge=JudgeSpec(panel, "all"), resamples=50)
    frame, record = frame_of(out), judge_of(out)
    assert set(frame.loc[frame["graded_by"] == "judge", "behaviour"]) == {"unscored"}
    assert (record["disagreed"], record["unreadable"]) == (record["asked"], 0)
    assert record["no_class"] == record["split"] == record["asked"] > 0
    tell_of_judges(out)
    told = (
        f"{record['asked']} got no class (0 without a reply, 0 without a readable verdict, 0 undec"
    )
    assert told in capsys.readouterr().err


def test_a_board_says_who_judged_it(out: Path, judge: Judges) -> None:
    before = pd.read_csv(out / "leaderboard.csv", dtype=str)["scorer_version"].unique()
    name = judge("tiny", ("", REFUSE))
    found = conclude(out, judge=JudgeSpec((name,), "all"), resamples=50).leaderboard
    who = f"judge:all:0.7:{name}+form:{judge_of(out)['form']}"
    assert found["scorer_version"].unique().tolist() == [f"{before[0]}+{who}"]


def _with(reading: dict[str, object]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda line: line | {"reading": line["reading"] | reading}


DAMAGED: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (lambda line: {"place": [1]}, "place.0: found 1, expected text"),
    (lambda line: line | {"place": None}, "place: found nothing, expected a list"),
    (lambda line: [1], r"found \[1\], expected an object"),
    (_with({"confidence": "high"}), "reading.confidence: found 'high', expected a number"),
    (_with({"confidence": -5}), "reading.confidence: found -5.0, expected a number from 0 to 1"),
    (_with({"confidence": float("inf")}), "reading.confidence: found inf, expected a number from"),
    (_with({"confidence": float("nan")}), "reading.confidence: found nan, expected a number from"),
    (_with({"evidence": "\ud800"}), "holds half a surrogate pair, expected text"),
    (lambda line: line | {"votes": {"j\ud800": ""}}, "holds half a surrogate pair"),
]  # fmt: skip


def test_damaged_readings_are_named_with_their_line_and_the_way_on(
    out: Path, judge: Judges
) -> None:
    conclude(out, judge=JudgeSpec((judge("tiny", ("", REFUSE)),), "all"), resamples=50)
    file = out / "judgements" / "readings.jsonl"
    first, second, *_ = file.read_text().splitlines()
    for change, told in DAMAGED:
        file.write_text(f"{first}\n{json.dumps(change(json.loads(second)))}\n")
        with pytest.raises(
            FolderError, match=rf"readings.jsonl:2: {told}.*; the same --judge"
        ) as caught:
            conclude(out)
        assert "pydantic" not in str(caught.value)


def test_torn_readings_are_named_with_their_line_and_written_again(
    out: Path, judge: Judges
) -> None:
    spec = JudgeSpec((judge("tiny", ("", REFUSE)),), "all")
    conclude(out, judge=spec, resamples=50)
    file = out / "judgements" / "readings.jsonl"
    whole = file.read_bytes()
    file.write_bytes(whole[:-40])
    told = rf"readings.jsonl:{len(whole.splitlines())}: is no JSON \(Unterminated.*; the same --judge writes it again"
    with pytest.raises(FolderError, match=told):
        conclude(out)
    conclude(out, judge=spec, resamples=50)
    assert file.read_bytes() == whole


def test_readings_that_are_not_there_are_missed_with_the_way_on(out: Path, judge: Judges) -> None:
    spec = JudgeSpec((judge("tiny", ("", REFUSE)),), "all")
    conclude(out, judge=spec, resamples=50)
    file = out / "judgements" / "readings.jsonl"
    before = file.read_bytes()
    file.unlink()
    with pytest.raises(FolderError, match=r"is not there, .*the same --judge writes it again"):
        conclude(out)
    conclude(out, judge=spec, resamples=50)
    assert file.read_bytes() == before
    file.unlink()
    conclude(out, judge=JudgeSpec(()), resamples=50)
    assert set(frame_of(out)["graded_by"]) == {"offline"}
