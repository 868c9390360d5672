"""Models with known truth: do intervals cover it, do tests keep their size, is power as predicted?"""

import math
from itertools import product as grid

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

from lawbound.evals.forecast.power import power_of
from lawbound.evals.metrics.compute import compute_metrics
from lawbound.evals.metrics.rule_answers import Entries
from lawbound.evals.metrics.rule_info import RuleInfo
from lawbound.evals.metrics.rule_means import rule_means
from lawbound.evals.metrics.tradeoff import product
from lawbound.evals.stats.correlation import pooled_icc
from lawbound.evals.stats.intervals import Design, Mean, rate
from lawbound.evals.stats.paired import signed_mean
from lawbound.evals.stats.significance import sign_flip

COVERED = 0.93


def cluster_rates(rng, rate_, icc, size):
    """Rates of clusters whose answers have the given intracluster correlation."""
    if icc == 0:
        return np.full(size, rate_)
    kappa = (1 - icc) / icc
    return rng.beta(rate_ * kappa, (1 - rate_) * kappa, size=size)


def answers(rng, clusters, rate_, icc, largest):
    sizes = rng.integers(1, largest + 1, size=clusters)
    cluster = np.repeat(np.arange(clusters), sizes)
    return (rng.random(len(cluster)) < cluster_rates(rng, rate_, icc, clusters)[cluster]).astype(
        float
    ), cluster


def coverage_of_a_rate(rng, clusters, rate_, icc, *, runs, largest=8):
    covered = width = 0.0
    for _ in range(runs):
        y, cluster = answers(rng, clusters, rate_, icc, largest)
        pooled = pooled_icc(y, cluster, np.zeros(len(y), dtype=np.intp))
        mean = rate(y, Design(np.arange(len(y)), cluster), icc=pooled)
        covered += mean.low <= rate_ <= mean.high
        width += mean.high - mean.low
    return covered / runs, width / runs


@pytest.mark.parametrize(("clusters", "rate_", "icc"), [(5, 0.9, 0.6), (30, 0.5, 0.3)])
def test_intervals_of_rates_cover(clusters, rate_, icc):
    covered, _ = coverage_of_a_rate(np.random.default_rng(1), clusters, rate_, icc, runs=250)
    assert covered >= COVERED


@pytest.mark.sim
@pytest.mark.parametrize(
    ("clusters", "rate_", "icc"),
    list(grid((5, 20, 200), (0.01, 0.1, 0.5, 0.99), (0.0, 0.3, 0.6))),
)
def test_intervals_of_rates_cover_everywhere(clusters, rate_, icc):
    rng = np.random.default_rng([clusters, int(rate_ * 100), int(icc * 10)])
    covered, width = coverage_of_a_rate(rng, clusters, rate_, icc, runs=700)
    assert covered >= COVERED, f"width {width:.3f}"
    if clusters == 200 and icc == 0:
        # 900 answers on average: not much wider than if their clusters were known not to matter.
        assert width < 1.35 * 2 * 1.96 * math.sqrt(rate_ * (1 - rate_) / 900) + 0.004


UNLIKE = {
    # Equal strata at opposite ends: no stratum varies, and the sum over them tells nothing of that.
    "opposite": ((0.98, 0.02), (20, 20)),
    "opposite, many": ((0.995,) * 11 + (0.01,) * 2, (46,) * 13),
    "opposite, eight": ((0.99,) * 4 + (0.02,) * 4, (20,) * 8),
    "all over": (tuple(np.linspace(0.05, 0.95, 10)), (20,) * 10),
    # A small stratum carries the variance, and is worse than the large ones.
    "one of 2 beside 20 and 60": ((0.6, 0.99, 0.99), (2, 20, 60)),
    "one of 3 beside 20 and 60": ((0.8, 0.99, 0.99), (3, 20, 60)),
    "one of 2 beside 15": ((0.7, 0.98, 0.98, 0.98), (2, 15, 15, 15)),
    "one of 1 beside 10 and 40": ((0.9, 0.9, 0.9), (1, 10, 40)),
    "one of 5 beside 40 and 80": ((0.6, 0.99, 0.99), (5, 40, 80)),
    "one of 2 beside 6": ((0.6, *(0.99,) * 8), (2, *(6,) * 8)),
    "one of 2 beside 4": ((0.7, *(0.98,) * 8), (2, *(4,) * 8)),
    "one of 3 beside 6": ((0.5, *(0.99,) * 9), (3, *(6,) * 9)),
    "one of 4 beside 6": ((0.5, *(0.99,) * 9), (4, *(6,) * 9)),
    "one of 20 beside 40": ((0.8, *(0.99,) * 9), (20, *(40,) * 9)),
    "as good as the others": ((0.9,) * 4, (1, 1, 2, 2)),
}
LIKE_ENOUGH = {"one of 4 beside 6": 0.92}
"""Of a size that is still pooled, and much worse: docs/validation.md names what that costs."""


def coverage_of_a_macro_mean(rng, rates, groups, *, icc, runs):
    hits = width = 0.0
    for _ in range(runs):
        drawn = [
            answers(rng, k, p, icc, 3 if icc else 1) for p, k in zip(rates, groups, strict=True)
        ]
        y = np.concatenate([mine for mine, _ in drawn])
        stratum = np.repeat(np.arange(len(drawn)), [len(mine) for mine, _ in drawn])
        cluster = np.concatenate([own for _, own in drawn]) + stratum * max(groups)
        pooled = pooled_icc(y, cluster, stratum)
        mean = rate(y, Design(np.arange(len(y)), cluster, stratum), icc=pooled)
        hits += mean.low - 1e-9 <= np.mean(rates) <= mean.high + 1e-9
        width += mean.high - mean.low
    return hits / runs, width / runs


@pytest.mark.parametrize("name", ["opposite", "one of 2 beside 20 and 60"])
def test_intervals_of_macro_means_cover_where_strata_differ(name):
    rates, groups = UNLIKE[name]
    covered, _ = coverage_of_a_macro_mean(
        np.random.default_rng(4), rates, groups, icc=0.0, runs=150
    )
    assert covered >= COVERED


@pytest.mark.sim
@pytest.mark.parametrize("icc", [0.0, 0.3])
@pytest.mark.parametrize("name", UNLIKE)
def test_intervals_of_macro_means_cover_wherever_strata_differ(name, icc):
    rates, groups = UNLIKE[name]
    rng = np.random.default_rng([len(groups), sum(groups), int(icc * 10)])
    covered, width = coverage_of_a_macro_mean(rng, rates, groups, icc=icc, runs=600)
    assert covered >= LIKE_ENOUGH.get(name, 0.94), f"width {width:.3f}"


@pytest.mark.sim
@pytest.mark.parametrize("given", ["repeats", "translations"])
@pytest.mark.parametrize(
    ("strata", "groups", "spread"), [(10, 2, None), (10, 2, 1.0), (10, 3, 0.3), (20, 2, 1.0)]
)
def test_intervals_of_macro_means_cover_if_each_answer_is_given_many_times(
    strata, groups, spread, given
):
    rng = np.random.default_rng([strata, groups])
    times, runs, hits = 5, 500, 0
    stratum = np.repeat(np.arange(strata), groups * times)
    cluster = np.repeat(np.arange(strata * groups), times)
    unit = cluster if given == "repeats" else np.arange(len(cluster))
    for _ in range(runs):
        rates = rng.beta(spread, spread, size=strata) if spread else np.full(strata, 0.5)
        once = rng.random((strata, groups)) < rates[:, None]
        y = np.repeat(once.ravel(), times).astype(float)
        mean = rate(y, Design(unit, cluster, stratum), icc=pooled_icc(y, cluster, stratum))
        hits += mean.low <= rates.mean() <= mean.high
    assert hits / runs >= COVERED


@pytest.mark.sim
@pytest.mark.parametrize(
    ("strata", "groups", "rate_"), [(5, 15, 0.8), (12, 20, 0.9), (13, 46, 0.7)]
)
def test_intervals_of_macro_means_of_like_strata_are_not_much_wider_than_need_be(
    strata, groups, rate_
):
    rng = np.random.default_rng([strata, groups])
    covered, width = coverage_of_a_macro_mean(
        rng, (rate_,) * strata, (groups,) * strata, icc=0.0, runs=500
    )
    assert covered >= COVERED
    assert width < 1.15 * 2 * 1.96 * math.sqrt(rate_ * (1 - rate_) / (strata * groups))


def entries(rng, adherence, near_act, near_topic, *, groups, largest, icc):
    """One policy: rules with restricted items and both kinds of near-miss; groups of each rule."""
    rule, role, good, cluster = [], [], [], []
    at = 0
    groups = np.broadcast_to(groups, len(adherence))
    rates = zip(adherence, near_act, near_topic, groups.tolist(), strict=True)
    for r, (a, e1, e2, size) in enumerate(rates):
        for kind, p in enumerate((a, 1 - e1, 1 - e2)):
            y, own = answers(rng, size, p, icc, largest)
            rule.append(np.full(len(y), r))
            role.append(np.full(len(y), kind))
            good.append(y)
            cluster.append(own + at)
            at += size
    y, cluster = np.concatenate(good), np.concatenate(cluster)
    n = len(y)
    return Entries(
        row=np.arange(n), rule=np.concatenate(rule), role=np.concatenate(role), good=y,
        withheld=1 - y, cluster=cluster, draw=rng.integers(0, 2**31, size=at)[cluster],
        topic=cluster, unit=np.arange(n), wording=np.zeros(n, dtype=np.intp),
        lang=np.full(n, "en", dtype=object), status=np.zeros(n, dtype=np.int8),
    )  # fmt: skip


def j_of(found):
    pooled = pooled_icc(found.good, found.cluster, found.rule * 3 + found.role)
    return rule_means(found, pooled, macro=True).j


MODELS = {
    "coin": (0.5, 0.5, 0.5),
    "good": (0.9, 0.1, 0.1),
    "near perfect": (0.99, 0.01, 0.01),
    "poor": (0.2, 0.2, 0.1),
}


def coverage_of_j(rng, model, *, rules, groups, icc, runs):
    return coverage_of_j_of_rules(
        rng, [np.full(rules, p) for p in MODELS[model]], groups, icc=icc, runs=runs
    )


def coverage_of_j_of_rules(rng, rates, groups, *, icc, runs):
    a, e1, e2 = map(np.array, rates)
    truth = float(np.mean(a - np.maximum(e1, e2)))
    hits = 0
    for _ in range(runs):
        j = j_of(entries(rng, a, e1, e2, groups=groups, largest=3 if icc else 1, icc=icc))
        hits += j.low <= truth <= j.high
    return hits / runs


def test_the_interval_of_a_coins_j_holds_zero():
    assert (
        coverage_of_j(np.random.default_rng(2), "coin", rules=6, groups=4, icc=0, runs=120) >= 0.95
    )


@pytest.mark.sim
@pytest.mark.parametrize(
    ("model", "rules", "groups", "icc"),
    list(grid(MODELS, (3, 15), (2, 10), (0.0, 0.4))),
)
def test_intervals_of_j_cover(model, rules, groups, icc):
    rng = np.random.default_rng([len(model), rules, groups, int(icc * 10)])
    assert coverage_of_j(rng, model, rules=rules, groups=groups, icc=icc, runs=250) >= COVERED


UNLIKE_RULES = {
    "one inverted": ([0.97, 0.03], [0.97, 0.03], [0.03, 0.03], 20),
    "one of six broken": ([0.98] * 5 + [0.05], [0.02] * 5 + [0.9], [0.02] * 6, 25),
    "all over": (
        np.linspace(0.3, 0.95, 8),
        np.linspace(0.4, 0.02, 8),
        np.linspace(0.02, 0.4, 8),
        20,
    ),
    "a small one worse": ([0.6] + [0.98] * 4, [0.4] + [0.02] * 4, [0.02] * 5, [2] + [12] * 4),
    "a small one": ([0.9] * 4, [0.1] * 4, [0.1] * 4, [1, 6, 20, 20]),
}


@pytest.mark.sim
@pytest.mark.parametrize("icc", [0.0, 0.3])
@pytest.mark.parametrize("name", UNLIKE_RULES)
def test_intervals_of_j_cover_where_rules_differ(name, icc):
    *rates, groups = UNLIKE_RULES[name]
    rng = np.random.default_rng([len(name), int(icc * 10)])
    assert coverage_of_j_of_rules(rng, rates, groups, icc=icc, runs=250) >= 0.94


def paired_answers(rng, clusters, first, second, icc, largest):
    """Two arms of the same items, correlated within pairs and within clusters."""
    sizes = rng.integers(1, largest + 1, size=clusters)
    cluster = np.repeat(np.arange(clusters), sizes)
    n, shared, item = len(cluster), rng.standard_normal(clusters), rng.standard_normal(len(cluster))
    arms = []
    for p in (first, second):
        of_cluster = math.sqrt(0.7) * shared + math.sqrt(0.3) * rng.standard_normal(clusters)
        own = math.sqrt(0.6) * item + math.sqrt(0.4) * rng.standard_normal(n)
        z = math.sqrt(icc) * of_cluster[cluster] + math.sqrt(1 - icc) * own
        arms.append((z < ndtri(p)).astype(float))
    return arms[0] - arms[1], cluster


@pytest.mark.sim
@pytest.mark.parametrize(
    ("clusters", "rates", "icc"),
    list(grid((5, 20, 100), ((0.99, 0.99), (0.7, 0.6), (0.95, 0.8)), (0.0, 0.3, 0.6))),
)
def test_intervals_of_paired_differences_cover(clusters, rates, icc):
    rng = np.random.default_rng([clusters, int(rates[1] * 100), int(icc * 10)])
    hits = 0
    for _ in range(300):
        d, cluster = paired_answers(rng, clusters, rates[0], rates[1], icc, 4)
        family = cluster % 3
        pooled = pooled_icc(np.abs(d), cluster, family)
        mean = signed_mean(d, Design(np.arange(len(d)), cluster, family), bound=1.0, icc=pooled)
        hits += mean.low - 1e-12 <= rates[0] - rates[1] <= mean.high + 1e-12
    assert hits / 300 >= COVERED


@pytest.mark.sim
@pytest.mark.parametrize(
    ("clusters", "taxes", "icc"),
    list(grid((10, 60), ((0.0, 0.0), (0.1, 0.1), (0.0, 0.2), (0.05, 0.2)), (0.0, 0.4))),
)
def test_intervals_of_compared_taxes_cover_and_are_not_much_wider_than_need_be(
    clusters, taxes, icc
):
    rng = np.random.default_rng([clusters, int(sum(taxes) * 100), int(icc * 10)])
    hits, values, widths = 0, [], []
    for _ in range(300):
        (one, cluster), (two, _) = (
            paired_answers(rng, clusters, 0.9, 0.9 - tax, icc, 2) for tax in taxes
        )
        n = min(len(one), len(two))
        d, cluster = two[:n] - one[:n], cluster[:n]
        pooled = pooled_icc(np.abs(d) / 2, cluster, np.zeros(n, dtype=np.intp))
        mean = signed_mean(d, Design(np.arange(n), cluster), bound=2.0, icc=pooled, steps=2)
        hits += mean.low - 1e-12 <= taxes[1] - taxes[0] <= mean.high + 1e-12
        values.append(mean.value)
        widths.append(mean.high - mean.low)
    assert hits / 300 >= COVERED
    if clusters == 60:
        assert np.mean(widths) < 1.35 * 2 * 1.96 * np.std(values)


@pytest.mark.sim
@pytest.mark.parametrize(("clusters", "icc"), [(40, 0.0), (40, 0.4), (120, 0.2)])
def test_the_paired_test_rejects_three_to_six_percent_under_the_null(clusters, icc):
    rng = np.random.default_rng([clusters, int(icc * 10)])
    runs = 2500
    rejected = 0
    for _ in range(runs):
        d, cluster = paired_answers(rng, clusters, 0.6, 0.6, icc, 3)
        rejected += sign_flip(d / len(d), cluster, rng=rng, resamples=999) < 0.05
    assert 0.03 <= rejected / runs <= 0.06


@pytest.mark.sim
@pytest.mark.parametrize("clusters", [60, 150])
def test_power_is_as_predicted(clusters):
    rng = np.random.default_rng(clusters)
    loss, gain, runs = 0.25, 0.10, 1200
    found = 0
    for _ in range(runs):
        d = rng.choice([1.0, -1.0, 0.0], p=[loss, gain, 1 - loss - gain], size=clusters)
        found += sign_flip(d, np.arange(clusters), rng=rng, resamples=999) < 0.05
    sd = np.sqrt(loss + gain - (loss - gain) ** 2)  # of +1 with rate `loss` and -1 with rate `gain`
    predicted = power_of(loss - gain, float(sd), clusters)
    assert found / runs == pytest.approx(predicted, abs=0.04)


@pytest.mark.sim
@pytest.mark.parametrize(("j", "capability"), [(0.0, 0.7), (0.5, 0.5), (0.9, 0.05), (-0.3, 0.6)])
def test_the_interval_of_the_signed_product_covers(j, capability):
    rng = np.random.default_rng(int(10 * abs(j) + 100 * capability))
    hits = 0
    for _ in range(1000):
        noise = rng.standard_normal(2) * (0.08, 0.06)
        parts = [
            Mean(v + e, v + e - 1.96 * s, v + e + 1.96 * s)
            for v, e, s in zip((j, capability), noise, (0.08, 0.06), strict=True)
        ]
        found = product(*parts)
        hits += found.low <= j * capability <= found.high
    assert hits / 1000 >= COVERED


def parametric_frame(rng, blank, *, adherence, over_refusal, capability, tax):
    """Five rules and sixty reasoning items of a model with known rates, coupled between arms."""
    rows = []

    def policy_item(item, base, share, **more):
        refuses = rng.random() < share
        met = float(refuses == (base == "refuse"))
        return blank | {
            "item": item, "group": item, "base": base, "met": met, "plain": met,
            "behaviour": "refuse" if refuses else "answer", "withheld": refuses, **more,
        }  # fmt: skip

    for r in range(5):
        for i in range(12):
            rows.append(policy_item(f"x{r}-{i}", "refuse", adherence, rules=f"r{r}"))
            for kind in ("act", "topic"):
                rows.append(
                    policy_item(f"{kind}{r}-{i}", "answer", over_refusal, near_miss=f"r{r}:{kind}")
                )
    for i in range(60):
        draw = rng.random()
        for strength, rate_ in (("placebo", capability), ("full", capability - tax)):
            rows.append(
                blank | {
                    "item": f"q{i}", "group": f"q{i}", "kind": "reasoning", "family": f"f{i % 4}",
                    "score": float(draw < rate_), "extracted": 1.0, "strength": strength,
                }
            )  # fmt: skip
    return pd.DataFrame.from_records(rows)


@pytest.mark.sim
def test_the_whole_program_recovers_a_model_with_known_rates(row):
    truth = {
        "adherence": 0.9, "over_refusal": 0.1, "J": 0.8, "capability": 0.65, "policy_tax": 0.05,
        "tradeoff_signed": 0.8 * 0.65, "retention": 0.65 / 0.70,
    }  # fmt: skip
    info = {("p", f"r{r}"): RuleInfo("p", f"r{r}", True, False, "statute") for r in range(5)}
    hits = dict.fromkeys(truth, 0)
    runs = 150
    for seed in range(runs):
        frame = parametric_frame(
            np.random.default_rng(seed), row("i"), adherence=0.9, over_refusal=0.1, capability=0.7,
            tax=0.05,
        )  # fmt: skip
        found = {
            e.metric: e
            for e in compute_metrics(frame, info, seed=seed, resamples=400)
            if e.slice == "" and e.strength == "full" and e.metric in truth
        }
        for metric, value in truth.items():
            hits[metric] += found[metric].low <= value <= found[metric].high
    assert {metric: n / runs for metric, n in hits.items() if n / runs < COVERED} == {}
