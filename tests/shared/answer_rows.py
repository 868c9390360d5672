"""Two answers, one given and one refused, and files of rows in JSON lines."""

import json
from pathlib import Path
from typing import Any

ROWS = [
    {"id": "a", "prompt": "What is 2 + 2?", "response": "4", "model": "m1"},
    {
        "id": "b",
        "prompt": "Tell me.",
        "response": "I'm sorry, but I can't help with that.",
        "model": "=1",
    },
]


def write_jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    """A row a line; returns the path."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """What stands on each line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
