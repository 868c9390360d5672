"""Files of answers as `lawbound grade` reads them: what is refused with its line, and what a spreadsheet or a data frame leaves in them."""

import csv
import errno
import os
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from answer_rows import ROWS, read_jsonl, write_jsonl

from lawbound.rubrics.calibration.agreement import agreement
from lawbound.rubrics.calibration.labelled import read_labelled
from lawbound.rubrics.grading import answer_files
from lawbound.rubrics.grading.answer_files import GradeError
from lawbound.rubrics.grading.grade_file import grade_file
from lawbound.rubrics.grading.open_answers import open_answers

GOOD = b'{"id": 1, "prompt": "p", "response": "r"}\n'


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        ("a.jsonl", GOOD + b'{"id": 1', "line 2: Expecting"),
        (
            "a.jsonl",
            GOOD + b"[1, 2]\n",
            "line 2: found [1, 2], expected one JSON object a line, as",
        ),
        ("a.jsonl", GOOD + b"7\n", "line 2: found 7, expected one JSON object a line"),
        (
            "a.jsonl",
            b'{"id": 1, "id": 2, "prompt": "p", "response": "r"}\n',
            "'id' twice, expected it once",
        ),
        ("a.jsonl", GOOD + b"\xff\xfe\n", "line 2: byte 1 is not UTF-8"),
        ("a.jsonl", GOOD + b'{"id": 1, "prompt": "p"}\n', "line 2: has no 'response'"),
        ("a.jsonl", b'{"id": 1, "prompt": null, "response": "r"}\n', "line 1: prompt is null"),
        ("a.jsonl", b'{"id": 1, "prompt": "p", "response": 3}\n', "line 1: response is 3"),
        ("a.jsonl", b'{"prompt": "p", "response": "r"}\n', "line 1: has no 'id'"),
        ("a.jsonl", b'{"id": 1, "prompt": "p", "response": "r", "lang": 3}', "lang is 3"),
        ("a.jsonl", b'{"id": 1, "prompt": "p", "response": "r", "evidence": ""}', "already"),
        ("a.jsonl", b"[" * 200_000, "line 1: is nested too deeply"),
        ("a.jsonl", b'"' + b"x" * 17_000_000, "line 1: is longer than"),
        ("a.csv", b"", "is empty, expected a header"),
        ("a.jsonl", b"", "a.jsonl: is empty, expected one JSON object a line"),
        ("a.jsonl", b"\n \n", "a.jsonl: is empty, expected one JSON object a line"),
        ("a.csv", b"id,prompt\n1,2\n", "'response' is missing"),
        ("a.csv", b"id,prompt,response,id\n", "'id' twice"),
        ("a.csv", b"id,prompt,response\n1,2\n", "line 2: found 2 cells, expected 3"),
        ("a.csv", b'id,prompt,response\n1,"2,3\n', "line 2: unexpected end of data"),
        (
            "a.csv",
            b"sep=,\nid,prompt,response\n",
            "line 1: found 'sep=,', which is for spreadsheets",
        ),
        ("a.csv", b"SEP=,\nid,prompt,response\n", "line 1: found 'SEP=,', which is for"),
        ("a.csv", b"id,prompt,response,,\n1,p,r,,x\n", "line 2: found 5 cells, expected 3"),
        ("a.csv", b"id,prompt,response\n1,p,r,,\n", "line 2: found 5 cells, expected 3"),
        ("a.csv", b"sep=;\nid;prompt;response\n", "found 'sep=;', which is for spreadsheets"),
        ("a.csv", b"id,prompt,response\r1,p,r\r", "a carriage return without a line feed"),
        (
            "a.csv",
            b"id,prompt,response\n1,B\xfcrger,r\n",
            "not UTF-8, expected UTF-8 text (from a sp",
        ),
        ("a.jsonl", b'{"id": 1, "prompt": "p", "response": "r", "truncated": 2}', "truncated is 2"),
        ("a.parquet", b"PAR1 not really", "expected a parquet file"),
        ("a.txt", b"x", "ending is '.txt', expected .jsonl, .csv or .parquet"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    tmp_path: Path, name: str, raw: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(GradeError) as caught:
        grade_file(tmp_path / name, tmp_path / "out.jsonl")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).count(", expected ") <= 1
    assert [path.name for path in tmp_path.iterdir()] == [name]


class _Torn(BytesIO):
    """A file on a disk that fails at the second line."""

    def readline(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return super().readline(size)


@pytest.mark.parametrize(
    ("name", "raw"), [("in.jsonl", GOOD * 2), ("in.csv", b"id,prompt,response\n1,p,r\n")]
)
@pytest.mark.parametrize("piped", [False, True])
def test_a_fault_of_the_disk_that_is_read_is_none_of_the_file_that_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, raw: bytes, piped: bool
) -> None:
    source, out = tmp_path / name, None if piped else tmp_path / "out.jsonl"
    source.touch()
    monkeypatch.setattr(answer_files, "open_regular", lambda path: _Torn(raw))
    with pytest.raises(GradeError) as caught:
        grade_file(source, out)
    why = os.strerror(errno.EIO)
    assert str(caught.value) == f"{source}: line 2: cannot be read ({why})"
    assert list(tmp_path.iterdir()) == [source]


def test_two_files_that_are_read_at_once_leave_each_other_room(tmp_path: Path) -> None:
    long = "x" * (csv.field_size_limit() + 1)
    for name, count in (("short", 1), ("other", 3)):
        rows = "".join(f"{n},p,{long}\n" for n in range(count))
        (tmp_path / f"{name}.csv").write_text(f"id,prompt,response\n{rows}", encoding="utf-8")
    before = csv.field_size_limit()
    first, second = (open_answers(tmp_path / f"{name}.csv").rows for name in ("short", "other"))
    next(second)
    assert csv.field_size_limit() == before
    assert len(list(first)) == 1 and len(list(second)) == 2
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(
    ("given", "out", "told"),
    [
        ("none.jsonl", "out.csv", "none.jsonl: does not exist, expected a file of answers"),
        ("in.jsonl", "out.xlsx", "out.xlsx: ending is '.xlsx', expected .jsonl, .csv or .parquet"),
        (
            "in.jsonl",
            "out.json",
            "ending is '.json', expected .jsonl (JSON, one object a line), .csv or .parquet",
        ),
        ("in.jsonl", "in.jsonl", "in.jsonl: is the input itself, expected another file to write"),
        (
            "in.jsonl",
            "in.jsonl/out.csv",
            "out.csv: cannot be written (in.jsonl is a file, not a folder)",
        ),
    ],
)
def test_a_missing_file_an_unknown_ending_and_the_input_itself_are_refused(
    tmp_path: Path, given: str, out: str, told: str
) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", ROWS)
    with pytest.raises(GradeError) as caught:
        grade_file(tmp_path / given, tmp_path / out)
    assert str(caught.value).endswith(told)
    assert read_jsonl(source) == ROWS
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_blank_rows_of_a_spreadsheet_are_no_answers(tmp_path: Path) -> None:
    rows = ["id,prompt,response", "1,Why?,I can't help with that.", ",,", " ,,", "2,Why?,"]
    (tmp_path / "in.csv").write_text("\n".join(rows) + "\n")
    told: list[str] = []
    counts = grade_file(tmp_path / "in.csv", tmp_path / "out.csv", tell=told.append)
    assert counts == {"refuse": 1, "empty": 1}
    assert told == ["2 blank rows left out"]
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 3


def test_what_a_spreadsheet_leaves_around_its_cells_is_no_column_and_no_header(
    tmp_path: Path,
) -> None:
    rows = [",,,,", " ,,,,", "id,prompt,response,,", "1,Why?,I can't help with that.,,"]
    (tmp_path / "in.csv").write_text("\n".join(rows) + "\n")
    assert grade_file(tmp_path / "in.csv", tmp_path / "out.csv") == {"refuse": 1}
    header = (tmp_path / "out.csv").read_text().splitlines()[0]
    assert header.startswith("id,prompt,response,behaviour")
    (tmp_path / "in.csv").write_text("id,prompt,response,\n1,Why?,I can't help with that.,kept\n")
    grade_file(tmp_path / "in.csv", tmp_path / "out.csv")
    assert "I can't help with that.,kept,refuse" in (tmp_path / "out.csv").read_text()


@pytest.mark.parametrize("out", ["out.jsonl", "out.csv", "out.parquet"])
def test_a_nan_of_a_data_frame_is_a_blank_in_json_lines(tmp_path: Path, out: str) -> None:
    row = '{"id": 1, "prompt": "Why?", "response": "I decline.", "truncated": NaN, "lang": NaN}\n'
    (tmp_path / "in.jsonl").write_text(row)
    assert grade_file(tmp_path / "in.jsonl", tmp_path / out) == {"refuse": 1}
    (tmp_path / "in.jsonl").write_text(row.replace('"I decline."', "NaN"))
    assert grade_file(tmp_path / "in.jsonl", tmp_path / out) == {"unscored": 1}


GAPS = [None, "", "I'm sorry, but I can't help with that.", None]
"""No answer came (of a filter, or a request that failed), which is not the model's empty answer."""


@pytest.mark.parametrize("out", ["out.jsonl", "out.csv", "out.parquet"])
@pytest.mark.parametrize("start", ["jsonl", "parquet"])
def test_a_null_response_is_unscored_and_told_while_empty_text_is_an_empty_answer(
    tmp_path: Path, start: str, out: str
) -> None:
    rows = [{"id": str(n), "prompt": "Why?", "response": text} for n, text in enumerate(GAPS)]
    source = tmp_path / f"in.{start}"
    write_jsonl(source, rows) if start == "jsonl" else pd.DataFrame(rows).to_parquet(source)
    told: list[str] = []
    counts = grade_file(source, tmp_path / out, tell=told.append)
    assert counts == {"unscored": 2, "empty": 1, "refuse": 1}
    assert told == ["response is null in 2 rows: unscored, since no answer came"]
    if out == "out.csv":
        first = (tmp_path / out).read_text().splitlines()[1]
        assert first == "0,Why?,,unscored,false,,false,,0.0"
        assert grade_file(tmp_path / out, tmp_path / "again.csv", prefix="g_")["empty"] == 3
        return
    graded = read_jsonl(tmp_path / out) if out == "out.jsonl" else pq.read_table(tmp_path / out)
    first = graded[0] if isinstance(graded, list) else graded.to_pylist()[0]
    read = {"behaviour": "unscored", "withheld": False, "addons": [], "truncated": False}
    assert first == {**rows[0], **read, "evidence": "", "confidence": 0.0}


def test_a_file_of_nothing_but_nulls_is_graded(tmp_path: Path) -> None:
    rows = [{"id": "1", "prompt": "Why?", "response": None}]
    write_jsonl(tmp_path / "in.jsonl", rows)
    pd.DataFrame(rows).to_parquet(tmp_path / "in.parquet")
    for start in ("jsonl", "parquet"):
        assert grade_file(tmp_path / f"in.{start}", tmp_path / "out.parquet") == {"unscored": 1}
        assert pq.read_table(tmp_path / "out.parquet")["response"].to_pylist() == [None]


def test_a_labelled_answer_that_never_came_is_counted_and_left_out(tmp_path: Path) -> None:
    rows = [
        {"id": n, "prompt": "Why?", "response": r, "gold": "refuse"} for n, r in enumerate(GAPS)
    ]
    found = read_labelled(write_jsonl(tmp_path / "gold.jsonl", rows)).rows
    assert [row.read for row in found] == ["unscored", "empty", "refuse", "unscored"]
    assert [row.response for row in found] == [text or "" for text in GAPS]
    assert agreement(found).unscored == 2


def test_blanks_around_the_name_of_a_column_are_no_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id, prompt ,\tresponse\n1,Why?,No comment.\n")
    grade_file(tmp_path / "in.csv", tmp_path / "out.csv")
    header, row = (tmp_path / "out.csv").read_text().splitlines()
    assert header.startswith("id,prompt,response,behaviour") and row.startswith(
        "1,Why?,No comment."
    )


def test_a_language_that_is_none_is_told_and_guessed(tmp_path: Path) -> None:
    langs = ["en", "en-US", " zh_CN ", "sw", " ", " German", "German", "jp"]
    rows = [{"id": n, "prompt": "Why?", "response": "No.", "lang": v} for n, v in enumerate(langs)]
    told: list[str] = []
    grade_file(write_jsonl(tmp_path / "in.jsonl", rows), tmp_path / "out.jsonl", tell=told.append)
    assert told == [
        "lang is 'German', 'jp' in 3 rows, expected codes of ISO 639-1 such as 'en': the language was "
        "guessed from the prompt"
    ]
    labelled = [{**row, "gold": "refuse"} for row in rows]
    assert read_labelled(write_jsonl(tmp_path / "gold.jsonl", labelled)).remark == told[0]
    assert read_labelled(write_jsonl(tmp_path / "fine.jsonl", labelled[:5])).remark == ""


def _pipe(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    """Make the bytes standard input."""
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(raw)))


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_json_lines_of_standard_input_are_graded_as_those_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    # The late column is why CSV and parquet read everything twice.
    source = write_jsonl(tmp_path / "in.jsonl", [*ROWS, ROWS[0] | {"late": 1}])
    grade_file(source, tmp_path / f"file.{ending}")
    _pipe(monkeypatch, source.read_bytes())
    kept = tmp_path / "kept"
    kept.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(kept))
    assert grade_file(Path("-"), tmp_path / f"piped.{ending}") == {"answer": 2, "refuse": 1}
    written = [(tmp_path / f"{name}.{ending}").read_bytes() for name in ("file", "piped")]
    assert written[0] == written[1]
    assert not list(kept.iterdir())


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "standard input: is empty, expected one JSON object a line"),
        (GOOD + b"7\n", "standard input: line 2: found 7, expected one JSON object a line"),
        (b'{"id": ' + b"9" * 5000 + b"}", "standard input: line 1: holds a number of too many digits, "
         "expected one JSON object a line"),
        (b"id,prompt,response\n", "standard input: line 1: Expecting value: line 1 column 1 (char 0), "
         "expected one JSON object a line"),
        (GOOD + b'{"id": "1", "prompt": "p", "response": "r"}', "standard input: line 1 and after: column 'id': "
         "Could not convert '1' with type str: tried to convert to int64, expected values of one type; "
         "write JSONL instead"),
    ],
)  # fmt: skip
def test_faults_of_standard_input_are_told_as_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raw: bytes, told: str
) -> None:
    _pipe(monkeypatch, raw)
    with pytest.raises(GradeError) as caught:
        grade_file(Path("-"), tmp_path / "out.parquet")
    assert str(caught.value) == told
    assert not list(tmp_path.iterdir())


def test_a_closed_standard_input_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(GradeError, match="standard input: is closed, expected JSON lines"):
        grade_file(Path("-"))
