from inspect import signature

import pytest

from lawbound.evals.estimate import Estimate
from lawbound.evals.gate import MOST_MISSING, check_gates, parse_gate
from lawbound.evals.metrics.inputs import MetricError
from lawbound.runners.cli import compare

J = Estimate("J", "m", "cn", "full", value=0.3, low=0.15, high=0.45)
TAX = Estimate("policy_tax", "m", "cn", "full", value=0.04, low=0.01, high=0.07)


@pytest.mark.parametrize(
    ("gate", "passed"),
    [
        ("J>=0.2", False),  # the value passes, its lower bound does not
        ("J>=0.15", True),
        ("J.value>=0.2", True),
        ("J<=0.4", False),
        ("policy_tax <= 0.07", True),
        ("policy_tax@cn:full<=0.05", False),
    ],
)
def test_a_gate_is_held_against_the_bound(gate, passed):
    (result,) = check_gates([gate], [J, TAX])
    assert result.passed is passed


def test_an_unknown_value_does_not_pass():
    (result,) = check_gates(["J<=1"], [Estimate("J", "m", "cn", "full", note="no rules")])
    assert not result.passed


def test_all_parts_of_a_gate_are_read():
    gate = parse_gate("adherence[rule=r-1]@de:strict>=0.5")
    assert (gate.metric, gate.slice, gate.policy, gate.strength) == (
        "adherence", "rule=r-1", "de", "strict",
    )  # fmt: skip
    assert (gate.side, gate.op, gate.mark) == ("low", ">=", 0.5)
    assert parse_gate("prior_match>=0.1").strength == "none"


@pytest.mark.parametrize(
    ("gate", "message"),
    [
        ("J > 0.2", "expected METRIC"),
        ("polcy_tax<=0.1", "did you mean 'policy_tax'"),
        ("J>=1.2.3", "not a number"),
        ("over_refusal@ke<=20", "mark is 20, expected one from 0 to 1, which 'over_refusal' can have; 20 % is 0.2"),
        ("J>=-50", "mark is -50, expected one from -1 to 1, .*; -50 % is -0.5"),
        ("adherence<=-0.1", "expected one from 0 to 1, which 'adherence' can have$"),
        ("policy_tax<=200", "expected one from -2 to 2, which 'policy_tax' can have$"),
        ("retention>=90", "expected one from -inf to 1, .*; 90 % is 0.9"),
        ("J@de>=0.1", "no estimate of 'J' at 'full' under de in this run, expected policies cn"),
        ("J:strict>=0.1", "strengths full"),
        ("J[rule=q]>=0.1", "no slice 'rule=q' of 'J' in this run, expected one such as ''"),
    ],
)
def test_a_gate_that_fits_nothing_is_an_error(gate, message):
    with pytest.raises(MetricError, match=message):
        check_gates([gate], [J, TAX])


def test_reference_models_are_not_gated():
    reference = Estimate("J", "reference:coin", "cn", "full", value=0.0, low=-1.0, high=1.0)
    assert len(check_gates(["J>=0.1"], [J, reference])) == 1


def test_a_gate_that_only_reference_models_could_meet_says_so():
    coin = Estimate("J", "reference:coin", "cn", "full", value=0.3, low=0.15, high=0.45)
    with pytest.raises(MetricError, match="only reference models have such an estimate"):
        check_gates(["J>=0.1"], [coin, TAX])
    for gate in ("J>=0.1", "J@zz>=0.2"):
        with pytest.raises(
            MetricError, match=r"only reference models stand in this run \(under cn\)"
        ):
            check_gates([gate], [coin])


@pytest.mark.parametrize(("asked", "meant"), [("j", "J"), ("Adherence", "adherence")])
def test_a_metric_in_another_case_is_told_which_is_meant(asked, meant):
    with pytest.raises(MetricError, match=f"did you mean '{meant}'"):
        parse_gate(f"{asked}@cn>=0.02")


def _missing(errors: int) -> Estimate:
    return Estimate("J", "m", "cn", "full", value=0.9, low=0.8, high=0.95, n=100 - errors, errors=errors)  # fmt: skip


def test_a_gate_fails_where_more_than_a_share_of_its_answers_is_missing():
    for errors, passed in ((0, True), (5, True), (6, False), (100, False)):
        (result,) = check_gates(["J>=0.5"], [_missing(errors)])
        assert (result.passed, result.is_short, result.owed) == (passed, not passed, 100)
    (result,) = check_gates(["J>=0.5"], [_missing(6)], most_missing=0.06)
    assert result.passed and not result.is_short
    (result,) = check_gates(["J>=0.85"], [_missing(6)], most_missing=1)
    assert not result.passed and not result.is_short, "the bound is held all the same"
    assert signature(compare.gate).parameters["missing"].default == MOST_MISSING
