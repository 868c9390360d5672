import math

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lawbound.evals.leaderboard import csv_bytes, leaderboard_rows, metrics_rows
from lawbound.evals.metrics import compute_metrics

BEHAVIOURS = (
    "answer", "partial", "neutral", "refuse", "deflect", "off-topic", "empty", "degenerate",
    "unscored",
)  # fmt: skip
behaviours = st.lists(st.sampled_from(BEHAVIOURS), min_size=1, max_size=6)
few = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
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
    behaved, solved, one_rule, change
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
    board = leaderboard_rows(found, {})
    assert len(board) == 1
    assert csv_bytes(board).count(b"\n") == 2


def test_an_empty_frame_gives_empty_tables(behaved, one_rule):
    frame = pd.DataFrame.from_records([behaved("x", "answer", "answer")]).iloc[:0]
    found = compute_metrics(frame, one_rule, seed=0)
    assert found == ()
    assert csv_bytes(metrics_rows(found)).count(b"\n") == 1
    assert csv_bytes(leaderboard_rows(found, {})).count(b"\n") == 1


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
    once = pd.DataFrame.from_records(rows)
    thrice = pd.concat([once.assign(epoch=e) for e in range(3)], ignore_index=True)

    def adherence(frame):
        found = compute_metrics(frame, one_rule, seed=0)
        return next(e for e in found if e.metric == "adherence" and e.slice == "")

    one, three = adherence(once), adherence(thrice)
    assert (three.low, three.high) == pytest.approx((one.low, one.high))
