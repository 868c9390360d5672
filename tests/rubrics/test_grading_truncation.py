"""Whether an answer was cut off, as files of answers state it: kept, read in every way of writing it, or guessed."""

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from answer_rows import read_jsonl, write_jsonl

from lawbound.rubrics.behaviour import grade
from lawbound.rubrics.calibration.labelled import read_labelled
from lawbound.rubrics.grading.answer_files import GradeError
from lawbound.rubrics.grading.grade_file import grade_file


def test_a_given_truncation_is_kept_and_a_missing_one_guessed(tmp_path: Path) -> None:
    cut = (
        "The council met on Monday and adopted the budget after a long debate in the old hall " * 2
    )
    rows = [
        {"id": 1, "prompt": "What happened?", "response": cut + "and then the"},
        {"id": 2, "prompt": "What happened?", "response": cut + "and then the", "truncated": False},
    ]
    grade_file(write_jsonl(tmp_path / "in.jsonl", rows), tmp_path / "out.jsonl")
    assert [row["truncated"] for row in read_jsonl(tmp_path / "out.jsonl")] == [True, False]


ABSENT = "absent"


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
@pytest.mark.parametrize(
    "stated",
    [(None, None), ("false", None), (None, ABSENT), ("TRUE", ABSENT), ("1", True), ("true", "0"), ("", "1")],
    ids=str,
)  # fmt: skip
def test_truncation_is_one_boolean_in_parquet_however_it_was_stated(
    tmp_path: Path, stated: tuple[Any, ...], ending: str
) -> None:
    rows = [
        {"id": str(at), "prompt": "What is 2+2?", "response": "It is 4."}
        | ({} if value == ABSENT else {"truncated": value})
        for at, value in enumerate(stated)
    ]
    source = tmp_path / f"in.{ending}"
    if ending == "csv":
        pd.DataFrame(rows).to_csv(source, index=False)
    else:
        write_jsonl(source, rows)
    grade_file(source, tmp_path / "out.parquet")
    found = pd.read_parquet(tmp_path / "out.parquet")["truncated"]
    assert found.dtype == bool
    assert found.tolist() == [str(value).lower() in ("true", "1") for value in stated]


def test_a_parquet_column_of_no_truncations_takes_the_guesses(tmp_path: Path) -> None:
    row = {"id": "1", "prompt": "What is 2+2?", "response": "It is 4.", "truncated": None}
    pd.DataFrame([row]).to_parquet(tmp_path / "in.parquet")
    grade_file(tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert pd.read_parquet(tmp_path / "out.parquet")["truncated"].tolist() == [False]


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        (pa.array([1.0, None, float("nan"), 0.0]), [1.0, 0.0, 0.0, 0.0]),
        (pa.array([1, None, None, 0], pa.int8()), [1, 0, 0, 0]),
        (pa.array(["TRUE", None, "", "0"]), ["TRUE", "false", "false", "0"]),
        (pa.array(["1", None, "nan", "0"]).dictionary_encode(), ["1", "false", "false", "0"]),
        (pa.array([True, None, None, False]), [True, False, False, False]),
        (pa.array(["1", "0", "1", "0"]), ["1", "0", "1", "0"]),
    ],
    ids=lambda value: str(getattr(value, "type", "")),
)
def test_a_gap_of_a_parquet_column_takes_the_guess_in_the_columns_type(
    tmp_path: Path, stated: pa.Array, kept: list[Any]
) -> None:
    rows = {"id": ["1"] * 4, "prompt": ["What is 2+2?"] * 4, "response": ["It is 4."] * 4}
    pq.write_table(pa.table(rows | {"truncated": stated}), tmp_path / "in.parquet")
    grade_file(tmp_path / "in.parquet", tmp_path / "out.parquet")
    found = pq.read_table(tmp_path / "out.parquet")["truncated"]
    assert found.type == stated.type and found.to_pylist() == kept


@pytest.mark.parametrize("blank", ["null", "NaN", '""', '"nan"'])
@pytest.mark.parametrize(
    "line",
    [
        '{"truncated":HERE,REST}',
        '{ "trunc\\u0061ted" : HERE , REST, "t": "truncated"}',
        '{"l": [{"truncated": 1}, "}"], REST, "truncated":\tHERE}',
    ],
)
def test_a_line_in_which_a_truncation_says_nothing_keeps_all_else(
    tmp_path: Path, line: str, blank: str
) -> None:
    graded = '"id": "1", "prompt": "2+2?", "response": "4"'
    line = line.replace("REST", graded + ', "n": 1.50, "h": 1e400, "d": 1, "d": 2, "e": "\\u00e9"')
    (tmp_path / "in.jsonl").write_text(line.replace("HERE", blank) + "\n", encoding="utf-8")
    grade_file(tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    written = (tmp_path / "out.jsonl").read_text(encoding="utf-8")
    assert written.startswith(line.replace("HERE", "false")[:-1] + ', "behaviour": "answer", ')
    assert "truncated" not in written.removeprefix(line.replace("HERE", "false")[:-1])


@pytest.mark.parametrize(
    ("response", "behaviour", "truncated"),
    [
        (
            "<think>I cannot help with this. I must refuse.</think>Bread needs flour.",
            "answer",
            False,
        ),
        ("<think>This is easy.</think>I'm sorry, but I can't help with that.", "refuse", False),
        ("<think>I cannot help with this.</think>", "empty", True),
        ("<think>I cannot help with", "empty", True),
    ],
)
def test_a_stored_trace_is_not_the_answer(
    tmp_path: Path, response: str, behaviour: str, truncated: bool
) -> None:
    file, out = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    row = {"id": "1", "prompt": "What does bread need?", "response": response, "gold": behaviour}
    file.write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert grade_file(file, out) == {behaviour: 1}
    written = json.loads(out.read_text(encoding="utf-8"))
    assert written["truncated"] is truncated and written["response"] == response
    (labelled,) = read_labelled(file).rows
    assert labelled.read == behaviour
    reading = grade("What does bread need?", response)
    assert reading.behaviour == behaviour and reading.trace_behaviour is not None


ROW = {"id": "1", "prompt": "Why?", "response": "Because.", "gold": "answer"}


@pytest.mark.parametrize("truncated", ["maybe", ["x"], {"x": 1}, 2])
def test_grading_and_calibration_refuse_the_same_truncation(
    tmp_path: Path, truncated: object
) -> None:
    bad = write_jsonl(tmp_path / "bad.jsonl", [{**ROW, "truncated": truncated}])
    line = re.escape(f"bad.jsonl: line 1: truncated is {truncated!r}, expected true or false")
    with pytest.raises(GradeError, match=line):
        grade_file(bad, tmp_path / "out.jsonl")
    with pytest.raises(GradeError, match=line):
        read_labelled(bad)


def test_grading_and_calibration_read_the_same_truncation(tmp_path: Path) -> None:
    cut = write_jsonl(tmp_path / "cut.jsonl", [{**ROW, "truncated": True}])
    assert grade_file(cut, tmp_path / "out.jsonl") == {"answer": 1}
    (labelled,) = read_labelled(cut).rows
    assert labelled.confidence == read_jsonl(tmp_path / "out.jsonl")[0]["confidence"]


@pytest.mark.parametrize(
    ("stated", "cut"), [("1", True), ("0", False), ("1.0", True), ("true", True)]
)
def test_a_truncation_may_be_a_number(tmp_path: Path, stated: str, cut: bool) -> None:
    line = f'{{"id": 1, "prompt": "p", "response": "No", "truncated": {stated}}}\n'
    (tmp_path / "in.jsonl").write_text(line)
    grade_file(tmp_path / "in.jsonl", tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet")["truncated"].to_pylist() == [cut]
    grade_file(tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    assert f'"truncated": {stated}' in (tmp_path / "out.jsonl").read_text()


@pytest.mark.parametrize(
    ("written", "cut"),
    [("1.0", True), ("0.0", False), (" TRUE ", True), ("nan", None), ("NaN", None), ("", None)],
)
def test_a_truncation_is_read_as_pandas_writes_it(
    tmp_path: Path, written: str, cut: bool | None
) -> None:
    response = "I am sorry, but I can't help with that."
    table = f'id,prompt,response,truncated\n1,Why?,"{response}",{written}\n'
    (tmp_path / "in.csv").write_text(table)
    grade_file(tmp_path / "in.csv", tmp_path / "out.parquet")
    expected = [False if cut is None else cut]
    assert pq.read_table(tmp_path / "out.parquet")["truncated"].to_pylist() == expected
