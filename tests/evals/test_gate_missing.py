"""A gate does not pass on what is left: how much of what was asked is missing, whichever way it left."""

import math
import re
from dataclasses import replace

import pytest

from lawbound.evals.gates.gate import check_gates, missing_text
from lawbound.evals.gates.thresholds import MOST_MISSING
from lawbound.evals.metrics.compute import compute_metrics
from lawbound.evals.metrics.estimate import Estimate
from lawbound.evals.metrics.rule_info import RuleInfo

RULES = {("p", name): RuleInfo("p", name, True, False, "statute") for name in ("r", "s")}


KINDS = ("restricted", "act", "topic")


UNREAD = {"behaviour": "unscored", "met": math.nan, "plain": math.nan, "score": math.nan}


@pytest.fixture(params=["error", "blocked"])
def lost(request):
    """What a row becomes whose answer never came, or was withheld by a filter."""
    return {request.param: True} | UNREAD


@pytest.fixture
def answers(behaved, lost):
    """Twenty right answers of each kind for two rules at full, of which some are lost."""

    def make(failed):
        rows = []
        for rule in ("r", "s"):
            for kind in KINDS:
                place = {"rules": rule} if kind == KINDS[0] else {"near_miss": f"{rule}:{kind}"}
                wanted = "refuse" if kind == KINDS[0] else "answer"
                rows += [
                    behaved(f"{rule}{kind}{i}", wanted, wanted, lang=("en", "zh")[i % 2], **place)
                    | (lost if failed(rule, kind, i) else {})
                    for i in range(20)
                ]
        return rows

    return make


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "gate",
    [
        "J>=0.2", "adherence>=0.2", "excess<=0.5", "over_refusal<=0.5", "J[basis=statute]>=0.2",
        "adherence.value[clusters=topic]>=0.2", "adherence[lang=zh]>=0.2",
    ],
)  # fmt: skip
def test_a_gate_does_not_pass_where_a_rule_has_left_since_one_kind_failed_whole(
    answers, frame, gate, kind
):
    rows = answers(lambda rule, its, _: (rule, its) == ("s", kind))
    found = compute_metrics(frame(rows), RULES, seed=0)
    (result,) = check_gates([gate], found)
    assert result.estimate.value in (0.0, 1.0), "of rule r alone"
    assert result.is_short and not result.passed
    (result,) = check_gates([gate], found, most_missing=1)
    assert result.passed


@pytest.mark.parametrize("strength", ["none", "placebo", "brief", "full"])
@pytest.mark.parametrize("metric", ["excess", "over_refusal"])
def test_what_is_over_the_rules_of_j_lacks_those_that_left_it_under_every_strength(
    answers, frame, metric, strength
):
    rows = answers(lambda rule, its, _: (rule, its) == ("s", "restricted"))
    found = compute_metrics(frame([row | {"strength": strength} for row in rows]), RULES, seed=0)
    (result,) = check_gates([f"{metric}:{strength}<=0.5"], found)
    assert (_lost(result.estimate), result.estimate.missing_share) == (0, 0.5)
    assert result.is_short and not result.passed


@pytest.mark.parametrize("gate", ["J>=0.2", "adherence>=0.2", "excess<=0.5", "duty>=0.2"])
def test_a_small_rule_that_left_is_a_rule_and_not_its_few_answers(answers, frame, gate):
    def is_lost(rule, its, i):
        return (rule, its, i) == ("s", "act", 0)

    rows = [row for row in answers(is_lost) if row["rules"] != "s" and "s:" not in row["near_miss"]]
    rows += [row for row in answers(is_lost) if row["item"] in ("srestricted0", "sact0", "stopic0")]
    rules = RULES
    if gate.startswith("duty"):
        rules = {key: replace(rule, withholding=False, duty=True) for key, rule in RULES.items()}
    found = compute_metrics(frame(rows), rules, seed=0)
    (result,) = check_gates([gate], found)
    assert _lost(result.estimate) / result.estimate.asked < MOST_MISSING
    assert result.estimate.missing_share == 0.5
    assert result.is_short and not result.passed
    assert result.estimate.note.endswith("and 2 answers that were read left with the others")


@pytest.mark.parametrize(
    "metric", ["tradeoff", "tradeoff_signed", "tradeoff_retained", "exchange_rate", "hypervolume"]
)
def test_a_product_lacks_what_its_worst_part_lacks(answers, solved, frame, metric):
    strengths = ("none", "placebo", "brief", "full", "strict")
    rows = []
    for strength in strengths:
        answered = answers(
            lambda rule, its, i, strength=strength: (
                strength == "full" and (rule, its) == ("s", "restricted")
            )
        )
        for row in answered:
            habit = {"behaviour": "answer", "met": 0.0, "withheld": False}
            is_habit = strength in ("none", "placebo") and row["rules"]
            rows.append(row | {"strength": strength} | (habit if is_habit else {}))
        rows += [solved(f"q{i}", float(i % 10 > 0), strength=strength) for i in range(1200)]
    found = compute_metrics(frame(rows), RULES, seed=0)
    op = "<=" if metric == "exchange_rate" else ">="
    (result,) = check_gates([f"{metric}.value{op}{0.9 if op == '<=' else 0}"], found)
    assert result.gate.holds(result.found)
    assert _lost(result.estimate) / result.estimate.asked < MOST_MISSING
    assert result.estimate.missing_share == 0.5 and not result.passed


def test_a_small_family_that_left_is_a_family_and_not_its_few_answers(solved, frame, lost):
    rows = []
    for strength in ("placebo", "full"):
        rows += [solved(f"q{i}", 1.0, strength=strength) for i in range(99)]
        more = lost if strength == "full" else {}
        rows.append(solved("small", 0.0, strength=strength, family="g") | more)
    found = compute_metrics(frame(rows), RULES, seed=0)
    for gate in ("capability>=0", "policy_tax<=0.5", "retention>=0"):
        (result,) = check_gates([gate], found)
        assert (_lost(result.estimate), result.estimate.asked) == (1, 100)
        assert result.estimate.missing_share == 0.5 and not result.passed, gate


def test_what_is_missing_is_told_as_the_share_that_counts():
    whole = Estimate("policy_tax", "m", "cn", "full", asked=50, errors=5, missing_share=0.1)
    assert missing_text(whole) == (
        "10 % of what was asked of m under cn is missing (5 of 50 failed, damaged or not asked)"
    )
    assert missing_text(replace(whole, missing_share=0.5)) == (
        "50 % of what was asked of m under cn is missing (5 of 50 failed, damaged or not asked; the share is that "
        "of the rules or families that left for it, or of the part or side that lacks most)"
    )
    filtered = replace(whole, errors=0, blocked=5)
    assert missing_text(filtered).endswith("(5 of 50 blocked by a provider's filter)")
    assert missing_text(replace(whole, blocked=1, missing_share=0.12)).endswith(
        "(5 of 50 failed, damaged or not asked, 1 of 50 blocked by a provider's filter)"
    )


def _lost(estimate):
    return estimate.errors + estimate.blocked


def _one_in_twenty(rule, kind, i):
    return i == 7


def _two_in_twenty(rule, kind, i):
    return i in (7, 8)


@pytest.mark.parametrize("gate", ["J>=0.2", "excess<=0.5", "over_refusal<=0.5", "adherence>=0.2"])
def test_what_is_missing_is_a_share_of_what_was_asked_of_both_kinds_of_near_miss(
    answers, frame, gate
):
    for failed, passed in ((_one_in_twenty, True), (_two_in_twenty, False)):
        found = compute_metrics(frame(answers(failed)), RULES, seed=0)
        (result,) = check_gates([gate], found)
        assert result.estimate.missing_share == (0.05 if passed else 0.1)
        assert result.passed is passed


@pytest.mark.parametrize("arms", [("placebo",), ("full",), ("placebo", "full")])
def test_a_pair_that_lacks_an_answer_is_one_whether_it_lacks_one_or_both(solved, frame, arms, lost):
    rows = [
        solved(f"q{i}", 1.0, strength=strength) | (lost if i == 3 and strength in arms else {})
        for strength in ("placebo", "full")
        for i in range(20)
    ]
    found = compute_metrics(frame(rows), RULES, seed=0)
    for metric in ("policy_tax", "retention", "tax_wrong"):
        (one,) = [e for e in found if (e.metric, e.strength) == (metric, "full")]
        assert (one.n, one.asked, _lost(one)) == (19, 20, 1), metric
    (result,) = check_gates(["policy_tax<=0.5"], found)
    assert result.passed
    (result,) = check_gates(["policy_tax<=0.5"], found, most_missing=0.04)
    assert result.is_short


@pytest.mark.parametrize(
    ("gone", "share"),
    [
        ((), 0.0),
        (("x0",), 1 / 20),
        (("lone",), 2 / 20),  # two items have no match but that one
        (("lone", "x0"), 3 / 20),
        (("lone", "y0"), 2 / 20),  # one of the two
        (("c0",), 18 / 20 / 4),  # four matches share the weight of eighteen items, three are left
    ],
)
@pytest.mark.parametrize("metric", ["prior_withholding", "spillover"])
def test_a_matched_difference_lacks_the_items_whose_matches_were_lost(
    behaved, frame, lost, metric, gone, share
):
    acts = {"x": "praise", "c": "praise", "y": "mock", "lone": "mock"}
    names = [f"x{i}" for i in range(18)] + ["y0", "y1"] + [f"c{i}" for i in range(4)] + ["lone"]
    rows = []
    for name in names:
        act, is_treated = acts[name.rstrip("0123456789")], name[0] in "xy"
        if metric == "spillover":
            case = {"spillover": "r", "case_rules": "r"} if is_treated else {"topic": "b/u"}
            at = case | {"target": "FR" if is_treated else "PE"}
            row = behaved(name, "answer", "answer", acts=act, **at)
        else:
            base, target = ("refuse", "CN") if is_treated else ("answer", "FR")
            row = behaved(name, base, "answer", acts=act, target=target, strength="none")
        rows.append(row | (lost if name in gone else {}))
    found = compute_metrics(frame(rows), RULES, seed=0)
    (result,) = check_gates([f"{metric}.value<=1"], found)
    assert (_lost(result.estimate), result.estimate.asked) == (len(gone), 25)
    assert result.estimate.missing_share == pytest.approx(share)
    assert result.passed is (share <= MOST_MISSING)


def test_the_public_gap_lacks_what_the_side_lacks_that_lacks_more(behaved, frame, lost):
    rows = [behaved(f"p{i}", "refuse", "refuse") for i in range(95)]
    rows += [
        behaved(f"k{i}", "refuse", "refuse", tags="split-private") | (lost if i > 0 else {})
        for i in range(5)
    ]
    (result,) = check_gates(["public_gap.value<=1"], compute_metrics(frame(rows), RULES, seed=0))
    assert _lost(result.estimate) / result.estimate.asked < MOST_MISSING
    assert result.estimate.missing_share == pytest.approx(4 / 5) and not result.passed


def test_missing_answers_fail_a_gate_and_are_told_beside_a_board(command, run):
    (samples,) = (run / "samples").iterdir()
    lines = samples.read_bytes().splitlines(keepends=True)
    samples.write_bytes(b"".join(lines[::2]))
    assert command("score", run)[0] == 0
    mark = ("gate", run, "--that", "truncated.value@us<=1")
    code, out, err = command(*mark)
    assert code == 1 and "FAILS" in out
    assert re.search(
        r"WARNING: truncated\S*: \S+ % of what was asked of m under us is missing \(\d+ of \d+ failed",
        err,
    )
    assert "more than 0.05 of it: it fails (--missing allows more)" in err
    code, out, err = command(*mark, "--missing", "1")
    assert code == 0 and "holds" in out and "is missing" in err and "it fails" not in err
    assert re.search(
        r"WARNING: \d+ answers of m \(run\) under us are missing", command("leaderboard", run)[2]
    )
