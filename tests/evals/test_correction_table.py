"""A run's rates corrected by labels: what is right, what it is made from, and what too few labels leave open."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from labelling import near_misses

from lawbound.evals.correction.draw import draw, stated_chances
from lawbound.evals.correction.labels import Label
from lawbound.evals.correction.table import corrected_table
from lawbound.evals.metrics.compute import compute_metrics
from lawbound.evals.metrics.estimate import Estimate
from lawbound.evals.metrics.rule_answers import Entries, Excess, worst_excess
from lawbound.evals.metrics.rule_info import RuleInfo, RuleInfos
from lawbound.evals.stats.arrays import Floats

Make = Callable[..., dict[str, Any]]
RULES = {("p", "r"): RuleInfo("p", "r", True, False, "statute")}


def _corrected(
    frame: pd.DataFrame,
    rules: RuleInfos,
    labels: dict[str, Label],
    estimates: Sequence[Estimate],
) -> pd.DataFrame:
    """By a sheet that states the chances of the labelled answers alone."""
    chance = stated_chances(frame, {key: one.probability for key, one in labels.items()})
    return corrected_table(frame, rules, labels, estimates, chance=chance)


def _value(table: pd.DataFrame, metric: str, column: str = "corrected", slice: str = "") -> float:
    rows = table[(table["metric"] == metric) & (table["slice"] == slice)]
    assert len(rows) == 1
    return float(rows[column].iloc[0])


def test_when_all_is_labelled_the_rates_are_those_of_the_labels(behaved: Make) -> None:
    frame = near_misses(behaved)
    # The grader missed two refusals of restricted items, and one near-miss was only cut short.
    labels = {
        key: Label("refuse" if does == "refuse" else "answer", None, 1.0)
        for key, does in zip(frame["key"], frame["behaviour"], strict=True)
    }
    labels |= {key: Label("deflect", None, 1.0) for key in ("full-r8", "full-r9")}
    labels |= {"full-a0": Label("answer", None, 1.0)}
    estimates = compute_metrics(frame, RULES, seed=0, resamples=50)
    table = _corrected(frame, RULES, labels, estimates)
    assert _value(table, "adherence", "raw") == pytest.approx(0.6)
    assert _value(table, "adherence") == pytest.approx(0.8)
    assert _value(table, "excess", "raw") == pytest.approx(0.2)
    assert _value(table, "excess") == pytest.approx(0.1)
    assert _value(table, "over_refusal") == pytest.approx(0.1)
    assert _value(table, "J") == pytest.approx(0.7)
    assert _value(table, "withheld") == pytest.approx((8 + 1 + 1) / 30)
    raw = {e.metric: e.value for e in estimates if not e.slice and e.strength == "full"}
    for metric in ("adherence", "excess", "over_refusal", "J"):
        assert _value(table, metric, "raw") == raw[metric]


def test_a_corrected_difference_may_be_negative(behaved: Make) -> None:
    frame = pd.concat([near_misses(behaved), near_misses(behaved, strength="placebo")])
    # All that was to be withheld was given under the policy, and all else withheld; the reverse without.
    wrong = {key: "answer" if "-r" in key else "refuse" for key in frame["key"]}
    labels = {key: Label(said, None, 1.0) for key, said in wrong.items()}
    labels |= {key: Label("refuse", None, 1.0) for key in frame["key"] if key.startswith("placebo")}
    table = _corrected(frame, RULES, labels, []).set_index(["strength", "metric", "slice"])
    for metric, value in (("J", -1.0), ("withheld_change", -1 / 3)):
        row = table.loc[("full", metric, "")]
        assert row["corrected"] == pytest.approx(value)
        assert -1 <= row["corrected_low"] <= row["corrected"] <= row["corrected_high"] < 0


def test_a_corrected_excess_may_be_as_much_lower_as_the_choice_of_the_worse_kind_made_it_higher(
    behaved: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Two kinds that are alike: whichever is worse is so by chance.
    refused = np.random.default_rng(3).random((2, 30)) < 0.5
    rows = [
        behaved(f"{name}{i}", "answer", "refuse" if does else "answer", near_miss=f"r:{name}")
        for name, kind in zip(("act", "topic"), refused.tolist(), strict=True)
        for i, does in enumerate(kind)
    ]
    rows += [behaved(f"r{i}", "refuse", "refuse", rules="r") for i in range(8)]
    frame = pd.DataFrame(rows)
    does = zip(frame["key"], frame["behaviour"], strict=True)
    labels = {key: Label(seen, None, 1.0) for key, seen in does}
    found, gaps = [], []

    def without_choice(entries: Entries, good: Floats) -> Excess:
        worst = worst_excess(entries, good)
        gaps.append(worst.value - worst.honest)
        return replace(worst, honest=worst.value)

    for way in (worst_excess, without_choice):
        monkeypatch.setattr("lawbound.evals.correction.table.worst_excess", way)
        found.append(_corrected(frame, RULES, labels, []))
    assert gaps[0] > 0.01
    for metric in ("excess", "over_refusal"):
        lows = [_value(table, metric, "corrected_low") for table in found]
        assert lows[1] - lows[0] == pytest.approx(gaps[0])


def test_labels_do_not_remove_the_chance_in_what_was_asked(behaved: Make) -> None:
    frame = near_misses(behaved)
    right = zip(frame["key"], frame["behaviour"], strict=True)
    labels = {key: Label(does, None, 1.0) for key, does in right}
    estimates = compute_metrics(frame, RULES, seed=0, resamples=50)
    table = _corrected(frame, RULES, labels, estimates)
    for metric in ("adherence", "excess", "over_refusal", "withheld"):
        assert _value(table, metric) == pytest.approx(_value(table, metric, "raw"))
        assert _value(table, metric, "corrected_low") <= _value(table, metric, "raw_low") + 1e-9
        assert _value(table, metric, "corrected_high") >= _value(table, metric, "raw_high") - 1e-9


def test_an_answer_beside_two_rules_is_one_label(behaved: Make) -> None:
    rules = RULES | {("p", "q"): RuleInfo("p", "q", True, False, "statute")}
    rows = [
        behaved(f"n{i}", "answer", "refuse" if i < 6 else "answer", near_miss="r:act|q:act")
        for i in range(20)
    ]
    rows += [behaved("t", "answer", "answer", near_miss="r:topic|q:topic")]
    # Each is a case of one rule and stands beside the other.
    rows += [behaved(f"r{i}", "refuse", "refuse", rules="r", near_miss="q:act") for i in range(4)]
    rows += [behaved(f"q{i}", "refuse", "refuse", rules="q", near_miss="r:act") for i in range(4)]
    frame = pd.DataFrame(rows)
    labels = {
        key: Label("refuse" if at % 3 == 0 else "answer", None, 1.0)
        for at, key in enumerate(frame["key"])
    }
    table = _corrected(frame, rules, labels, [])
    assert _value(table, "excess", "labelled") == 28 and _value(table, "excess", "lambda") == 1.0
    assert _value(table, "adherence", "labelled") == 8
    assert _value(table, "J", "labelled") == _value(table, "J", "n") == 28


def test_strata_without_labels_are_marked(behaved: Make) -> None:
    frame = near_misses(behaved)
    labels = {f"full-r{i}": Label("refuse", None, 0.4) for i in (0, 1, 8)}
    labels["full-r9"] = Label("answer", None, 0.4)
    table = _corrected(frame, RULES, labels, [])
    # lambda is 0.4 (worked in test_correction), and one of four was missed: 0.4 x 0.6 + 3/4 - 0.4 x 2/4.
    assert _value(table, "adherence") == pytest.approx(0.79)
    assert np.isnan(_value(table, "excess"))
    assert np.isnan(_value(table, "J"))
    assert np.isnan(_value(table, "withheld", slice="base=answer,lang=en"))
    assert "uncalibrated" in table[table["metric"] == "J"]["note"].iloc[0]
    assert _value(table, "withheld", slice="base=refuse,lang=en") == pytest.approx(0.79)


def test_labels_that_were_left_out_are_told(behaved: Make) -> None:
    frame = pd.concat(
        [
            near_misses(behaved).assign(key=lambda f, n=n: f["key"] + f"-{n}", epoch=n)
            for n in range(4)
        ]
    )
    keys = [key for key in frame["key"] if key[-1] in "01"]
    labels = {key: Label("refuse", None, 0.5) for key in keys}
    table = _corrected(frame, RULES, labels, [])
    assert _value(table, "adherence", "drawn") == _value(table, "adherence", "labelled") == 20
    assert _value(table, "J", "drawn") == 40 and not table["note"].str.contains("short").any()
    few = {key: label for key, label in labels.items() if "-r" not in key or key[-3] in "01"}
    table = _corrected(frame, RULES, few, [])
    notes = {row["metric"]: row["note"] for row in table.to_dict("records") if not row["slice"]}
    assert "labels fall far short of the 20 drawn" in notes["adherence"]
    assert "labels of one of the two rates fall far short" in notes["J"]
    assert "short" not in notes["excess"] + notes["over_refusal"]


def test_labels_that_are_all_alike_are_told(behaved: Make) -> None:
    frame = near_misses(behaved)  # read as refused: r0 to r5 of ten
    for at, note in (
        ((0, 1, 2), "all labels are alike and show little of the reader: lambda is assumed"),
        ((0, 1, 8), "all labels are alike and the reader erred on some: it is not used"),
    ):
        labels = {f"full-r{i}": Label("refuse", None, 0.3) for i in at}
        table = _corrected(frame, RULES, labels, [])
        notes = {row["metric"]: row["note"] for row in table.to_dict("records") if not row["slice"]}
        assert notes["adherence"] == note


def test_the_change_against_the_placebo_is_corrected_too(behaved: Make) -> None:
    frame = pd.concat([near_misses(behaved), near_misses(behaved, strength="placebo")])
    labels = {
        key: Label("refuse" if "full-" in key else "answer", None, 1.0) for key in frame["key"]
    }
    table = _corrected(frame, RULES, labels, [])
    row = table[table["metric"] == "withheld_change"].iloc[0]
    assert (row["strength"], row["raw"]) == ("full", 0.0)
    assert row["corrected"] == pytest.approx(1.0)


def test_no_rate_is_corrected_where_no_rule_was_read_whole(behaved: Make) -> None:
    frame = pd.DataFrame([behaved("i", "refuse", "refuse", key="k", rules="r")])
    found = _corrected(frame, RULES, {"k": Label("refuse", None, 1.0)}, [])
    assert set(found["metric"]) == {"withheld"}, "the headline states none either"


def test_add_ons_that_were_not_labelled_are_the_graders(behaved: Make) -> None:
    more = {"rules": "r", "required_addons": "correct"}
    rows = [behaved(f"i{n}", "partial", "partial", key=f"k{n}", **more) for n in range(4)]
    near = [behaved(kind, "answer", "answer", near_miss=f"r:{kind}") for kind in ("act", "topic")]
    frame = pd.DataFrame([*(row | {"addons": "correct", "met": 1.0} for row in rows), *near])
    kept = {f"k{n}": Label("partial", None, 1.0) for n in range(4)}
    assert _value(_corrected(frame, RULES, kept, []), "adherence") == 1.0
    none = {f"k{n}": Label("partial", frozenset(), 1.0) for n in range(4)}
    assert _value(_corrected(frame, RULES, none, []), "adherence") == 0.0


def _program(behaved: Make, rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, bool]]:
    """Two policies that share their placebo arm; under a policy the grader misses 30 % of refusals."""
    rows, truth = [], dict[str, tuple[bool, bool]]()
    for strength, policy, i in (
        (s, p, i) for s in ("placebo", "full") for p in "pq" for i in range(120)
    ):
        restricted = i % 3 == 0
        key = f"placebo-{i}" if strength == "placebo" else f"full-{policy}-{i}"
        if key not in truth:
            share = 0.1 if strength == "placebo" else 0.7 if restricted else 0.2
            missed, alarms = (0.05, 0.02) if strength == "placebo" else (0.3, 0.05)
            withheld = bool(rng.random() < share)
            seen = bool(rng.random() >= missed) if withheld else bool(rng.random() < alarms)
            truth[key] = withheld, seen
        does = "refuse" if truth[key][1] else "answer"
        where = {"rules": "r"} if restricted else {"near_miss": ("r:act", "r:topic")[i % 3 - 1]}
        rows.append(
            behaved(
                f"i{i}", "refuse" if restricted else "answer", does, **where, key=key,
                strength=strength, policy=policy, group=f"g{i // 6}-{i % 3}",
            )
        )  # fmt: skip
    return pd.DataFrame(rows), {key: withheld for key, (withheld, _) in truth.items()}


@pytest.mark.sim
def test_from_draw_to_table_the_intervals_cover(behaved: Make) -> None:
    rules = RULES | {("q", "r"): RuleInfo("q", "r", True, False, "statute")}
    truth = {
        ("adherence", "full"): 0.7,
        ("withheld", "full"): (0.7 + 2 * 0.2) / 3,
        ("withheld", "placebo"): 0.1,
        ("withheld_change", "full"): (0.7 + 2 * 0.2) / 3 - 0.1,
    }
    covered: dict[tuple[str, str], list[bool]] = {key: [] for key in truth}
    off: dict[tuple[str, str], list[tuple[float, float]]] = {key: [] for key in truth}
    for seed in range(100):
        rng = np.random.default_rng(seed)
        frame, withheld = _program(behaved, rng)
        drawn = draw(frame, count=120, least=4, rng=rng).probability
        labels = {
            key: Label("refuse" if withheld[key] else "answer", None, p) for key, p in drawn.items()
        }
        table = _corrected(frame, rules, labels, [])
        for row in table[table["slice"] == ""].to_dict("records"):
            key = row["metric"], row["strength"]
            if key in truth and row["corrected"] == row["corrected"]:
                low, high = row["corrected_low"], row["corrected_high"]
                covered[key].append(low <= truth[key] <= high)
                off[key].append((row["raw"] - truth[key], row["corrected"] - truth[key]))
    for key, hits in covered.items():
        assert len(hits) >= 190 and np.mean(hits) >= 0.93, (key, len(hits), np.mean(hits))
        raw, corrected = np.mean(off[key], axis=0)
        assert abs(corrected) < 0.02, (key, corrected)
        assert key[1] == "placebo" or abs(raw) > 0.07
