"""`lawbound grade`: files in, the same rows with six more columns out."""

import csv
import io
import json
import resource
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from answer_rows import ROWS, read_jsonl, write_jsonl

from lawbound.rubrics.grading.answer_files import GradeError
from lawbound.rubrics.grading.grade_file import TOGETHER, grade_file
from lawbound.rubrics.grading.graded_files import ADDED


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


def test_hostile_text_passes_or_is_named(tmp_path: Path) -> None:
    good = {"id": 0, "prompt": "a", "response": "fine"}
    row = {"id": 1, "prompt": "a\x00b", "response": "fine \x00 \ud800 text"}
    source = write_jsonl(tmp_path / "in.jsonl", [good, row])
    grade_file(source, tmp_path / "out.jsonl")
    assert read_jsonl(tmp_path / "out.jsonl")[1]["response"] == row["response"]
    told = "line 2: holds a lone surrogate, expected text; JSONL output can keep it"
    for ending in ("csv", "parquet"):
        with pytest.raises(GradeError, match=told):
            grade_file(source, tmp_path / f"out.{ending}")
        assert not (tmp_path / f"out.{ending}").exists()


def test_progress_is_told_after_each_batch_of_rows(tmp_path: Path) -> None:
    rows = [{"id": i, "prompt": "What is 2 + 2?", "response": "4"} for i in range(1000)]
    steps: list[int] = []
    out = tmp_path / "out.parquet"
    grade_file(write_jsonl(tmp_path / "in.jsonl", rows), out, progress=steps.append)
    assert steps == [TOGETHER] * (1000 // TOGETHER) + [1000 % TOGETHER]
    assert pq.read_table(out).num_rows == 1000


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


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_half_a_pair_in_the_name_of_a_field_is_told_with_its_line(
    tmp_path: Path, ending: str
) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", [*ROWS, ROWS[0] | {"\ud800": 1}])
    with pytest.raises(GradeError) as caught:
        grade_file(source, tmp_path / f"out.{ending}")
    assert str(caught.value) == (
        f"{source}: line 3: the name of a field holds a lone surrogate, expected text; JSONL output can keep it"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]
    grade_file(source, tmp_path / "out.jsonl")
    assert read_jsonl(tmp_path / "out.jsonl")[2]["\ud800"] == 1


def test_a_column_that_no_reader_of_parquet_opens_again_is_refused(tmp_path: Path) -> None:
    deep: list[object] = []
    for _ in range(48):
        deep = [deep]
    source, out = tmp_path / "in.jsonl", tmp_path / "out.parquet"
    grade_file(write_jsonl(source, [ROWS[0] | {"m": deep}]), out)
    assert pq.read_table(out)["m"].to_pylist() == [deep]
    write_jsonl(source, [ROWS[0] | {"m": [deep]}])
    with pytest.raises(GradeError, match=r"column 'm': .*too deeply nested, .*write JSONL instead"):
        grade_file(source, out)
    assert pq.read_table(out)["m"].to_pylist() == [deep]
    grade_file(source, tmp_path / "out.jsonl")


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_an_interrupted_grading_leaves_nothing(tmp_path: Path, ending: str) -> None:
    rows = [{"id": i, "prompt": "What is 2 + 2?", "response": "4"} for i in range(1200)]
    source = write_jsonl(tmp_path / "in.jsonl", rows)

    done: list[int] = []

    def stop(steps: int) -> None:
        done.append(steps)
        if sum(done) >= 800:
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

    def other(steps: int) -> None:
        if not started:
            started.append(steps)
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


@pytest.mark.parametrize("given", ["in.jsonl", "-"])
@pytest.mark.parametrize("room", [None, 0, 4000])
def test_a_folder_without_room_for_temporary_files_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, room: int | None
) -> None:
    """Standard output and standard input, which are kept there meanwhile, have no fault."""
    monkeypatch.chdir(tmp_path)
    rows = [{"id": i, "prompt": "What is 2 + 2?", "response": "4" * 99} for i in range(1200)]
    source = write_jsonl(Path("in.jsonl"), rows)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(source.read_bytes())))
    kept = tmp_path / "kept"
    if room is not None:
        kept.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(kept))
    found = "No such file or directory" if room is None else "File too large"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    if room is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        with pytest.raises(GradeError) as caught:
            grade_file(Path(given))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert str(caught.value) == (
        f"{kept}: cannot be written ({found}), expected room for a temporary file; "
        "TMPDIR names another folder for them"
    )
    assert room is None or not list(kept.iterdir())
