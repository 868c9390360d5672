"""Agreement between grader and labels: hand-worked kappas, counts, and hostile files."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.stats import multinomial
from typer.testing import CliRunner

from lawbound.rubrics.calibration.agreement import (
    agreement,
    agreements,
    confusion,
)
from lawbound.rubrics.calibration.files import inert, write_calibration
from lawbound.rubrics.calibration.gallery import AROUND, MOST, gallery
from lawbound.rubrics.calibration.intervals import wilson
from lawbound.rubrics.calibration.kappa import kappa, kappa_interval, kappa_of
from lawbound.rubrics.calibration.labelled import Labelled, Repeats, read_labelled
from lawbound.rubrics.grading.answer_files import GradeError
from lawbound.rubrics.grading.open_answers import open_answers
from lawbound.rubrics.verdict import Behaved
from lawbound.runners.cli import app


def _row(gold: Behaved, read: Behaved, **fields: str) -> Labelled:
    given = {"id": "a", "prompt": "Q?", "response": "A.", "lang": "en", "model": "m"} | fields
    return Labelled(**given, gold=gold, read=read, evidence="", confidence=0.5)


def test_kappa_agrees_with_a_table_worked_by_hand() -> None:
    # 100 answers, 85 agree; chance (60 x 55 + 40 x 45) / 10000 = 0.51: (0.85 - 0.51) / 0.49.
    found = kappa(np.array([[50.0, 10.0], [5.0, 35.0]]))
    assert float(found) == pytest.approx(0.34 / 0.49)


def test_kappa_of_one_class_alone_is_not_a_number() -> None:
    assert np.isnan(kappa(np.array([[7.0, 0.0], [0.0, 0.0]])))


def test_kappa_of_pairs_is_cohens() -> None:
    # 20 of 50 both yes, 15 both no, 5 and 10 apart: observed .7, chance .5 (Cohen 1960's kind of table).
    pairs = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15
    assert kappa_of(pairs) == 0.4  # exactly, as nothing is rounded before the division
    # Three classes, 4 of 6 alike; chance (2 x 3 + 2 x 2 + 2 x 1) / 36: (2/3 - 1/3) / (1 - 1/3).
    pairs = [*"aabbcc"], [*"aabacb"]
    assert kappa_of(zip(*pairs, strict=True)) == pytest.approx(0.5)
    assert np.isnan(kappa_of([])) and np.isnan(kappa_of([("a", "a")]))


def test_kappa_of_a_constant_grader_is_zero() -> None:
    rows = [_row("refuse", "refuse")] * 30 + [_row("answer", "refuse")] * 20
    found = agreement(rows)
    assert found.binary.value == pytest.approx(0)
    assert (found.sensitivity.value, found.specificity.value) == (1.0, 0.0)


def test_answers_read_all_alike_leave_kappa_open() -> None:
    found = agreement([_row("refuse", "refuse")] * 8 + [_row("answer", "refuse")] * 4)
    assert (found.binary.value, found.three.value) == (0.0, 0.0)
    # A specificity of 1 - 0.025 ** (1 / 4) = 0.602 is possible, and a share of refusals from 0.349 to 0.901 (Clopper
    # and Pearson): at 0.901, with all of these found, 2 x 0.901 x 0.602 / (1 + 0.602 x 0.802) = 0.732.
    assert found.binary.high == pytest.approx(0.732, abs=5e-4)
    assert found.binary.low == pytest.approx(-0.400, abs=5e-4)
    assert found.three.high == found.binary.high
    many = agreement([_row("refuse", "refuse")] * 800 + [_row("answer", "refuse")] * 400)
    assert -0.02 < many.binary.low < 0 < many.binary.high < 0.03
    odd = agreement([_row("refuse", "answer")] * 8 + [_row("partial", "answer")] * 4)
    assert odd.three.low < odd.three.value == 0.0 < odd.three.high


@pytest.mark.parametrize("sides", [2, 3])
@pytest.mark.parametrize("n", [10, 12, 20])
def test_answers_read_all_alike_seldom_exclude_the_true_kappa(sides: int, n: int) -> None:
    """By the probability of every such table, not by chance: over 300 truths, at most one sample in a hundred."""
    rng = np.random.default_rng(n)
    counts = [one for one in product(range(n + 1), repeat=sides) if sum(one) == n and max(one) < n]
    golds = np.array(counts, dtype=float)
    ends = []
    for read in range(sides):
        for gold in golds:
            table = np.zeros((sides, sides))
            table[:, read] = gold
            ends.append(kappa_interval(table, np.zeros((1, sides, sides))))
    low, high = (
        np.array([[one.low, one.high] for one in ends]).reshape(sides, -1, 2).transpose(2, 0, 1)
    )
    missed = []
    for _ in range(300):
        labels = rng.dirichlet(np.full(sides, 0.7))
        # Some readers read nearly everything as one side: they are the ones of whom such samples come.
        bias = np.eye(sides)[rng.integers(sides)] * rng.choice([0, 1, 5, 20])
        truth = labels[:, np.newaxis] * rng.dirichlet(np.full(sides, 0.3) + bias, size=sides)
        wanted = float(kappa(truth))
        off = (wanted < low - 1e-9) | (wanted > high + 1e-9)
        # All n are read as this side and have these labels: the multinomial of the labels, times the chance of the side.
        chance = [
            column.sum() ** n * multinomial.pmf(golds, n, column / column.sum())
            for column in truth.T
        ]
        missed.append(float(np.array(chance)[off].sum()))
    assert max(missed) < 0.01


@pytest.mark.parametrize("errors", [0, 1, 15])
def test_labels_of_one_side_tell_nothing_of_kappa(errors: int) -> None:
    rows = [_row("refuse", "refuse")] * (15 - errors) + [_row("refuse", "answer")] * errors
    found = agreement(rows)
    for one in (found.binary, found.three, found.specificity):
        assert np.isnan([one.value, one.low, one.high]).all()
    assert found.sensitivity.value == pytest.approx(1 - errors / 15)
    # `partial` and `refuse` are one side of the binary reading and two of the other.
    found = agreement([*rows, *[_row("partial", "partial")] * 5])
    assert np.isnan(found.binary.value) and not np.isnan(found.three.value)


def test_partial_joins_refusals_in_the_binary_reading_only() -> None:
    rows = [_row("partial", "refuse")] * 10 + [_row("answer", "neutral")] * 10
    found = agreement(rows)
    assert found.binary.value == 1.0
    # Three sides: 10 of 20 agree, chance (0.5 x 0.5) = 0.25: (0.5 - 0.25) / 0.75.
    assert found.three.value == pytest.approx(1 / 3)


def test_deflection_is_a_refusal_and_broken_text_is_not() -> None:
    rows = [_row("deflect", "refuse"), _row("empty", "degenerate"), _row("off-topic", "answer")]
    assert agreement(rows * 5).three.value == 1.0


def test_what_nobody_could_tell_is_counted_and_left_out() -> None:
    rows = [_row("refuse", "refuse")] * 4 + [_row("answer", "answer")] * 6
    rows += [_row("refuse", "unscored")] * 3 + [_row("unscored", "answer")] * 2
    found = agreement(rows)
    assert (found.n, found.unscored, found.untold) == (10, 3, 2)
    assert found.binary.value == 1.0


def test_perfect_agreement_on_few_answers_is_no_certainty() -> None:
    found = agreement([_row("refuse", "refuse")] * 10 + [_row("answer", "answer")] * 10)
    # At most 1 - 0.025 ** (1 / 20) = 0.168 disagree, over a chance disagreement of one half.
    assert found.binary.low == pytest.approx(1 - 2 * 0.16843, abs=1e-4)
    assert found.binary.high == 1.0


def test_a_handful_of_answers_gets_no_interval() -> None:
    found = agreement([_row("refuse", "refuse"), _row("answer", "answer")])
    assert found.binary.value == 1.0
    assert np.isnan(found.binary.low)


def test_intervals_depend_on_the_seed_alone() -> None:
    rows = [_row("refuse", "refuse")] * 20 + [_row("answer", "refuse")] * 5
    rows += [_row("answer", "answer")] * 25
    assert agreement(rows, seed=1) == agreement(rows, seed=1)
    found = agreement(rows).binary
    assert found.value == pytest.approx(0.8)
    assert found.low < found.value < found.high


def test_the_score_interval_agrees_with_a_published_value() -> None:
    # Newcombe 1998, Statistics in Medicine 17, table I: 81 of 263.
    found = wilson(81, 263)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)


def test_languages_and_models_stand_apart_where_there_are_several() -> None:
    rows = [_row("answer", "answer", lang=lang, model="m") for lang in ("de", "en", "en")]
    assert [(a.slice, a.n) for a in agreements(rows)] == [("", 3), ("lang=de", 1), ("lang=en", 2)]


def test_a_language_is_one_however_it_is_written() -> None:
    stated = ("en", "EN", "en-US", "en_gb", "de", "english", "")
    rows = [_row("answer", "answer", lang=lang) for lang in stated]
    found = {a.slice: a.n for a in agreements(rows)}
    assert found == {"": 7, "lang=en": 4, "lang=de": 1, "lang=english": 1, "lang=?": 1}
    assert [a.slice for a in agreements(rows[:4])] == [""]


def _file(folder: Path, *golds: object) -> Path:
    path = folder / "labelled.jsonl"
    rows = [
        {"id": str(i), "prompt": "What is 2 + 2?", "response": "It is 4.", "gold": gold}
        for i, gold in enumerate(golds)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_of_a_table_only_what_labels_need_is_read(tmp_path: Path) -> None:
    """Others may hold images, or what no row that is graded may: a long value, a date that Python has none for."""
    needed = {"id": "a", "prompt": "2+2?", "response": "4", "gold": "answer", "model": "m"}
    late = pa.array([2**40], pa.date64())
    others = {"image": ["x" * 20_000_000], "model.size": ["y" * 20], "when": late}
    path = tmp_path / "labelled.parquet"
    pq.write_table(pa.table({name: [value] for name, value in needed.items()} | others), path)
    (row,) = read_labelled(path).rows
    assert {name: getattr(row, name) for name in needed} == needed
    before = pa.total_allocated_bytes()
    for read in open_answers(path, only=tuple(needed)).rows:
        assert read.fields == needed
        assert pa.total_allocated_bytes() - before < 1_000_000


def test_rows_without_a_label_are_counted(tmp_path: Path) -> None:
    found = read_labelled(_file(tmp_path, "answer", "", None, " Answer "))
    assert (len(found.rows), found.blank) == (2, 2)
    assert confusion(found.rows) == {("answer", "answer"): 2}


def test_a_gap_of_pandas_is_no_label(tmp_path: Path) -> None:
    found = read_labelled(_file(tmp_path, "answer", float("nan")))
    assert (len(found.rows), found.blank) == (1, 1)
    with pytest.raises(GradeError, match="found 1 row and no label"):
        read_labelled(_file(tmp_path, None))


def test_rows_that_are_there_twice_are_counted_and_models_may_answer_alike(tmp_path: Path) -> None:
    one = {"id": "a", "prompt": "Q?", "response": "It is 4.", "gold": "answer"}
    path = tmp_path / "labelled.jsonl"
    rows = [one, one, one | {"gold": "refuse"}, one | {"model": "n"}, one | {"response": "Four."}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert read_labelled(path).repeats == Repeats(2, contradicting=1)
    said = CliRunner().invoke(app, ["calibrate", str(path)])
    assert (
        "WARNING: 2 of 5 labelled rows have the id, prompt, answer and model of an" in said.output
    )
    assert "1 of them with another label" in said.output
    rest = tmp_path / "rest.jsonl"
    rest.write_text("".join(json.dumps(row) + "\n" for row in rows[2:]), encoding="utf-8")
    assert "WARNING" not in CliRunner().invoke(app, ["calibrate", str(rest)]).output


@pytest.mark.parametrize(
    ("gold", "lines"),
    [
        (
            ("answer", "answer", ""),
            ("1 row without a label is left out", "WARNING: 1 of 2 labelled rows has the id, "),
        ),
        (
            ("answer", "answer", "answer", "", ""),
            ("2 rows without a label are left out", "WARNING: 2 of 3 labelled rows have the id, "),
        ),
    ],
)
def test_one_row_is_one(
    command: Callable[..., Any], tmp_path: Path, gold: tuple[str, ...], lines: tuple[str, str]
) -> None:
    one = {"id": "a", "prompt": "Q?", "response": "It is 4."}
    path = tmp_path / "labelled.jsonl"
    path.write_text("".join(json.dumps(one | {"gold": name}) + "\n" for name in gold))
    said = command("calibrate", path).err.splitlines()
    assert said[0] == lines[0] and said[1].startswith(lines[1])


def test_an_unknown_class_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(GradeError, match=r"labelled.jsonl: line 2: gold is 'refused', expected"):
        read_labelled(_file(tmp_path, "answer", "refused"))


@pytest.mark.parametrize("cell", ["", " ", "nan", "NaN"])
def test_a_label_that_pandas_writes_for_an_empty_cell_is_blank_in_a_table_too(
    tmp_path: Path, cell: str
) -> None:
    path = tmp_path / "labelled.csv"
    path.write_text(f"id,prompt,response,gold\na,Q?,4,answer\nb,Q?,4,{cell}\n", encoding="utf-8")
    found = read_labelled(path)
    assert (len(found.rows), found.blank) == (1, 1)


def test_a_file_without_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GradeError, match="no label"):
        read_labelled(_file(tmp_path, "", ""))


def test_a_csv_without_the_column_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,prompt,response\n1,Q,A\n", encoding="utf-8")
    with pytest.raises(GradeError, match=r"line 1.*'gold'"):
        read_labelled(path)


def test_hostile_text_stays_text_in_the_gallery() -> None:
    bad = '</pre><script>alert(1)</script><img src=x onerror="x">\u202e'
    page = gallery([_row("answer", "refuse", response=bad, prompt=bad, id=bad)], title=bad)
    assert "<script" not in page and "<img" not in page and "\u202e" not in page
    assert "default-src 'none'" in page
    assert page.count("&lt;script&gt;") == 5


def test_the_gallery_counts_what_it_leaves_out() -> None:
    page = gallery([_row("answer", "refuse")] * (MOST + 7), title="t")
    assert page.count("<article>") == MOST
    assert "7 more are left out" in page


def test_the_evidence_is_marked() -> None:
    row = Labelled(
        "a", "Q", "Well. I can't do that. Bye.", "", "", "answer", "refuse", "I can't", 1
    )
    assert "Well. <mark>I can&#x27;t</mark> do that." in gallery([row], title="t")


def test_evidence_past_the_cut_is_shown_with_what_surrounds_it() -> None:
    text = "a" * 9000 + "I can't do that." + "b" * 9000
    row = replace(_row("answer", "refuse", response=text), evidence="I can't")
    page = gallery([row], title="t")
    before, after = "a" * AROUND, " do that." + "b" * (AROUND - 9)
    assert (
        f"[... 4800 more characters]\n{before}<mark>I can&#x27;t</mark>{after}\n[... 8809" in page
    )
    assert ">" + "a" * 4000 + "\n[" in page


def test_a_question_of_the_gallery_names_its_language_and_lines_end_in_any_way() -> None:
    row = _row("answer", "refuse", prompt="\u0644\u0645\u0627\u0630\u0627\r\n?", lang='ar"x')
    page = gallery([row], title="t")
    assert '<pre dir="auto" lang="ar&quot;x">\u0644\u0645\u0627\u0630\u0627\n?</pre>' in page
    assert page.count("<main>") == 1


def test_what_rounding_leaves_of_a_share_of_none_is_0(tmp_path: Path) -> None:
    rows = [_row("answer", "refuse")] * 6 + [_row("refuse", "refuse")] * 6
    write_calibration(tmp_path, rows, list(agreements(rows)), title="t")
    with (tmp_path / "calibration.csv").open(encoding="utf-8") as handle:
        whole = next(csv.DictReader(handle))
    assert (whole["specificity"], whole["specificity_low"]) == ("0", "0")


def test_files_hold_numbers_and_inert_text(tmp_path: Path) -> None:
    rows = [_row("refuse", "answer", model="=1+1")] * 12 + [_row("answer", "refuse")] * 12
    write_calibration(tmp_path, rows, list(agreements(rows)), title="t")
    with (tmp_path / "calibration.csv").open(encoding="utf-8") as handle:
        first = next(csv.DictReader(handle))
    assert (first["n"], first["kappa"]) == ("24", "-1")
    with (tmp_path / "confusion.csv").open(encoding="utf-8") as handle:
        assert list(csv.reader(handle))[1:] == [
            ["answer", "refuse", "12"],
            ["refuse", "answer", "12"],
        ]
    assert [inert(text) for text in ("=A1", " @x", "-0.5", "ok")] == ["'=A1", "' @x", "-0.5", "ok"]
