"""Numbers of a file that cannot be."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lawbound.evals.columns import SCHEMA_VERSION
from lawbound.evals.folder.estimates import read_estimates
from lawbound.evals.folder.files import FolderError
from lawbound.evals.leaderboard.board import metrics_rows
from lawbound.evals.leaderboard.table import csv_bytes
from lawbound.evals.metrics.estimate import Estimate


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"value": 0.99}, "column 'value' holds '0.99', expected 0.25 to 0.75 (its interval)"),
        ({"value": 1.5, "high": 2.0}, "column 'value' holds '1.5', expected -1 to 1 (J)"),
        ({"errors": -1}, "column 'errors' holds '-1', expected 0 or more"),
        (
            {"asked": 6, "errors": 4, "blocked": 2, "unscored": 1},
            "column 'asked' holds '6', expected 7 or more",
        ),
        (
            {"asked": 6, "errors": 3, "missing_share": 0.4},
            "column 'missing_share' holds '0.4', expected 0.5 to 1",
        ),
    ],
)
def test_an_estimate_that_cannot_be_is_refused(
    tmp_path: Path, cells: dict[str, Any], told: str
) -> None:
    wrote = Estimate("J", "m", "cn", "full", value=0.5, low=0.25, high=0.75, n=4)
    path = tmp_path / "metrics.csv"
    path.write_bytes(csv_bytes(metrics_rows([wrote, replace(wrote, **cells)])))
    with pytest.raises(FolderError, match=rf"metrics\.csv:3: {re.escape(told)}$"):
        read_estimates(path)


def test_estimates_of_another_version_are_to_be_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "metrics.csv"
    wrote = Estimate("J", "m", "cn", "full", value=0.5, low=0.25, high=0.75, n=4)
    # As an earlier version could write it: a percentile interval that its value lies outside of.
    path.write_bytes(
        csv_bytes(metrics_rows([replace(wrote, value=0.99)])).replace(
            f"\n{SCHEMA_VERSION},".encode(), b"\n2,"
        )
    )
    told = (
        f"{path}:2: column 'schema_version' holds '2', expected {SCHEMA_VERSION}: another version of Lawbound wrote it "
        "(`lawbound score` of its run folder writes it anew; here is no run.yaml)"
    )
    with pytest.raises(FolderError, match=f"^{re.escape(told)}$"):
        read_estimates(path)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda lines: [], "is empty, expected a header and rows"),
        (lambda lines: lines[:1], "holds no rows, expected those of a run"),
        (
            lambda lines: [line.replace("model,policy", "policy,model") for line in lines],
            "column 2 is 'policy', expected 'model': the columns stand in another order",
        ),
        (
            lambda lines: [line.replace("model,policy", "model,model") for line in lines],
            "columns differ from the schema in ['model', 'policy']",
        ),
    ],
)
def test_what_is_wrong_with_the_columns_of_a_table_is_said(tmp_path, change, told):
    path = tmp_path / "metrics.csv"
    wrote = csv_bytes(metrics_rows([Estimate("J", "m", "cn", "full", value=0.5, n=4)])).decode()
    path.write_text("".join(change(wrote.splitlines(keepends=True))))
    with pytest.raises(FolderError, match=f"^{re.escape(f'{path}: {told}')}$"):
        read_estimates(path)
