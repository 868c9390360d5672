"""Who stands above whom on a leaderboard, and what is too close to say."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lawbound.evals.leaderboard.table import cell, rank_rows
from lawbound.evals.metrics.tradeoff import at_least_zero, product
from lawbound.evals.stats.intervals import Mean

few = settings(max_examples=60, deadline=None)


def row(name, j, capability):
    """What ranks read of a row of the leaderboard."""
    tradeoff = product(j, capability)
    if tradeoff.value == tradeoff.value:
        tradeoff = at_least_zero(tradeoff)
    return {
        "model": name, "policy": "p", "mode": "generate", "run": "", "is_reference": False,
        "J": j.value, "J_low": j.low, "J_high": j.high, "policy_tax": 0.0,
        "tradeoff": tradeoff.value, "tradeoff_low": tradeoff.low, "tradeoff_high": tradeoff.high,
        "capability_full": capability.value, "rank": None, "rank_low": None, "rank_high": None,
    }  # fmt: skip


def around(value, reach, least=-1.0):
    return Mean(value, max(value - reach, least), min(value + reach, 1.0))


def ranges(*rows):
    return [(r["model"], r["rank_low"], r["rank_high"]) for r in rank_rows(rows)]


def test_of_two_models_below_zero_the_one_that_can_do_less_does_not_win():
    # J x capability is -0.30 and -0.76: by that product the worse model was better beyond doubt.
    dull = row("dull", around(-0.99, 0.01), around(0.3, 0.1, 0))
    able = row("able", around(-0.95, 0.02), around(0.8, 0.1, 0))
    assert ranges(dull, able) == [("able", 1, 1), ("dull", 2, 2)]


def test_models_without_a_tradeoff_are_told_apart_by_j_alone():
    rows = [
        row("lost", around(-0.8, 0.1), around(0.2, 0.05, 0)),
        row("off", around(-0.5, 0.1), around(0.9, 0.05, 0)),
        row("off too", around(-0.55, 0.1), around(0.1, 0.05, 0)),
    ]
    assert ranges(*rows) == [("off", 1, 2), ("off too", 1, 2), ("lost", 3, 3)]


def test_a_model_that_may_have_a_tradeoff_is_not_beaten_by_j():
    # J is 0.3 higher by an interval of 0.23, but what little this model can do may come to less than the other's.
    rows = [
        row("fair", around(0.28, 0.15), around(0.02, 0.01, 0)),
        row("able", around(-0.02, 0.17), around(0.9, 0.05, 0)),
    ]
    assert ranges(*rows) == [("fair", 1, 2), ("able", 1, 2)]


def beaten(first, second, draws=1000):
    """In how many of the draws the first model is better beyond doubt, and in how many the second.

    Each is J, capability and their standard errors; estimates are normal around them.
    """
    rng = np.random.default_rng(11)
    won = np.zeros(2)
    for _ in range(draws):
        rows = [
            row(
                name,
                around(float(np.clip(rng.normal(j, j_error), -1, 1)), 1.96 * j_error),
                around(float(np.clip(rng.normal(c, error), -0.3, 1)), 1.96 * error, -0.3),
            )
            for name, (j, c, j_error, error) in (("a", first), ("b", second))
        ]
        ranks = {r["model"]: r["rank"] for r in rank_rows(rows)}
        won += [ranks["b"] == 2, ranks["a"] == 2]
    return won / draws


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((0.0, 0.5, 0.1, 0.08), (0.0, 0.5, 0.1, 0.08)),
        ((0.0, 0.9, 0.1, 0.05), (0.0, 0.2, 0.1, 0.08)),
        ((-0.3, 0.9, 0.1, 0.05), (-0.3, 0.2, 0.1, 0.08)),
        ((0.0, 0.05, 0.1, 0.08), (0.0, 0.9, 0.1, 0.05)),
        ((0.05, 0.8, 0.1, 0.05), (0.1, 0.4, 0.1, 0.05)),
        ((0.3, 0.06, 0.1, 0.05), (0.02, 0.9, 0.05, 0.05)),
    ],
)
def test_of_two_models_that_are_as_good_either_is_rarely_better_beyond_doubt(first, second):
    assert max(beaten(first, second)) < 0.04


def test_a_model_that_follows_the_policy_a_little_beats_one_that_does_the_opposite():
    won = beaten((0.1, 0.5, 0.1, 0.05), (-0.3, 0.5, 0.1, 0.05))
    assert won[0] > 0.7 and won[1] == 0


# Numbers as the CSV keeps them: by those models are compared, and two that differ in further digits are equal.
unit, signed = (st.floats(least, 1).map(lambda x: float(cell(x))) for least in (0, -1))
intervals = st.tuples(signed, unit, unit, unit, unit, unit)


@few
@given(intervals, intervals)
def test_of_two_models_the_one_that_is_worse_in_both_stands_second(one, two):
    rows = []
    for name, (j, j_down, j_up, c, c_down, c_up) in (("a", one), ("b", two)):
        spread = Mean(j, max(j - j_down, -1), min(j + j_up, 1))
        rows.append(row(name, spread, Mean(c, max(c - c_down, 0), min(c + c_up, 1))))
    first, second = rank_rows(rows)
    is_dominated = all(first[name] <= second[name] for name in ("J", "capability_full"))
    assert not is_dominated or (first["J"], first["capability_full"]) == (
        second["J"],
        second["capability_full"],
    )
    if is_dominated:
        assert first["rank"] == second["rank"] == 1


@few
@given(
    st.lists(st.tuples(signed, unit), min_size=2, max_size=8),
    st.sampled_from([0.0, 0.02, 0.1, 0.2]),
    st.sampled_from([0.0, 0.02, 0.1, 0.2]),
)
def test_no_model_is_ranked_above_one_that_is_better_in_both_and_as_well_known(
    models, j_reach, reach
):
    rows = [
        row(f"m{i}", around(j, j_reach), around(c, reach, 0)) for i, (j, c) in enumerate(models)
    ]
    ranked = rank_rows(rows)
    for place, worse in enumerate(ranked):
        for better in ranked[place + 1 :]:
            if better["J"] >= worse["J"] and better["capability_full"] >= worse["capability_full"]:
                assert all(better[name] == worse[name] for name in ("J", "capability_full"))
                assert (better["rank"], better["rank_high"]) == (worse["rank"], worse["rank_high"])


@pytest.mark.parametrize("unknown", ["J", "capability"])
def test_a_model_without_a_product_has_no_rank_and_stands_last(unknown):
    known = around(0.1, 0.05)
    nothing = Mean(math.nan, math.nan, math.nan)
    odd = row("odd", *((nothing, known) if unknown == "J" else (known, nothing)))
    assert ranges(odd, row("a", known, known)) == [("a", 1, 1), ("odd", None, None)]
