"""How many rows of a parquet file `lawbound grade` decodes at once: many short ones, few where long ones may be among them."""

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lawbound.rubrics.grading import parquet_answers, parquet_sizes
from lawbound.rubrics.grading.answer_files import BATCH
from lawbound.rubrics.grading.open_answers import open_answers
from lawbound.rubrics.grading.parquet_lengths import Leaf, Opened
from lawbound.rubrics.grading.parquet_sizes import AT_ONCE, rows_at_once

RNG = Random(1)


def _file(folder: Path, columns: dict[str, Any], **options: Any) -> Path:
    rows = len(next(iter(columns.values())))
    graded = {name: [name] * rows for name in ("id", "prompt", "response")}
    pq.write_table(pa.table(graded | columns), folder / "in.parquet", **options)
    return folder / "in.parquet"


def _at_once(path: Path) -> int:
    file = pq.ParquetFile(path)
    texts = [file.schema.column(at).path for at in range(len(file.schema))]
    with file, pq.ParquetFile(path, read_dictionary=texts) as probe:
        return rows_at_once(Opened(path, file, probe), 0, 0)


def _texts(rows: int, length: int) -> list[str]:
    return [RNG.randbytes(length // 2).hex() for _ in range(rows)]


def test_short_rows_are_decoded_many_at_once(tmp_path: Path) -> None:
    columns = {f"n{at}": np.arange(2000) for at in range(50)}
    flags = {"flag": [True, False] * 1000, "short": _texts(2000, 20)}
    assert _at_once(_file(tmp_path, columns | flags)) == BATCH


@pytest.mark.parametrize("length", [4, 400])
def test_numbers_beside_many_texts_are_decoded_many_at_once_if_no_texts_are_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    monkeypatch.setattr(parquet_sizes, "MOST_TOGETHER", 500_000)
    columns = {f"n{at}": np.arange(2000) for at in range(50)}
    texts = [*_texts(1000, 400), *_texts(20, 100 * length), *_texts(980, 400)]
    step = BATCH if length == 4 else AT_ONCE
    assert _at_once(_file(tmp_path, columns | {"text": texts}, use_dictionary=False)) == step


def test_of_rows_that_may_be_long_few_are_decoded_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_sizes, "MOST_TOGETHER", 500_000)
    assert _at_once(_file(tmp_path, {"text": _texts(2000, 400)})) == AT_ONCE


@pytest.mark.parametrize("encoding", ["DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY", "PLAIN"])
def test_many_columns_of_short_texts_are_no_long_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.setattr(parquet_sizes, "MOST_TOGETHER", 100_000)
    monkeypatch.setattr(parquet_sizes, "MOST_UNPACKED", 500_000)
    columns = {f"t{at}": _texts(300, 100) for at in range(30)}
    encodings = dict.fromkeys(columns, encoding)
    path = _file(tmp_path, columns, use_dictionary=False, column_encoding=encodings)
    assert _at_once(path) == AT_ONCE
    read = [row.fields["t29"] for row in open_answers(path, whole=True).rows]
    assert read == columns["t29"]


def test_many_columns_of_a_small_row_group_are_no_long_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_sizes, "MOST_UNPACKED", 1_000_000)
    path = _file(tmp_path, {f"t{at}": _texts(20, 1000) for at in range(100)})
    assert sum(1 for _ in open_answers(path).rows) == 20


@pytest.mark.parametrize(("most", "looks"), [(40_000_000, False), (10_000_000, True)])
def test_a_large_dictionary_is_read_to_measure_it_only_where_a_row_may_be_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, looks: bool
) -> None:
    monkeypatch.setattr(parquet_sizes, "MOST_TOGETHER", 100_000)
    monkeypatch.setattr(parquet_sizes, "LARGE", 500_000)
    monkeypatch.setattr(parquet_sizes, "MOST_UNPACKED", most)
    looked_at: list[str] = []
    measure = parquet_sizes.longest_repeated

    def look(opened: Opened, texts: Sequence[Leaf]) -> dict[str, int]:
        looked_at.extend(leaf.path for leaf in texts)
        return measure(opened, texts)

    monkeypatch.setattr(parquet_sizes, "longest_repeated", look)
    columns = {"image": _texts(100, 20_000), "text": _texts(100, 2000)}
    path = _file(tmp_path, columns)
    assert _at_once(path) == (4 if looks else 1)
    assert ("image" in looked_at) == looks and "text" in looked_at
    assert [row.fields["image"] for row in open_answers(path).rows] == columns["image"]


def test_texts_that_repeat_the_beginning_of_the_one_before_may_make_a_long_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_sizes, "MOST_TOGETHER", 100_000)
    monkeypatch.setattr(parquet_sizes, "MOST_UNPACKED", 500_000)
    columns = {f"t{at}": [f"{'a' * 20_000}{n}" for n in range(300)] for at in range(30)}
    encodings = dict.fromkeys(columns, "DELTA_BYTE_ARRAY")
    path = _file(tmp_path, columns, use_dictionary=False, column_encoding=encodings)
    with pytest.raises(ValueError, match="row 1 and after: a row may have 600"):
        next(open_answers(path).rows)


def test_long_rows_among_short_ones_are_held_a_few_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (parquet_answers, parquet_sizes):
        monkeypatch.setattr(module, "MOST_TOGETHER", 1_000_000)
    texts = ["short"] * 500 + _texts(20, 400_000) + ["short"] * 480
    path = _file(tmp_path, {"text": texts}, use_dictionary=False)
    read = []
    for row in open_answers(path, whole=True).rows:
        assert row.piece is not None and row.piece.nbytes <= 1_100_000
        read.append(row.fields["text"])
    assert read == texts


def test_a_name_with_a_dot_is_told_from_a_field_of_a_struct(tmp_path: Path) -> None:
    given = {"a": "q" * 100_000, "a.b": "r", "s": {"b": "x" * 50_000}, "s.b": "y" * 90_000}
    path = _file(tmp_path, {name: pa.array([value] * 200) for name, value in given.items()})
    for row in open_answers(path, whole=True).rows:
        assert {name: row.fields[name] for name in given} == given


def test_a_type_that_the_library_lacks_is_told_from_a_damaged_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise pa.ArrowNotImplementedError("Integers with more than 64 bits not implemented")

    path = _file(tmp_path, {"n": [1]})
    monkeypatch.setattr(pq, "ParquetFile", refuse)
    with pytest.raises(
        ValueError, match="implemented, expected columns of types that pyarrow reads"
    ):
        open_answers(path)
