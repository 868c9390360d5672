"""Types of the columns that `lawbound grade` makes of JSON values, which have no columns."""

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from answer_rows import write_jsonl

from lawbound.rubrics.grading.grade_file import grade_file


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
