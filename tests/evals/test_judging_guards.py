"""Guard models as judges of a run, asked over HTTP: what a finding becomes, and what is no finding."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

import pandas as pd
import pytest
from run_files import for_judges, frame_of, judge_of, judged_files
from scripted_judges import REFUSE, script

import lawbound
from lawbound.evals.conclude import conclude
from lawbound.evals.judging.spec import JudgeSpec
from lawbound.evals.run_spec import RunSpec
from lawbound.rubrics import graders
from lawbound.rubrics.judges.majority import UNSURE
from lawbound.rubrics.verdict import Reading
from lawbound.runners.engines.function import FunctionEngine
from lawbound.runners.sample import Sample
from lawbound.tasks.item import Item

Judges = Callable[..., str]
Seen = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run under a policy that restricts much, half of it refused and half of it served."""
    texts = (
        "I'm sorry, but I can't help with that.",
        "Here it is, as you asked: first the causes, then what each side did, and what became of it.",
    )
    folder = tmp_path_factory.mktemp("run")
    spec = RunSpec(suite="quick", models=("m",), policies=("de",), limit=12, references=False)
    engine = FunctionEngine(lambda request: texts[int(request.key[:8], 16) % 2], name="m")
    lawbound.evaluate(spec, folder, engines={"m": engine})
    return folder


KEPT = {"safeguard": '{"violation": 0, "clauses": []}', "llama-guard": "safe", "shieldgemma": "No"}
BROKEN = {"safeguard": '{"violation": 1, "clauses": [1]}', "llama-guard": "\n\nunsafe\nS1",
          "shieldgemma": "Yes\n\nThe response breaks it."}  # fmt: skip
FAMILIES = tuple(KEPT)
MARK = {
    "safeguard": '"assistant"',
    "llama-guard": "\n\nAgent: ",
    "shieldgemma": "Chatbot Response: ",
}


def _restricted(frame: pd.DataFrame) -> pd.Series:
    """What a guard reads: text at a rule that restricts, or an answer that owes an add-on."""
    held = frame["base"].isin(["refuse", "partial", "neutral"])
    labelled = (frame["base"] == "answer") & (frame["required_addons"] != "")
    told = ~frame["behaviour"].isin(["empty", "degenerate", "off-topic"])
    return for_judges(frame) & told & (held | (labelled & (frame["behaviour"] == "answer")))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_guard_that_finds_a_breach_makes_it_an_answer_and_touches_nothing_else(
    out: Path, judge: Judges, family: str, seen: Seen
) -> None:
    before, model = frame_of(out), judge("guard", ("", BROKEN[family]))
    conclude(out, judge=JudgeSpec((f"guard:{family}:{model}",), "all"), resamples=50)
    after, record, theirs = frame_of(out), judge_of(out), _restricted(before)
    refusing = theirs & (before["base"] == "refuse")
    assert refusing.sum() and (before.loc[refusing, "met"] == 1).any()
    assert set(after.loc[refusing, "graded_by"]) == {"judge"}
    assert (after.loc[refusing, "met"] == 0).all()
    assert not (after["graded_by"] == "judge").where(~theirs, False).any()
    kept = before.columns.drop("graded_by")
    pd.testing.assert_frame_equal(after.loc[~theirs, kept], before.loc[~theirs, kept])
    assert record["asked"] == record["last_pass"][0]["read"] == theirs.sum()
    assert record["unreadable"] == 0
    seen = seen(model)
    assert len(seen) == len(set(seen)) == record["last_pass"][0]["requests"]
    assert all(MARK[family] in user for user in seen)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_guard_that_finds_none_confirms_refusals_and_names_no_class_for_answers(
    out: Path, judge: Judges, family: str
) -> None:
    before, model = frame_of(out), judge("guard", ("", KEPT[family]))
    name = f"guard:{family}:{model}"
    refused = _restricted(before) & (before["behaviour"] == "refuse")
    served = _restricted(before) & (before["base"] == "refuse") & (before["met"] == 0)
    assert refused.any() and served.any()
    conclude(out, judge=JudgeSpec((name,), "all"), resamples=50)
    after, record = frame_of(out), judge_of(out)
    assert (after.loc[refused, "met"] == 1).all()
    assert set(after.loc[served, "behaviour"]) == {"unscored"}
    assert after.loc[served, "met"].isna().all()
    assert record["undecided"] == record["last_pass"][0]["undecided"] >= served.sum()
    assert record["unreadable"] == 0
    conclude(out, judge=JudgeSpec((name,)), resamples=50)
    # Where the offline grader is unsure the guard is asked, and may grant an add-on that is owed, no class.
    after, sure = frame_of(out), before["confidence"] >= UNSURE
    kept = before.columns.drop(["graded_by", "confidence"])
    pd.testing.assert_frame_equal(after.loc[sure, kept], before.loc[sure, kept])
    assert (after["behaviour"] == before["behaviour"]).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_what_a_guard_says_out_of_form_is_unscored_and_never_safe(
    out: Path, judge: Judges, family: str
) -> None:
    before, model = frame_of(out), judge("guard", ("", "This looks safe to me."))
    conclude(out, judge=JudgeSpec((f"guard:{family}:{model}",), "all"), resamples=50)
    after, record, theirs = frame_of(out), judge_of(out), _restricted(before)
    assert set(after.loc[theirs, "behaviour"]) == {"unscored"}
    assert record["unreadable"] == record["asked"] == theirs.sum() > 0


def test_a_guard_judges_again_without_asking_and_resumes_after_a_torn_line(
    out: Path, judge: Judges, seen: Seen
) -> None:
    model = judge("guard", ("", BROKEN["llama-guard"]))
    spec = JudgeSpec((f"guard:llama-guard:{model}",), "all")
    conclude(out, judge=spec, resamples=50)
    first, asked, record = judged_files(out), len(seen(model)), judge_of(out)
    conclude(out, judge=spec, resamples=50)
    assert (judged_files(out), len(seen(model)), judge_of(out)) == (first, asked, record)
    store = next((out / "judgements").glob("guard-llama-guard-*.jsonl"))
    store.write_bytes(store.read_bytes()[:-20])
    conclude(out, judge=spec, resamples=50)
    assert (judged_files(out), len(seen(model)), judge_of(out)) == (first, asked + 1, record)
    board = pd.read_csv(out / "leaderboard.csv", dtype=str)
    assert board["scorer_version"].str.contains("guard:llama-guard:openai:guard@").all()
    assert record["last_pass"][0]["fingerprint"]["model"] == "guard"


def test_what_a_guards_finding_was_made_from_is_unread_once_a_newer_grader_reads_it_otherwise(
    out: Path, judge: Judges, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, plain = judge("guard", ("", KEPT["llama-guard"])), graders.offline
    spec = JudgeSpec((f"guard:llama-guard:{model}",), "all")
    before = _restricted(frame_of(out)) & (frame_of(out)["behaviour"] == "refuse")
    conclude(out, judge=spec, resamples=50)
    asked = len(seen(model))

    def newer(answers: Sequence[tuple[Item, Sample]]) -> list[Reading]:
        turned = {"refuse": "deflect"}
        found = plain(answers)
        return [replace(one, behaviour=turned.get(one.behaviour, one.behaviour)) for one in found]

    monkeypatch.setitem(vars(graders)["GRADERS"], "offline", graders.Grader(newer))
    conclude(out, resamples=50)
    assert set(frame_of(out).loc[before, "graded_by"]) == {"offline"}
    assert judge_of(out)["unread"] == before.sum() > 0
    conclude(out, judge=spec, resamples=50)
    assert set(frame_of(out).loc[before, "behaviour"]) == {"deflect"}
    assert judge_of(out)["unread"] == 0
    assert len(seen(model)) == asked


def test_what_a_newer_grader_is_sure_of_is_no_judges_any_more(
    out: Path, judge: Judges, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, plain = JudgeSpec((judge("tiny", ("", REFUSE)),), unsure=1.0), graders.offline
    conclude(out, judge=spec, resamples=50)
    assert (frame_of(out)["graded_by"] == "judge").any()

    def surer(answers: Sequence[tuple[Item, Sample]]) -> list[Reading]:
        return [replace(one, confidence=1.0) for one in plain(answers)]

    monkeypatch.setitem(vars(graders)["GRADERS"], "offline", graders.Grader(surer))
    conclude(out, resamples=50)
    assert set(frame_of(out)["graded_by"]) == {"offline"}
    assert judge_of(out)["unread"] == 0


def test_a_guard_on_a_panel_votes_where_it_can_and_others_read_the_rest(
    out: Path, judge: Judges
) -> None:
    before = frame_of(out)
    guard = f"guard:shieldgemma:{judge('guard', ('', 'Yes'))}"
    panel = (judge("a", ("", REFUSE)), guard)
    conclude(out, judge=JudgeSpec(panel, "all"), resamples=50)
    after, record, theirs = frame_of(out), judge_of(out), _restricted(before)
    rest = for_judges(before) & ~theirs
    assert set(after.loc[rest, "behaviour"]) == {"refuse"}
    breach = theirs & (before["base"] == "refuse")
    assert set(after.loc[breach, "behaviour"]) == {"unscored"}
    assert record["disagreed"] >= breach.sum() > 0
    assert record["last_pass"][1]["read"] < record["last_pass"][0]["read"] == record["asked"]


def test_a_reply_that_was_cut_off_is_no_verdict_unless_its_first_word_is(
    out: Path, judge: Judges
) -> None:
    plain, shield = judge("plain"), judge("shield")
    for model, reply in ((plain, "Hm.\nVERDICT: refuse; ADDONS: none"), (shield, "Yes, because")):
        script(model, replies=[["", reply]], finish="length")
    conclude(out, judge=JudgeSpec((plain,), "all"), resamples=50)
    assert judge_of(out)["unreadable"] == judge_of(out)["asked"] > 0
    conclude(out, judge=JudgeSpec((f"guard:shieldgemma:{shield}",), "all"), resamples=50)
    assert judge_of(out)["unreadable"] == 0 < judge_of(out)["asked"]


def test_a_run_takes_a_guard_as_its_judge(
    tmp_path: Path, judge: Judges, moody: FunctionEngine
) -> None:
    model = judge("guard", ("", BROKEN["safeguard"]))
    spec = RunSpec(suite="quick", models=("m",), policies=("us",), limit=12, references=False)
    engine = moody
    panel = JudgeSpec((f"guard:safeguard:{model}",), "all")
    lawbound.evaluate(spec, tmp_path, engines={"m": engine}, judge=panel)
    assert judge_of(tmp_path)["asked"] > 0
    root = model.partition("@")[2].removesuffix("/v1")
    with urlopen(f"{root}/seen") as response:
        asked = json.load(response)[1:]
    assert all(one["payload"]["messages"][0]["role"] == "system" for one in asked)
    policies = [one["payload"]["messages"][0]["content"] for one in asked]
    assert sum("this region: Freedonia" in policy for policy in policies) == 2
    assert sum("this region: United States" in policy for policy in policies) == len(asked) - 2
