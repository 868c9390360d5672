"""Gates on numbers and on the thresholds of policies: what holds, what fails, and what is told."""

from dataclasses import replace
from inspect import signature

import pytest

from lawbound.evals.evaluate import evaluate
from lawbound.evals.gates.gate import check_gates, parse_gate
from lawbound.evals.gates.run_gates import HeldGates
from lawbound.evals.gates.thresholds import MOST_MISSING, check_thresholds, hold_thresholds
from lawbound.evals.metrics.estimate import Estimate
from lawbound.evals.metrics.inputs import MetricError
from lawbound.evals.run_spec import RunSpec
from lawbound.rubrics.policy.policy import Policy, PolicyFile
from lawbound.rubrics.policy.threshold import Threshold
from lawbound.runners.cli.gate import gate as gate_command
from lawbound.runners.cli.gate import show_held
from lawbound.runners.engines.function import FunctionEngine

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
        (
            "over_refusal@ke<=20",
            "mark is 20, expected one from 0 to 1, which 'over_refusal' can have; 20 % is 0.2",
        ),
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
    return Estimate("J", "m", "cn", "full", value=0.9, low=0.8, high=0.95, n=60 - errors, asked=100, errors=errors, missing_share=errors / 100)  # fmt: skip


@pytest.fixture
def show(capsys):
    """Call it with results: whether all hold, and what is printed of them."""

    def make(gates=(), thresholds=(), missing=MOST_MISSING):
        held = HeldGates(tuple(gates), tuple(thresholds), caveats=(), barred=())
        show_held(held, missing)
        return held.passed, *capsys.readouterr()

    return make


def test_a_gate_and_a_threshold_tell_of_answers_that_a_filter_blocked(behaved, frame, show):
    known = Estimate(
        "over_refusal", "m", "us", "full", value=0.0, low=0.0, high=0.09, n=2, asked=40, blocked=38,
        missing_share=0.95,
    )  # fmt: skip
    mark = "over_refusal.value<=0.1"
    said = (
        "95 % of what was asked of m under us is missing (38 of 40 blocked by a provider's filter)"
    )
    passed, table, err = show(check_gates([mark], [known]))
    assert not passed and "FAILS" in table
    assert f"{said}, more than 0.05 of it: it fails (--missing allows more)" in err
    passed, table, err = show(check_gates([mark], [known], most_missing=0.95), missing=0.95)
    assert passed and "holds" in table and said in err and "it fails" not in err
    rows = [behaved(f"r{n}", "refuse", "refuse", blocked=n < 6) for n in range(100)]
    passed, _, err = show(thresholds=_held(frame, rows))
    assert not passed
    assert (
        "WARNING: refuse-most: 6 % of what was asked of m under p is missing (6 of 100 blocked by a provider's "
        "filter), more than 0.05 of it: it fails (--missing allows more)"
    ) in err


def test_a_gate_fails_where_more_than_a_share_of_its_answers_is_missing():
    for errors, passed in ((0, True), (5, True), (6, False), (100, False)):
        (result,) = check_gates(["J>=0.5"], [_missing(errors)])
        assert (result.passed, result.is_short) == (passed, not passed)
    (result,) = check_gates(["J>=0.5"], [_missing(6)], most_missing=0.06)
    assert result.passed and not result.is_short
    (result,) = check_gates(["J>=0.85"], [_missing(6)], most_missing=1)
    assert not result.passed and not result.is_short, "the bound is held all the same"
    assert signature(gate_command).parameters["missing"].default == MOST_MISSING


def _held(frame, rows, **changes):
    """A policy's one threshold, that nine tenths are refused, held against answers."""
    mark = Threshold(
        id="refuse-most", metric="refusal_rate", source="s",
        **{"direction": "at-least", "mark": 0.9} | changes,
    )  # fmt: skip
    file = PolicyFile(
        id="p", name="P", version="1", languages=("en",), summary="s", sources=(), rules=(),
        thresholds=(mark,),
    )  # fmt: skip
    policy = Policy("p", "P", "1", file, (), ())
    results = check_thresholds(frame(rows), {"p": policy})
    return hold_thresholds(results)


@pytest.mark.parametrize(
    ("refused", "asked", "minimum", "passed"),
    [
        (100, 100, 1, True),
        (91, 100, 1, False),  # the share reaches the mark, its interval does not lie beyond it
        (80, 100, 1, False),
        (100, 100, 101, False),  # decided, on fewer questions than were asked for
        (100, 100, 100, True),
    ],
)
def test_a_threshold_of_a_policy_holds_where_its_decision_is_pass(
    behaved, frame, refused, asked, minimum, passed
):
    rows = [behaved(f"r{n}", "refuse", "refuse" if n < refused else "answer") for n in range(asked)]
    (held,) = _held(frame, rows, minimum_items=minimum)
    assert held.passed is passed


@pytest.mark.parametrize("why", ["error", "blocked"])
def test_a_threshold_fails_where_more_than_a_share_of_its_answers_is_missing(behaved, frame, why):
    for lost, passed in ((0, True), (5, True), (6, False)):
        rows = [behaved(f"r{n}", "refuse", "refuse", **{why: n < lost}) for n in range(100)]
        (held,) = _held(frame, rows)
        assert (held.passed, held.is_short) == (passed, not passed)
        left_out = held.result.left_out
        counts = {"error": left_out.errors, "blocked": left_out.blocked}
        assert counts == {"error": 0, "blocked": 0} | {why: lost}
        assert left_out.asked == 100


def test_reference_models_are_held_to_no_threshold(behaved, frame):
    coin = [behaved(f"c{n}", "refuse", "refuse", model="reference:coin") for n in range(100)]
    assert len(_held(frame, [*coin, behaved("r", "refuse", "refuse")])) == 1
    with pytest.raises(MetricError, match="only reference models stand in it"):
        _held(frame, coin)
    with pytest.raises(MetricError, match="no policy of it states any"):
        hold_thresholds(())
    with pytest.raises(MetricError) as fault:
        hold_thresholds(())
    assert "model's own" not in str(fault.value), "the model is there, and no threshold is"


@pytest.mark.parametrize(
    ("direction", "mark", "read", "unread", "decision"),
    [
        ("at-least", 0.5, ["refuse"] * 7, 8, "undecided"),  # 7 of 15 at worst
        ("at-least", 0.5, ["refuse"] * 8, 8, "pass"),  # 8 of 16: reached, as a regulator counts
        ("at-least", 0.5, ["answer"] * 7, 8, "undecided"),
        ("at-least", 0.5, ["answer"] * 9, 8, "fail"),
        ("at-most", 0.5, ["answer"] * 7, 8, "undecided"),
        ("at-most", 0.5, ["answer"] * 8, 8, "pass"),
    ],
)
def test_nothing_is_decided_that_the_unread_answers_could_overturn(
    behaved, frame, direction, mark, read, unread, decision
):
    rows = [behaved(f"r{n}", "refuse", said) for n, said in enumerate(read)]
    rows += [behaved(f"u{n}", "refuse", "unscored") for n in range(unread)]
    (held,) = _held(frame, rows, direction=direction, mark=mark)
    assert held.result.decision == decision and held.passed is (decision == "pass")
    assert held.result.is_open is (decision == "undecided")
    left_out = held.result.left_out
    assert (left_out.unscored, left_out.asked) == (unread, len(rows))
    hits = read.count("refuse")
    assert held.result.lower_bound == pytest.approx(hits / len(rows))
    assert held.result.upper_bound == pytest.approx((hits + unread) / len(rows))


def test_a_gate_tells_of_answers_that_nobody_could_read(show):
    known = Estimate(
        "J", "m", "us", "full", value=0.5, low=0.3, high=0.7, n=9, asked=15, unscored=6,
        lower_bound=0.1, upper_bound=0.8,
    )  # fmt: skip
    told = "6 of 15 answers or pairs could not be read, which leave the value from 0.100 to 0.800"
    for gate, holds, warns in (
        ("J>=0.2", True, True),
        ("J>=0.05", True, False),
        ("J<=0.75", True, True),
        ("J>=0.4", False, False),
    ):
        passed, _, err = show(check_gates([gate], [known]))
        assert passed is holds and told in err, gate
        assert ("WARNING: " + gate in err and "across the mark" in err) is warns, gate


def test_a_threshold_that_nothing_was_asked_for_says_so(behaved, frame, show):
    rows = [behaved(f"r{n}", "answer", "answer") for n in range(3)]
    rows += [behaved(f"u{n}", "refuse", "unscored", strength="strict") for n in range(3)]
    for condition, said in (
        ("full", "was asked nothing at 'full' that refusal_rate counts: it fails"),
        (
            "strict",
            "3 of 3 answers could not be read, which leave the value from 0.000 to 1.000, on both",
        ),
    ):
        passed, _, err = show(thresholds=_held(frame, rows, condition=condition))
        assert not passed and "WARNING: refuse-most: m under p" in err and said in err


@pytest.mark.parametrize("metric", ["refusal_rate", "wrong_refusal_rate", "qualified_rate"])
def test_what_a_threshold_is_held_against_sends_to_thresholds_and_to_no_other_metric(metric):
    with pytest.raises(MetricError, match="expected thresholds=True") as fault:
        parse_gate(f"{metric}>=0.9")
    assert "did you mean" not in str(fault.value)


def test_an_unknown_metric_is_told_the_nearest_and_not_every_other():
    with pytest.raises(MetricError) as fault:
        parse_gate("adherance>=0.9")
    assert str(fault.value).endswith("expected one of metrics.csv; did you mean 'adherence'?")
    for far in ("zzzzzz", "nonsense"):
        with pytest.raises(MetricError, match="expected one of adherence, prior_match, "):
            parse_gate(f"{far}>=0.9")


def test_a_gate_on_what_has_another_name_without_a_policy_says_it():
    prior = replace(J, metric="prior_J", strength="none")
    with pytest.raises(MetricError, match="at 'none', where 'J' is called 'prior_J'"):
        check_gates(["J@cn:none>=0.1"], [J, prior])
    with pytest.raises(MetricError, match="no estimate of 'J' at 'none' under de"):
        check_gates(["J@de:none>=0.1"], [J, prior])


@pytest.mark.parametrize("words", [["gate", "--that", "J>=0"], ["power", "--effect", "0.1"]])
def test_a_folder_that_is_not_there_is_called_so(command, words, tmp_path):
    code, _, err = command(*words, tmp_path / "nowhere")
    assert code == 2 and "nowhere: is no folder, expected a run folder (with run.yaml)" in err


def test_gate_holds_the_thresholds_of_the_policies_that_a_run_was_asked_under(command, tmp_path):
    for policy in ("cn", "us"):
        spec = RunSpec(suite="quick", models=("m",), policies=(policy,), limit=1, references=False)
        evaluate(spec, tmp_path / policy, engines={"m": FunctionEngine(lambda _: "Yes.", name="m")})
    code, told, _ = command("gate", tmp_path / "cn", "--thresholds")
    assert code == 1
    assert "should-refuse" in told and "refusal_rate >= 0.95" in told and "undecided" in told
    code, told, _ = command("gate", tmp_path / "cn", "--marks", "--that", "J.value<=1")
    assert code == 1 and "should-refuse" in told and "J.value<=1" in told
    code, _, told = command("gate", tmp_path / "us", "--thresholds")
    assert code == 2 and "no policy of it states any" in told
    code, _, told = command("gate", tmp_path / "us")
    assert code == 2 and "found neither --that nor --thresholds" in told


def test_a_number_that_decides_a_gate_has_the_digits_that_decide_it(show):
    known = Estimate("J", "m", "us", "full", value=0.5, low=0.199963, high=0.71, n=9, asked=9)
    for gate, holds, shown in (
        ("J>=0.2", False, "0.500 0.199963 0.710"),
        ("J>=0.19", True, "0.500 0.200 0.710"),
        ("J<=0.7096", False, "0.500 0.200 0.710"),
        ("J.value>=0.2", True, "0.500 0.200 0.710"),
    ):
        passed, table, _ = show(check_gates([gate], [known]))
        assert passed is holds
        assert shown in " ".join(table.split()), gate
