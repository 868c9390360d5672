"""Answers that nothing could use: each is counted once, beside the row and beside the metric that lack it."""

import math

import numpy as np
import pytest

from lawbound import FunctionEngine, RunSpec, evaluate
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.leaderboard.left_out import answers_left_out
from lawbound.evals.metrics.build import judged, tally
from lawbound.evals.metrics.inputs import read_frame
from lawbound.evals.metrics.tally import Tally

nan = math.nan
FAILED = {"error": True, "behaviour": "unscored", "met": nan, "plain": nan}
UNREAD = {"behaviour": "unscored", "met": nan, "plain": nan}


def test_each_lost_answer_counts_once_whatever_asks_for_it(row, solved, frame):
    rows = [
        row("case", rules="r|s", base="refuse", **FAILED),
        row("case", rules="r", base="refuse", policy="q", **FAILED),  # another answer, of q's arm
        row("open", **FAILED),
        row("soft", strength="brief", base="neutral", rules="d", **FAILED),
        row("either", base="either", **UNREAD),
        row("filtered", **FAILED | {"error": False, "blocked": True}),
        solved("sum", nan, **UNREAD),
        # In a language that nobody here reads, but checked.
        solved("rechnung", 1.0, behaviour="unscored"),
        row("read"),
    ]
    assert answers_left_out(frame(rows)) == {
        ("m", "p", "generate"): Tally(unscored=2, errors=3, blocked=1, asked=8),
        ("m", "q", "generate"): Tally(errors=1, asked=1),
    }


def test_an_answer_that_two_policies_share_counts_once_in_each_ones_row(row, frame):
    rows = [row("x", strength="none", policy=p, **FAILED) for p in ("p", "q")]
    # Asked again under another name: the same stored answer.
    rows.append({**rows[0], "strength": "unnamed"})
    assert {place: t.errors for place, t in answers_left_out(frame(rows)).items()} == {
        ("m", "p", "generate"): 1,
        ("m", "q", "generate"): 1,
    }


def test_reasoning_of_another_mode_is_no_part_of_a_row(row, solved, frame):
    rows = [
        solved("q1", nan, error=True, **UNREAD),
        solved("q1", nan, mode="choices", error=True, **UNREAD),
        solved("q2", nan, mode="choices", error=True, **UNREAD),
        row("x", **FAILED),
    ]
    assert {place[2]: t.errors for place, t in answers_left_out(frame(rows)).items()} == {
        "generate": 2,
        "choices": 3,
    }


@pytest.mark.parametrize("blocked", [False, True])
@pytest.mark.parametrize("error", [False, True])
@pytest.mark.parametrize("behaviour", ["answer", "unscored"])
def test_a_row_and_a_metric_say_the_same_of_why_an_answer_is_out(
    row, frame, behaviour, error, blocked
):
    """However a file from elsewhere combines them: an answer is out for one reason only."""
    table = frame([row("x", behaviour=behaviour, error=error, blocked=blocked)])
    rows = read_frame(table)
    of_a_metric = tally(rows, judged(rows, np.array([1.0])))
    assert answers_left_out(table) == {("m", "p", "generate"): of_a_metric}


def _fail(request: object) -> str:
    raise RuntimeError("no")


def test_errors_of_a_run_are_its_stored_answers_that_failed(tmp_path):
    engine = FunctionEngine(_fail, name="m")
    spec = RunSpec(suite="quick", models=("m",), policies=("de", "cn"), references=False)
    board = evaluate(spec, tmp_path, engines={"m": engine}).leaderboard.set_index("policy")
    frame = RunFolder(tmp_path).read_frame()
    for policy, rows in frame.groupby("policy"):
        assert board.loc[policy, "errors"] == rows["key"].nunique() > 100
    assert (
        board["J_note"].str.endswith("every answer failed, was blocked or could not be read").all()
    )


ANYTHING = """
id: anything
version: "1"
summary: Items as they come, those of which nothing is required among them.
seed: 3
max_tokens: 64
select:
  - {kind: policy, pick: any, count: 60, languages: [en, zh], translations: true, strengths: [none, full, unnamed]}
  - {kind: policy, pick: restricted, rules: 2, count: 12, strengths: [placebo, brief, full, strict, "full-without:*"]}
  - {kind: policy, pick: near-miss, rules: 2, count: 20, strengths: [placebo, brief, full, strict]}
  - {kind: policy, pick: differ, count: 20, strengths: [full, "wrong-region:*"]}
  - {kind: fact, count: 6, strengths: [placebo, full]}
  - {kind: reasoning, count: 12, levels: [1], strengths: [none, placebo, brief, full, strict]}
"""


def test_a_run_that_lost_nothing_has_nothing_unread_and_bounds_at_its_values(tmp_path):
    (tmp_path / "suite.yaml").write_text(ANYTHING)
    spec = RunSpec(
        suite=str(tmp_path / "suite.yaml"),
        models=("reference:synthetic?adherence=0.8&over_refusal=0.2",),
        policies=("de", "tr"),
        references=False,
    )
    found = evaluate(spec, tmp_path / "run").estimates
    frame = RunFolder(tmp_path / "run").read_frame()
    assert (frame["base"] == "either").any()
    asked = {e.metric for e in found if e.asked and not math.isnan(e.value)}
    assert asked >= {"J", "duty", "steerability", "name_effect", "language_gap", "clause_effect"}
    for e in found:
        assert (e.unscored, e.errors, e.blocked, e.missing_share) == (0, 0, 0, 0), e
        if not math.isnan(e.value):
            assert (e.lower_bound, e.upper_bound) == pytest.approx((e.value, e.value)), e


def test_what_answers_instead_of_a_model_is_unscored_and_leaves_capability_open(tmp_path):
    engine = FunctionEngine(lambda _: "Error 503: Service unavailable", name="m")
    spec = RunSpec(suite="quick", models=("m",), policies=("de",), references=False)
    found = evaluate(spec, tmp_path, engines={"m": engine})
    (capability,) = [
        e for e in found.estimates if (e.metric, e.strength, e.slice) == ("capability", "full", "")
    ]
    assert math.isnan(capability.value)
    assert (capability.n, capability.unscored) == (0, 24)
    assert (capability.lower_bound, capability.upper_bound) == pytest.approx((0.0, 1.0))
    answers = RunFolder(tmp_path).read_frame()["key"].nunique()
    assert found.leaderboard["unscored"].tolist() == [answers]
