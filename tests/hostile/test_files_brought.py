"""Files that users bring, in every broken form: answers, data sets, YAML."""

import gc
import gzip
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from lawbound.rubrics.answers.checking import check
from lawbound.rubrics.answers.facts import check_facts
from lawbound.rubrics.grading import parquet_answers, parquet_sizes
from lawbound.rubrics.grading.answer_files import GradeError
from lawbound.rubrics.grading.open_answers import open_answers
from lawbound.tasks.external.items import load_external
from lawbound.tasks.io.yaml_files import read_yaml
from lawbound.tasks.item import Answer, Claims, ItemError

Call = Callable[..., int]
HEAD = b"id,prompt,response\n"
LINE = b'{"id": "1", "prompt": "Why?", "response": "Because."}\n'
RIGHT = {"id": ["1"], "prompt": ["Why?"], "response": ["Because."]}

ANSWERS: dict[str, tuple[bytes, str]] = {
    "utf16.csv": ((HEAD + b"1,p,r\n").decode().encode("utf-16"), "line 1: byte 1 is not UTF-8"),
    "plain16.csv": ((HEAD + b"1,p,r\n").decode().encode("utf-16-le"), "line 1: holds a NUL, as UTF-16 does"),
    "utf16.jsonl": (LINE.decode().encode("utf-16-le"), "line 1: holds a NUL, as UTF-16 does, expected UTF-8"),
    "packed.jsonl": (gzip.compress(LINE), "line 1: byte 2 is not UTF-8"),
    "torn.jsonl": (LINE + LINE[:20], "line 2: "),
    "twice.jsonl": (b'{"id":"1","prompt":"p","response":"r","response":"s"}\n', "'response' twice"),
    "twice.csv": (b"id,prompt,response,response\n1,p,r,s\n", "'response' twice"),
    "deep.jsonl": (b'{"id":' + b"[" * 100_000, "nested too deeply"),
    "digits.jsonl": (b'{"id":' + b"9" * 5000 + b"}", "line 1: holds a number of too many digits"),
    "nul.jsonl": (b"\0\n", "line 1: "),
    "list.jsonl": (b"[1]\n", "found [1], expected one JSON object a line"),
    "quote.csv": (HEAD + b'1,"p,r\n', "line 2: unexpected end of data"),
    "old-mac.csv": (b"id,prompt,response\r1,p,r\r", "line 1: "),
    "wide.csv": (HEAD + b"1,p,r,x\n", "line 2: found 4 cells, expected 3"),
    "long.jsonl": (b'{"id":"' + b"a" * 17_000_000 + b'"}', "longer than 16000000 bytes"),
    "long.csv": (HEAD + b"1,p," + b"a" * 17_000_000, "line 2: is longer than 16000000 bytes"),
    "empty.parquet": (b"", "expected a parquet file"),
    "claims.parquet": (b"PAR1" + b"\xff" * 60 + b"\xff\xff\xff\x7fPAR1", "expected a parquet file"),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_broken_answers_are_told_with_their_place(call: Call, tmp_path: Path, name: str) -> None:
    file, out = tmp_path / name, tmp_path / "out.jsonl"
    content, told = ANSWERS[name]
    file.write_bytes(content)
    call("grade", file, "--out", out, expect=f"{file}: ")
    call("grade", file, "--out", out, expect=told)
    assert [path.name for path in tmp_path.iterdir()] == [name]


TABLES: dict[str, tuple[dict[str, Any], str]] = {
    "nested": (RIGHT | {"response": [{"a": [1]}]}, "row 1: response is {'a': [1]}"),
    "bytes": (RIGHT | {"response": [b"\xff"]}, "row 1: response is b'\\xff'"),
    "half": (RIGHT | {"response": pa.array([b"\xff\xfe"]).view(pa.string())}, "row 1: "),
    "empty": (RIGHT | {"prompt": pa.array([None], pa.string())}, "row 1: prompt is null"),
    "other": ({"a": [1]}, "'id' is missing"),
    "long": (RIGHT | {"response": ["a" * 17_000_000]}, "response has 17000000 bytes"),
}


@pytest.mark.parametrize("name", TABLES)
def test_odd_tables_are_told_with_their_row(call: Call, tmp_path: Path, name: str) -> None:
    columns, told = TABLES[name]
    file = tmp_path / "t.parquet"
    parquet.write_table(pa.table(columns), file)
    call("grade", file, "--out", tmp_path / "out.parquet", expect=told)
    assert [path.name for path in tmp_path.iterdir()] == ["t.parquet"]


def test_a_date_that_python_has_not_is_told_with_its_row(tmp_path: Path) -> None:
    columns = RIGHT | {"when": pa.array([2**62], pa.timestamp("us"))}
    parquet.write_table(pa.table(columns), tmp_path / "t.parquet")
    with pytest.raises(GradeError, match="row 1: date value out of range"):
        list(open_answers(tmp_path / "t.parquet").rows)


def test_an_unknown_time_zone_is_told_with_its_row(call: Call, tmp_path: Path) -> None:
    columns = RIGHT | {"when": pa.array([0], pa.timestamp("ns", "Mars/Phobos"))}
    file, told = tmp_path / "t.parquet", "row 1: found time zone 'Mars/Phobos', expected one that"
    parquet.write_table(pa.table(columns), file)
    for ending in ("jsonl", "csv"):
        call("grade", file, "--out", tmp_path / f"out.{ending}", expect=told)
    assert [path.name for path in tmp_path.iterdir()] == ["t.parquet"]


LONG = 100_000
REPEATED: dict[str, Callable[[int], pa.Array]] = {
    "string": lambda rows: pa.array(["a" * LONG] * rows),
    "large_string": lambda rows: pa.array(["a" * LONG] * rows, pa.large_string()),
    "string_view": lambda rows: pa.array(["a" * LONG] * rows, pa.string_view()),
    "binary": lambda rows: pa.array([b"a" * LONG] * rows),
    "dictionary": lambda rows: pa.array(["a" * LONG] * rows).dictionary_encode(),
    "list": lambda rows: pa.array([["a" * LONG]] * rows),
    "struct": lambda rows: pa.array([{"a": "a" * LONG}] * rows),
}  # fmt: skip


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
@pytest.mark.parametrize("kind", REPEATED)
def test_a_text_repeated_by_a_small_file_takes_little_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, ending: str
) -> None:
    for module in (parquet_answers, parquet_sizes):
        monkeypatch.setattr(module, "MOST_TOGETHER", 10 * LONG)
    rows = 100
    columns = {name: [name] * rows for name in ("id", "prompt", "response")}
    file = tmp_path / "bomb.parquet"
    parquet.write_table(pa.table(columns | {"x": REPEATED[kind](rows)}), file)
    assert file.stat().st_size < LONG / 10
    gc.collect()
    before, most, read = pa.total_allocated_bytes(), 0, 0
    for row in open_answers(file, whole=ending == "jsonl").rows:
        most, read = max(most, pa.total_allocated_bytes()), read + 1
        assert row.piece is not None and len(row.piece) < rows / 2
    assert read == rows
    assert most - before < 50 * LONG


BEYOND: dict[str, tuple[pa.Array, str]] = {
    "a list of equal numbers": (
        pa.ListArray.from_arrays(pa.array([0, 9_000_000], pa.int32()), pa.nulls(9_000_000, pa.int8()).fill_null(0)),
        "row 1 and after: x has 18000000 bytes, expected at most 16000000",
    ),
    "a list of equal texts": (
        pa.array([["a" * LONG] * 3000]),
        "row 1 and after: x has 300000000 bytes, expected at most 16000000",
    ),
    "bytes": (pa.array([b"a" * 17_000_000]), "x has 17000000 bytes, expected at most 16000000"),
    "a list of texts": (
        pa.array([[f"{n}{'a' * 1_000_000}" for n in range(17)]]),
        "row 1: x has 17",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BEYOND)
def test_a_value_longer_than_a_line_may_be_is_told_with_its_row(
    tmp_path: Path, kind: str, call: Call
) -> None:
    column, told = BEYOND[kind]
    file = tmp_path / "t.parquet"
    parquet.write_table(pa.table(RIGHT | {"x": column}), file)
    call("grade", file, "--out", tmp_path / "out.jsonl", expect=told)
    assert [path.name for path in tmp_path.iterdir()] == ["t.parquet"]


def test_a_column_packed_beyond_measure_is_refused_before_it_is_unpacked(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, file = 20, tmp_path / "t.parquet"
    columns = {name: [name] * rows for name in ("id", "prompt", "response")}
    table = pa.table(columns | {"x": pa.array([b"a" * LONG] * rows)})
    parquet.write_table(table, file, use_dictionary=False, compression="zstd")
    assert call("grade", file, "--out", tmp_path / "out.jsonl") == 0
    monkeypatch.setattr(parquet_sizes, "MOST_UNPACKED", 10 * LONG)
    call("grade", file, "--out", tmp_path / "out.jsonl", expect="row 1 and after: x unpacks from ")


def test_rows_that_do_not_fit_the_table_leave_no_words_of_the_library(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], call: Call
) -> None:
    lines = [LINE] * 500 + [LINE.replace(b'"1"', b'{"a": [1]}')]
    (tmp_path / "a.jsonl").write_bytes(b"".join(lines))
    call(
        "grade",
        tmp_path / "a.jsonl",
        "--out",
        tmp_path / "o.parquet",
        expect="expected values of one type",
    )
    assert capfd.readouterr().err == ""


def _rows(answer: object) -> bytes:
    return json.dumps({"question": "1+1?", "answer": answer}).encode() + b"\n"


EXTERNAL: dict[str, tuple[bytes, str]] = {
    "power.jsonl": (_rows("1e999999999"), "answer is '1e999999999', expected a number"),
    "small.jsonl": (_rows("1e-999999999"), "expected a number"),
    "digits.jsonl": (_rows("9" * 5000), "expected a number"),
    "zero.jsonl": (_rows("1/0"), "answer is '1/0', expected a number"),
    "empty.jsonl": (b"", "is empty, expected rows"),
    "empty.csv": (b"\n", "is empty, expected rows"),
    "head.csv": (b"question,answer\n", "found no row below the header, expected at least one"),
    "nul.jsonl": (b"\0" * 99, "line 1: holds a NUL, as UTF-16 does, expected UTF-8 text"),
    "torn.jsonl": (_rows("2") + b'{"question": "x', "cannot be loaded"),
    "utf16.csv": ("question,answer\na,2\n".encode("utf-16"), "line 1: byte 1 is not UTF-8, expected UTF-8 text (from a"),
    "plain16.csv": ("question,answer\na,2\n".encode("utf-16-le"), "line 1: holds a NUL"),
    "latin.jsonl": (_rows("2") + '{"question": "é"}'.encode("latin-1"), "line 2: byte 15 is not UTF-8"),
    "semicolons.csv": (b"question;answer\na;2\n", "if semicolons separate the columns, save them with commas"),
    "twice.csv": (b"question,answer,answer\na,1,2\n", "line 1: found column 'answer' twice, expected it once"),
    "long_twice.csv": (b"question,question\n" + b"a" * 140_000 + b",2\n", "line 1: found column 'question' twice"),
    "long_latin.csv": (b"question,answer\n" + b"a" * 140_000 + b",2\n\xe9", "line 3: byte 1 is not UTF-8"),
    "moved.csv": (b"question,answer\nWhat?,a,2\n", "line 2: found 3 cells, expected 2 as in the header"),
    "long.jsonl": (_rows("2").replace(b"1+1", b"1+1" * 400_000), "row 1: question has 1200001 characters, expected at most"),
    "worked.jsonl": (_rows("#### 2" * 200_000), "row 1: answer has 1200000 characters, expected at most 1000000"),
    "noending": (b"question,answer\na,2\n", "ending is '', expected .json, .jsonl, .csv, .parquet or the name"),
    "packed.jsonl": (gzip.compress(_rows("2")), "is a packed file"),
    "x.parquet": (b"PAR1" + b"\0" * 50 + b"PAR1", "cannot be loaded"),
    "deep.jsonl": (b'{"question":"q","answer":"2","z":' + b"[" * 5000, "cannot be loaded"),
}  # fmt: skip


@pytest.mark.parametrize("name", EXTERNAL)
def test_a_broken_data_set_is_refused_at_once(tmp_path: Path, name: str) -> None:
    content, told = EXTERNAL[name]
    (tmp_path / name).write_bytes(content)
    source = {"source": str(tmp_path / name), "shape": "number", "columns": {"prompt": "question"}}
    with pytest.raises(ItemError, match=name) as caught:
        load_external(source)
    assert told in str(caught.value)


def test_an_archive_called_a_table_is_not_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "rows.csv", "w") as archive:
        archive.writestr("../outside.csv", "question,answer\n1,2\n")
    with pytest.raises(ItemError, match="is a packed file"):
        load_external({"source": str(tmp_path / "rows.csv"), "columns": {"prompt": "question"}})


def test_a_local_file_leaves_nothing_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    (tmp_path / "rows.jsonl").write_bytes(_rows("2"))
    source = {
        "source": str(tmp_path / "rows.jsonl"),
        "acts": ["inform"],
        "columns": {"prompt": "question"},
    }
    assert len(load_external(source)) == 1
    assert not (tmp_path / "cache").exists()


YAML = {
    "x: 0x" + "f" * 6000: "line 1: found a number of 6002 characters, expected one below 2^63",
    "x: " + "1:" * 50_000 + "1": "found a number of 100001 characters",
    "x: 99999999999999999999": "found '99999999999999999999', expected one below 2^63",
    "x: 1\nx: 2": "line 2: found 'x' twice",
    "x: &a [1]\ny: *a": "line 2: found a YAML alias",
    "x: !!python/object/apply:os.system [id]": "line 1: found the tag 'tag:yaml.org",
    "x: 2001-99-99": "month must be in 1..12",
    'x: "\\ud800"': "line 1: ",
    "x: 1\ny: \x07": "line 2: found the character U+0007, expected text without control characters",
}


@pytest.mark.parametrize("text", YAML)
def test_what_yaml_can_say_is_not_taken_at_its_word(tmp_path: Path, text: str) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ItemError) as caught:
        read_yaml(file, ItemError)
    assert str(caught.value).startswith(f"{file}: ") and YAML[text] in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "latin-1"])
def test_yaml_of_another_encoding_is_refused(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text("x: é", encoding=encoding)
    with pytest.raises(ItemError, match=r"odd\.yaml: "):
        read_yaml(file, ItemError)


def test_a_suite_that_changes_is_read_again(tmp_path: Path) -> None:
    from lawbound.evals.suite.suite import load_suite

    file = tmp_path / "mine.yaml"
    text = "{{id: {}, version: '1', summary: s, select: [{{kind: fact, strengths: [none]}}]}}"
    for name in ("first", "second"):
        file.write_text(text.format(name), encoding="utf-8")
        assert load_suite(str(file)).id == name


def test_a_mark_behind_empty_lines_still_announces_the_answer() -> None:
    assert check("Well.\n\n \n  #### 42\nBye 7", Answer("number", "42")).correct


def test_only_the_beginning_of_an_endless_answer_is_held_against_patterns() -> None:
    claims = Claims(("1945",), ("1950",))
    assert check_facts("1945 " + "x" * 100_000, claims, "en") == "true"
    assert check_facts("x" * 100_000 + " 1945", claims, "en") == "silent"


def test_a_suite_that_asks_for_a_level_twice_is_refused(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    for levels in ("[]", "[1, 1]", "[1, true]", "[0]", "[9]"):
        file.write_text(
            "{id: s, version: '1', summary: s, select: "
            f"[{{kind: reasoning, strengths: [none], levels: {levels}}}]}}",
            encoding="utf-8",
        )
        call("plan", file, "-p", "us", "-m", "reference:coin", expect="levels")
