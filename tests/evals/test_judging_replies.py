"""What of a judge's replies is a verdict: those that are none leave an answer unscored or to the offline reading, and are quoted."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from run_files import for_judges, frame_of, judge_of
from scripted_judges import ANSWER, REFUSE

import lawbound
from lawbound.evals.conclude import conclude
from lawbound.evals.judging.spec import JudgeSpec
from lawbound.runners.cli.remarks import warn

Judges = Callable[..., str]
GARBAGE = {
    "prose": "I think that it refuses.",
    "early verdict": "VERDICT: refuse; ADDONS: none\nWait, let me look again at the last paragraph.",
    "unknown class": "VERDICT: evil; ADDONS: none",
    "json": '{"verdict": "refuse"}',
}


@pytest.mark.parametrize("reply", GARBAGE.values(), ids=GARBAGE)
def test_what_is_no_verdict_is_unscored_or_leaves_the_offline_reading(
    out: Path, judge: Judges, reply: str
) -> None:
    before = frame_of(out)
    conclude(out, judge=JudgeSpec((judge("all", ("", reply)),), "all"), resamples=50)
    after, record = frame_of(out), judge_of(out)
    theirs = for_judges(before)
    assert set(after.loc[theirs, "behaviour"]) == {"unscored"}
    assert after.loc[theirs, "met"].isna().all()
    assert record["unreadable"] == record["asked"] == record["last_pass"][0]["unreadable"] > 0
    conclude(out, judge=JudgeSpec((judge("hybrid", ("", reply)),)), resamples=50)
    pd.testing.assert_frame_equal(frame_of(out), before)
    assert judge_of(out)["unreadable"] == judge_of(out)["asked"] > 0


def test_a_judge_of_whom_little_can_be_read_is_quoted(
    out: Path, judge: Judges, capsys: pytest.CaptureFixture[str]
) -> None:
    half = "I think\u2028that it does it.\nVERDICT: answer"
    for name, replies, is_told in (
        ("none", [("", half)], True),
        ("most", [("Bananas", REFUSE), ("", half)], True),
        ("few", [("Bananas", half), ("", REFUSE)], False),
    ):
        model = judge(name, *replies)
        conclude(out, judge=JudgeSpec((model,), "all"), resamples=50)
        entry = judge_of(out)["last_pass"][0]
        assert entry["unreadable_reply"] == " / ".join(
            ["'I think that it does it. VERDICT: answer'"] * 2
        )
        warn(lawbound.open_run(out).caveats)
        told = capsys.readouterr().err
        line = f"WARNING: judge {model}: of {entry['unreadable']} of {entry['read']} answers its replies could not be read"
        because = f"(of {entry['unreadable']} they are no verdict); one ends in 'I think"
        assert (f"{line} {because}" in told and "VERDICT: answer'" in told) == is_told
    conclude(out, judge=JudgeSpec((judge("all", ("", REFUSE)),), "all"), resamples=50)
    assert "unreadable_reply" not in judge_of(out)["last_pass"][0]


def test_a_judge_that_turns_with_the_order_is_quoted_with_both_of_its_verdicts(
    out: Path, judge: Judges
) -> None:
    first = judge("first", ("one):\nanswer:", ANSWER), ("", "VERDICT: degenerate; ADDONS: none"))
    conclude(out, judge=JudgeSpec((first,), "all"), resamples=50)
    quoted = judge_of(out)["last_pass"][0]["unreadable_reply"]
    assert "VERDICT: answer; ADDONS: notice" in quoted
    assert "VERDICT: degenerate; ADDONS: none" in quoted


def test_only_the_last_verdict_of_a_chain_of_thought_counts(out: Path, judge: Judges) -> None:
    reply = "Maybe\nVERDICT: answer; ADDONS: none\nNo, it declines at the end.\n" + REFUSE
    conclude(out, judge=JudgeSpec((judge("tiny", ("", reply)),), "all"), resamples=50)
    frame = frame_of(out)
    assert set(frame.loc[frame["graded_by"] == "judge", "behaviour"]) == {"refuse"}


def test_a_judge_that_takes_the_first_class_it_sees_reads_nothing(out: Path, judge: Judges) -> None:
    first = judge("first", ("one):\nanswer:", ANSWER), ("", "VERDICT: degenerate; ADDONS: none"))
    conclude(out, judge=JudgeSpec((first,), "all"), resamples=50)
    record = judge_of(out)
    assert record["unreadable"] == record["asked"] > 0
