"""Types of the columns that `lawbound grade` makes of JSON values, which have no columns."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from answer_rows import write_jsonl

from lawbound.rubrics.grading.answer_files import GradeError
from lawbound.rubrics.grading.grade_file import grade_file


def _file_of(folder: Path, values: Sequence[str]) -> Path:
    """A file with a value of JSON a row."""
    rest = '"id": "1", "prompt": "2+2?", "response": "4"'
    lines = "".join(f'{{{rest}, "x": {value}}}\n' for value in values)
    (folder / "in.jsonl").write_text(lines, encoding="utf-8")
    return folder / "in.jsonl"


@pytest.mark.parametrize(
    "values",
    [
        ["0.5", "true", "false"],
        ["1", "true"],
        ["[1.5, true]"],
        ['{"a": [{"b": true}]}', '{"a": [{"b": 0.5}]}'],
        ["true", *["null"] * 600, "0.5"],
    ],
    ids=str,
)
def test_truths_beside_numbers_are_no_column_of_numbers(tmp_path: Path, values: list[str]) -> None:
    with pytest.raises(GradeError, match=r"column 'x': .*, expected values of one type"):
        grade_file(_file_of(tmp_path, values), tmp_path / "out.parquet")


def test_truths_and_numbers_at_different_places_may_be_one_column(tmp_path: Path) -> None:
    source = _file_of(tmp_path, ['{"a": true, "b": [1, 0.5], "c": [[true], null]}'])
    grade_file(source, tmp_path / "out.parquet")
    found = pq.read_table(tmp_path / "out.parquet")["x"].to_pylist()
    assert found == [{"a": True, "b": [1, 0.5], "c": [[True], None]}]


@pytest.mark.parametrize("form", ["%s", "[[%s]]", '{"a": [{"b": %s}]}', '{"": 1, "b": {"": %s}}'])
def test_a_number_that_no_fraction_can_hold_is_told_before_anything_is_graded(
    tmp_path: Path, form: str
) -> None:
    steps: list[int] = []
    source = _file_of(tmp_path, [form % "-9007199254740993"] * 500 + [form % "1.5"])
    with pytest.raises(GradeError, match=r"column 'x': found whole numbers above 2\^53"):
        grade_file(source, tmp_path / "out.parquet", progress=steps.append)
    assert not steps


def test_large_numbers_and_fractions_at_different_places_may_be_one_column(tmp_path: Path) -> None:
    values = [{"a": 9007199254740993, "b": [1.5]}, {"a": None, "b": [2]}]
    source = _file_of(tmp_path, [json.dumps(value) for value in values])
    grade_file(source, tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet")["x"].to_pylist() == values


@pytest.mark.parametrize("others", [[], ["1.5"], ["1"]])
@pytest.mark.parametrize("form", ["%s", "[%s]"])
def test_a_number_that_is_too_long_is_told_as_one(
    tmp_path: Path, form: str, others: list[str]
) -> None:
    numbers = [*others, "123456789012345678901234567890", *others]
    source = _file_of(tmp_path, [form % number for number in numbers])
    with pytest.raises(GradeError, match=r"column 'x': .*, expected whole numbers below 2\^63"):
        grade_file(source, tmp_path / "out.parquet")


@pytest.mark.parametrize("field", ["response", "lang"])
def test_a_gap_that_is_nan_is_null_in_a_column_of_texts(tmp_path: Path, field: str) -> None:
    rows = [{"id": "1", "prompt": "2+2?", "response": "4", "lang": "en"} for _ in range(2)]
    rows[1] |= {field: float("nan")}
    source = write_jsonl(tmp_path / "in.jsonl", rows)
    for ending in ("parquet", "csv"):
        grade_file(source, tmp_path / f"out.{ending}")
    assert pq.read_table(tmp_path / "out.parquet")[field].to_pylist()[1] is None
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as handle:
        assert [row[field] for row in csv.DictReader(handle)][1] == ""
