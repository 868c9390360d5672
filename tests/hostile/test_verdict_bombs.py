"""Verdicts of a run folder that somebody else made: a small file may not grow large."""

import shutil
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.verdicts import MAX_MEAN, read_verdicts


def _with_evidence(judged: Path, run: Path, text: str, rows: int) -> Path:
    """A run folder whose verdicts have many rows, each with the text as its evidence."""
    shutil.copytree(judged, run)
    file = run / "verdicts.parquet"
    table = parquet.read_table(file)
    table = pa.concat_tables([table] * (rows // len(table) + 1)).slice(0, rows)
    column = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array([text]))
    at = table.schema.get_field_index("evidence")
    table = table.set_column(at, "evidence", column).replace_schema_metadata(None)
    parquet.write_table(table, file, store_schema=False)
    return file


def test_a_text_that_a_small_file_repeats_is_refused_before_it_is_held(
    judged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size, rows = 500_000, 4000
    file = _with_evidence(judged, tmp_path / "run", "a" * size, rows)
    assert file.stat().st_size < size / 5
    held: list[int] = []
    before = pa.total_allocated_bytes()

    class RefusedError(FolderError):
        def __init__(self, message: str) -> None:
            held.append(pa.total_allocated_bytes() - before)
            super().__init__(message)

    monkeypatch.setattr("lawbound.evals.folder.verdicts.FolderError", RefusedError)
    with pytest.raises(RefusedError, match=r"verdicts\.parquet: holds 20\d{8} bytes in the first"):
        read_verdicts(file)
    assert held[0] < 50 * size


def test_long_evidence_is_read(judged: Path, tmp_path: Path) -> None:
    file = _with_evidence(judged, tmp_path / "run", "a" * (MAX_MEAN - 1000), 5000)
    frame = read_verdicts(file)
    assert len(frame) == 5000
    assert frame["evidence"].dtype == pd.read_parquet(file)["item"].dtype


@pytest.mark.parametrize(("limit", "rows"), [(49, 50), (0, 1)])
def test_more_rows_than_a_run_has_are_refused(
    judged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int, rows: int
) -> None:
    monkeypatch.setattr("lawbound.evals.folder.verdicts.MAX_ROWS", limit)
    file = _with_evidence(judged, tmp_path / "run", "a", rows)
    with pytest.raises(FolderError, match=f"has more than {limit} rows, expected at most so many"):
        read_verdicts(file)


def test_a_column_of_lists_is_refused_unread(judged: Path, tmp_path: Path) -> None:
    file = _with_evidence(judged, tmp_path / "run", "a", 3)
    table = parquet.read_table(file)
    at = table.schema.get_field_index("score")
    parquet.write_table(table.set_column(at, "score", pa.array([["a"]] * 3)), file)
    with pytest.raises(FolderError, match=r"column 'score' is list<.*>, expected plain values"):
        read_verdicts(file)
