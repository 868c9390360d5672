"""What `lawbound grade` holds at a time, in memory and on the disk: a little of a long file, and nothing that a killed process leaves."""

import csv
import os
import signal
import subprocess
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from answer_rows import ROWS, read_jsonl, write_jsonl

from lawbound.rubrics.grading.answer_files import MOST_GATHERED
from lawbound.rubrics.grading.grade_file import grade_file
from lawbound.rubrics.grading.open_answers import open_answers


def test_of_a_long_row_group_little_is_held(tmp_path: Path) -> None:
    rng, rows = Random(1), 10_000
    texts = pa.array([rng.randbytes(2000).hex() for _ in range(rows)])
    columns = {name: pa.array([name] * rows) for name in ("id", "prompt")}
    table = pa.table(columns | {"response": texts, "large": texts.cast(pa.large_string())})
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=rows)
    total = table.nbytes
    del table, texts, columns
    before, most, read = pa.total_allocated_bytes(), 0, 0
    for _ in open_answers(tmp_path / "in.parquet").rows:
        most, read = max(most, pa.total_allocated_bytes()), read + 1
    assert read == rows
    assert most - before < total / 2


@pytest.mark.parametrize("end", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("start", ["jsonl", "csv", "parquet"])
def test_long_answers_are_graded_a_few_at_a_time(tmp_path: Path, start: str, end: str) -> None:
    size, count = MOST_GATHERED // 4, 9
    rows = [{"id": str(n), "prompt": "Why?", "response": "x " * (size // 2)} for n in range(count)]
    source, out, steps = tmp_path / f"in.{start}", tmp_path / f"out.{end}", list[int]()
    if start == "jsonl":
        write_jsonl(source, rows)
    elif start == "csv":
        with source.open("w", newline="", encoding="utf-8") as handle:
            csv.writer(handle).writerows([rows[0], *(row.values() for row in rows)])
    else:
        pq.write_table(pa.Table.from_pylist(rows), source)
    grade_file(source, out, progress=steps.append)
    assert sum(steps) == count and max(steps) <= 5
    if end == "parquet":
        assert pq.read_table(out)["id"].to_pylist() == [row["id"] for row in rows]
    elif end == "jsonl":
        assert [row["response"] for row in read_jsonl(out)] == [row["response"] for row in rows]


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("piped", [False, True])
def test_no_file_has_a_name_until_all_is_graded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, piped: bool
) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", ROWS)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(source.read_bytes())))
    _skip_without_nameless(tmp_path)
    seen: list[list[Path]] = []

    def look(_: int) -> None:
        seen.append(list(tmp_path.iterdir()))

    out = tmp_path / f"out.{ending}"
    grade_file(Path("-") if piped else source, out, progress=look)
    assert seen == [[source]]
    assert out.stat().st_mode & 0o777 == source.stat().st_mode & 0o777


KILLED = """
import os, signal, sys
from pathlib import Path
from lawbound.rubrics.grading.grade_file import grade_file

grade_file(Path("-"), Path(sys.argv[1]), progress=lambda _: os.kill(os.getpid(), signal.SIGKILL))
"""


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_a_killed_process_leaves_no_file(tmp_path: Path, ending: str) -> None:
    _skip_without_nameless(tmp_path)
    source = write_jsonl(tmp_path / "in.jsonl", ROWS)
    out = tmp_path / f"out.{ending}"
    out.write_text("older", encoding="utf-8")
    path = os.pathsep.join(filter(None, sys.path))
    with source.open("rb") as rows:
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(out)],
            env={**os.environ, "PYTHONPATH": path, "TMPDIR": str(tmp_path)},
            stdin=rows,
            check=False,
        )
    assert done.returncode == -signal.SIGKILL
    assert {path.name for path in tmp_path.iterdir()} == {source.name, out.name}
    assert out.read_text(encoding="utf-8") == "older"


@pytest.mark.parametrize("lacking", ["os.O_TMPFILE", "os.link"])
def test_a_file_is_written_whole_where_the_system_has_none_without_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", ROWS)
    grade_file(source, tmp_path / "usual.jsonl")
    if lacking == "os.link":
        monkeypatch.setattr(lacking, _refuse)
    else:
        monkeypatch.delattr(lacking)
    out = tmp_path / "out.jsonl"
    grade_file(source, out)
    assert out.read_bytes() == (tmp_path / "usual.jsonl").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"in.jsonl", "usual.jsonl", "out.jsonl"}


def _refuse(*names: object, **folders: object) -> None:
    raise PermissionError


def _skip_without_nameless(folder: Path) -> None:
    try:
        os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY))
    except OSError:
        pytest.skip("the file system has no files without a name")
