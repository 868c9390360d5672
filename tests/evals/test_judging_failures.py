"""Judges that are away or fail: what is missing is told and asked again, and a panel of which nobody answers changes nothing."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pandas as pd
import pytest
import yaml
from run_files import answers_of, frame_of, judge_of, judged_files
from scripted_judges import REFUSE, misbehaving, requests_to, script

import lawbound
from lawbound.evals.conclude import conclude
from lawbound.evals.judging.spec import JudgeSpec
from lawbound.rubrics.judges.majority import JudgeMode
from lawbound.runners.cli.remarks import tell_of_judges, warn
from lawbound.runners.engines import ModelError
from lawbound.runners.engines.endpoint.client import Patience

Judges = Callable[..., str]
Seen = Callable[[str], list[str]]


def _nobody() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"openai:away@http://127.0.0.1:{free.getsockname()[1]}/v1"


def test_a_judge_that_is_away_is_a_missing_vote(out: Path, judge: Judges) -> None:
    panel = (_nobody(), judge("a", ("", REFUSE)), judge("b", ("", REFUSE)))
    conclude(out, judge=JudgeSpec(panel, "all"), resamples=50)
    frame, record = frame_of(out), judge_of(out)
    assert set(frame.loc[frame["graded_by"] == "judge", "behaviour"]) == {"refuse"}
    assert "127.0.0.1" in record["last_pass"][0]["unreachable"]
    assert (record["unreadable"], record["disagreed"]) == (0, 0)


def test_a_server_whose_replies_are_all_stored_is_asked_nothing(out: Path, judge: Judges) -> None:
    names = judge("a", ("", REFUSE)), f"guard:safeguard:{judge('b', ('', '0'))}"
    spec = JudgeSpec(names, "all")
    conclude(out, judge=spec, resamples=50)
    before, record, asked = frame_of(out), judge_of(out), list(map(requests_to, names))
    conclude(out, judge=spec, resamples=50)
    pd.testing.assert_frame_equal(frame_of(out), before)
    assert judge_of(out) == record
    assert list(map(requests_to, names)) == asked


@pytest.mark.parametrize("with_system", [True, False])
def test_a_server_that_is_down_keeps_the_votes_that_are_stored(
    out: Path, judge: Judges, capsys: pytest.CaptureFixture[str], with_system: bool
) -> None:
    server = judge("guard", ("", '{"violation": 1}'))
    name = f"guard:safeguard:{server}"
    if not with_system:
        script(server, replies=[["", '{"violation": 1}']], refuses=["system"])
    spec = JudgeSpec((name,), "all")
    conclude(out, judge=spec, resamples=50)
    before, record = frame_of(out), judge_of(out)
    script(server, always=404)
    conclude(out, judge=spec, resamples=50)
    pd.testing.assert_frame_equal(frame_of(out), before)
    assert judge_of(out) == record
    store = next((out / "judgements").glob("*guard*.jsonl"))
    lines = store.read_bytes().splitlines(keepends=True)
    store.write_bytes(b"".join(lines[1:]))
    conclude(out, judge=spec, resamples=50)
    entry = judge_of(out)["last_pass"][0]
    assert (entry["failed"], entry["requests"]) == (1, len(lines))
    assert 0 < entry["unanswered"] < entry["read"] and "404" in entry["unreachable"]
    assert set(frame_of(out)["graded_by"]) == set(before["graded_by"])
    warn(lawbound.open_run(out).caveats)
    told = capsys.readouterr().err
    assert (
        f"could not be opened; {len(lines) - 1} of {len(lines)} replies are stored and count, the other 1 failed"
        in told
    )


def test_a_panel_that_is_away_whole_is_an_error_and_changes_nothing(out: Path) -> None:
    before = {f: f.read_bytes() for f in out.iterdir() if f.is_file()}
    with pytest.raises(
        ModelError,
        match=r"no judge answered: .*read no answer \(.*test request first\): .*127\.0\.0\.1",
    ):
        conclude(out, judge=JudgeSpec((_nobody(),), "all"))
    assert {f: f.read_bytes() for f in out.iterdir() if f.is_file()} == before


def test_where_no_answer_is_theirs_nobody_is_opened_and_the_board_names_no_judge(
    out: Path, capsys: pytest.CaptureFixture[str], judge: Judges
) -> None:
    conclude(out, resamples=50)
    plain = judged_files(out)
    conclude(out, judge=JudgeSpec((judge("tiny", ("", REFUSE)),), "all"), resamples=50)
    assert judged_files(out) != plain
    conclude(out, judge=JudgeSpec((_nobody(),), unsure=0.0), resamples=50)
    assert judged_files(out) == plain
    assert "judge" not in yaml.safe_load((out / "run.yaml").read_text())
    tell_of_judges(out)
    assert "nobody was asked" in capsys.readouterr().err


@pytest.mark.parametrize("always", [429, "html", {"message": {"content": None}}], ids=str)
@pytest.mark.parametrize("mode", ["hybrid", "all"])
def test_a_judge_that_fails_on_every_request_is_an_error_and_changes_nothing(
    out: Path,
    judge: Judges,
    always: object,
    mode: Literal["hybrid", "all"],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Patience, "before", lambda *_: 0.0)
    broken = misbehaving(judge("broken"), always=always)
    before = {f: f.read_bytes() for f in out.iterdir() if f.is_file()}
    told = r"no judge answered: openai:broken@.*: (\d+) of \1 requests failed, the last said: .*127"
    with pytest.raises(ModelError, match=told):
        conclude(out, judge=JudgeSpec((broken,), mode))
    assert {f: f.read_bytes() for f in out.iterdir() if f.is_file()} == before
    assert not (out / "judgements" / "readings.jsonl").exists()


def test_failed_requests_are_no_unreadable_replies_and_are_asked_again_alone(
    out: Path, judge: Judges, capsys: pytest.CaptureFixture[str], seen: Seen
) -> None:
    whole, broken = judge("whole", ("", REFUSE)), judge("broken")
    conclude(out, judge=JudgeSpec((whole,), "all"), resamples=50)
    first, users = frame_of(out), seen(whole)
    bananas = [user for user in users if "Bananas" in user]
    # A first try and the one at the end fail.
    misbehaving(broken, replies=[["", REFUSE]], acts={user: [404, 404] for user in bananas})
    spec = JudgeSpec((broken,), "all")
    conclude(out, judge=spec, resamples=50)
    frame, record = frame_of(out), judge_of(out)
    theirs = frame[frame["graded_by"] == "judge"]
    fruit = theirs["key"].map(answers_of(out)).str.contains("Bananas")
    assert set(theirs.loc[fruit, "behaviour"]) == {"unscored"}
    assert set(theirs.loc[~fruit, "behaviour"]) == {"refuse"}
    entry = record["last_pass"][0]
    assert (record["unanswered"], record["unreadable"]) == (fruit.sum(), 0)
    assert (entry["failed"], entry["unanswered"]) == (len(bananas), fruit.sum())
    tell_of_judges(out)
    warn(lawbound.open_run(out).caveats)
    told = capsys.readouterr().err
    assert f"{fruit.sum()} without a reply, 0 without a readable verdict" in told
    assert f"WARNING: judge {broken}: {len(bananas)} of {len(users)} requests failed, the" in told
    asked = len(seen(broken))
    conclude(out, judge=spec, resamples=50)
    assert len(seen(broken)) == asked + len(bananas)
    pd.testing.assert_frame_equal(frame_of(out), first)
    assert (judge_of(out)["unanswered"], judge_of(out)["last_pass"][0]["failed"]) == (0, 0)
    assert "last_error" not in judge_of(out)["last_pass"][0]


@pytest.mark.parametrize("mode", ["all", "hybrid"])
def test_judges_that_mostly_contradict_each_other_are_a_warning(
    out: Path, judge: Judges, mode: JudgeMode
) -> None:
    no, yes = judge("no", ("", REFUSE)), judge("yes", ("", "VERDICT: answer; ADDONS: none"))
    conclude(out, judge=JudgeSpec((no, yes), mode, unsure=1.0), resamples=50)
    record = judge_of(out)
    assert record["split"] == record["asked"] > 0
    (told,) = [one for one in lawbound.open_run(out).caveats if "majority" in one.text]
    becomes = "they are unscored" if mode == "all" else "the offline grader's reading stands"
    assert told.is_warning and f"have no majority, and {becomes}" in told.text
    assert "--judge none" in told.text
