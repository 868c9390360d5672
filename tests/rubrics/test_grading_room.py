"""What `lawbound grade` holds at a time, in memory and on the disk: a little of a long file, and nothing that a killed process leaves."""

import os
from pathlib import Path

import pytest
from answer_rows import ROWS, write_jsonl

from lawbound.rubrics.grading.grade_file import grade_file


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_a_killed_process_leaves_no_file(tmp_path: Path, ending: str) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", ROWS)
    _skip_without_nameless(tmp_path)
    seen: list[list[Path]] = []

    def look(_: int) -> None:
        seen.append(list(tmp_path.iterdir()))

    out = tmp_path / f"out.{ending}"
    grade_file(source, out, progress=look)
    assert seen == [[source]]
    assert out.stat().st_mode & 0o777 == source.stat().st_mode & 0o777


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
