"""Two runs side by side: differences pair by pair, and what is refused or counted beside them."""

from dataclasses import replace
from math import nan

import pandas as pd
import pytest

from lawbound.evals.compare.difference import Difference
from lawbound.evals.compare.runs import compare_frames, unlike
from lawbound.evals.compare.summary import Counts, summary
from lawbound.evals.metrics.inputs import MetricError
from lawbound.evals.metrics.rule_info import RuleInfo

TWO_RULES = {("p", name): RuleInfo("p", name, True, False, "statute") for name in ("r", "s")}


def run(behaved, solved, frame, *, refused, right, model="m"):
    rows = [
        behaved(f"x{i}", "refuse", "refuse" if i < refused else "answer", rules="r", model=model)
        for i in range(40)
    ]
    for kind in ("act", "topic"):
        rows += [
            behaved(f"{kind}{i}", "answer", "answer", near_miss=f"r:{kind}", model=model)
            for i in range(20)
        ]
    for strength in ("placebo", "full"):
        kept = 40 if strength == "placebo" else right
        rows += [solved(f"q{i}", i < kept, strength=strength, model=model) for i in range(40)]
    return frame(rows)


def beside_a_rule(behaved, restricted, **more):
    rows = [behaved(f"x{i}", "refuse", b, rules="r", **more) for i, b in enumerate(restricted)]
    for kind in ("act", "topic"):
        rows.append(behaved(kind, "answer", "answer", near_miss=f"r:{kind}", **more))
    return rows


def by_metric(comparison):
    return {(d.metric, d.strength): d for d in comparison.differences}


def test_differences_are_second_less_first_pair_by_pair(behaved, solved, frame, one_rule):
    first = run(behaved, solved, frame, refused=10, right=30)
    second = run(behaved, solved, frame, refused=30, right=34, model="n")
    comparison = compare_frames(first, second, one_rule, seed=0, names=("old", "new"))
    found = by_metric(comparison)
    assert found["adherence", "full"].value == pytest.approx(0.5)
    assert found["excess", "full"].value == pytest.approx(0.0)
    j = found["J", "full"]
    assert (j.first, j.second, j.value) == pytest.approx((0.25, 0.75, 0.5))
    assert found["capability", "full"].value == pytest.approx(0.1)
    assert found["policy_tax", "full"].value == pytest.approx(-0.1)
    # 4 gains and no loss: 2 of 16 patterns reach it, mid-p takes half.
    assert found["capability", "full"].p_value == pytest.approx(1 / 16)
    assert j.p_holm < 0.05
    assert (comparison.counts.pairs, comparison.counts.unpaired) == (160, 0)
    assert len(comparison.flipped) == 24
    assert "J under p rose: 0.250 -> 0.750" in comparison.summary
    assert "capability under p: no difference shown" in comparison.summary


@pytest.mark.parametrize(
    ("p_holm", "high", "told"),
    [
        (0.02, -0.05, "policy_tax under p fell: 0.300 -> 0.000 (-0.300 [-0.550, -0.050]; "),
        (0.02, 0.05, "p = 0.02, but the interval holds 0; one of 0.400 would have been found"),
        (0.06, -0.05, "policy_tax under p: no difference shown: 0.300 -> 0.000"),
    ],
)
def test_a_finding_needs_the_corrected_p_value_and_the_interval(p_holm, high, told):
    d = Difference(
        "policy_tax", "p", "full", "generate", 0.3, 0.0, -0.3, -0.55, high, 40, 20, 0.01, p_holm, 0.4,
        -0.3, -0.3,
    )  # fmt: skip
    (line,) = (
        line
        for line in summary([d], Counts(40, *[0] * 7, facts={}), ("A", "B"), {}, ())
        if "policy_tax" in line
    )
    assert told in line
    assert ("fell" in line) is d.is_finding is (p_holm < 0.05 and high < 0)


def test_a_tax_that_one_run_does_not_state_is_not_compared(behaved, solved, frame, one_rule):
    first = run(behaved, solved, frame, refused=10, right=30)
    at_floor = first.assign(score=0.0).where(first["score"].notna(), first)
    comparison = compare_frames(first, at_floor, one_rule, seed=0)
    found = by_metric(comparison)
    assert ("policy_tax", "full") not in found
    assert "policy_tax under p is not compared: a run states none" in comparison.summary
    assert found["capability", "full"].value == pytest.approx(-0.75)


def test_a_run_does_not_differ_from_itself(behaved, solved, frame, one_rule):
    same = run(behaved, solved, frame, refused=20, right=30)
    comparison = compare_frames(same, same, one_rule, seed=0)
    assert {d.value for d in comparison.differences} == {0.0}
    assert {d.p_value for d in comparison.differences} == {1.0}
    assert len(comparison.flipped) == 0


def test_swapping_the_runs_turns_the_signs(behaved, solved, frame, one_rule):
    first = run(behaved, solved, frame, refused=12, right=30)
    second = run(behaved, solved, frame, refused=25, right=20)
    forth = by_metric(compare_frames(first, second, one_rule, seed=0))
    back = by_metric(compare_frames(second, first, one_rule, seed=0))
    assert (
        set(forth) == set(back) >= {("J", "full"), ("capability", "full"), ("policy_tax", "full")}
    )
    for key, d in forth.items():
        assert (d.value, d.low, d.high) == pytest.approx(
            (-back[key].value, -back[key].high, -back[key].low)
        )


def test_answers_without_a_partner_are_counted(behaved, solved, frame, one_rule):
    first = run(behaved, solved, frame, refused=10, right=30)
    comparison = compare_frames(first, first.iloc[:-5], one_rule, seed=0)
    assert (comparison.counts.pairs, comparison.counts.unpaired) == (155, 5)
    assert "5 answers have no partner" in comparison.summary


def test_a_frame_of_two_models_is_refused(behaved, frame, one_rule):
    two = frame([behaved("a", "answer", "answer"), behaved("a", "answer", "answer", model="n")])
    with pytest.raises(MetricError, match=r"A holds models \['m', 'n'\], expected exactly one"):
        compare_frames(two, two, one_rule, seed=0)


def test_a_frame_that_lacks_a_column_is_refused_by_its_name(behaved, frame, one_rule):
    whole = frame([behaved("a", "answer", "answer")])
    for lacking, found in ((frame([]), "'model', 'key'"), (whole.drop(columns="met"), "'met'")):
        with pytest.raises(MetricError, match=rf"compare: B: columns \[{found}.* are missing"):
            compare_frames(whole, lacking, one_rule, seed=0)


def test_a_policy_left_out_moves_no_number_of_another(behaved, solved, frame, one_rule):
    first = run(behaved, solved, frame, refused=20, right=30)
    second = first.copy()
    # Thirty pairs change, more than are tried one by one: signs are drawn.
    second.loc[:9, "met"], second.loc[20:39, "met"] = 0.0, 1.0
    rules = one_rule | {("o", "r"): replace(one_rule["p", "r"], policy="o")}
    both = [pd.concat([one.assign(policy="o"), one]) for one in (first, second)]
    alone = compare_frames(first, second, rules, seed=0)
    beside = compare_frames(*both, rules, seed=0)
    found = [
        {d.metric: d.p_value for d in one.differences if d.policy == "p" and d.strength == "full"}
        for one in (alone, beside)
    ]
    assert 0.02 < found[0]["J"] < 0.98
    assert found[0] == found[1]


def test_runs_without_a_common_item_are_refused(behaved, frame, one_rule):
    one, two = (frame([behaved(name, "answer", "answer")]) for name in "ab")
    with pytest.raises(MetricError, match=r"A and B share no item, policy and strength$"):
        compare_frames(one, two, one_rule, seed=0)


def test_runs_under_other_policies_are_refused_with_their_ids(behaved, frame):
    one, two = (frame([behaved("a", "answer", "answer", policy=name)]) for name in ("mine", "ours"))
    told = r"strength: the first was asked under mine, the second under ours$"
    with pytest.raises(MetricError, match=told):
        compare_frames(one, two, {}, seed=0)


def test_no_number_of_arms_makes_a_pair_of_different_items(behaved, frame, one_rule):
    arms = [f"full-without:{i:04}" for i in range(1001)]
    one = frame([behaved("a", "answer", "answer", strength=arm) for arm in arms])
    two = frame([behaved("b", "answer", "answer", strength=arms[0])])
    with pytest.raises(MetricError, match="A and B share no item"):
        compare_frames(one, two, one_rule, seed=0)


def test_pairs_that_could_not_be_judged_are_counted(behaved, solved, frame, one_rule):
    first = run(behaved, solved, frame, refused=10, right=30)
    second = first.copy()
    second.loc[:3, ["behaviour", "met", "plain"]] = ["unscored", float("nan"), float("nan")]
    first.loc[3, ["error", "met", "plain"]] = [True, float("nan"), float("nan")]
    checked = second.index[second["kind"] == "reasoning"][0]
    second.loc[checked, ["score", "extracted", "fault"]] = [float("nan"), float("nan"), "too slow"]
    comparison = compare_frames(first, second, one_rule, seed=0)
    assert (comparison.counts.pairs, comparison.counts.failed, comparison.counts.unscored) == (
        160,
        1,
        4,
    )
    assert "In 1 of the 160 pairs an answer failed or was blocked" in comparison.summary
    assert "In 4 of the 160 pairs an answer could not be read" in comparison.summary


DE = {"id": "de", "version": "1", "digest": "0a", "from": "de"}


def test_runs_that_did_not_ask_the_same_say_so(run_record):
    run = run_record(policies=[DE])
    assert not list(unlike(run, run))
    told = list(unlike(run, run_record(seed=2, policies=[DE | {"digest": "0b"}])))
    assert [line.split(",")[0].split(": values")[0] for line in told] == [
        "The runs differ in seed",
        "Policy de does not say the same in A and B: requirements are those of each run",
    ]


def test_what_runs_differ_in_is_named(run_record):
    cold, warm = ({"temperature": heat, "max_tokens": 48} for heat in (0.0, 0.7))
    run = run_record(bank="0a", spec={"limit": 5}, settings=cold)
    (told,) = unlike(run, run_record(bank="0a", spec={"limit": 5}, settings=warm))
    assert told.startswith("The runs differ in settings (temperature): values are those of")
    suite = {"id": "full", "version": "2"}
    other = run_record(settings=warm, suite=suite, spec={"limit": None}, bank="1")
    (told,) = unlike(run, other)
    assert "differ in bank, limit, settings (temperature), suite (id, version): " in told


def test_what_is_empty_in_one_run_and_missing_in_the_other_is_named(run_record):
    (told,) = unlike(run_record(settings={"stop": []}), run_record(settings={}))
    assert told.startswith("The runs differ in settings: values are")


def test_a_policy_that_does_not_say_the_same_is_told_with_whose_rules_count(run_record):
    (told,) = unlike(*(run_record(policies=[DE | {"digest": digest}]) for digest in ("0a", "0b")))
    assert "rules are read from A. " in told


def test_a_policy_of_another_version_is_named_once_with_both_versions(run_record):
    first = run_record(policies=[DE])
    (told,) = unlike(first, run_record(policies=[DE | {"version": "2", "digest": "0b"}]))
    assert told.startswith("Policy de does not say the same in A (version 1) and B (version 2): ")
    (told,) = unlike(first, run_record(policies=[DE | {"version": "2"}]), ("old", "new"))
    assert told.startswith("Policy de is version 1 in old and 2 in new: a difference may be")


def test_pairs_that_another_grader_read_are_counted_and_named_among_the_flips(
    behaved, solved, frame, one_rule
):
    first = run(behaved, solved, frame, refused=10, right=30).assign(graded_by="offline")
    second = first.copy()
    second.loc[:3, "graded_by"] = "judge"
    second.loc[:1, ["behaviour", "met"]] = ["answer", 0.0]
    comparison = compare_frames(first, second, one_rule, seed=0)
    assert comparison.counts.regraded == 4
    told = "In 4 of the 160 pairs the offline grader read one answer and judges the other"
    assert told in comparison.summary
    readers = comparison.flipped[["graded_by_first", "graded_by_second"]]
    assert readers.to_numpy().tolist() == [["offline", "judge"]] * 2
    assert "judges" not in compare_frames(first, first, one_rule, seed=0).summary


def test_a_comparison_counts_an_answer_once_that_two_policies_judge(behaved, frame):
    info = TWO_RULES | {
        ("q", "r"): RuleInfo("q", "r", True, False, "statute"),
    }
    frames = []
    for behaviour in ("answer", "refuse"):
        rows = []
        for policy in ("p", "q"):
            rows += beside_a_rule(behaved, [behaviour] * 4, strength="none", policy=policy)
            rows += beside_a_rule(behaved, [behaviour] * 4, policy=policy)
        rows += beside_a_rule(behaved, [behaviour] * 4, epoch=1)
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
    strange = {"behaviour": "unscored", "met": nan, "plain": nan, "extracted": 1.0}
    frames = [frame([solved(f"q{i}", score, **strange) for i in range(4)]) for score in (1.0, 0.0)]
    found = compare_frames(*frames, TWO_RULES, seed=0)
    (capability,) = [d for d in found.differences if d.metric == "capability"]
    assert (capability.n, found.counts.failed, found.counts.unscored) == (4, 0, 0)
    assert "could not be read" not in found.summary


def test_a_fact_that_turned_false_is_a_flip(row, frame):
    def facts(outcomes, **changes):
        made = [row(f"f{i}", kind="fact", outcome=one, **changes) for i, one in enumerate(outcomes)]
        return frame([*made, row("x", **changes)])

    first = facts(["true", "true", "true", "false", "", "silent"])
    second = facts(["false", "false", "silent", "false", "true", "silent"])
    found = compare_frames(first, second, {}, seed=0)
    assert (found.counts.flipped, len(found.flipped)) == (3, 3)
    assert found.counts.facts == {("true", "false"): 2, ("true", "silent"): 1}
    assert (
        "3 pairs flipped: their verdict, correctness or claim about a fact differs. Claims about "
        "facts: true -> false in 2, true -> silent in 1."
    ) in found.summary
    pairs = found.flipped[["outcome_first", "outcome_second"]].to_numpy().tolist()
    assert pairs == [["true", "false"]] * 2 + [["true", "silent"]]
    lost = facts(["false"] * 6, error=True)
    assert compare_frames(first, lost, {}, seed=0).counts.flipped == 0, (
        "a failed answer says nothing"
    )
