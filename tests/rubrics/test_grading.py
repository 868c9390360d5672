"""`lawbound grade`: files in, the same rows with six more columns out."""

import csv
import json
import resource
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lawbound.rubrics.behaviour import grade
from lawbound.rubrics.calibration.agreement import read_labelled
from lawbound.rubrics.grading.answer_files import GradeError, open_answers
from lawbound.rubrics.grading.grade_file import TOGETHER, grade_file
from lawbound.rubrics.grading.graded_files import ADDED

ROWS = [
    {"id": "a", "prompt": "What is 2 + 2?", "response": "4", "model": "m1"},
    {
        "id": "b",
        "prompt": "Tell me.",
        "response": "I'm sorry, but I can't help with that.",
        "model": "=1",
    },
]


def write_jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_rows_come_back_untouched_with_the_new_columns(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", ROWS)
    counts = grade_file(source, tmp_path / "out.jsonl")
    graded = read_jsonl(tmp_path / "out.jsonl")
    assert counts == {"answer": 1, "refuse": 1}
    assert [{k: v for k, v in row.items() if k not in ADDED} for row in graded] == ROWS
    assert [row["withheld"] for row in graded] == [False, True]
    assert graded[1]["evidence"] == ROWS[1]["response"]
    assert graded[1]["addons"] == []


@pytest.mark.parametrize("start", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("end", ["jsonl", "csv", "parquet"])
def test_every_format_turns_into_every_other(tmp_path: Path, start: str, end: str) -> None:
    source = tmp_path / f"in.{start}"
    if start == "jsonl":
        write_jsonl(source, ROWS)
    elif start == "csv":
        with source.open("w", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(handle, list(ROWS[0]))
            writer.writeheader()
            writer.writerows(ROWS)
    else:
        pq.write_table(pa.Table.from_pylist(ROWS), source)
    out = tmp_path / f"out.{end}"
    grade_file(source, out)
    if end == "jsonl":
        graded = read_jsonl(out)
    elif end == "csv":
        with out.open(newline="", encoding="utf-8") as handle:
            graded = list(csv.DictReader(handle))
    else:
        graded = pq.read_table(out).to_pylist()
    assert [row["id"] for row in graded] == ["a", "b"]
    assert [row["behaviour"] for row in graded] == ["answer", "refuse"]
    disarmed = "'=1" if end == "csv" != start else "=1"
    assert [row["model"] for row in graded] == ["m1", disarmed]
    assert list(graded[0])[-len(ADDED) :] == list(ADDED)


def test_without_a_file_jsonl_goes_to_standard_output(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    grade_file(write_jsonl(tmp_path / "in.jsonl", ROWS))
    lines = capfdbinary.readouterr().out.splitlines()
    assert [json.loads(line)["behaviour"] for line in lines] == ["answer", "refuse"]


FORMULAS = {
    "id": "=id", "prompt": "Tell me.", "response": "=I cannot help with that request.", "=1|x": "-1",
}  # fmt: skip


@pytest.mark.parametrize("start", ["jsonl", "parquet"])
def test_formulas_are_disarmed_in_a_csv_of_what_was_none(tmp_path: Path, start: str) -> None:
    source = tmp_path / f"in.{start}"
    if start == "jsonl":
        write_jsonl(source, [FORMULAS])
    else:
        pd.DataFrame([FORMULAS]).to_parquet(source)
    grade_file(source, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as handle:
        graded = next(csv.DictReader(handle))
    assert (graded["id"], graded["prompt"], graded["'=1|x"]) == ("'=id", "Tell me.", "-1")
    assert graded["response"].startswith("'=I cannot")
    assert graded["evidence"].startswith("'=I cannot")


def test_of_a_csv_file_formulas_are_disarmed_only_in_columns_we_add(tmp_path: Path) -> None:
    with (tmp_path / "in.csv").open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(FORMULAS))
        writer.writeheader()
        writer.writerow(FORMULAS)
    grade_file(tmp_path / "in.csv", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as handle:
        graded = next(csv.DictReader(handle))
    assert {name: graded[name] for name in FORMULAS} == FORMULAS
    assert graded["evidence"].startswith("'=I cannot")


GOOD = b'{"id": 1, "prompt": "p", "response": "r"}\n'


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        ("a.jsonl", GOOD + b'{"id": 1', "line 2: Expecting"),
        ("a.jsonl", GOOD + b"[1, 2]\n", "line 2: found [1, 2], expected a JSON object"),
        ("a.jsonl", GOOD + b"\xff\xfe\n", "line 2: byte 1 is not UTF-8"),
        ("a.jsonl", GOOD + b'{"id": 1, "prompt": "p"}\n', "line 2: has no 'response'"),
        ("a.jsonl", b'{"id": 1, "prompt": "p", "response": null}\n', "line 1: response is null"),
        ("a.jsonl", b'{"prompt": "p", "response": "r"}\n', "line 1: has no 'id'"),
        ("a.jsonl", b'{"id": 1, "prompt": "p", "response": "r", "lang": 3}', "lang is 3"),
        ("a.jsonl", b'{"id": 1, "prompt": "p", "response": "r", "evidence": ""}', "already"),
        ("a.jsonl", b"[" * 200_000, "line 1: is nested too deeply"),
        ("a.jsonl", b'"' + b"x" * 17_000_000, "line 1: is longer than"),
        ("a.csv", b"", "is empty, expected a header"),
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
    assert [path.name for path in tmp_path.iterdir()] == [name]


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


def test_a_missing_file_an_unknown_ending_and_the_input_itself_are_refused(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", ROWS)
    for given, out in [
        (tmp_path / "none.jsonl", tmp_path / "out.csv"),
        (source, tmp_path / "out.xlsx"),
        (source, source),
        (source, source / "folder.csv"),
    ]:
        with pytest.raises(GradeError):
            grade_file(given, out)
    assert read_jsonl(source) == ROWS


def test_hostile_text_passes_or_is_named(tmp_path: Path) -> None:
    row = {"id": 1, "prompt": "a\x00b", "response": "fine \x00 \ud800 text"}
    source = write_jsonl(tmp_path / "in.jsonl", [row])
    grade_file(source, tmp_path / "out.jsonl")
    assert read_jsonl(tmp_path / "out.jsonl")[0]["response"] == row["response"]
    for ending in ("csv", "parquet"):
        with pytest.raises(GradeError, match="surrogate"):
            grade_file(source, tmp_path / f"out.{ending}")
        assert not (tmp_path / f"out.{ending}").exists()


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


def test_progress_is_told_and_many_rows_stream(tmp_path: Path) -> None:
    rows = [{"id": i, "prompt": "What is 2 + 2?", "response": "4"} for i in range(1200)]
    told: list[int] = []
    out = tmp_path / "out.parquet"
    grade_file(write_jsonl(tmp_path / "in.jsonl", rows), out, progress=told.append)
    assert told == [*range(TOGETHER, 1200, TOGETHER), 1200]
    assert pq.read_table(out).num_rows == 1200


def test_a_jsonl_line_passes_through_byte_for_byte(tmp_path: Path) -> None:
    lines = [
        '{"id": 12345678901234567890123, "prompt": "p", "response": "4", "x": 0.10000000000000000555}',
        '{"id":1E5,  "prompt":"caf\\u00e9","response":"r","n":NaN,"deep":{"b":[1,{"z":null}],"a":1},"a":1,"a":2}',
        '{"response": "汉字 \\ud800", "prompt": "p", "id": null}  ',
    ]
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(lines), encoding="utf-8")
    grade_file(source, tmp_path / "out.jsonl")
    graded = (tmp_path / "out.jsonl").read_text(encoding="utf-8").split("\n")
    for given, line in zip(lines, graded, strict=False):
        assert line.startswith(given.rstrip().removesuffix("}") + ', "behaviour": ')
        assert json.loads(line)["behaviour"]
    assert graded[3:] == [""]


def test_parquet_columns_keep_their_types_values_and_metadata(tmp_path: Path) -> None:
    table = pa.table({
        "id": pa.array([1, 2**63 + 5], pa.uint64()),
        "prompt": pa.array(["What is 2 + 2?", "Tell me."], pa.large_string()),
        "response": pa.array(["4", "I'm sorry, but I can't help with that."]).dictionary_encode(),
        "at": pa.array([1_700_000_000_000_000_001, None], pa.timestamp("ns", "UTC")),
        "small": pa.array([float("nan"), None], pa.float32()),
        "raw": pa.array([b"\xff\x00", b""]),
        "map": pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int32())),
        "nested": pa.array([{"a": None, "b": [1]}, None]),
        "took": pa.array([1, None], pa.duration("ns")),
    }).replace_schema_metadata({"made": "by hand"})  # fmt: skip
    pq.write_table(table, tmp_path / "in.parquet")
    grade_file(tmp_path / "in.parquet", tmp_path / "out.parquet")
    graded = pq.read_table(tmp_path / "out.parquet")
    before = pq.read_table(tmp_path / "in.parquet")
    kept = graded.select(before.column_names)
    assert kept.schema.equals(before.schema, check_metadata=True)
    for name in before.column_names:
        # By the bytes: a NaN equals none, and no Python value holds a nanosecond.
        chunks = (kept.column(name).chunk(0), before.column(name).chunk(0))
        assert chunks[0].to_string() == chunks[1].to_string()
    assert graded.column("behaviour").to_pylist() == ["answer", "refuse"]


def test_fields_that_come_late_have_their_column_in_csv_and_parquet(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "prompt": "p", "response": "r", "note": None},
        *({"id": i, "prompt": "p", "response": "r", "note": None} for i in range(2, 601)),
        {"id": 601, "prompt": "p", "response": "r", "note": "late", "score": 0.5},
    ]
    source = write_jsonl(tmp_path / "in.jsonl", rows)
    grade_file(source, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as handle:
        cells = list(csv.DictReader(handle))
    assert [cells[0][name] for name in ("note", "score")] == ["", ""]
    assert [cells[600][name] for name in ("note", "score")] == ["late", "0.5"]
    grade_file(source, tmp_path / "out.parquet")
    values = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert (values[0]["note"], values[0]["score"]) == (None, None)
    assert (values[600]["id"], values[600]["note"], values[600]["score"]) == (601, "late", 0.5)


def test_a_column_of_several_types_is_named_before_parquet_is_begun(tmp_path: Path) -> None:
    rows = [{"id": i, "prompt": "p", "response": "r"} for i in [1, "a"]]
    with pytest.raises(GradeError, match=r"column 'id': .*expected values of one type"):
        grade_file(write_jsonl(tmp_path / "in.jsonl", rows), tmp_path / "out.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_an_interrupted_grading_leaves_nothing(tmp_path: Path, ending: str) -> None:
    rows = [{"id": i, "prompt": "What is 2 + 2?", "response": "4"} for i in range(1200)]
    source = write_jsonl(tmp_path / "in.jsonl", rows)

    def stop(done: int) -> None:
        if done >= 800:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade_file(source, tmp_path / f"out.{ending}", progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_folders_are_made_for_the_output_and_go_where_it_fails(tmp_path: Path, ending: str) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "new" / "deep" / f"out.{ending}"
    write_jsonl(source, [*ROWS, {"id": "c"}])
    with pytest.raises(GradeError, match="has no 'prompt'"):
        grade_file(source, out)
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]
    write_jsonl(source, ROWS)
    assert sum(grade_file(source, out).values()) == len(ROWS)
    assert [path.name for path in out.parent.iterdir()] == [out.name]


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_two_processes_that_grade_to_one_file_do_not_mix_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    source, out = write_jsonl(tmp_path / "in.jsonl", ROWS), tmp_path / f"out.{ending}"
    started: list[int] = []

    def other(done: int) -> None:
        if not started:
            started.append(done)
            with monkeypatch.context() as patch:
                patch.setattr("os.getpid", lambda: 1)
                with pytest.raises(KeyboardInterrupt):
                    grade_file(source, out, progress=stop)

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    grade_file(source, out, progress=other)
    assert started and {path.name for path in tmp_path.iterdir()} == {"in.jsonl", out.name}


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path: Path, ending: str) -> None:
    rows = [{"id": i, "prompt": "What is 2 + 2?", "response": "4" * 99} for i in range(1200)]
    source = write_jsonl(tmp_path / "in.jsonl", rows)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, before[1]))
    try:
        with pytest.raises(GradeError, match=r"out\.\w+: cannot be written \(File too large\)"):
            grade_file(source, tmp_path / f"out.{ending}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_grading_and_calibration_read_the_same_truncation(tmp_path: Path) -> None:
    row = {"id": "1", "prompt": "Why?", "response": "Because.", "gold": "answer"}
    bad = write_jsonl(tmp_path / "bad.jsonl", [{**row, "truncated": "maybe"}])
    line = "bad.jsonl: line 1: truncated is 'maybe', expected true or false"
    with pytest.raises(GradeError, match=line):
        grade_file(bad, tmp_path / "out.jsonl")
    with pytest.raises(GradeError, match=line):
        read_labelled(bad)
    cut = write_jsonl(tmp_path / "cut.jsonl", [{**row, "truncated": True}])
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


@pytest.mark.parametrize("out", ["out.jsonl", "out.csv", "out.parquet"])
def test_a_nan_of_a_data_frame_is_a_blank_in_json_lines(tmp_path: Path, out: str) -> None:
    row = '{"id": 1, "prompt": "Why?", "response": "I decline.", "truncated": NaN, "lang": NaN}\n'
    (tmp_path / "in.jsonl").write_text(row)
    assert grade_file(tmp_path / "in.jsonl", tmp_path / out) == {"refuse": 1}


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
