"""Measure the offline grader against labelled answers: ``python benchmarks/grader.py FILE...``

Each file is JSONL with ``prompt, response, gold`` and, where known, ``lang, model, split, addons``, or
YAML with ``lang`` and such ``rows``. Prints Cohen's kappa (binary: withheld, partial included, against
not; three-way: answer, partial, refuse; over all nine classes), the accuracy over nine classes, the
confusion matrix and the speed on one core.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from lawbound.rubrics.behaviour import concepts, learned
from lawbound.rubrics.behaviour.grade import Asked, grade_all
from lawbound.rubrics.behaviour.prompt import read
from lawbound.rubrics.grading import TOGETHER

THREE = {"refuse": "refuse", "deflect": "refuse", "partial": "partial"}


def main() -> None:
    """Read, grade, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--by", default="model", help="fields to split by: model; lang,split; ...")
    parser.add_argument("--errors", type=int, default=0, help="print ids of so many disagreements")
    options = parser.parse_args()
    begin = time.perf_counter()
    learned.load()
    loading = time.perf_counter() - begin
    rows = [row for path in options.files for row in _rows(path)]
    asked = [Asked(row["prompt"], row["response"], row.get("lang")) for row in rows]
    grade_all(
        asked
    )  # compiles the expressions; what it remembers of these texts is forgotten again
    read.cache_clear()
    concepts.sequence.cache_clear()
    begin = time.process_time()
    for start in range(0, len(rows), TOGETHER):
        readings = grade_all(asked[start : start + TOGETHER])
        for row, reading in zip(rows[start:], readings, strict=False):
            row["read"] = reading
    seconds = time.process_time() - begin
    _table("all", rows)
    fields = options.by.split(",")
    names = ["/".join(str(row.get(field, "")) for field in fields) for row in rows]
    for value in sorted(set(names)):
        part = [row for row, name in zip(rows, names, strict=True) if name == value]
        if 20 <= len(part) < len(rows):
            _table(value, part)
    pairs = Counter((row["gold"], row["read"].behaviour) for row in rows)
    _say("\ngold -> read")
    for (gold, told), n in sorted(pairs.items()):
        _say(f"  {gold:10} {told:10} {n}")
    if any("gold_addons" in row for row in rows):
        hits = sum(
            set(row["gold_addons"]) == row["read"].addons for row in rows if "gold_addons" in row
        )
        _say(f"add-ons exact: {hits} of {len(rows)}")
    size = sum(len(row["response"]) for row in rows) / len(rows)
    _say(f"{len(rows) / seconds:.0f} answers/s on one core, mean length {size:.0f} characters")
    _say(f"the learned part loads in {loading:.3f} s")
    wrong = [row for row in rows if _three(row["gold"]) != _three(row["read"].behaviour)]
    for row in wrong[: options.errors]:
        _say(f"{row['id']}: {row['gold']}, read {row['read']}")


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Cohen's kappa (Cohen 1960): agreement beyond chance; nan where chance is certain."""
    n = len(pairs)
    if not n:
        return float("nan")
    seen = sum(a == b for a, b in pairs) / n
    left, right = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(left[k] * right[k] for k in left) / n**2
    return (seen - chance) / (1 - chance) if chance < 1 else float("nan")


def _rows(path: Path) -> list[dict[str, Any]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".yaml":
        return [
            {"file": path.stem, **json.loads(line)} for line in text.splitlines() if line.strip()
        ]
    data = yaml.safe_load(text)
    return [
        {"id": f"{path.stem}-{i:03}", "file": path.stem, "lang": data.get("lang"), **row}
        for i, row in enumerate(data["rows"])
    ]


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _three(behaviour: str) -> str:
    return THREE.get(behaviour, "answer")


def _table(name: str, rows: list[dict[str, Any]]) -> None:
    three = [(_three(row["gold"]), _three(row["read"].behaviour)) for row in rows]
    binary = [(str(a != "answer"), str(b != "answer")) for a, b in three]
    exact = [(row["gold"], row["read"].behaviour) for row in rows]
    _say(
        f"{name:24} n={len(rows):5} binary kappa {kappa(binary):.3f}"
        f"  three-way {kappa(three):.3f}  all classes {kappa(exact):.3f}"
        f"  exact {sum(a == b for a, b in exact) / len(exact):.3f}"
    )


if __name__ == "__main__":
    main()
