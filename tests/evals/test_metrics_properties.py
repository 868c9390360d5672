"""What holds of every metric, whatever the frame: bounds, intervals, and answers that count once."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lawbound.evals.leaderboard.board import leaderboard_rows, metrics_rows
from lawbound.evals.leaderboard.table import csv_bytes
from lawbound.evals.metrics.compute import compute_metrics
from lawbound.evals.metrics.registry import REPORTED
from lawbound.evals.metrics.rule_info import RuleInfo

BEHAVIOURS = (
    "answer", "partial", "neutral", "refuse", "deflect", "off-topic", "empty", "degenerate",
    "unscored",
)  # fmt: skip
behaviours = st.lists(st.sampled_from(BEHAVIOURS), min_size=1, max_size=6)
few = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
fewer = settings(few, max_examples=6)
UNBOUNDED = ("token_cost", "exchange_rate", "wording_spread", "placebo_spread")


def frame_of(behaved, solved, restricted, near_act, near_topic, right):
    rows = [behaved(f"x{i}", "refuse", b, rules="r") for i, b in enumerate(restricted)]
    for kind, found in (("act", near_act), ("topic", near_topic)):
        rows += [
            behaved(f"{kind}{i}", "answer", b, near_miss=f"r:{kind}") for i, b in enumerate(found)
        ]
    for strength, answers in zip(("placebo", "full"), right, strict=True):
        rows += [solved(f"q{i}", a, strength=strength) for i, a in enumerate(answers)]
    return pd.DataFrame.from_records(rows)


Row = dict[str, Any]

READ = BEHAVIOURS[:-1]
STRENGTHS = (
    "none", "placebo", "brief", "full", "strict", "native", "unnamed", "wrong-region", "full-without:r",
)  # fmt: skip
RULES = {
    (policy, rule): RuleInfo(policy, rule, rule == "r", rule != "r", "statute")
    for policy in "pq"
    for rule in "rs"
}
NOTHING: Row = {
    "behaviour": "unscored", "met": np.nan, "plain": np.nan, "withheld": False, "overshoot": False,
    "score": np.nan, "extracted": np.nan, "outcome": "", "trace_behaviour": "",
}  # fmt: skip
LOST: tuple[Row, ...] = (NOTHING, NOTHING | {"error": True}, NOTHING | {"blocked": True})


def random_frame(
    behaved: Callable[..., Row], *, seed: int, lost: float, items: int, epochs: int, skill: float
) -> pd.DataFrame:
    """Two policies that disagree, every arm, two languages, twins, countries, wordings and repeats.

    Args:
        behaved: The fixture that makes a row.
        seed: Draws the answers.
        lost: Share of answers that failed, were blocked or could not be read.
        items: Of each sort.
        epochs: Repeats.
        skill: Share of answers that do what the policy asks.
    """
    rng = np.random.default_rng(seed)
    mode = "choices" if seed % 2 else "generate"
    rows = []
    for policy in "pq":
        other = "q" if policy == "p" else "p"
        for name in STRENGTHS:
            strength = f"wrong-region:{other}" if name == "wrong-region" else name
            free = strength in ("none", "placebo")
            for number in range(items):
                for item, base, more in _asked(policy, number, mode, rng):
                    for epoch in range(epochs):
                        follows = rng.random() < skill
                        wanted = "answer" if free or base == "either" else base
                        said = wanted if follows else READ[rng.integers(len(READ))]
                        arm = {"policy": policy, "strength": strength, "epoch": epoch}
                        made = behaved(item, base, said, wording=number % 2, **arm) | more
                        if rng.random() < lost:
                            made |= LOST[rng.integers(len(LOST))]
                        rows.append(made)
    return pd.DataFrame.from_records(rows)


def _asked(
    policy: str, number: int, mode: str, rng: np.random.Generator
) -> Iterator[tuple[str, str, Row]]:
    """Item, base and what else is in its row, for one of each sort of item."""
    mine = policy == "p"
    for lang in ("en", "zh"):
        yield (
            f"x{number}{lang}",
            "refuse" if mine else "answer",
            {
                "group": f"x{number}", "lang": lang, "target": "CN",
                "rules": "r" if mine else "", "near_miss": "" if mine else "r:act",
                "tags": "split-private" if number == 0 else "",
            },
        )  # fmt: skip
        # Nobody is told what to do with it, so whatever was done, there is nothing to read.
        yield f"free{number}{lang}", "either", {
            "group": f"free{number}", "lang": lang, "target": "CN", "intl_base": "either",
            "tags": "split-private" if number == 1 else "",
        }  # fmt: skip
    yield f"core{number}", "refuse", {"rules": "r", "topic": "a/u", "intl_base": "refuse"}
    trace = READ[rng.integers(len(READ))]
    yield f"y{number}", "neutral", {"rules": "s", "topic": "a/w", "trace_behaviour": trace}
    case = {"spillover": "r", "case_rules": "r"} if mine else {}
    for kind in ("act", "topic"):
        for rule in "rs":
            near = {"near_miss": f"{rule}:{kind}", "target": "FR"}
            yield f"{kind}{rule}{number}", "answer", near | case
    yield f"m{number}", "answer", {"topic": "b/u", "target": "PE"}
    outcome = ("true", "false", "silent")[rng.integers(3)]
    yield f"f{number}", "answer", {"kind": "fact", "outcome": outcome}
    for family in "ab":
        for surface in ("neutral", "adjacent"):
            chance = 0.0 if mode == "generate" else (0.5, 0.25)[number % 2]
            yield (
                f"q{family}{surface}{number}",
                "answer",
                {
                    "group": f"q{family}{number}", "twin": f"{family}{number}", "family": family,
                    "surface": surface, "kind": "reasoning", "mode": mode, "chance": chance,
                    "score": float(rng.random() < 0.8), "extracted": float(rng.random() < 0.9),
                    "truncated": bool(rng.random() < 0.1),
                },
            )  # fmt: skip
    yield f"c{number}", "answer", {"kind": "creative", "family": "poem", "score": rng.random()}


answers = st.lists(st.booleans(), min_size=1, max_size=12)


@few
@given(behaviours, behaviours, behaviours, st.tuples(answers, answers))
def test_every_estimate_is_bounded_and_holds_its_value(
    behaved, solved, one_rule, restricted, near_act, near_topic, right
):
    frame = frame_of(behaved, solved, restricted, near_act, near_topic, right)
    found = compute_metrics(frame, one_rule, seed=0, resamples=50)
    for e in found:
        if math.isnan(e.value):
            assert e.note, e.metric
        elif e.metric not in UNBOUNDED:
            # A topic tax is a difference of differences.
            bound = 2 if e.metric == "topic_tax" else 1
            assert -bound - 1e-9 <= e.low <= e.value + 1e-9, e
            assert e.value - 1e-9 <= e.high <= bound + 1e-9, e


@few
@given(behaviours, behaviours, behaviours, st.data())
def test_j_does_not_fall_when_an_answer_improves(
    behaved, solved, one_rule, restricted, near_act, near_topic, data
):
    def j(groups):
        met, act, topic = groups
        frame = frame_of(behaved, solved, met, act, topic, ([True], [True]))
        found = compute_metrics(frame, one_rule, seed=0, resamples=50)
        return next(e.value for e in found if e.metric == "J" and e.slice == "")

    groups = [restricted, near_act, near_topic]
    which = data.draw(st.integers(0, 2))
    at = data.draw(st.integers(0, len(groups[which]) - 1))
    before = j(groups)
    if math.isnan(before) or groups[which][at] == "unscored":
        return
    better = [list(group) for group in groups]
    better[which][at] = "refuse" if which == 0 else "answer"
    assert j(better) >= before - 1e-12


@pytest.mark.parametrize("change", [{"error": True}, {"blocked": True}, {}])
def test_a_run_in_which_nothing_could_be_judged_concludes_nothing(
    behaved, solved, one_rule, run_record, change
):
    frame = frame_of(
        behaved, solved, ["unscored"] * 3, ["unscored"] * 3, ["unscored"] * 3, ([0], [0])
    )
    frame = frame.assign(score=float("nan"), extracted=float("nan"), behaviour="unscored", **change)
    found = compute_metrics(frame, one_rule, seed=0)
    headline = {e.metric: e for e in found if e.slice == "" and e.strength == "full"}
    for metric in ("J", "adherence", "excess", "capability", "policy_tax", "tradeoff"):
        assert math.isnan(headline[metric].value), metric
        assert headline[metric].note
    counted = headline["adherence"]
    assert counted.errors + counted.blocked + counted.unscored == 3
    board = leaderboard_rows(found, run_record())
    assert len(board) == 1
    assert csv_bytes(board).count(b"\n") == 2


def test_an_empty_frame_gives_empty_tables(behaved, one_rule, run_record):
    frame = pd.DataFrame.from_records([behaved("x", "answer", "answer")]).iloc[:0]
    found = compute_metrics(frame, one_rule, seed=0)
    assert found == ()
    assert csv_bytes(metrics_rows(found)).count(b"\n") == 1
    assert csv_bytes(leaderboard_rows(found, run_record())).count(b"\n") == 1


def test_the_same_frame_gives_the_same_bytes(behaved, solved, one_rule):
    frame = frame_of(
        behaved, solved, ["refuse", "answer"] * 5, ["answer"] * 9, ["refuse", "answer"] * 4,
        ([True] * 9, [True, False, True] * 3),
    )  # fmt: skip
    once, again = (csv_bytes(metrics_rows(compute_metrics(frame, one_rule, seed=4))) for _ in "ab")
    assert once == again


def test_adding_a_model_changes_no_number_of_another(behaved, solved, one_rule):
    frame = frame_of(
        behaved, solved, ["refuse", "answer"] * 5, ["answer"] * 9, ["refuse", "answer"] * 4,
        ([True] * 20, [True, False] * 10),
    )  # fmt: skip
    both = pd.concat([frame.assign(model="a"), frame], ignore_index=True)
    alone = compute_metrics(frame, one_rule, seed=4)
    beside = [e for e in compute_metrics(both, one_rule, seed=4) if e.model == "m"]
    assert csv_bytes(metrics_rows(alone)) == csv_bytes(metrics_rows(beside))


def test_epochs_of_policy_items_do_not_narrow_an_interval(behaved, solved, one_rule):
    # Three identical repeats must not count three times.
    rows = [
        behaved(f"x{i}", "refuse", b, rules="r") for i, b in enumerate(["refuse", "answer"] * 5)
    ]
    rows += [behaved(k, "answer", "answer", near_miss=f"r:{k}") for k in ("act", "topic")]
    once = pd.DataFrame.from_records(rows)
    thrice = pd.concat([once.assign(epoch=e) for e in range(3)], ignore_index=True)

    def adherence(frame):
        found = compute_metrics(frame, one_rule, seed=0)
        return next(e for e in found if e.metric == "adherence" and e.slice == "")

    one, three = adherence(once), adherence(thrice)
    assert (three.low, three.high) == pytest.approx((one.low, one.high))


frames = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 10_000), "items": st.integers(1, 8), "epochs": st.integers(1, 2),
        "skill": st.sampled_from([0.0, 0.5, 0.9, 1.0]),
    }
)  # fmt: skip
NEVER_BELOW_ZERO = (
    "adherence", "prior_match", "excess", "over_refusal", "fact_true", "fact_false", "fact_silent",
    "candour", "overshoot", "intl_gap", "truncated", "extraction", "trace_divergence", "tradeoff",
    "tradeoff_retained", "hypervolume", "spillover_share", "wording_spread", "placebo_spread",
)  # fmt: skip


@fewer
@given(frames, st.sampled_from([0.1, 0.4, 0.9]))
def test_bounds_and_intervals_hold_the_value_whatever_is_lost(behaved, shape, lost):
    found = compute_metrics(random_frame(behaved, lost=lost, **shape), RULES, seed=0, resamples=20)
    for e in found:
        if math.isnan(e.value):
            assert e.note, e
            continue
        if not math.isnan(e.lower_bound):
            assert e.lower_bound - 1e-9 <= e.value <= e.upper_bound + 1e-9, e
        if not math.isnan(e.low):
            assert e.low - 1e-9 <= e.value <= e.high + 1e-9, e
        if e.metric in NEVER_BELOW_ZERO:
            assert not e.low < -1e-9, e
            assert not e.lower_bound < -1e-9, e
            assert not e.high > 1 + 1e-9, e
        if e.unscored == 0 and e.metric != "exchange_rate":
            assert e.lower_bound == pytest.approx(e.value), e
            assert e.upper_bound == pytest.approx(e.value), e


TWINS = ("surface_gap", "topic_tax", "language_gap", "placebo_spread", "wording_spread")
"""Their `n` counts something else than what is asked for: answers, or pairs of them."""


@fewer
@given(frames, st.sampled_from([0.0, 0.1, 0.9]))
def test_what_was_asked_is_used_or_left_out_for_one_reason(behaved, shape, lost):
    found = compute_metrics(random_frame(behaved, lost=lost, **shape), RULES, seed=0, resamples=20)
    for e in found:
        left = e.unscored + e.errors + e.blocked
        assert 0 <= left <= e.asked, e
        if e.metric not in TWINS:
            assert e.n + left <= e.asked, e
        if e.metric in ("capability", "policy_tax", "length_tax", "token_cost", "fact_true"):
            assert e.n + left == e.asked or math.isnan(e.value), e


@fewer
@given(frames)
def test_bounds_collapse_to_the_value_where_everything_was_read(behaved, shape):
    found = compute_metrics(random_frame(behaved, lost=0.0, **shape), RULES, seed=0, resamples=20)
    for e in found:
        if e.metric == "trace_divergence":  # an empty answer is read, and yet differs from no trace
            continue
        assert (e.unscored, e.errors, e.blocked) == (0, 0, 0)
        if not math.isnan(e.value):
            assert e.lower_bound == pytest.approx(e.value), e
            assert e.upper_bound == pytest.approx(e.value), e


@fewer
@given(frames, st.sampled_from([0.1, 0.3]), st.data())
def test_bounds_hold_whatever_the_unread_answers_turn_out_to_be(behaved, shape, lost, data):
    frame = random_frame(behaved, lost=lost, **shape)
    read = frame.copy()
    rng = np.random.default_rng(data.draw(st.integers(0, 10_000)))
    always = data.draw(st.sampled_from([None, "refuse", "answer", "empty", "deflect"]))
    open_ = (frame["behaviour"] == "unscored") & ~frame["error"] & ~frame["blocked"]
    for at in frame.index[open_]:
        said = always or READ[rng.integers(len(READ))]
        made = behaved("", frame.at[at, "base"], said)
        right = float(rng.integers(2)) if always is None else float(always == "answer")
        made |= {"score": right, "outcome": ("true", "false", "silent")[rng.integers(3)]}
        kind = frame.at[at, "kind"]
        names = {
            "policy": ["behaviour", "met", "plain", "withheld", "overshoot"],
            "fact": ["behaviour", "met", "plain", "withheld", "overshoot", "outcome"],
        }.get(kind, ["behaviour", "met", "plain", "withheld", "overshoot", "score"])
        for name in names:
            read.at[at, name] = made[name]
    before, after = (compute_metrics(f, RULES, seed=0, resamples=20) for f in (frame, read))
    now = {(e.metric, e.policy, e.strength, e.slice, e.mode): e.value for e in after}
    for e in before:
        value = now.get((e.metric, e.policy, e.strength, e.slice, e.mode), math.nan)
        if not (math.isnan(value) or math.isnan(e.value) or math.isnan(e.lower_bound)):
            assert e.lower_bound - 1e-9 <= value <= e.upper_bound + 1e-9, (e, value)


def test_a_random_frame_has_a_value_of_every_metric(behaved):
    frame = random_frame(behaved, seed=0, lost=0.0, items=8, epochs=1, skill=0.95)
    found = compute_metrics(frame, RULES, seed=0, resamples=20)
    known = {e.metric for e in found if not math.isnan(e.value)}
    assert set(REPORTED) - known == set()


def test_a_metric_of_which_each_way_of_asking_has_its_own_value_says_so(behaved):
    frame = random_frame(behaved, seed=1, lost=0.0, items=8, epochs=1, skill=0.95)
    found = compute_metrics(frame, RULES, seed=0, resamples=20)
    # The spread of J, unlike that of capability, is one of all modes together.
    apart = {e.metric for e in found if e.mode == "choices"} - {"wording_spread"}
    assert {name for name, metric in REPORTED.items() if metric.by_mode} == apart
