"""Sheets of labels: how each row is read, and what is refused with its line."""

from pathlib import Path
from typing import Any

import pytest
from labelling import sheet

from lawbound.evals.correction.labels import CorrectionError, Label, read_labels
from lawbound.rubrics.grading.answer_files import GradeError


def test_labels_are_read_with_what_is_left_out_counted(tmp_path: Path) -> None:
    found = read_labels(
        sheet(
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


@pytest.mark.parametrize("blank", ["", " ", "nan", "NaN", float("nan"), None])
def test_a_cell_that_pandas_left_blank_says_nothing_in_either_column_of_a_label(
    tmp_path: Path, blank: Any
) -> None:
    rows = (
        {"id": "a", "gold": "refuse", "gold_addons": blank, "probability": 1},
        {"id": "b", "gold": blank, "gold_addons": blank, "probability": 1},
    )
    found = read_labels(sheet(tmp_path, *rows))
    assert (found.by_key, found.blank) == ({"a": Label("refuse", None, 1.0)}, 1)


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
    path = sheet(tmp_path, {"id": "z", "gold": "refuse", "probability": 1}, row)
    with pytest.raises((GradeError, CorrectionError)) as fault:
        read_labels(path)
    assert message in str(fault.value)


def test_a_label_after_one_that_could_not_tell_is_refused(tmp_path: Path) -> None:
    row = {"id": "a", "gold": "unscored", "probability": 1}
    with pytest.raises(CorrectionError, match="line 2: answer a has gold 'partial', expected one"):
        read_labels(sheet(tmp_path, row, row | {"gold": "partial"}))


def test_a_sheet_without_a_usable_label_is_told_so(tmp_path: Path) -> None:
    row = {"id": "a", "gold": "unscored", "probability": 1}
    with pytest.raises(
        CorrectionError, match="found 1 'unscored' and 1 blank rows and no usable label"
    ):
        read_labels(sheet(tmp_path, row, row | {"gold": ""}))


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
