"""Intervals, correlations and tests of significance, against published values and those worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from lawbound.evals.stats.correlation import pooled_icc
from lawbound.evals.stats.intervals import (
    Design,
    Mean,
    affine,
    clopper_pearson,
    difference,
    rate,
)
from lawbound.evals.stats.paired import signed_mean
from lawbound.evals.stats.significance import holm, p_from_interval, sign_flip
from lawbound.evals.stats.strata import size_classes
from lawbound.evals.stats.unbounded import cluster_t


def alone(n: int) -> Design:
    """Every answer its own cluster."""
    return Design(np.arange(n), np.arange(n))


@pytest.mark.parametrize(("hits", "n"), [(0, 7), (3, 10), (285, 300), (12, 12)])
def test_one_answer_a_cluster_gives_the_interval_of_clopper_and_pearson(hits, n):
    y = np.r_[np.ones(hits), np.zeros(n - hits)]
    mean = rate(y, alone(n), icc=0.3)
    exact = binomtest(hits, n).proportion_ci(0.95, "exact")
    assert (mean.low, mean.high) == pytest.approx((exact.low, exact.high))
    assert clopper_pearson(hits, n) == pytest.approx(proportion_confint(hits, n, method="beta"))


def test_clusters_that_agree_wholly_count_as_one_answer_each():
    y = np.repeat([1.0, 0.0, 1.0, 1.0, 0.0], 4)
    cluster = np.repeat(np.arange(5), 4)
    mean = rate(y, Design(np.arange(20), cluster), icc=1.0)
    exact = binomtest(3, 5).proportion_ci(0.95, "exact")
    assert mean.effective == pytest.approx(5)
    assert (mean.low, mean.high) == pytest.approx((exact.low, exact.high))


def test_strata_weigh_the_same():
    y = np.array([1.0] * 9 + [0.0] * 3)
    design = Design(np.arange(12), np.arange(12), np.array([0] * 9 + [1] * 3))
    assert rate(y, design, icc=0.3).value == pytest.approx(0.5)


def test_strata_of_unlike_size_are_joined_as_a_sum():
    y = np.r_[np.ones(2), np.ones(36), np.zeros(4)]
    stratum = np.array([0] * 2 + [1] * 40)
    mean = rate(y, Design(np.arange(42), np.arange(42), stratum), icc=0.3)
    small, large = (binomtest(*of).proportion_ci(0.95, "exact") for of in ((2, 2), (36, 40)))
    assert mean.value == pytest.approx(0.95)
    assert mean.low == pytest.approx(0.95 - np.hypot((1 - small.low) / 2, (0.9 - large.low) / 2))
    assert mean.high == pytest.approx(0.95 + (large.high - 0.9) / 2)
    # As many answers as have an exact interval of that width.
    ends = clopper_pearson(0.95 * mean.effective, mean.effective)
    assert ends[1] - ends[0] == pytest.approx(mean.high - mean.low, rel=1e-3)


def test_strata_of_unlike_size_that_share_groups_are_joined_as_far_as_their_answers_are_alike():
    y = np.r_[np.ones(2), np.ones(36), np.zeros(4)]
    stratum = np.array([0] * 2 + [1] * 40)
    # Both groups of the small stratum have another question in the large one.
    group = np.r_[0, 1, np.arange(40)]
    mean = rate(y, Design(np.arange(42), group, stratum), icc=0.3)
    small, large = (binomtest(*of).proportion_ci(0.95, "exact") for of in ((2, 2), (36, 40)))
    # Weights 1/4 and 1/80: two groups have both, and answers of a group correlate by 0.3.
    alike = 0.3 * 2 / (4 * 80) / np.sqrt(2 / 4**2 * 40 / 80**2)
    below = (1 - small.low) / 2, (0.9 - large.low) / 2
    joined = np.sqrt(below[0] ** 2 + below[1] ** 2 + 2 * alike * below[0] * below[1])
    assert mean.low == pytest.approx(0.95 - joined)
    again = rate(y, Design(group, group, stratum), icc=0.3)
    assert again.low < mean.low, "one answer counted in both strata is wholly alike"


def test_strata_are_pooled_with_those_of_half_as_many_clusters_again_or_one_more():
    sizes = [1, 2, 4, 6, 7, 10, 11]
    stratum = np.repeat([7, 3, 9, 1, 4, 5, 6], sizes)
    # 1 and one more; 4 and half as many again; 7 and half as many again, which 11 is not.
    classes = size_classes(stratum, np.arange(41))
    assert classes.tolist() == np.repeat([0, 0, 1, 1, 2, 2, 3], sizes).tolist()
    # Clusters count, and not answers.
    assert (
        size_classes(np.repeat([0, 1], [4, 8]), np.repeat([0, 1, 2, 3, 4], [2, 2, 2, 2, 4])).max()
        == 0
    )


def test_classes_that_share_their_answers_err_together():
    y, stratum = np.r_[1.0, 0.0, np.tile([1.0, 0.0], 10)], np.array([0] * 2 + [1] * 20)
    unit = np.r_[0, 1, np.arange(20)]
    apart = rate(y, Design(np.arange(22), np.arange(22), stratum), icc=0.3)
    shared = rate(y, Design(unit, unit, stratum), icc=0.3)
    assert shared.high - shared.low > apart.high - apart.low + 0.01


def test_the_intracluster_correlation_of_identical_answers_is_near_one():
    cluster = np.repeat(np.arange(100), 3)
    y = np.repeat(np.arange(100) % 2, 3).astype(float)
    # 99 degrees of freedom at 1, shrunk by 6 at 0.3.
    expected = (99 * 1 + 6 * 0.3) / 105
    assert pooled_icc(y, cluster, np.zeros(300, dtype=int)) == pytest.approx(expected)


def test_a_difference_takes_the_distances_of_its_parts():
    joined = difference(Mean(0.6, 0.5, 0.7), Mean(0.4, 0.36, 0.48))
    assert joined.value == pytest.approx(0.2)
    assert joined.low == pytest.approx(0.2 - np.hypot(0.1, 0.08))
    assert joined.high == pytest.approx(0.2 + np.hypot(0.1, 0.04))


def test_gains_and_losses_of_the_same_size_cancel_and_widen():
    d = np.array([1.0, -1.0] * 10 + [0.0] * 20)
    mean = signed_mean(d, alone(40), bound=1.0, icc=0.0)
    quiet = signed_mean(np.zeros(40), alone(40), bound=1.0, icc=0.0)
    assert mean.value == 0
    assert mean.high == pytest.approx(-mean.low)
    assert mean.high > 1.5 * quiet.high


def test_a_difference_of_four_answers_has_the_interval_of_its_steps():
    # Losses of one step 8/20 [0.191, 0.639], of both 2/20 [0.012, 0.317]; no gain: 0 [0, 0.168] for either step.
    d = np.array([-2.0] * 2 + [-1.0] * 6 + [0.0] * 12)
    mean = signed_mean(d, alone(20), bound=2.0, icc=0.3, steps=2)
    once, twice, never = (np.array(clopper_pearson(hits, 20)) for hits in (8, 2, 0))
    alike = np.sqrt((2 / 18) / (8 / 12))  # the second step implies the first
    below, above = (
        np.sqrt(one**2 + two**2 + 2 * alike * one * two)
        for one, two in ((0.4 - once[0], 0.1 - twice[0]), (once[1] - 0.4, twice[1] - 0.1))
    )
    gain = never[1] * np.sqrt(2)
    assert mean.value == pytest.approx(-0.5)
    assert mean.low == pytest.approx(-0.5 - above)
    assert mean.high == pytest.approx(-0.5 + np.hypot(below, gain))


def test_differences_of_one_step_are_read_alike_however_large_they_could_be():
    d = np.array([1.0] * 60 + [-1.0] * 20 + [0.0] * 120)
    narrow = signed_mean(d, alone(200), bound=1.0, icc=0.3)
    wide = signed_mean(d, alone(200), bound=2.0, icc=0.3, steps=2)
    assert wide.value == pytest.approx(narrow.value)
    assert 1 < (wide.high - wide.low) / (narrow.high - narrow.low) < 1.05


def test_sign_flips_of_four_clusters_are_counted_by_hand():
    # |sum| over the 16 patterns of (1, 1, 1, 2): 5 twice; 3 six times; 1 eight times.
    sums = np.array([1.0, 1.0, 1.0, 2.0])
    rng = np.random.default_rng(0)
    assert sign_flip(sums, np.arange(4), rng=rng) == pytest.approx((0 + 2 / 2) / 16)
    assert sign_flip(sums * [1, 1, -1, 1], np.arange(4), rng=rng) == pytest.approx((2 + 6 / 2) / 16)


def test_a_cluster_flips_whole():
    # Two clusters of two: +1 +1 and -1 +1, so only one cluster has changed on balance.
    d = np.array([1.0, 1.0, -1.0, 1.0])
    assert sign_flip(d, np.array([0, 0, 1, 1]), rng=np.random.default_rng(0)) == 0.5


def test_nothing_changed_is_no_evidence():
    assert sign_flip(np.zeros(9), np.arange(9), rng=np.random.default_rng(0)) == 1.0


@pytest.mark.parametrize(
    "p_values",
    [[0.04], [0.01, 0.04, 0.03, 0.005], [0.2, 0.2, 0.001], [1.0, 0.0, 0.5, 0.5, 0.02]],
)
def test_holm_agrees_with_statsmodels(p_values):
    expected = np.asarray(multipletests(p_values, method="holm")[1])
    assert holm(p_values) == pytest.approx(tuple(expected.tolist()))


def test_holm_leaves_out_what_is_unknown():
    assert holm([0.01, float("nan"), 0.04])[0] == pytest.approx(0.02)
    assert np.isnan(holm([0.01, float("nan"), 0.04])[1])


def test_the_p_value_of_an_interval_is_where_it_starts_to_leave_zero():
    y = np.r_[np.ones(15), np.zeros(5)]
    p = p_from_interval(lambda a: affine(rate(y, alone(20), icc=0.3, alpha=a), low=-1, high=1))
    # Twice the upper tail, which is what the exact interval inverts.
    assert p == pytest.approx(2 * binomtest(15, 20, alternative="greater").pvalue, rel=0.01)


@given(
    st.lists(st.integers(0, 1), min_size=2, max_size=30),
    st.integers(1, 6),
    st.floats(0, 1),
)
def test_an_interval_holds_its_value_and_stays_in_bounds(hits, size, icc):
    y = np.array(hits, dtype=float)
    cluster = np.arange(len(y)) // size
    mean = rate(y, Design(np.arange(len(y)), cluster), icc=icc)
    assert 0 <= mean.low <= mean.value <= mean.high <= 1
    assert mean.clusters == len(set(cluster.tolist()))


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=2, max_size=40),
    st.lists(st.integers(1, 6), min_size=4, max_size=4),
    st.floats(0, 1),
)
def test_an_interval_does_not_depend_on_how_often_the_same_answers_are_given(answers, times, icc):
    score, stratum = np.array(answers).T
    y, unit = score / 4, np.arange(len(score))
    # Equally often within a stratum: else its mean would be another.
    often = np.array(times)[stratum]
    columns = unit, unit // 2, stratum
    one = rate(y, Design(*columns), icc=icc)
    two = rate(np.repeat(y, often), Design(*(np.repeat(c, often) for c in columns)), icc=icc)
    assert (two.low, two.value, two.high) == pytest.approx((one.low, one.value, one.high))
    assert (two.clusters, two.mde) == pytest.approx((one.clusters, one.mde), nan_ok=True)


def test_translations_that_are_all_answered_alike_show_no_more_of_their_strata():
    y, group, stratum = np.array([1, 1, 1, 0, 0, 0.0]), np.arange(6), np.repeat([0, 1, 2], 2)
    once = rate(y, Design(group, group, stratum), icc=1.0)
    many = (np.repeat(codes, 14) for codes in (group, stratum))
    translated = rate(np.repeat(y, 14), Design(np.arange(84), *many), icc=1.0)
    assert translated.low <= once.low + 1e-12
    assert translated.high >= once.high - 1e-12


@given(st.lists(st.integers(0, 1), min_size=4, max_size=30), st.randoms())
def test_an_interval_does_not_depend_on_the_order_of_answers(hits, random):
    order = list(range(len(hits)))
    random.shuffle(order)
    y, cluster = np.array(hits, dtype=float), np.arange(len(hits)) // 2
    stratum = np.arange(len(hits)) % 3
    unit = np.arange(len(hits))
    one = rate(y, Design(unit, cluster, stratum), icc=0.2)
    two = rate(y[order], Design(unit[order], cluster[order], stratum[order]), icc=0.2)
    assert (one.low, one.value, one.high) == pytest.approx((two.low, two.value, two.high))


def test_the_smallest_detectable_effect_is_2_8_standard_errors():
    # 0.05 x (1.9600 + 0.8416)
    assert Mean(0.4, 0.4 - 0.098, 0.4 + 0.098).mde == pytest.approx(0.140, abs=1e-3)


def test_where_an_end_lies_at_the_value_the_other_one_tells_the_smallest_effect():
    # Ten of ten: [0.692, 1]. The upper end is no distance at all, and half the width half a distance.
    mean = rate(np.ones(10), alone(10), icc=0.3)
    assert mean.mde == pytest.approx((1 - 0.6915) / 1.96 * 2.8016, rel=1e-3)
    assert np.isnan(Mean(0.0, 0.0, 0.0).mde)
    assert np.isnan(Mean(0.5, -np.inf, np.inf).mde)


@pytest.mark.parametrize(("losses", "gains"), [(7, 2), (5, 0), (6, 5), (3, 3)])
def test_flips_of_single_items_are_mcnemars_mid_p(losses, gains):
    d = np.r_[np.ones(losses), -np.ones(gains), np.zeros(10)]
    n = losses + gains
    exact = mcnemar([[4, losses], [gains, 6]], exact=True).pvalue
    ties = binom.pmf(losses, n, 0.5) + (binom.pmf(gains, n, 0.5) if losses != gains else 0)
    found = sign_flip(d, np.arange(len(d)), rng=np.random.default_rng(0))
    assert found == pytest.approx(exact - ties / 2)


def test_the_interval_over_clusters_is_that_of_a_cluster_robust_regression():
    y = np.array([3.0, 5.0, 4.0, 9.0, 8.0, 2.0, 7.0, 7.5])
    cluster = np.array([0, 0, 1, 1, 1, 2, 3, 3])
    fit = OLS(y, np.ones((8, 1))).fit(cov_type="cluster", cov_kwds={"groups": cluster}, use_t=True)
    low, high = np.asarray(fit.conf_int())[0]
    found = cluster_t(y, cluster)
    assert (found.value, found.low, found.high) == pytest.approx((y.mean(), low, high))


def test_an_interval_says_how_it_was_made():
    y, design = np.array([0.0, 1.0, 1.0]), alone(3)
    share = rate(y, design, icc=0.0)
    assert share.method == affine(share, low=-1.0, high=1.0).method == "korn-graubard"
    assert difference(share, share).method == "mover"
    assert signed_mean(y, design, bound=1.0, icc=0.0).method == "mover"
    assert cluster_t(y, design.cluster).method == "cluster-t"


@pytest.mark.parametrize("share", [0.1 + 0.2, 1 / 3, 0.7])
def test_a_difference_of_equal_shares_is_zero(share):
    other = share + 2**-54 if share < 0.5 else share - 2**-53
    low, high = share - 0.1, share + 0.1
    assert difference(Mean(share, low, high), Mean(other, low, high)).value == 0.0
