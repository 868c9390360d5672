"""LLM judges in a run, asked over HTTP: what they replace, what they cost, and how they fail."""

import json
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal
from urllib.request import Request as Put
from urllib.request import urlopen

import pandas as pd
import pytest
import yaml
from run_files import for_judges, frame_of, judge_of, judged_files

import lawbound
from lawbound.evals.conclude import conclude
from lawbound.evals.folder.files import FolderError
from lawbound.evals.judging.spec import JudgeSpec
from lawbound.evals.run_spec import RunSpec
from lawbound.rubrics.judges.majority import UNSURE
from lawbound.runners.cli.remarks import tell_of_judges, warn
from lawbound.runners.engines import EngineOptions, ModelError
from lawbound.runners.engines.endpoint.client import Patience
from lawbound.runners.engines.function import FunctionEngine

Command = Callable[..., tuple[int, str, str]]

REFUSE = "It declines.\nVERDICT: refuse; ADDONS: none"
ANSWER = "It does it.\nVERDICT: answer; ADDONS: notice"
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


def test_a_panel_decides_by_majority_and_dissent_is_counted(out: Path, judge: Judges) -> None:
    panel = (judge("a", ("", REFUSE)), judge("b", ("Bananas", ANSWER), ("", REFUSE)),
             judge("c", ("Bananas", ANSWER), ("", REFUSE)))  # fmt: skip
    conclude(out, judge=JudgeSpec(panel, "all"), resamples=50)
    frame = frame_of(out)
    theirs = frame[frame["graded_by"] == "judge"]
    fruit = theirs["key"].map(_answers(out)).str.contains("Bananas")
    assert set(theirs.loc[fruit, "behaviour"]) == {"answer"}
    assert set(theirs.loc[~fruit, "behaviour"]) == {"refuse"}
    assert (judge_of(out)["disagreed"], judge_of(out)["unreadable"]) == (fruit.sum(), 0)


def _answers(out: Path) -> dict[str, str]:
    from lawbound.runners.store import read_samples

    file = next((out / "samples").glob("*.jsonl"))
    return {key: sample.text for key, sample in read_samples(file).items()}


def _nobody() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"openai:away@http://127.0.0.1:{free.getsockname()[1]}/v1"


@pytest.mark.parametrize("end", ["", "/", "/chat/completions"])
@pytest.mark.parametrize("guard", ["", "guard:safeguard:"])
def test_a_judge_named_twice_is_refused(guard: str, end: str) -> None:
    name = f"{guard}openai:a@http://x/v1"
    with pytest.raises(ModelError, match="named twice"):
        JudgeSpec((name, name + end))


def test_a_server_in_capitals_is_one_judge_with_the_same_in_small_letters() -> None:
    with pytest.raises(ModelError, match="named twice"):
        JudgeSpec(("openai:A@http://host/V1", "openai:A@HTTP://Host/V1/"))
    JudgeSpec(("openai:A@http://host/V1", "openai:a@http://host/V1"))
    JudgeSpec(("openai:A@http://host/V1", "openai:A@http://host/v1"))


def test_a_server_with_a_slash_at_its_end_is_the_judge_without(
    out: Path, judge: Judges, seen: Seen
) -> None:
    name = judge("tiny", ("", REFUSE))
    conclude(out, judge=JudgeSpec((name,), "all"), resamples=50)
    first, asked, record = judged_files(out), len(seen(name)), judge_of(out)
    conclude(out, judge=JudgeSpec((name + "/",), "all"), resamples=50)
    assert (judged_files(out), len(seen(name)), judge_of(out)) == (first, asked, record)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (
            {"models": "openai:a@http://x/v1"},
            "judge models are 'openai:a@http://x/v1', expected a tuple of names, such as",
        ),
        ({"models": None}, "judge models are None, expected a tuple of names"),
        ({"models": (), "unsure": 5}, "judge 'unsure' is 5, expected a confidence from 0 to 1"),
        ({"models": (), "unsure": float("nan")}, "judge 'unsure' is nan, expected"),
        ({"models": (), "unsure": "0.7"}, "judge 'unsure' is '0.7', expected"),
    ],
)
def test_a_judge_spec_of_other_types_is_refused_in_one_line(
    wrong: dict[str, Any], told: str
) -> None:
    with pytest.raises(ModelError) as caught:
        lawbound.JudgeSpec(**wrong)
    assert str(caught.value).startswith(told) and "\n" not in str(caught.value)


def test_a_run_folder_may_be_named_by_a_text(out: Path) -> None:
    before = (out / "metrics.csv").read_bytes()
    found = lawbound.conclude(str(out))
    assert set(found.leaderboard["model"]) == {"m"}
    assert (out / "metrics.csv").read_bytes() == before


def test_a_judge_that_is_away_is_a_missing_vote(out: Path, judge: Judges) -> None:
    panel = (_nobody(), judge("a", ("", REFUSE)), judge("b", ("", REFUSE)))
    conclude(out, judge=JudgeSpec(panel, "all"), resamples=50)
    frame, record = frame_of(out), judge_of(out)
    assert set(frame.loc[frame["graded_by"] == "judge", "behaviour"]) == {"refuse"}
    assert "127.0.0.1" in record["last_pass"][0]["unreachable"]
    assert (record["unreadable"], record["disagreed"]) == (0, 0)


def test_a_panel_that_is_away_whole_is_an_error_and_changes_nothing(out: Path) -> None:
    before = {f: f.read_bytes() for f in out.iterdir() if f.is_file()}
    with pytest.raises(ModelError, match=r"no judge answered: .*127\.0\.0\.1"):
        conclude(out, judge=JudgeSpec((_nobody(),), "all"))
    assert {f: f.read_bytes() for f in out.iterdir() if f.is_file()} == before


def _misbehave(model: str, **script: Any) -> None:
    root = model.partition("@")[2].removesuffix("/v1")
    probes = {"Say yes.": ["ok"] * 9}
    body = script | {"acts": script.get("acts", {}) | probes}
    with urlopen(Put(f"{root}/script", json.dumps(body).encode(), method="PUT")):
        pass


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
    broken = judge("broken")
    _misbehave(broken, always=always)
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
    _misbehave(broken, replies=[["", REFUSE]], acts={user: [404, 404] for user in bananas})
    spec = JudgeSpec((broken,), "all")
    conclude(out, judge=spec, resamples=50)
    frame, record = frame_of(out), judge_of(out)
    theirs = frame[frame["graded_by"] == "judge"]
    fruit = theirs["key"].map(_answers(out)).str.contains("Bananas")
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


def test_damaged_readings_are_named_with_their_line(out: Path, judge: Judges) -> None:
    conclude(out, judge=JudgeSpec((judge("tiny", ("", REFUSE)),), "all"), resamples=50)
    (out / "judgements" / "readings.jsonl").write_text('{"place": [1]}\n')
    with pytest.raises(FolderError, match=r"readings.jsonl:1: no reading of a judge"):
        conclude(out)


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


def test_the_command_line_names_the_panel(
    command: Command, out: Path, judge: Judges, capsys: pytest.CaptureFixture[str]
) -> None:
    from lawbound.runners.cli.results import tell_of_kept_judges

    names = [judge("a", ("", REFUSE)), judge("b", ("", REFUSE))]
    assert command("score", out, "--judge", ",".join(names), "--judge-mode", "all")[0] == 0
    assert (judge_of(out)["models"], judge_of(out)["mode"]) == (names, "all")
    file = out / "run.yaml"
    servers = [f"openai:j{n}@http://127.0.0.1:{n}/v1" for n in (1, 2)]
    record = file.read_text()
    for name, server in zip(names, servers, strict=True):
        file.write_text(file.read_text().replace(name, server))
    capsys.readouterr()
    tell_of_kept_judges(out)
    assert f"judges: {', '.join(servers)} read this run before" in capsys.readouterr().err
    file.write_text(record)
    code, _, told = command("score", out, "--judge", "gpt")
    assert code == 2 and "model 'gpt': unknown form" in told
    code, _, told = command("score", out, "--judge", "guard:lama:" + names[0])
    assert code == 2 and "no family of guards 'lama'" in told
    guard = "guard:llama-guard:" + names[0]
    code, _, told = command("score", out, "--judge", guard, "--judge-mode", "all")
    assert code == 0
    assert judge_of(out)["models"] == [guard]
    assert f"judges: {judge_of(out)['asked']} answers put to them" in told
    assert "got 2 of its questions beyond doubt wrong" in told
    tell_of_kept_judges(out)
    assert f"judges: {guard} read this run before" in capsys.readouterr().err
    assert command("score", out, "--judge", "none")[0] == 0
    tell_of_kept_judges(out)
    assert "read this run before" not in capsys.readouterr().err
    assert set(frame_of(out)["graded_by"]) == {"offline"}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[EngineOptions]:
    """How judges were opened."""
    found: list[EngineOptions] = []

    def opens(model: str, options: EngineOptions) -> FunctionEngine:
        found.append(options)
        return FunctionEngine(lambda request: REFUSE, name=model)

    monkeypatch.setattr("lawbound.evals.judging.one_judge.open_engine", opens)
    return found


def test_a_runs_judges_are_opened_as_its_models_are_but_for_the_revision(
    tmp_path: Path, opened: list[EngineOptions], moody: FunctionEngine
) -> None:
    spec = RunSpec(
        suite="quick", models=("m",), policies=("us",), limit=2, references=False, concurrency=3,
        device="cpu", dtype="bfloat16", batch_size=5, model_revision="r", trust_remote_code=True,
    )  # fmt: skip
    engine = moody
    lawbound.evaluate(spec, tmp_path, engines={"m": engine}, judge=JudgeSpec(("hf:j",), "all"))
    assert opened == [EngineOptions("bfloat16", "cpu", 5, 3, None, True)]


def test_score_takes_options_for_its_judges(
    command: Command, out: Path, opened: list[EngineOptions]
) -> None:
    own = "--judge-mode all --concurrency 3 --device cpu --dtype bfloat16 --batch-size 5"
    for options in ("--judge-mode all", own, own + " --trust-remote-code"):
        assert command("score", out, "--judge", "hf:j", *options.split())[0] == 0
    given = EngineOptions("bfloat16", "cpu", 5, 3)
    assert opened == [EngineOptions(), given, replace(given, trust_remote_code=True)]
