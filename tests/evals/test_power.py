"""How many items a pilot says are needed, and which of its estimates say nothing about that."""

import math
from dataclasses import replace

import pytest
from statsmodels.stats.power import NormalIndPower

from lawbound.evals.evaluate import evaluate
from lawbound.evals.forecast.power import (
    clusters_needed,
    from_pilot,
    parse_wanted,
    power_of,
    unusable_lines,
    why_unusable,
    without_variance,
)
from lawbound.evals.metrics.estimate import Estimate
from lawbound.evals.metrics.inputs import MetricError
from lawbound.evals.run_spec import RunSpec
from lawbound.runners.engines.function import FunctionEngine


def pilot(metric="J", **changes):
    made = {
        "value": 0.4,
        "low": 0.3,
        "high": 0.5,
        "n": 20,
        "clusters": 10,
        "asked": 20,
        "mde": 0.143,
    }
    return Estimate(metric, "m", "p", "full", **(made | changes))


def test_clusters_needed_by_hand():
    # (1.96 + 0.8416)^2 x 0.5^2 / 0.1^2 = 196.2
    assert clusters_needed(0.1, 0.5) == 197


def test_reference_models_plan_nothing_beside_real_ones():
    real, coin = pilot(), replace(pilot(), model="reference:coin")
    assert [row.model for row in from_pilot([coin, real], metric="J", effect=0.1)] == ["m"]
    assert [row.model for row in from_pilot([coin], metric="J", effect=0.1)] == ["reference:coin"]


def test_power_agrees_with_statsmodels():
    # Two groups of 100: the difference of means over sd 1 has standard error sqrt(2 / 100).
    expected = NormalIndPower().power(effect_size=0.3, nobs1=100, alpha=0.05)
    assert power_of(0.3, math.sqrt(2), 100) == pytest.approx(expected, abs=1e-6)


def test_the_needed_clusters_have_the_power_asked_for():
    needed = clusters_needed(0.07, 0.4, power=0.9)
    assert power_of(0.07, 0.4, needed) >= 0.9
    assert power_of(0.07, 0.4, needed - 1) < 0.9


def test_a_pilot_gives_its_own_standard_error():
    made = pilot(
        low=0.4 - 1.96 * 0.05, high=0.4 + 1.96 * 0.05, n=200, clusters=100, asked=200, mde=0.14008
    )
    (row,) = from_pilot([made], metric="J", effect=0.05)
    # Standard error 0.05 from 100 clusters: sd 0.5, so (2.8016 x 0.5 / 0.05)^2 clusters.
    assert row.clusters_needed == pytest.approx(785, abs=1)
    assert row.items_needed == 2 * row.clusters_needed


def test_what_a_pilot_asked_for_and_could_not_use_is_asked_for_again():
    # Of 40 near-misses the worse kind, of every rule 10 of 20, is behind the value.
    excess = pilot("excess", n=20, clusters=20, asked=40)
    (row,) = from_pilot([excess], metric="excess", effect=0.0716)
    assert (row.clusters_needed, row.items_needed) == (80, 160)


def test_repeats_of_an_item_are_no_further_items():
    once, thrice = pilot(asked=20), pilot(asked=60)
    (row,) = from_pilot([once], metric="J", effect=0.1)
    (repeated,) = from_pilot([thrice], metric="J", effect=0.1, epochs=3)
    assert repeated.items_needed == row.items_needed == 2 * row.clusters_needed
    # Choices are asked once, whatever `epochs` is.
    (row,) = from_pilot(
        [pilot("capability", mode="choices")], metric="capability", effect=0.1, epochs=3
    )
    assert row.items_needed == 2 * row.clusters_needed


def test_power_counts_the_items_of_a_pilot_that_asked_each_several_times(command, tmp_path):
    needed = {}
    for epochs in (1, 3):
        out = tmp_path / str(epochs)
        spec = RunSpec(
            suite="quick", models=("m",), policies=("us",), limit=6, epochs=epochs, references=False
        )
        evaluate(spec, out, engines={"m": FunctionEngine(lambda _: "Yes.", name="m")})
        code, table, _ = command("power", out, "--effect", "0.2", "--metric", "intl_gap")
        assert code == 0
        (line,) = [line for line in table.splitlines() if " full " in line]
        needed[epochs] = line.split()[-2:]
    assert needed[1] == needed[3]
    (out / "run.yaml").unlink()
    _, table, err = command("power", out, "--effect", "0.2", "--metric", "intl_gap")
    assert "nobody can tell how often each item was asked: repeats count as items needed" in err


def test_estimates_that_a_pilot_does_not_know_are_told():
    known = pilot()
    unknown = Estimate("J", "n", "p", "full", note="at the floor")
    assert len(from_pilot([known, unknown], metric="J", effect=0.1)) == 1
    assert without_variance([known, unknown], "J") == (unknown,)
    assert why_unusable(unknown) == "is not known: at the floor"
    assert why_unusable(known) == ""


def test_estimates_without_a_variance_are_counted_in_one_line_for_each_reason():
    few = [replace(pilot(clusters=1), strength=f"full-without:{i}") for i in range(5)]
    unknown = replace(pilot(value=math.nan, note="floor"), policy="q")
    assert list(unusable_lines([*few, unknown, pilot()], "J")) == [
        "m under p at full-without:0, m under p at full-without:1, m under p at full-without:2, 2 more: J rests "
        "on fewer than two item groups",
        "m under q at full: J is not known: floor",
    ]


@pytest.mark.parametrize(
    ("text", "fitting"),
    [
        ("J", 4), ("J@p", 3), ("J@q:full", 1), ("J:full", 2), ("J@p:full-without:r", 1), (" J@p:none ", 1),
    ],
)  # fmt: skip
def test_a_pilot_is_looked_at_under_one_policy_and_strength_as_in_a_gate(text, fitting):
    found = [
        replace(pilot(), policy=policy, strength=strength)
        for policy, strength in (
            ("p", "full"), ("p", "full-without:r"), ("p", "none"), ("q", "full"),
        )
    ]  # fmt: skip
    wanted = parse_wanted(text)
    assert (wanted.metric, len(wanted.among(found))) == ("J", fitting)


def test_a_place_that_the_pilot_lacks_is_answered_with_those_it_has(command, out):
    for text in ("J@cn", "J:ful", "@us"):
        code, _, err = command("power", out, "--effect", "0.1", "--metric", text)
        assert code == 2 and err.count("\n") == 1
    assert err == "error: power: found '@us', expected METRIC@POLICY:STRENGTH\n"
    with pytest.raises(MetricError) as told:
        parse_wanted("J@q:ful").among([pilot()])
    assert str(told.value) == (
        "power: the pilot run has nothing under 'q' at 'ful', expected policies p and strengths full"
    )


@pytest.mark.parametrize("mde", [math.nan, 0.0])
def test_an_interval_without_a_standard_error_plans_nothing(mde):
    # A tradeoff clipped at 0: [0, 0] is no variance of 0.
    clipped = pilot("tradeoff", value=0.0, low=0.0, high=0.0, mde=mde)
    with pytest.raises(
        MetricError, match=r"'tradeoff' has no standard error.*expected a metric .*: J"
    ):
        from_pilot([clipped, pilot()], metric="tradeoff", effect=0.1)
    assert without_variance([clipped], "tradeoff") == (clipped,)
    assert why_unusable(clipped).startswith("has no standard error")
    assert why_unusable(pilot(clusters=1)) == "rests on fewer than two item groups"


def test_a_pilot_at_the_edge_plans_with_the_side_that_has_a_length():
    # Ten of ten: [0.692, 1], so the standard error is 0.308 / 1.96 and not half of that.
    (row,) = from_pilot([pilot(value=1.0, low=0.692, high=1.0, mde=0.440)], metric="J", effect=0.1)
    assert row.clusters_needed == pytest.approx((0.440 / 0.1) ** 2 * 10, abs=1)


def test_an_effect_of_zero_is_refused():
    with pytest.raises(MetricError, match="expected an effect other than 0"):
        clusters_needed(0, 0.5)
    with pytest.raises(MetricError, match="metric 'J' has no known value"):
        from_pilot([], metric="J", effect=0.1)


def test_a_metric_that_the_pilot_lacks_is_answered_with_those_it_has():
    floor = pilot("policy_tax", value=math.nan, note="floor: too low to tell")
    for found in ([pilot()], [pilot(), floor]):
        with pytest.raises(MetricError, match=r"'policy_tax' has no known value") as told:
            from_pilot(found, metric="policy_tax", effect=0.1)
        assert str(told.value).endswith(
            "in the pilot run, expected a metric that has a standard error: J"
        )


def test_a_pilot_without_any_standard_error_has_no_metric_to_choose():
    with pytest.raises(MetricError, match="expected another pilot run"):
        from_pilot([pilot(clusters=1)], metric="J", effect=0.1)
