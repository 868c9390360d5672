"""The columns of the verdict frame stand in one list: what a run stores, what is believed, read and documented."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lawbound.evals.folder.checks import check_frame
from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.metrics.inputs import MetricError, read_frame
from lawbound.evals.verdict_columns import TYPES, VERDICT_COLUMNS, VerdictColumn

NAMES = [column.name for column in VERDICT_COLUMNS]
Frame = Callable[[list[dict[str, Any]]], pd.DataFrame]
Row = Callable[..., dict[str, Any]]

ODD: dict[str, Any] = {
    "text": 5, "count": -1, "count or nan": 0.5, "number": "x", "claim": 1, "claim or nan": 2.0,
}  # fmt: skip
"""Type -> what is not of it."""


def test_a_run_stores_these_columns_in_this_order(finished: Path) -> None:
    assert RunFolder(finished).read_frame().columns.tolist() == NAMES


def test_each_column_stands_once() -> None:
    assert len(set(NAMES)) == len(NAMES) and {c.type for c in VERDICT_COLUMNS} == set(TYPES)


@pytest.mark.parametrize("column", VERDICT_COLUMNS, ids=NAMES)
def test_a_column_that_is_missing_or_of_another_type_is_refused(
    row: Row, frame: Frame, column: VerdictColumn
) -> None:
    whole = frame([row("i")])
    check_frame(whole, Path("v"))
    with pytest.raises(FolderError, match=f"v: found no column '{column.name}', expected verdicts"):
        check_frame(whole.drop(columns=column.name), Path("v"))
    for odd in (ODD[column.type], *(["odd"] if column.values else [])):
        with pytest.raises(
            FolderError, match=f"v: column '{column.name}' (is|holds) .*, expected "
        ):
            check_frame(frame([row("i") | {column.name: odd}]), Path("v"))


@pytest.mark.parametrize("column", VERDICT_COLUMNS, ids=NAMES)
def test_metrics_read_what_is_marked_so_and_nothing_else(
    row: Row, frame: Frame, column: VerdictColumn
) -> None:
    rows = read_frame(frame([row("i")]))
    if column.is_metric_input:
        assert len(rows[column.name]) == 1
        with pytest.raises(MetricError, match=rf"columns \['{column.name}'\] are missing"):
            read_frame(frame([row("i")]).drop(columns=column.name))
    else:
        with pytest.raises(MetricError, match=f"no column '{column.name}'"):
            rows[column.name]


def test_the_page_on_formats_lists_every_column() -> None:
    page = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    section = page.partition("### `verdicts.parquet`\n")[2].partition("\n### ")[0]
    table = [line for line in section.splitlines() if line.startswith("| `")]
    assert table == [_documented(column) for column in VERDICT_COLUMNS]
    assert all(f"*{name}*: {what}" in section for name, what in TYPES.items())


def _documented(column: VerdictColumn) -> str:
    values = ", ".join(f"`{value}`" for value in sorted(column.values or ()) if value)
    one_of = f" ({values})" if values else ""
    return f"| `{column.name}` | {column.type} | {column.description}{one_of} |"
