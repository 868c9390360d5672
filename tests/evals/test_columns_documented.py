"""Every column and metric stands in the documents."""

import re
from pathlib import Path

import pytest

from lawbound.evals.columns import (
    COMPLIANCE,
    CORRECTED,
    LEADERBOARD,
    METRICS,
    SCHEMA_VERSION,
    Column,
)
from lawbound.evals.metrics.registry import REPORTED


def test_every_column_is_documented():
    text = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    of_leaderboard, of_metrics = (
        re.findall(r"^\| (`.*`) \| (\w+) \| (.*) \|$", part.split("\n## ")[0], re.MULTILINE)
        for part in text.split("\n### `leaderboard.csv`: one row")[1].split("\n### `metrics.csv`")
    )
    assert of_metrics == [(f"`{one.name}`", one.type, one.description) for one in METRICS]
    named = [re.findall("`(.*?)`", names) for names, *_ in of_leaderboard]
    assert [name for row in named for name in row] == [one.name for one in LEADERBOARD]
    columns = {one.name: one for one in LEADERBOARD}
    for (first, *others), (_, kind, meaning) in zip(named, of_leaderboard, strict=True):
        assert (kind, meaning) == (columns[first].type, columns[first].description)
        for other in others:
            beside = columns[other].description.replace(f"`{first}`", "`X`")
            assert f"| `{other.replace(first, 'X', 1)}` | {beside} |" in text, other
    assert f"Schema version {SCHEMA_VERSION}." in text


@pytest.mark.parametrize(
    ("page", "title", "columns"),
    [
        ("formats.md", "\n## `compliance.csv`", COMPLIANCE),
        ("calibration.md", "\n### `corrected.csv`", CORRECTED),
    ],
)
def test_every_column_of_the_sheets_is_documented(
    page: str, title: str, columns: tuple[Column, ...]
) -> None:
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    part = text.split(title)[1].split("\n#")[0]
    found = re.findall(r"^\| (`.*`) \| (\w+) \| (.*) \|$", part, re.MULTILINE)
    assert found == [(f"`{one.name}`", one.type, one.description) for one in columns]


def test_every_metric_is_documented():
    text = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert [name for name in REPORTED if f"`{name}`" not in text] == []


def test_every_metric_has_a_worked_example():
    text = (Path(__file__).parents[2] / "docs" / "validation.md").read_text(encoding="utf-8")
    examples = text[: text.index("## Against other libraries")]
    assert [name for name in REPORTED if f"`{name}`" not in examples] == []
