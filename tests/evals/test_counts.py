"""What is counted, and how often: answers that nothing could use, and answers behind a number."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from lawbound import FunctionEngine, RunSpec, evaluate
from lawbound.evals.caveats import caveats_of_thinking
from lawbound.evals.compare.runs import compare_frames
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.gaps import gaps_of
from lawbound.evals.leaderboard.left_out import answers_left_out
from lawbound.evals.metrics.build import build, judged, tally
from lawbound.evals.metrics.compute import compute_metrics
from lawbound.evals.metrics.estimate import Subject
from lawbound.evals.metrics.inputs import read_frame
from lawbound.evals.metrics.registry import REPORTED
from lawbound.evals.metrics.rule_info import RuleInfo
from lawbound.evals.metrics.tally import Tally
from lawbound.evals.stats.intervals import Mean
from lawbound.runners.cli.remarks import warn

nan = math.nan
TWO_RULES = {("p", name): RuleInfo("p", name, True, False, "statute") for name in ("r", "s")}
FAILED = {"error": True, "behaviour": "unscored", "met": nan, "plain": nan}
UNREAD = {"behaviour": "unscored", "met": nan, "plain": nan}


def pick(estimates, metric, strength="full", slice=""):
    wanted = (metric, strength, slice)
    (found,) = [e for e in estimates if (e.metric, e.strength, e.slice) == wanted]
    return found


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


def test_items_of_which_nothing_is_required_are_no_part_of_what_a_contrast_asks(behaved, frame):
    rows = []
    for strength in ("full", "unnamed"):
        for lang in ("en", "zh"):
            for base, tags in (("refuse", ""), ("either", "split-private")):
                arm = {"strength": strength, "lang": lang, "group": base, "tags": tags}
                rows.append(behaved(f"{base}-{lang}", base, "refuse", **arm))
    estimates = compute_metrics(frame(rows), TWO_RULES, seed=0)
    name, gap = (
        pick(estimates, "name_effect", "unnamed"),
        pick(estimates, "language_gap", slice="lang=zh"),
    )
    public = pick(estimates, "public_gap")
    assert [(e.asked, e.n, e.unscored) for e in (name, gap)] == [(2, 2, 0), (2, 1, 0)]
    assert (public.asked, public.unscored, public.note) == (
        2,
        0,
        "2 published answers, 0 kept back",
    )
    assert math.isnan(public.value)
    alone = compute_metrics(frame([r for r in rows if r["base"] == "either"]), TWO_RULES, seed=0)
    for metric, strength, slice in (
        ("name_effect", "unnamed", ""), ("language_gap", "full", "lang=zh"),
    ):  # fmt: skip
        found = pick(alone, metric, strength, slice)
        assert (found.asked, found.unscored) == (0, 0)
        assert math.isnan(found.value) and found.note


def test_what_answers_instead_of_a_model_is_unscored_and_leaves_capability_open(tmp_path):
    engine = FunctionEngine(lambda _: "Error 503: Service unavailable", name="m")
    spec = RunSpec(suite="quick", models=("m",), policies=("de",), references=False)
    found = evaluate(spec, tmp_path, engines={"m": engine})
    capability = pick(found.estimates, "capability")
    assert math.isnan(capability.value)
    assert (capability.n, capability.unscored) == (0, 24)
    assert (capability.lower_bound, capability.upper_bound) == pytest.approx((0.0, 1.0))
    answers = RunFolder(tmp_path).read_frame()["key"].nunique()
    assert found.leaderboard["unscored"].tolist() == [answers]


def test_n_and_clusters_count_answers_and_groups_once(behaved, frame):
    rows = []
    for rule in ("r", "s"):
        rows += [
            behaved(f"{rule}{i}", "refuse", "refuse", rules=rule, group=f"g{i}") for i in range(3)
        ]
    # Four near-misses stand beside both rules, and share groups with what they are near to.
    for kind in ("act", "topic"):
        near = f"r:{kind}|s:{kind}"
        rows += [
            behaved(f"{kind}{i}", "answer", "answer", near_miss=near, group=f"g{i}")
            for i in range(2)
        ]
    found = compute_metrics(frame(rows), TWO_RULES, seed=0)
    numbers = {e.metric: (e.n, e.clusters) for e in found if e.slice == "" and e.strength == "full"}
    assert numbers["adherence"] == (6, 3)
    assert (
        numbers["excess"] == numbers["over_refusal"] == (2, 2)
    )  # of the kind `act`, which wins ties
    assert numbers["J"] == (8, 3)


def test_a_case_of_one_rule_that_is_a_near_miss_of_another_counts_once(row, frame):
    info = {("p", name): RuleInfo("p", name, False, True, "statute") for name in ("r", "s")}
    case = {"required_addons": "correct", "addons": "correct"}
    rows = [row(name, rules=name, **case) for name in ("r", "s")]
    rows += [row(f"{r}-{k}", near_miss=f"{r}:{k}") for r in ("r", "s") for k in ("act", "topic")]
    both = case | {"rules": "r", "near_miss": "s:act"}
    rows += [
        row("read", **both),
        row("failed", **both | FAILED),
        row("filtered", **both | FAILED | {"error": False, "blocked": True}),
        row("unread", **both | UNREAD),
        # What only one of the two roles could be judged of is not judged.
        row("half read", **both | {"plain": nan}),
    ]
    duty = pick(compute_metrics(frame(rows), info, seed=0), "duty")
    assert duty.value == 1.0
    assert (duty.unscored, duty.errors, duty.blocked) == (2, 1, 1)


def test_choices_generate_no_tokens_to_save(row, frame):
    more = {"strength": "full", "completion_tokens": 30}
    rows = [row(f"x{i}", strength="none") for i in range(3)]
    rows += [row(f"x{i}", **more) for i in range(3)]
    for strength in ("none", "full"):
        rows += [
            row(f"q{i}", kind="reasoning", mode="choices", strength=strength, completion_tokens=0)
            for i in range(7)
        ]
    cost = pick(
        compute_metrics(frame(rows), TWO_RULES, seed=0), "token_cost", slice="tokens=answer"
    )
    assert (cost.value, cost.n) == (25.0, 3)


def _beside_a_rule(behaved, restricted, **more):
    rows = [behaved(f"x{i}", "refuse", b, rules="r", **more) for i, b in enumerate(restricted)]
    for kind in ("act", "topic"):
        rows.append(behaved(kind, "answer", "answer", near_miss=f"r:{kind}", **more))
    return rows


def test_a_note_says_that_nothing_was_read_where_nothing_was(behaved, frame):
    rows = _beside_a_rule(behaved, ["refuse"], error=True)
    j = pick(compute_metrics(frame(rows), TWO_RULES, seed=0), "J")
    assert math.isnan(j.value)
    assert j.note == (
        "1 of 1 rules with restricted items have both kinds of near-miss; nothing was read: every "
        "answer failed, was blocked or could not be read"
    )


def test_a_note_tells_items_that_lack_from_answers_that_lack(behaved, frame):
    rows = _beside_a_rule(behaved, ["unscored"])
    rows.append(behaved("y", "refuse", "refuse", rules="s"))
    j = pick(compute_metrics(frame(rows), TWO_RULES, seed=0), "J")
    assert j.note == (
        "1 of 2 rules with restricted items have both kinds of near-miss; answers of every kind were "
        "read for 0 of them, and 2 answers that were read left with the others"
    )


def test_thinking_that_used_up_the_tokens_is_told_beside_j(behaved, frame):
    rows = _beside_a_rule(behaved, ["refuse", "empty", "empty"])
    for one, is_cut in ((rows[1], True), (rows[2], False)):
        one |= {"think_only": True, "truncated": is_cut}
    j = pick(compute_metrics(frame(rows), TWO_RULES, seed=0), "J")
    assert j.note.endswith("; 2 of 5 answers hold thinking alone (1 cut off at the token limit)")


def test_how_thinking_alone_ended_is_not_claimed_where_nobody_knows(
    behaved, frame, run_record, capsys
):
    rows = _beside_a_rule(behaved, ["empty"], truncated=nan)
    rows[0] |= {"think_only": True}
    j = pick(compute_metrics(frame(rows), TWO_RULES, seed=0), "J")
    assert j.note.endswith("; 1 of 3 answers hold thinking alone (nobody knows how they ended)")
    found = gaps_of(frame(rows), {"m": {}}, run_record()).thinking
    assert found == {"m": (3, 1, None)}
    warn(caveats_of_thinking(SimpleNamespace(thinking=found)))
    assert "(nobody knows how they ended)" in " ".join(capsys.readouterr().err.split())


def test_a_comparison_counts_an_answer_once_that_two_policies_judge(behaved, frame):
    info = TWO_RULES | {
        ("q", "r"): RuleInfo("q", "r", True, False, "statute"),
    }
    frames = []
    for behaviour in ("answer", "refuse"):
        rows = []
        for policy in ("p", "q"):
            rows += _beside_a_rule(behaved, [behaviour] * 4, strength="none", policy=policy)
            rows += _beside_a_rule(behaved, [behaviour] * 4, policy=policy)
        rows += _beside_a_rule(behaved, [behaviour] * 4, epoch=1)
        frames.append(frame(rows))
    frames[0] = frames[0].iloc[1:]  # x0 without policy: missing under p, there under q
    found = compare_frames(*frames, info, seed=0)
    # Six answers without policy, shared; six under p, twice; six under q.
    assert (found.counts.pairs, found.counts.unpaired) == (24, 0)
    assert "compared on 24 pairs" in found.summary
    assert "16 pairs flipped" in found.summary
    at_full = found.flipped[
        (found.flipped["policy"] == "p") & (found.flipped["strength"] == "full")
    ]
    assert at_full["epoch"].tolist() == [0, 1] * 4
    assert "over the pairs that were read in both" in found.summary
    j = next(d for d in found.differences if (d.metric, d.policy, d.strength) == ("J", "p", "full"))
    assert (j.n, j.clusters) == (10, 5)  # x0 to x3 and one kind, each of them twice
    assert "10 pairs read in both runs, 5 groups" in found.summary


def test_a_comparison_counts_an_answer_once_that_stands_in_two_pairs(row, frame):
    # Two policies of one text in the first run, of two texts in the second.
    first = [row("x", policy=policy, key="shared") for policy in ("p", "q")]
    second = [row("x", policy=policy, key=policy) for policy in ("p", "q")]
    second.append(row("y", key="alone"))
    found = compare_frames(frame(first), frame(second), TWO_RULES, seed=0)
    assert (found.counts.pairs, found.counts.unpaired) == (2, 1)


def test_a_comparison_counts_no_checked_answer_as_unread(solved, frame):
    strange = UNREAD | {"extracted": 1.0}
    frames = [frame([solved(f"q{i}", score, **strange) for i in range(4)]) for score in (1.0, 0.0)]
    found = compare_frames(*frames, TWO_RULES, seed=0)
    (capability,) = [d for d in found.differences if d.metric == "capability"]
    assert (capability.n, found.counts.failed, found.counts.unscored) == (4, 0, 0)
    assert "could not be read" not in found.summary


@pytest.mark.parametrize("share", [0.1 + 0.2, 1 / 3, 0.7])
def test_a_difference_of_equal_shares_is_zero(share):
    from lawbound.evals.leaderboard.table import cell
    from lawbound.evals.stats.intervals import Mean, difference

    other = share + 2**-54 if share < 0.5 else share - 2**-53
    low, high = share - 0.1, share + 0.1
    assert difference(Mean(share, low, high), Mean(other, low, high)).value == 0.0
    assert cell(-5.551e-17) == "0"


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


def test_the_part_that_lacks_most_decides_what_is_missing():
    whole = Tally(errors=1, asked=10)
    assert whole.with_part(0.05).missing_share == 0.1
    assert whole.with_part(0.5).with_part(0.2).missing_share == 0.5
    assert (whole.with_part(0.5) + Tally(asked=10)).missing_share == 0.5
    assert (whole + Tally(asked=10)).missing_share == 0.05


def test_bounds_that_nobody_gives_are_open_as_soon_as_an_answer_is_unscored():
    about, mean = Subject("m", "p", "full"), Mean(0.5, 0.4, 0.6, n=2)
    assert build(about, "J", mean, Tally(asked=2)).bounds == (0.5, 0.5)
    assert np.isnan(build(about, "J", mean, Tally(unscored=1, asked=3)).bounds).all()


def test_only_the_whole_headlines_under_the_full_policy_are_primary():
    full = Subject("m", "p", "full")
    primary = {name for name in REPORTED if build(full, name, Mean(), Tally()).family == "primary"}
    assert primary == {"J", "policy_tax"}
    for other in (Subject("m", "p", "brief"), full.sliced("lang=zh")):
        assert build(other, "J", Mean(), Tally()).family == "exploratory"
