"""Columns that `lawbound grade` adds beside those of the user: names that are taken, and the prefix that frees them."""

import csv
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from answer_rows import ROWS, read_jsonl, write_jsonl

from lawbound.rubrics.grading.answer_files import GradeError
from lawbound.rubrics.grading.grade_file import grade_file
from lawbound.rubrics.grading.graded_files import ADDED

FORMATS = ("jsonl", "csv", "parquet")


def _write(path: Path, rows: list[dict[str, Any]]) -> Path:
    if path.suffix == ".jsonl":
        return write_jsonl(path, rows)
    frame = pd.DataFrame(rows)
    frame.to_csv(path, index=False) if path.suffix == ".csv" else frame.to_parquet(path)
    return path


def _read(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".jsonl":
        return read_jsonl(path)
    if path.suffix == ".parquet":
        return [dict(row) for row in pq.read_table(path).to_pylist()]
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.parametrize("start", FORMATS)
@pytest.mark.parametrize("end", FORMATS)
def test_columns_with_the_names_of_added_ones_pass_beside_prefixed_ones(
    tmp_path: Path, start: str, end: str
) -> None:
    own = {"behaviour": "refused", "confidence": "0.5", "evidence": "mine", "truncated": "0"}
    source = _write(tmp_path / f"in.{start}", [row | own for row in ROWS])
    with pytest.raises(GradeError, match="--prefix grader_ adds 'grader_behaviour' and so on"):
        grade_file(source, tmp_path / f"out.{end}")
    assert not (tmp_path / f"out.{end}").exists()
    counts = grade_file(source, tmp_path / f"out.{end}", prefix="grader_")
    assert counts == {"answer": 1, "refuse": 1}
    graded = _read(tmp_path / f"out.{end}")
    assert [*graded[0]] == [*ROWS[0], *own, *(f"grader_{name}" for name in ADDED)]
    assert [row["grader_behaviour"] for row in graded] == ["answer", "refuse"]
    for row in graded:
        stated = row.pop("truncated")
        assert {name: row[name] for name in own if name != "truncated"} == {
            name: value for name, value in own.items() if name != "truncated"
        }
        # In parquet made of text it is one boolean.
        assert stated == (False if end == "parquet" != start else "0")
        assert row["grader_truncated"] == ("false" if end == "csv" else False)


def test_a_gap_in_a_users_truncation_stays_one_beside_the_guess(tmp_path: Path) -> None:
    rows = [ROWS[0] | {"truncated": ""}, ROWS[1] | {"truncated": "true"}]
    for start in ("jsonl", "csv"):
        source = _write(tmp_path / f"in.{start}", rows)
        grade_file(source, tmp_path / "out.parquet", prefix="g_")
        graded = _read(tmp_path / "out.parquet")
        assert [row["truncated"] for row in graded] == [None, True]
        assert [row["g_truncated"] for row in graded] == [False, True]


def test_a_graded_file_can_be_graded_again(tmp_path: Path) -> None:
    grade_file(write_jsonl(tmp_path / "in.jsonl", ROWS), tmp_path / "one.jsonl")
    grade_file(tmp_path / "one.jsonl", tmp_path / "two.csv", prefix="new_")
    with pytest.raises(GradeError, match=r"'new_behaviour' already.*'grader_new_behaviour'"):
        grade_file(tmp_path / "two.csv", tmp_path / "three.csv", prefix="new_")
    for row in _read(tmp_path / "two.csv"):
        assert row["behaviour"] == row["new_behaviour"] and row["evidence"] == row["new_evidence"]


def test_a_file_without_rows_has_the_prefixed_columns(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,prompt,response\n", encoding="utf-8")
    for ending in ("csv", "parquet"):
        out = tmp_path / f"out.{ending}"
        grade_file(tmp_path / "in.csv", out, prefix="g_")
        columns = pd.read_csv(out).columns if ending == "csv" else pq.read_schema(out).names
        assert [*columns] == ["id", "prompt", "response", *(f"g_{name}" for name in ADDED)]


@pytest.mark.parametrize("prefix", ["=", "-x", " ", "a b", "a,", "a\n", ".a"])
def test_a_prefix_that_a_column_should_not_have_is_refused(tmp_path: Path, prefix: str) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", ROWS)
    with pytest.raises(GradeError) as caught:
        grade_file(source, tmp_path / "out.csv", prefix=prefix)
    found = str(caught.value)
    assert found == f"prefix is {prefix!r}, expected letters, digits and any of _ . -"
