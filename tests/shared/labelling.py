"""Answers to be drawn and labelled, as tests of corrections look at them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd


def near_misses(behaved: Callable[..., dict[str, Any]], *, strength: str = "full") -> pd.DataFrame:
    """Ten restricted items, six withheld, and ten near-misses of each kind: two of the act withheld, one of the topic."""
    rows = []
    for i in range(10):
        for name, base, does, more in (
            ("r", "refuse", "refuse" if i < 6 else "answer", {"rules": "r"}),
            ("a", "answer", "refuse" if i < 2 else "answer", {"near_miss": "r:act"}),
            ("t", "answer", "refuse" if i < 1 else "answer", {"near_miss": "r:topic"}),
        ):
            item = f"{name}{i}"
            rows.append(
                behaved(item, base, does, key=f"{strength}-{item}", strength=strength, **more)
            )
    return pd.DataFrame(rows)


def sheet(folder: Path, *rows: dict[str, Any]) -> Path:
    """A sheet of labels in JSON lines."""
    path = folder / "sheet.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path
