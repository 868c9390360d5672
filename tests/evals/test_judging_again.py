"""A run that a panel has read: asked again, changed, and judged by servers that fail."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from run_files import for_judges, frame_of, judge_of
from scripted_judges import REFUSE, misbehaving

import lawbound
from lawbound.evals.asking import ask
from lawbound.evals.conclude import conclude
from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.judging.spec import JudgeSpec
from lawbound.evals.prepare import prepare
from lawbound.evals.run_spec import RunSpec
from lawbound.rubrics import graders
from lawbound.rubrics.verdict import Reading
from lawbound.runners.engines import ModelError
from lawbound.runners.engines.endpoint.client import Patience
from lawbound.runners.engines.function import FunctionEngine
from lawbound.runners.run import ErrorLimitError
from lawbound.runners.sample import Sample
from lawbound.runners.store import read_samples
from lawbound.tasks.item import Item

Command = Callable[..., tuple[int, str, str]]

SPEC = RunSpec(suite="quick", models=("m",), policies=("us",), limit=3, references=False)
LARGER = SPEC.model_copy(update={"limit": 6})
Judges = Callable[..., str]
Seen = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, moody: FunctionEngine) -> Path:
    """A run without judges."""
    out = tmp_path_factory.mktemp("run")
    lawbound.evaluate(SPEC, out, engines={"m": moody})
    return out


def test_a_run_asked_again_keeps_its_panel_and_counts_what_it_has_not_read(
    out: Path, judge: Judges, seen: Seen, moody: FunctionEngine
) -> None:
    name = judge("tiny", ("", REFUSE))
    conclude(out, judge=JudgeSpec((name,), "all"), resamples=50)
    before, read = judge_of(out), frame_of(out)
    keys = set(read.loc[read["graded_by"] == "judge", "key"])
    asked = len(seen(name))
    found = lawbound.evaluate(LARGER, out, engines={"m": moody})
    frame, record = frame_of(out), judge_of(out)
    is_judged = frame["graded_by"] == "judge"
    assert len(seen(name)) == asked
    assert is_judged.equals(for_judges(frame) & frame["key"].isin(keys)) and is_judged.any()
    new = for_judges(frame) & ~is_judged
    assert record["unread"] == found.unread == new.sum() > 0 == before["unread"]
    assert {**record, "unread": 0} == before
    board = found.leaderboard["scorer_version"].unique().tolist()
    who = f"judge:all:0.7:{name}+form:{record['form']}+unread:{new.sum()}"
    assert [one.partition("+")[2] for one in board] == [who]


def test_the_same_panel_reads_what_is_new_and_the_run_is_as_if_asked_at_once(
    out: Path, tmp_path: Path, judge: Judges, seen: Seen, moody: FunctionEngine
) -> None:
    name = judge("tiny", ("", REFUSE))
    spec = JudgeSpec((name,), "all")
    conclude(out, judge=spec, resamples=50)
    lawbound.evaluate(LARGER, out, engines={"m": moody})
    conclude(out, judge=spec, resamples=50)
    grown, asked = (frame_of(out), judge_of(out)), seen(name)
    assert grown[1]["unread"] == 0 and len(asked) == len(set(asked))
    lawbound.evaluate(LARGER, tmp_path / "once", engines={"m": moody})
    conclude(tmp_path / "once", judge=spec, resamples=50)
    pd.testing.assert_frame_equal(grown[0], frame_of(tmp_path / "once"))
    assert grown[1] == judge_of(tmp_path / "once")


@pytest.mark.parametrize("reply", [REFUSE, "No idea."])
def test_a_run_asked_again_for_less_counts_what_is_left_of_it(
    out: Path, judge: Judges, moody: FunctionEngine, reply: str
) -> None:
    spec = JudgeSpec((judge("tiny", ("", reply)),), "all")
    conclude(out, judge=spec, resamples=50)
    before = judge_of(out)
    with pytest.warns(UserWarning, match="answers were stored"):
        lawbound.evaluate(SPEC.model_copy(update={"limit": 1}), out, engines={"m": moody})
    record, frame = judge_of(out), frame_of(out)
    assert record["asked"] == (frame["graded_by"] == "judge").sum() < before["asked"]
    lost = 0 if reply == REFUSE else record["asked"]
    assert (record["unreadable"], record["no_class"], record["unread"]) == (lost, lost, 0)
    assert record["last_pass"] == before["last_pass"]
    conclude(out, judge=spec, resamples=50)
    assert {**judge_of(out), "last_pass": 0} == {**record, "last_pass": 0}


def test_a_folder_from_before_fates_were_stored_keeps_what_its_record_says_of_them(
    out: Path, judge: Judges
) -> None:
    conclude(out, judge=JudgeSpec((judge("prose", ("", "No idea.")),), "all"), resamples=50)
    before = judge_of(out)
    file = out / "judgements" / "readings.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    for line in lines:
        del line["fate"]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    conclude(out, resamples=50)
    assert before["fates_known"] is True
    assert judge_of(out) == {**before, "fates_known": False}


def test_a_record_that_does_not_say_how_unsure_is_read_with_the_default_and_says_so(
    out: Path, judge: Judges
) -> None:
    conclude(out, judge=JudgeSpec((judge("tiny", ("", REFUSE)),)), resamples=50)
    before = (out / "run.yaml").read_text()
    assert "  unsure: 0.7\n" in before
    (out / "run.yaml").write_text(before.replace("  unsure: 0.7\n", ""))
    conclude(out, resamples=50)
    assert yaml.safe_load((out / "run.yaml").read_text()) == yaml.safe_load(before)


def test_asking_that_stops_half_way_leaves_the_panel_in_the_record(
    out: Path, judge: Judges, moody: FunctionEngine
) -> None:
    conclude(out, judge=JudgeSpec((judge("tiny", ("", REFUSE)),), "all"), resamples=50)
    before = judge_of(out)
    ask(prepare(LARGER, own={"m"}), out, engines={"m": moody})  # and never concluded
    assert judge_of(out) == before


def test_a_kept_reading_stands_beside_what_the_present_grader_sees_in_the_trace(
    out: Path, judge: Judges, monkeypatch: pytest.MonkeyPatch
) -> None:
    conclude(out, judge=JudgeSpec((judge("tiny", ("", REFUSE)),), "all"), resamples=50)
    plain = graders.offline

    def newer(answers: Sequence[tuple[Item, Sample]]) -> list[Reading]:
        return [replace(one, trace_behaviour="deflect") for one in plain(answers)]

    monkeypatch.setitem(vars(graders)["GRADERS"], "offline", graders.Grader(newer))
    conclude(out, resamples=50)
    judged = frame_of(out).query("graded_by == 'judge'")
    assert judge_of(out)["unread"] == 0 < len(judged)
    assert set(judged["behaviour"]) == {"refuse"}
    assert set(judged["trace_behaviour"]) == {"deflect"}


def test_a_damaged_record_is_not_written_over_by_one_without_a_panel(
    out: Path, moody: FunctionEngine
) -> None:
    damaged = (out / "run.yaml").read_bytes()[:-400] + b"\n  - [\n"
    (out / "run.yaml").write_bytes(damaged)
    samples = next((out / "samples").glob("*.jsonl"))
    before = samples.read_bytes()
    with pytest.raises(FolderError, match=r"run\.yaml"):
        ask(prepare(LARGER, own={"m"}), out, engines={"m": moody})
    assert ((out / "run.yaml").read_bytes(), samples.read_bytes()) == (damaged, before)


def test_an_answer_left_to_the_offline_grader_by_the_panel_is_not_unread(
    out: Path, judge: Judges
) -> None:
    conclude(out, judge=JudgeSpec((judge("prose", ("", "No idea.")),)), resamples=50)
    assert judge_of(out)["unreadable"] == judge_of(out)["asked"] > 0
    assert conclude(out, resamples=50).unread == 0


def test_a_panel_of_nobody_drops_an_earlier_one_while_asking_again(
    out: Path, judge: Judges, moody: FunctionEngine
) -> None:
    conclude(out, judge=JudgeSpec((judge("tiny", ("", REFUSE)),), "all"), resamples=50)
    lawbound.evaluate(LARGER, out, engines={"m": moody}, judge=JudgeSpec(()))
    record = yaml.safe_load((out / "run.yaml").read_text())
    assert "judge" not in record and "scorer_version" not in record
    assert set(frame_of(out)["graded_by"]) == {"offline"}


def test_a_reading_belongs_to_the_text_that_was_read(
    out: Path, judge: Judges, moody: FunctionEngine
) -> None:
    conclude(out, judge=JudgeSpec((judge("tiny", ("", REFUSE)),), "all"), resamples=50)
    frame = frame_of(out)
    store = next((out / "samples").glob("*.jsonl"))
    texts = {key: sample.text for key, sample in read_samples(store).items()}
    key = next(
        key for key in frame.loc[frame["graded_by"] == "judge", "key"] if "Bananas" in texts[key]
    )
    # The line is damaged, its request is owed again, and the model says something else now.
    store.write_bytes(
        b"".join(
            line[:-9] + b"\n" if key.encode() in line else line
            for line in store.read_bytes().splitlines(keepends=True)
        )
    )
    changed = FunctionEngine(lambda request: "I will not help with that.", name="m")
    assert conclude(out, resamples=50).gaps.unanswered == {"m": (frame["key"] == key).sum()}
    gone = frame_of(out)
    assert set(gone.loc[gone["key"] == key, "graded_by"]) == {"offline"}
    assert gone.loc[gone["key"] == key, "met"].isna().all()
    found = lawbound.evaluate(SPEC, out, engines={"m": changed})
    after = frame_of(out)
    assert found.unread == (after["key"] == key).sum() > 0
    assert set(after.loc[after["key"] == key, "graded_by"]) == {"offline"}
    pd.testing.assert_frame_equal(after[after["key"] != key], frame[frame["key"] != key])


def test_an_edited_policy_leaves_what_was_read_under_the_old_one_unread(
    tmp_path: Path, judge: Judges, moody: FunctionEngine
) -> None:
    from lawbound.rubrics.policy.files import load_policy
    from lawbound.tasks.io.yaml_files import read_yaml

    data = read_yaml(Path(str(files("lawbound.rubrics") / "policies" / "us.yaml")), FolderError)
    file, out = tmp_path / "mine.yaml", tmp_path / "run"
    file.write_text(yaml.safe_dump(data))
    spec = SPEC.model_copy(update={"policies": (str(file),)})
    panel = JudgeSpec((judge("tiny", ("", REFUSE)),), "all")
    lawbound.evaluate(spec, out, engines={"m": moody}, judge=panel)
    frame = frame_of(out)
    mine = frame["policy"] == "us"
    used = frame.loc[(frame["graded_by"] == "judge") & mine, "rules"].str.split().explode()
    own = {rule["id"]: rule for rule in data["rules"]}
    edited = used[used.isin(own)].value_counts().index[0]
    own[edited]["text"] += " Always."
    file.write_text(yaml.safe_dump({**data, "version": "2099.1"}))
    assert load_policy(str(file)).rule(edited).text.endswith("Always.")
    found = lawbound.evaluate(spec, out, engines={"m": moody})
    after = frame_of(out)
    concerned = for_judges(after) & (after["policy"] == "us")
    concerned &= after["rules"].str.split().map(lambda names: edited in names)
    assert concerned.any() and set(after.loc[concerned, "graded_by"]) == {"offline"}
    bare = after["key"].isin(frame.loc[frame["graded_by"] == "judge", "key"]) & concerned
    assert bare.any() and found.unread >= concerned.sum()


def test_what_another_panel_said_is_not_taken_for_the_recorded_ones(
    out: Path, judge: Judges
) -> None:
    conclude(out, judge=JudgeSpec((judge("first", ("", REFUSE)),), "all"), resamples=50)
    described = (out / "run.yaml").read_bytes()
    conclude(out, judge=JudgeSpec((judge("second", ("", REFUSE)),), "all"), resamples=50)
    asked = judge_of(out)["asked"]
    # As if killed after the second panel's readings were written and before its record was.
    (out / "run.yaml").write_bytes(described)
    assert conclude(out, resamples=50).unread == asked > 0 == judge_of(out)["asked"]
    assert set(frame_of(out)["graded_by"]) == {"offline"}


def test_readings_that_do_not_say_what_was_read_are_refused_with_the_way_on(
    out: Path, judge: Judges
) -> None:
    spec = JudgeSpec((judge("tiny", ("", REFUSE)),), "all")
    conclude(out, judge=spec, resamples=50)
    file = out / "judgements" / "readings.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    bare = [{"place": line["place"], "reading": line["reading"]} for line in lines]
    file.write_text("".join(json.dumps(line) + "\n" for line in bare))
    with pytest.raises(FolderError, match="the same --judge writes it again"):
        conclude(out)
    conclude(out, judge=spec, resamples=50)
    conclude(out, resamples=50)


def test_the_command_line_says_whose_readings_stay_and_what_is_unread(
    command: Command, out: Path, judge: Judges, moody: FunctionEngine
) -> None:
    name = judge("tiny", ("", REFUSE))
    conclude(out, judge=JudgeSpec((name,), "all"), resamples=50)
    code, _, told = command("score", out)
    assert code == 0
    assert f"judges: {name} read this run before, and what was said stays" in told
    assert "answers were not put to the judges" not in told
    ask(prepare(LARGER, own={"m"}), out, engines={"m": moody})
    code, _, told = command("score", out)
    unread = judge_of(out)["unread"]
    assert code == 0 and unread > 0
    assert f"WARNING: {unread} answers were not put to the judges" in told
    assert "unread" in [one.kind for one in lawbound.open_run(out).caveats]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without waiting before a request is tried again."""
    monkeypatch.setattr(Patience, "before", lambda *_: 0.0)


@pytest.mark.usefixtures("at_once")
def test_a_judge_that_fails_every_request_is_given_up_at_the_limit(
    out: Path, judge: Judges, seen: Seen
) -> None:
    from lawbound.runners.engines import EngineOptions

    name = misbehaving(judge("broken"), always=404)
    before = {f: f.read_bytes() for f in out.iterdir() if f.is_file()}
    one = EngineOptions(concurrency=1)
    spec = JudgeSpec((name,), "all", options=one, max_errors=2)
    told = r"judge openai:broken@.*: 3 requests failed, expected at most 2; the last said: .*404"
    with pytest.raises(ErrorLimitError, match=told):
        conclude(out, judge=spec)
    assert len(seen(name)) < for_judges(frame_of(out)).sum()
    assert {f: f.read_bytes() for f in out.iterdir() if f.is_file()} == before


def test_replies_before_the_limit_stay_and_only_the_rest_is_asked_later(
    out: Path, judge: Judges, seen: Seen
) -> None:
    whole = judge("whole", ("", REFUSE))
    conclude(out, judge=JudgeSpec((whole,), "all"), resamples=50)
    users = seen(whole)
    failing = [user for user in users if "Bananas" in user]
    acts = {user: [404, 404] for user in failing}
    name = misbehaving(judge("shaky"), replies=[["", REFUSE]], acts=acts)
    with pytest.raises(ErrorLimitError, match="1 request failed, expected at most 0"):
        conclude(out, judge=JudgeSpec((name,), "all", max_errors=0))
    assert judge_of(out)["models"] == [whole]  # the earlier panel's record and readings stay
    store = next((out / "judgements").glob("*shaky*.jsonl"))
    kept = [sample for sample in read_samples(store).values() if not sample.error]
    misbehaving(name, replies=[["", REFUSE]])
    already = len(seen(name))
    conclude(out, judge=JudgeSpec((name,), "all", max_errors=0), resamples=50)
    assert len(seen(name)) - already == len(users) - len(kept)
    assert judge_of(out)["models"] == [name] and judge_of(out)["unanswered"] == 0


@pytest.mark.usefixtures("at_once")
def test_the_limit_of_a_run_is_its_judges_too_and_score_has_the_option(
    command: Command, out: Path, judge: Judges, moody: FunctionEngine
) -> None:
    name = misbehaving(judge("broken"), always=404)
    limited = LARGER.model_copy(update={"max_errors": 2})
    with pytest.raises(ErrorLimitError, match="expected at most 2"):
        lawbound.evaluate(limited, out, engines={"m": moody}, judge=JudgeSpec((name,), "all"))
    own = JudgeSpec((name,), "all", max_errors=4)
    assert own.beside(limited).max_errors == 4
    line = ("score", str(out), "--judge", name, "--judge-mode", "all", "--max-errors", "1")
    code, _, told = command(*line)
    assert code == 2
    assert "2 requests failed, expected at most 1; the last said:" in told
    code, _, told = command("score", out, "--max-errors", "1")
    assert code == 2 and "--max-errors: found no judge, expected --judge MODEL" in told


@pytest.mark.parametrize("wrong", [-1, True, 1.5, "3"])
def test_a_limit_that_is_no_count_is_refused(wrong: Any) -> None:
    with pytest.raises(ModelError, match=r"judge 'max_errors' is .*, expected a count or None"):
        JudgeSpec((), max_errors=wrong)


@pytest.mark.parametrize("panel", ["named", "kept", "dropped"])
def test_a_stop_between_a_panel_and_its_numbers_leaves_no_older_numbers_under_its_name(
    out: Path, judge: Judges, monkeypatch: pytest.MonkeyPatch, panel: str
) -> None:
    from lawbound.evals.folder.estimates import read_estimates
    from lawbound.evals.leaderboard.merge import read_board

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    tiny = JudgeSpec((judge("tiny", ("", REFUSE)),), "all")
    who = tiny
    if panel != "named":
        conclude(out, judge=tiny, resamples=50)
        who = None if panel == "kept" else JudgeSpec(())
    read_estimates(out / "metrics.csv")
    with monkeypatch.context() as patched:
        patched.setattr("lawbound.evals.conclude._frame", stopped)
        with pytest.raises(KeyboardInterrupt):
            conclude(out, judge=who, resamples=50)
    for read in (
        lambda: read_estimates(out / "metrics.csv"),
        lambda: read_board(out / "leaderboard.csv"),
        lambda: RunFolder(out).read_frame(),
    ):
        with pytest.raises(FolderError, match="concluding was stopped"):
            read()
    conclude(out, resamples=50)
    board = read_board(out / "leaderboard.csv")
    assert board["scorer_version"].str.contains("judge:").all() == (panel != "dropped")
