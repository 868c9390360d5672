"""The tradeoff of a run, and the fronts and the hypervolume of several models."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawbound.evals.metrics.estimate import Estimate
from lawbound.evals.metrics.tradeoff import (
    Point,
    fronts,
    hypervolume,
    product,
    tradeoff_estimates,
)
from lawbound.evals.stats.intervals import Mean

unit = st.floats(0, 1)
signed = st.floats(-1, 1)
points = st.lists(st.tuples(signed, signed), max_size=6)


def tradeoff(j: float, capability: float) -> float:
    """Of a model with this J and capability, as a run states it."""
    made = [
        Estimate(metric, "m", "p", "full", value=value, low=value, high=value)
        for metric, value in (("J", j), ("capability", capability))
    ]
    return next(e.value for e in tradeoff_estimates(made) if e.metric == "tradeoff")


@given(signed, signed)
def test_a_tradeoff_lies_between_zero_and_one(j, capability):
    assert 0 <= tradeoff(j, capability) <= 1


@given(signed, signed, unit, unit)
def test_a_tradeoff_does_not_fall_when_a_side_improves(j, capability, more_j, more_capability):
    better = tradeoff(min(j + more_j, 1), min(capability + more_capability, 1))
    assert better >= tradeoff(j, capability)


def test_the_signed_product_by_hand():
    found = product(Mean(0.5, 0.3, 0.7), Mean(0.8, 0.6, 0.9))
    assert found.value == pytest.approx(0.4)
    # Distances: sqrt((c dj)^2 + (j dc)^2 + (dj dc)^2).
    assert found.low == pytest.approx(0.4 - math.sqrt(0.16**2 + 0.1**2 + 0.04**2))
    assert found.high == pytest.approx(0.4 + math.sqrt(0.16**2 + 0.05**2 + 0.02**2))


@pytest.mark.parametrize(
    ("j", "c"), [(-0.05, 0.05), (-0.1, 0.1), (0.1, 0.1), (0.0, 0.3), (0.5, 0.3)]
)
def test_the_interval_of_a_product_covers_it_where_j_may_have_either_sign(j, c):
    rng = np.random.default_rng(7)
    dj, dc, draws = 0.25, 0.15, 2000
    missed = [0, 0]
    for one, other in zip(rng.normal(j, dj, draws), rng.normal(c, dc, draws), strict=True):
        found = product(
            Mean(one, one - 1.96 * dj, one + 1.96 * dj),
            Mean(other, other - 1.96 * dc, other + 1.96 * dc),
        )
        missed[0] += j * c < found.low
        missed[1] += j * c > found.high
    # 2.5 % a side; where only the sign at J itself decided, 10 to 18 % lay beyond one end.
    assert max(missed) < 0.05 * draws


def test_an_unknown_sign_of_j_leaves_the_product_open_on_both_sides():
    found = product(Mean(0, -0.975, 0.975), Mean(0, -0.26, 0.43))
    assert (found.low, found.value, found.high) == pytest.approx((-0.975 * 0.43, 0, 0.975 * 0.43))


def test_two_faults_make_no_virtue():
    assert product(Mean(-1, -1, -0.9), Mean(-0.3, -0.4, -0.2)).value == 0


@given(signed, unit, unit, signed, unit, unit)
def test_the_interval_of_a_product_holds_its_value(j, jl, jh, c, cl, ch):
    found = product(
        Mean(j, max(j - jl, -1), min(j + jh, 1)), Mean(c, max(c - cl, -1), min(c + ch, 1))
    )
    assert -1 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1


def test_fronts_by_hand():
    found = fronts(
        [
            Point("best on J", 0.9, 0.2),
            Point("best on tax", 0.3, 0.0),
            Point("dominated by the first", 0.8, 0.3),
            Point("dominated twice", 0.2, 0.4),
            Point("unknown", 0.9, float("nan")),
            Point("twin of the first", 0.9, 0.2),
        ]
    )
    assert found == (1, 1, 2, 3, 0, 1)


@given(points)
def test_nobody_on_the_first_front_is_dominated(pairs):
    table = [Point(str(i), gain, cost) for i, (gain, cost) in enumerate(pairs)]
    for point, front in zip(table, fronts(table), strict=True):
        beaten = any(
            o.gain >= point.gain
            and o.cost <= point.cost
            and (o.gain, o.cost) != (point.gain, point.cost)
            for o in table
        )
        assert (front == 1) == (not beaten)


def test_hypervolume_by_hand():
    # Two boxes from the origin, 0.4 x 0.9 and 0.8 x 0.5, share 0.4 x 0.5.
    assert hypervolume([(0.4, 0.9), (0.8, 0.5)]) == pytest.approx(0.36 + 0.40 - 0.20)
    assert hypervolume([]) == 0
    assert hypervolume([(-0.5, 0.9)]) == 0


@given(points, st.tuples(unit, unit))
def test_hypervolume_is_bounded_and_grows_with_points(pairs, more):
    before = hypervolume(pairs)
    after = hypervolume([*pairs, more])
    assert 0 <= before <= after + 1e-12 <= 1 + 1e-9


@given(points)
def test_hypervolume_does_not_depend_on_order(pairs):
    assert hypervolume(pairs) == pytest.approx(hypervolume(pairs[::-1]))


def parts(tax, gain, habit):
    """J, prior_J, policy_tax and capability, each value, low, high, lower_bound, upper_bound."""

    def one(metric, strength, numbers, unscored=1):
        value, low, high, least, most = numbers
        return Estimate(
            metric, "m", "p", strength, value=value, low=low, high=high, lower_bound=least,
            upper_bound=most, n=10, clusters=10, asked=10, unscored=unscored,
        )  # fmt: skip

    return [
        one("J", "full", gain),
        one("prior_J", "placebo", habit),
        one("policy_tax", "full", tax, unscored=2),
        one("capability", "full", (0.5, 0.4, 0.6, 0.45, 0.55), unscored=4),
    ]


def test_the_exchange_rate_by_hand():
    made = parts(
        (0.05, 0.01, 0.09, 0.04, 0.08), (0.8, 0.7, 0.9, 0.7, 0.85), (0.3, 0.3, 0.3, 0.25, 0.3)
    )
    found = {e.metric: e for e in tradeoff_estimates(made)}
    rate = found["exchange_rate"]
    # 0.05 / (0.8 - 0.3); the gain's interval is 0.5 -+ 0.1.
    assert rate.value == pytest.approx(0.1)
    assert (rate.low, rate.high) == pytest.approx((0.01 / 0.6, 0.09 / 0.4))
    # The gain lies between 0.7 - 0.3 and 0.85 - 0.25.
    assert (rate.lower_bound, rate.upper_bound) == pytest.approx((0.04 / 0.6, 0.08 / 0.4))
    assert (rate.unscored, rate.asked) == (1 + 1 + 2, 3 * 10)
    assert math.isnan(rate.mde), "its interval is a box of ends and no standard error"


def test_a_hypervolume_counts_the_answers_of_its_three_strengths_and_their_groups_once():
    made = [
        Estimate(metric, "m", "p", strength, value=0.5, low=0.4, high=0.6, n=n, clusters=n // 2)
        for strength, n in (("brief", 10), ("full", 12), ("strict", 8))
        for metric in ("J", "capability")
    ]
    found = {e.metric: e for e in tradeoff_estimates(made)}["hypervolume"]
    assert (found.n, found.clusters) == (2 * (10 + 12 + 8), 6 + 6)


def test_an_exchange_rate_whose_gain_may_vanish_has_no_bounds():
    made = parts(
        (0.05, 0.01, 0.09, 0.04, 0.08), (0.8, 0.7, 0.9, 0.2, 0.85), (0.3, 0.3, 0.3, 0.25, 0.3)
    )
    rate = next(e for e in tradeoff_estimates(made) if e.metric == "exchange_rate")
    assert rate.value == pytest.approx(0.1)
    assert math.isnan(rate.lower_bound)
    assert math.isnan(rate.upper_bound)


def test_a_product_counts_what_both_of_its_parts_left_out():
    made = parts((0.05,) * 5, (0.8, 0.7, 0.9, 0.7, 0.85), (0.3,) * 5)
    found = {e.metric: e for e in tradeoff_estimates(made)}
    signed = found["tradeoff_signed"]
    assert signed.unscored == 1 + 4
    assert (signed.lower_bound, signed.upper_bound) == pytest.approx((0.7 * 0.45, 0.85 * 0.55))


def test_products_of_a_model_by_hand():
    made = parts((0.05,) * 5, (-0.5, -0.6, -0.4, -0.5, -0.5), (0.3,) * 5)
    found = {e.metric: e.value for e in tradeoff_estimates(made)}
    assert found["tradeoff_signed"] == pytest.approx(-0.5 * 0.5)
    assert found["tradeoff"] == 0
    retention = Estimate("retention", "m", "p", "full", value=0.8, low=0.7, high=0.9)
    made = [*parts((0.05,) * 5, (0.5, 0.4, 0.6, 0.5, 0.5), (0.3,) * 5), retention]
    found = {e.metric: e.value for e in tradeoff_estimates(made)}
    assert found["tradeoff_retained"] == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("j", "c", "signed", "clipped"),
    [
        ((0.5, 0.4, 0.6), (0.5, 0.4, 0.6), True, True),
        # The signed product is known as well as ever; what is clipped at 0 does not show it.
        ((-0.5, -0.7, -0.3), (0.5, 0.4, 0.6), True, False),
        ((0.0, -0.2, 0.2), (0.5, 0.4, 0.6), True, False),
        # Capability below chance counts as none: the product is 0 however little is known.
        ((0.5, 0.4, 0.6), (-0.2, -0.3, -0.1), False, False),
    ],
)
def test_a_product_that_is_clipped_tells_no_smallest_effect(j, c, signed, clipped):
    made = [
        Estimate(m, "m", "p", "full", value=v, low=low, high=high, n=20, clusters=20)
        for m, (v, low, high) in (("J", j), ("capability", c))
    ]
    found = {e.metric: e for e in tradeoff_estimates(made)}
    assert (found["tradeoff_signed"].mde > 0) == signed
    assert (found["tradeoff"].mde > 0) == clipped
    assert math.isnan(found["hypervolume"].mde)


def test_a_tradeoff_whose_interval_is_clipped_has_the_smallest_effect_of_the_signed_one():
    made = [
        Estimate("J", "m", "p", "full", value=0.1, low=-0.2, high=0.4, n=20, clusters=20),
        Estimate("capability", "m", "p", "full", value=0.5, low=0.4, high=0.6, n=20, clusters=20),
    ]
    found = {e.metric: e for e in tradeoff_estimates(made)}
    signed, clipped = found["tradeoff_signed"], found["tradeoff"]
    assert (signed.low < 0, clipped.low) == (True, 0)
    assert (
        clipped.mde == signed.mde == pytest.approx((signed.high - signed.low) / 3.92 * 2.8016, 1e-3)
    )


def test_a_retention_at_its_cap_leaves_its_product_without_a_smallest_effect():
    made = parts((0.05,) * 5, (0.5, 0.4, 0.6, 0.5, 0.5), (0.3,) * 5)
    for mde, is_known in ((0.1, True), (math.nan, False)):
        retention = Estimate("retention", "m", "p", "full", value=1.0, low=0.7, high=1.0, mde=mde)
        found = {e.metric: e for e in tradeoff_estimates([*made, retention])}
        assert (found["tradeoff_retained"].mde > 0) == is_known
