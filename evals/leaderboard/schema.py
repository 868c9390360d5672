"""The schemas in ``evals/schema``, made from the columns: ``make schema`` writes them anew."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lawbound.evals.columns import (
    COMPLIANCE,
    CORRECTED,
    LEADERBOARD,
    METRICS,
    SCHEMA_VERSION,
    Column,
)

TABLES: Mapping[str, tuple[Column, ...]] = {
    "leaderboard": LEADERBOARD,
    "metrics": METRICS,
    "compliance": COMPLIANCE,
    "corrected": CORRECTED,
}
KEYS: Mapping[str, tuple[str, ...]] = {
    "leaderboard": ("policy", "mode", "model", "run"),
    "metrics": ("model", "policy", "strength", "mode", "metric", "slice"),
    "compliance": ("model", "policy", "threshold"),
    "corrected": ("model", "policy", "strength", "metric", "slice"),
}


def write_schemas(folder: Path) -> None:
    """Write every schema into a folder, over those that are there."""
    for name, text in schema_files().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def schema_files() -> dict[str, str]:
    """File name -> content of everything in ``evals/schema``; a test compares."""
    found = {}
    for name, columns in TABLES.items():
        table = table_schema(columns, key=KEYS[name])
        row = json_schema(columns, title=f"One row of {name}.csv")
        found[f"{name}.table.json"] = json.dumps(table, indent=2) + "\n"
        found[f"{name}.row.json"] = json.dumps(row, indent=2) + "\n"
    return found


def table_schema(columns: Sequence[Column], *, key: Sequence[str]) -> dict[str, Any]:
    """A frictionless table schema."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "version": SCHEMA_VERSION,
        "fields": [{"name": c.name, "type": c.type, "description": c.description} for c in columns],
        "missingValues": [""],
        "primaryKey": list(key),
    }


def json_schema(columns: Sequence[Column], *, title: str) -> dict[str, Any]:
    """A JSON Schema for one row, missing values being null."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "version": SCHEMA_VERSION,
        "type": "object",
        "additionalProperties": False,
        "required": [c.name for c in columns],
        "properties": {
            c.name: {"type": [c.type, "null"], "description": c.description} for c in columns
        },
    }


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
