"""Values of `lawbound grade`'s input in an output format that lacks their type: the same text in JSON and CSV, which can be turned back."""

import csv
import json
from base64 import b64decode
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from answer_rows import ROWS, read_jsonl, write_jsonl

from lawbound.rubrics.grading.grade_file import grade_file

RAW = b"\x00\xff"


def _graded(folder: Path, columns: dict[str, Any], ending: str) -> dict[str, Any]:
    """The one row of a parquet file as it is written in another format."""
    texts = {"id": ["1"], "prompt": ["What is 2 + 2?"], "response": ["4"]}
    pq.write_table(pa.table(texts | columns), folder / "in.parquet")
    out = folder / f"out.{ending}"
    grade_file(folder / "in.parquet", out)
    if ending == "jsonl":
        return read_jsonl(out)[0]
    with out.open(newline="", encoding="utf-8") as handle:
        return next(csv.DictReader(handle))


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_bytes_are_written_as_base64_and_can_be_turned_back(tmp_path: Path, ending: str) -> None:
    columns = {"raw": pa.array([RAW], pa.binary()), "deep": [{"a": [RAW]}], "none": pa.nulls(1)}
    found = _graded(tmp_path, columns, ending)
    assert found["raw"] == "AP8=" and b64decode(found["raw"]) == RAW
    deep = found["deep"] if ending == "jsonl" else json.loads(found["deep"])
    assert deep == {"a": ["AP8="]}
    assert found["none"] == (None if ending == "jsonl" else "")


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (pa.array([datetime(2024, 1, 1, 12)], pa.timestamp("us")), "2024-01-01T12:00:00"),
        (
            pa.array([datetime(2024, 1, 1, 12, tzinfo=UTC)], pa.timestamp("s", "UTC")),
            "2024-01-01T12:00:00+00:00",
        ),
        (pa.array([1], pa.timestamp("ns")), "1970-01-01T00:00:00.000000001"),
        (pa.array([date(2024, 2, 29)]), "2024-02-29"),
        (pa.array([time(23, 59, 59)]), "23:59:59"),
        (pa.array([Decimal("1.50")]), "1.50"),
        (pa.array([1001], pa.time64("ns")), "00:00:00.000001"),
        (pa.array([90], pa.duration("s")), "0:01:30"),
        (pa.array([86_401 * 10**9], pa.duration("ns")), "P1DT0H0M1S"),
    ],
)
def test_times_and_decimals_are_one_text_in_json_and_csv(
    tmp_path: Path, values: pa.Array, text: str
) -> None:
    for ending in ("jsonl", "csv"):
        assert _graded(tmp_path, {"value": values}, ending)["value"] == text


def test_a_list_of_texts_in_csv_can_be_told_from_one_text(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", [ROWS[0] | {"tags": ["C++", "é"], "none": []}])
    grade_file(source, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as handle:
        row = next(csv.DictReader(handle))
    assert (row["tags"], row["none"]) == ('["C++", "é"]', "[]")


@pytest.mark.parametrize("start", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_a_cell_of_several_lines_is_one_cell_of_csv(tmp_path: Path, start: str, end: str) -> None:
    row = {"id": "1", "prompt": "How do I bake bread?", "response": f"Knead.{end}Bake."}
    if start == "csv":
        with (tmp_path / "in.csv").open("w", newline="", encoding="utf-8") as handle:
            csv.writer(handle, quoting=csv.QUOTE_ALL).writerows([row, row.values()])
    elif start == "jsonl":
        write_jsonl(tmp_path / "in.jsonl", [row])
    else:
        pq.write_table(pa.Table.from_pylist([row]), tmp_path / "in.parquet")
    grade_file(tmp_path / f"in.{start}", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as handle:
        (found,) = csv.DictReader(handle, strict=True)
    assert {name: found[name] for name in row} == row


@pytest.mark.parametrize("encoding", ["DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY", "PLAIN"])
@pytest.mark.parametrize("group", [7, 1000])
def test_each_way_in_which_parquet_stores_texts_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, group: int
) -> None:
    monkeypatch.setattr("lawbound.rubrics.grading.parquet_sizes.MOST_TOGETHER", 1000)
    rows = [{"id": n, "prompt": "Why?", "response": f"{n} " * 50, "l": [str(n)]} for n in range(50)]
    file = tmp_path / "in.parquet"
    pq.write_table(
        pa.Table.from_pylist(rows),
        file,
        row_group_size=group,
        use_dictionary=["prompt"],
        column_encoding={"response": encoding, "l.list.element": encoding},
    )
    grade_file(file, tmp_path / "out.jsonl")
    found = read_jsonl(tmp_path / "out.jsonl")
    assert [{name: row[name] for name in rows[0]} for row in found] == rows
