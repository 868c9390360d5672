"""Labels of a run: who is drawn, what is read, and what becomes of the run's rates."""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from lawbound.evals.correction.draw import allocate, draw, judged_rows, stated_chances
from lawbound.evals.correction.labels import CorrectionError, Label, read_labels
from lawbound.evals.correction.sample import COLUMNS
from lawbound.evals.correction.table import corrected_table
from lawbound.evals.estimate import Estimate
from lawbound.evals.metrics.compute import compute_metrics
from lawbound.evals.metrics.rule_answers import Entries, Excess, worst_excess
from lawbound.evals.metrics.rule_info import RuleInfo, RuleInfos
from lawbound.evals.stats.arrays import Floats
from lawbound.rubrics.grading.answer_files import GradeError
from lawbound.runners.cli import app

Make = Callable[..., dict[str, Any]]
RULES = {("p", "r"): RuleInfo("p", "r", "refuse", True, False, "statute", "high")}


@pytest.mark.parametrize(
    ("sizes", "count", "least", "expected"),
    [
        ([100, 50, 10], 32, 4, [19, 9, 4]),
        ([100, 50, 10], 1000, 4, [100, 50, 10]),
        ([3, 100], 20, 4, [3, 17]),
        ([100, 50, 10], 9, 4, [5, 4, 0]),
        ([], 5, 4, []),
        ([100] * 5, 3, 5, [1, 1, 1, 0, 0]),
        ([2, 9], 1, 4, [0, 1]),
        ([2, 4, 4, 2], 5, 8, [0, 4, 1, 0]),
    ],
)
def test_a_count_is_shared_out(
    sizes: list[int], count: int, least: int, expected: list[int]
) -> None:
    found = allocate(sizes, count, least=least)
    assert found == expected


@given(
    sizes=st.lists(st.integers(0, 300), max_size=12),
    count=st.integers(0, 1000),
    least=st.integers(0, 30),
)
def test_all_of_a_count_is_given_as_far_as_there_are_answers(
    sizes: list[int], count: int, least: int
) -> None:
    found = allocate(sizes, count, least=least)
    assert sum(found) == min(count, sum(sizes))
    assert all(0 <= n <= size for n, size in zip(found, sizes, strict=True))


@pytest.mark.parametrize(("count", "least"), [(1, 1), (1, 4), (2, 4), (5, 20)])
def test_a_count_below_the_least_of_a_stratum_is_drawn(
    behaved: Make, count: int, least: int
) -> None:
    found = draw(_frame(behaved), count=count, least=least, rng=np.random.default_rng(0))
    assert len(found.probability) == count


def _frame(behaved: Make, *, strength: str = "full") -> pd.DataFrame:
    """Ten restricted items, six withheld, and ten of each near-miss, two withheld."""
    rows = []
    for i in range(10):
        for name, base, does, more in (
            ("r", "refuse", "refuse" if i < 6 else "answer", {"rules": "r"}),
            ("a", "answer", "refuse" if i < 2 else "answer", {"near_miss": "r:act"}),
            ("t", "answer", "refuse" if i < 1 else "answer", {"near_miss": "r:topic"}),
        ):
            item = f"{name}{i}"
            rows.append(
                behaved(item, base, does, key=f"{strength}-{item}", strength=strength, **more)
            )
    return pd.DataFrame(rows)


def test_every_stratum_is_drawn_and_no_more_than_the_count(behaved: Make) -> None:
    frame = pd.concat([_frame(behaved), _frame(behaved, strength="none")])
    found = draw(frame, count=20, least=3, rng=np.random.default_rng(1))
    assert found.strata == 4 and found.without == 0
    assert len(found.probability) == 20
    for strength in ("full", "none"):
        for part in ("r", "at"):
            assert sum(k.startswith(strength) and k[-2] in part for k in found.probability) >= 3


def test_the_chance_of_an_answer_is_how_often_it_is_drawn(behaved: Make) -> None:
    first = _frame(behaved, strength="none")
    # The same answers under a second policy that restricts more of them: strata overlap.
    second = first.assign(policy="q", base=np.where(first.index % 2 == 0, "refuse", first["base"]))
    frame = pd.concat([first, second])
    sums, seen = [], dict.fromkeys(frame["key"], 0)
    for seed in range(200):
        drawn = draw(frame, count=12, least=2, rng=np.random.default_rng(seed)).probability
        sums.append(sum(1 / p for p in drawn.values()))
        for key in drawn:
            seen[key] += 1
    assert np.mean(sums) == pytest.approx(30, rel=0.02)
    chance = draw(frame, count=12, least=2, rng=np.random.default_rng(0)).probability
    for key, p in chance.items():
        assert seen[key] / 200 == pytest.approx(p, abs=4 * (p * (1 - p) / 200) ** 0.5)


def test_only_answers_that_enter_a_rate_can_be_drawn(behaved: Make) -> None:
    frame = pd.DataFrame(
        [
            behaved("a", "refuse", "refuse", rules="r"),
            behaved("b", "either", "answer", rules="r"),
            behaved("c", "refuse", "unscored", rules="r"),
            behaved("d", "refuse", "refuse", rules="r", error=True),
            behaved("e", "refuse", "refuse", rules="r", blocked=True),
            behaved("f", "answer", "answer"),
            behaved("g", "answer", "answer", near_miss="r:act", mode="choices"),
            behaved("h", "answer", "answer", near_miss="r:act", kind="reasoning"),
        ]
    )
    assert judged_rows(frame)["item"].tolist() == ["a"]


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
    frame = _frame(behaved)
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
    frame = pd.concat([_frame(behaved), _frame(behaved, strength="placebo")])
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
    frame = _frame(behaved)
    right = zip(frame["key"], frame["behaviour"], strict=True)
    labels = {key: Label(does, None, 1.0) for key, does in right}
    estimates = compute_metrics(frame, RULES, seed=0, resamples=50)
    table = _corrected(frame, RULES, labels, estimates)
    for metric in ("adherence", "excess", "over_refusal", "withheld"):
        assert _value(table, metric) == pytest.approx(_value(table, metric, "raw"))
        assert _value(table, metric, "corrected_low") <= _value(table, metric, "raw_low") + 1e-9
        assert _value(table, metric, "corrected_high") >= _value(table, metric, "raw_high") - 1e-9


def test_an_answer_beside_two_rules_is_one_label(behaved: Make) -> None:
    rules = RULES | {("p", "q"): RuleInfo("p", "q", "refuse", True, False, "statute", "high")}
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
    frame = _frame(behaved)
    labels = {f"full-r{i}": Label("refuse", None, 0.4) for i in (0, 1, 8)}
    labels["full-r9"] = Label("answer", None, 0.4)
    table = _corrected(frame, RULES, labels, [])
    assert _value(table, "adherence") == pytest.approx(0.6 + 1 / 4)
    assert np.isnan(_value(table, "excess"))
    assert np.isnan(_value(table, "J"))
    assert np.isnan(_value(table, "withheld", slice="base=answer,lang=en"))
    assert "uncalibrated" in table[table["metric"] == "J"]["note"].iloc[0]
    assert _value(table, "withheld", slice="base=refuse,lang=en") == pytest.approx(0.85)


def test_chances_that_no_draw_gives_are_refused(behaved: Make) -> None:
    frame = _frame(behaved)
    labels = {key: Label("refuse", None, 0.5) for key in frame["key"]}
    labels["full-a3"] = Label("refuse", None, 0.0001)
    with pytest.raises(CorrectionError) as fault:
        _corrected(frame, RULES, labels, [])
    assert "probabilities 0.5 and 0.0001, expected the same, since one draw" in str(fault.value)


def test_each_of_two_strata_may_have_a_chance_of_its_own(behaved: Make) -> None:
    frame = _frame(behaved)
    # Written with nine digits, as in a sheet; restricted items are another stratum than near-misses.
    stated = {"full-r0": 1 / 3, "full-r1": 0.333333333, "full-a0": 0.1}
    found = stated_chances(frame, stated)
    assert len(found) == 30
    assert found["full-r9"] == pytest.approx(1 / 3) and found["full-t9"] == 0.1


@pytest.mark.parametrize("unread_at", ["draw", "score"])
def test_who_reads_an_answer_under_one_policy_changes_no_chance(
    behaved: Make, unread_at: str
) -> None:
    first = _frame(behaved, strength="none")
    second = first.assign(policy="q", base=np.where(first.index % 4, first["base"], "refuse"))
    frame = pd.concat([first, second], ignore_index=True)
    unread = frame.copy()
    half = frame["item"].str[-1] < "5"
    unread.loc[(frame["policy"] == "q") & half, "behaviour"] = "unscored"
    at_draw, at_score = (unread, frame) if unread_at == "draw" else (frame, unread)
    drawn = draw(at_draw, count=20, least=4, rng=np.random.default_rng(0))
    found = stated_chances(at_score, drawn.probability)
    assert found == pytest.approx(stated_chances(at_draw, drawn.probability))
    assert len(found) == 30


def test_an_answer_that_nobody_can_read_is_not_drawn(behaved: Make) -> None:
    frame = _frame(behaved)
    frame.loc[frame["item"] == "r1", "behaviour"] = "unscored"
    drawn = draw(frame, count=30, least=4, rng=np.random.default_rng(0))
    assert len(drawn.probability) == 29 and "full-r1" not in drawn.probability
    assert "full-r1" not in stated_chances(frame, drawn.probability)


def test_labels_that_were_left_out_are_told(behaved: Make) -> None:
    frame = pd.concat(
        [_frame(behaved).assign(key=lambda f, n=n: f["key"] + f"-{n}", epoch=n) for n in range(4)]
    )
    keys = [key for key in frame["key"] if key[-1] in "01"]
    labels = {key: Label("refuse", None, 0.5) for key in keys}
    table = _corrected(frame, RULES, labels, [])
    assert _value(table, "adherence", "drawn") == _value(table, "adherence", "labelled") == 20
    assert _value(table, "J", "drawn") == 40 and set(table["note"]) == {""}
    few = {key: label for key, label in labels.items() if "-r" not in key or key[-3] in "01"}
    table = _corrected(frame, RULES, few, [])
    notes = {row["metric"]: row["note"] for row in table.to_dict("records") if not row["slice"]}
    assert notes["adherence"] == "labels fall far short of the 20 drawn"
    assert notes["J"] == "labels of one of the two rates fall far short"
    assert notes["excess"] == notes["over_refusal"] == ""


def test_the_change_against_the_placebo_is_corrected_too(behaved: Make) -> None:
    frame = pd.concat([_frame(behaved), _frame(behaved, strength="placebo")])
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


def _sheet(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "sheet.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_labels_are_read_with_what_is_left_out_counted(tmp_path: Path) -> None:
    found = read_labels(
        _sheet(
            tmp_path,
            {"id": "a", "gold": "refuse", "probability": "0.25", "gold_addons": ""},
            {"id": "b", "gold": "Answer", "gold_addons": "correct+notice", "probability": 1},
            {"id": "c", "gold": "answer", "gold_addons": "none", "probability": "1"},
            {"id": "d", "gold": ""},
            {"id": "e", "gold": "unscored"},
            {"id": "a", "gold": "refuse", "probability": 0.25},
            {"id": "a", "gold": "refuse", "probability": "0.25000000001"},
        )
    )
    assert (found.blank, found.untold) == (1, 1)
    assert found.by_key == {
        "a": Label("refuse", None, 0.25),
        "b": Label("answer", frozenset({"correct", "notice"}), 1.0),
        "c": Label("answer", frozenset(), 1.0),
    }


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"id": "a", "gold": "no"}, "sheet.jsonl: line 2: gold is 'no', expected one of answer"),
        ({"id": "a"}, "line 2: has no 'gold'"),
        ({"id": "", "gold": "answer"}, "line 2: id is '', expected a request key"),
        (
            {"id": "z", "gold": "answer", "probability": 1},
            "line 2: answer z has gold 'answer', expected one label an answer; an earlier row has "
            "'refuse'",
        ),
        (
            {"id": "z", "gold": "refuse", "gold_addons": "none", "probability": 1},
            "answer z has gold_addons 'none', expected one label an answer; an earlier row has ''",
        ),
        (
            {"id": "z", "gold": "refuse", "probability": 0.5},
            "answer z has probability '0.5', expected one label an answer; an earlier row has '1'; "
            "a sheet is one draw",
        ),
        ({"id": "z", "gold": "unscored"}, "answer z has gold 'unscored', expected one label an"),
        ({"id": "a", "gold": "answer"}, "line 2: has no 'probability', expected the chance with"),
        ({"id": "a", "gold": "answer", "probability": "0"}, "line 2: probability is '0'"),
        ({"id": "a", "gold": "answer", "probability": ""}, "line 2: probability is ''"),
        ({"id": "a", "gold": "answer", "gold_addons": "x"}, "line 2: gold_addons is 'x'"),
    ],
)
def test_a_bad_label_is_named_with_its_line(
    tmp_path: Path, row: dict[str, Any], message: str
) -> None:
    path = _sheet(tmp_path, {"id": "z", "gold": "refuse", "probability": 1}, row)
    with pytest.raises((GradeError, CorrectionError)) as fault:
        read_labels(path)
    assert message in str(fault.value)


def test_a_label_after_one_that_could_not_tell_is_refused(tmp_path: Path) -> None:
    row = {"id": "a", "gold": "unscored", "probability": 1}
    with pytest.raises(CorrectionError, match="line 2: answer a has gold 'partial', expected one"):
        read_labels(_sheet(tmp_path, row, row | {"gold": "partial"}))


def test_a_sheet_without_a_usable_label_is_told_so(tmp_path: Path) -> None:
    row = {"id": "a", "gold": "unscored", "probability": 1}
    with pytest.raises(
        CorrectionError, match="found 1 'unscored' and 1 blank rows and no usable label"
    ):
        read_labels(_sheet(tmp_path, row, row | {"gold": ""}))


def test_a_sheet_needs_the_columns_of_a_label_and_no_others(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text("id,gold,probability\na,refuse,0.5\n", encoding="utf-8")
    assert read_labels(path).by_key == {"a": Label("refuse", None, 0.5)}


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("id;gold;probability", "separated by semicolons, expected commas and id, gold, prob"),
        ("id\tgold", "separated by tabs, expected commas and id, gold, probability"),
        ("id,gold", "columns are id, gold, expected id, gold, probability; 'probability' is"),
    ],
)
def test_a_sheet_with_another_head_is_told_what_it_needs(
    tmp_path: Path, head: str, told: str
) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(f"{head}\n", encoding="utf-8")
    with pytest.raises(GradeError) as caught:
        read_labels(path)
    assert f"{path}: line 1: " in str(caught.value) and told in str(caught.value)


def test_from_a_run_to_a_sheet_to_corrected_rates(tmp_path: Path) -> None:
    run, sheet = tmp_path / "run", tmp_path / "sheet.csv"
    call = CliRunner().invoke
    asked = ["run", "quick", "--model", "reference:coin", "--policy", "us", "--limit", "30"]
    assert call(app, [*asked, "--no-references", "--out", str(run)]).exit_code == 0
    drawn = ["calibrate", "sample", str(run), "--count", "40", "--out", str(sheet)]
    made = call(app, drawn)
    assert made.exit_code == 0 and "strata get some (model x policy" in made.output
    first = sheet.read_bytes()
    assert call(app, drawn).exit_code == 0 and sheet.read_bytes() == first
    early = call(app, ["score", str(run), "--labels", str(sheet)])
    assert "rows and no label, expected classes in 'gold'" in str(early.exception)
    with sheet.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert tuple(rows[0]) == COLUMNS and 0 < len(rows) <= 40
    assert {row["gold"] for row in rows} == {""}
    for row in rows:
        row["gold"] = "refuse" if "can't help" in row["response"] else "answer"
    with sheet.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list[str](COLUMNS))
        writer.writeheader()
        writer.writerows(rows)
    before = (run / "metrics.csv").read_bytes(), (run / "leaderboard.csv").read_bytes()
    done = call(app, ["score", str(run), "--labels", str(sheet)])
    assert done.exit_code == 0, done.exception
    assert ((run / "metrics.csv").read_bytes(), (run / "leaderboard.csv").read_bytes()) == before
    table = pd.read_csv(run / "corrected.csv")
    whole = table[(table["metric"] == "withheld") & table["slice"].isna()]
    assert whole["labelled"].sum() > 0
    calibrated = call(app, ["calibrate", str(sheet)])
    assert calibrated.exit_code == 0 and "kappa" in calibrated.output
    labelled = sheet.read_bytes()
    again = call(app, drawn)
    assert "is there and may hold labels" in str(again.exception)
    assert sheet.read_bytes() == labelled
    blind = [*drawn[:-1], str(tmp_path / "blind.jsonl"), "--blind"]
    assert call(app, blind).exit_code == 0
    shown = [json.loads(line) for line in (tmp_path / "blind.jsonl").read_text().splitlines()]
    assert not {"model", "policy", "strength", "requirement"} & set(shown[0])
    same = {row["id"]: row["probability"] for row in rows}
    assert {row["id"]: row["probability"] for row in shown} == same


@pytest.mark.parametrize("command", [["run", "x.csv"], ["sample", "x", "--out", "y.csv"]])
def test_a_negative_seed_is_refused_in_one_line(command: list[str]) -> None:
    done = CliRunner().invoke(app, ["calibrate", *command, "--seed", "-1"])
    assert done.exit_code == 2 and "--seed" in done.output.splitlines()[-1]


def test_labels_of_another_run_are_refused(tmp_path: Path) -> None:
    run = tmp_path / "run"
    call = CliRunner().invoke
    asked = ["run", "quick", "--model", "reference:empty", "--policy", "us", "--limit", "2"]
    assert call(app, [*asked, "--no-references", "--out", str(run)]).exit_code == 0
    sheet = _sheet(tmp_path, {"id": "f" * 64, "gold": "refuse", "probability": 1})
    done = call(app, ["score", str(run), "--labels", str(sheet)])
    assert isinstance(done.exception, CorrectionError)
    assert "none of 1 labels belongs to this run" in str(done.exception)
    assert not (run / "corrected.csv").exists()


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
    rules = RULES | {("q", "r"): RuleInfo("q", "r", "refuse", True, False, "statute", "high")}
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
