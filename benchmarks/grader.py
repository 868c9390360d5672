"""Measure the offline grader against labelled answers: ``python benchmarks/grader.py FILE...``

Each file is JSONL with ``prompt, response, gold`` and, where known, ``lang, model, split, addons``, or
YAML with ``lang`` and such ``rows``. Prints Cohen's kappa (binary: withheld, partial included, against
not; three-way: answer, partial, refuse; over all nine classes), the accuracy over nine classes, the
confusion matrix and the speed on one core. ``--report`` writes the speed into docs/benchmarks.md, with that of
``lawbound grade`` on the first file's answers over and over.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import page
import yaml

from lawbound.rubrics.behaviour import concepts, learned, lexicon
from lawbound.rubrics.behaviour.decision import Asked, grade_all
from lawbound.rubrics.behaviour.prompt import read
from lawbound.rubrics.calibration.kappa import kappa_of
from lawbound.rubrics.grading.grade_file import TOGETHER

BAR = 3000
PASSES = 9
"""Where speeds are written down; one otherwise."""
THREE = {"refuse": "refuse", "deflect": "refuse", "partial": "partial"}


def main() -> None:
    """Read, grade, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--by", default="model", help="fields to split by: model; lang,split; ...")
    parser.add_argument("--errors", type=int, default=0, help="print ids of so many disagreements")
    parser.add_argument("--report", action="store_true", help="write the speeds down")
    options = parser.parse_args()
    begin = time.perf_counter()
    learned.load()
    loading = time.perf_counter() - begin
    load = page.load()
    rows, speeds = [], []
    for name, paths in itertools.groupby(options.files, _label):
        found = [row for path in paths for row in load_rows(path)]
        speeds.append((name, found, _read_all(found, PASSES if options.report else 1)))
        rows += found
    seconds = sum(spent[len(spent) // 2] for _, _, spent in speeds)
    _table("all", rows)
    fields = options.by.split(",")
    names = ["/".join(str(row.get(field, "")) for field in fields) for row in rows]
    for value in sorted(set(names)):
        part = [row for row, name in zip(rows, names, strict=True) if name == value]
        if 20 <= len(part) < len(rows):
            _table(value, part)
    pairs = Counter((row["gold"], row["read"].behaviour) for row in rows)
    page.say("\ngold -> read")
    for (gold, told), n in sorted(pairs.items()):
        page.say(f"  {gold:10} {told:10} {n}")
    if any("gold_addons" in row for row in rows):
        hits = sum(
            set(row["gold_addons"]) == row["read"].addons for row in rows if "gold_addons" in row
        )
        page.say(f"add-ons exact: {hits} of {len(rows)}")
    size = sum(len(row["response"]) for row in rows) / len(rows)
    page.say(f"{len(rows) / seconds:.0f} answers/s on one core, mean length {size:.0f} characters")
    page.say(f"the learned part loads in {loading:.3f} s")
    if options.report:
        section = _section(speeds, loading, load, options.files)
        page.say(section)
        page.write_section("grader", section)
    wrong = [row for row in rows if three(row["gold"]) != three(row["read"].behaviour)]
    for row in wrong[: options.errors]:
        page.say(f"{row['id']}: {row['gold']}, read {row['read']}")


def _label(path: Path) -> str:
    """Files of a folder of this project are one set; another file is one by its name."""
    inside = path.resolve().is_relative_to(page.DOCS.parent)
    return str(path.resolve().parent.relative_to(page.DOCS.parent)) if inside else path.stem


def _shown(path: Path) -> str:
    """A file as the command is told: those of a folder of this project by a pattern."""
    label = _label(path)
    return path.stem.upper() if label == path.stem else f"{label}/*{path.suffix}"


def _read_all(rows: Sequence[dict[str, Any]], passes: int) -> list[float]:
    """Give each row its reading; processor seconds that each of several passes took, in order of size."""
    asked = [Asked(row["prompt"], row["response"], row.get("lang")) for row in rows]
    grade_all(asked)  # compiles the expressions
    spent = []
    for _ in range(passes):
        _forget()
        begin = time.process_time()
        readings = [
            reading
            for start in range(0, len(rows), TOGETHER)
            for reading in grade_all(asked[start : start + TOGETHER])
        ]
        spent.append(time.process_time() - begin)
    for row, reading in zip(rows, readings, strict=True):
        row["read"] = reading
    return sorted(spent)


def _forget() -> None:
    """Empty what is remembered of texts: a file of other people's answers has not been read before."""
    read.cache_clear()
    concepts.sequence.cache_clear()
    for lang in lexicon.shipped():
        for signal in lexicon.load(lang).signals.values():
            signal.forget()


def _section(
    speeds: Sequence[tuple[str, list[dict[str, Any]], list[float]]],
    loading: float,
    load: float,
    files: Sequence[Path],
) -> str:
    lines = [
        "## Offline grader: answers a second on one core",
        "",
        f"`python benchmarks/grader.py {' '.join(dict.fromkeys(map(_shown, files)))} --report`, "
        f"{page.today()}. Processor time, median of {PASSES} passes, every expression compiled before, nothing "
        f"remembered of prompts and sentences, {TOGETHER} answers at a time as `lawbound grade` reads them.",
        "",
        "| set | answers | characters on average | answers/s (least to most) | bar |",
        "|---|---|---|---|---|",
    ]
    for name, rows, spent in speeds:
        size = sum(len(row["response"]) for row in rows) / len(rows)
        most, rate, least = (len(rows) / spent[i] for i in (0, PASSES // 2, -1))
        met = "met" if rate >= BAR else "missed"
        lines.append(
            f"| {name} | {len(rows)} | {size:.0f} | {rate:.0f} ({least:.0f} to {most:.0f}) | >= {BAR}: {met} |"
        )
    name, rows, _ = speeds[0]
    lines += [
        "",
        f"`lawbound grade` on the answers of {name} over and over, its start included:",
        "",
    ]
    lines += [
        "| rows | wall s | CPU s | rows/s by wall | by CPU | peak MiB |",
        "|---|---|---|---|---|---|",
    ]
    for count in (10_000, 50_000):
        wall, cpu, mib = _graded(rows, count)
        lines.append(
            f"| {count} | {wall:.1f} | {cpu:.1f} | {count / wall:.0f} | {count / cpu:.0f} | {mib:.0f} |"
        )
    lines += ["", f"The learned part loads in {loading:.3f} s.", "", page.where(load, "numpy")]
    return "\n".join(lines)


def _graded(rows: Sequence[dict[str, Any]], count: int) -> tuple[float, float, float]:
    """Wall and processor seconds and peak MiB of one command."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "in.jsonl"
        with source.open("w", encoding="utf-8") as handle:
            for i in range(count):
                row = rows[i % len(rows)]
                kept = {name: row[name] for name in ("prompt", "response", "lang") if name in row}
                handle.write(json.dumps({"id": i, **kept}) + "\n")
        words = [
            sys.executable,
            "-m",
            "lawbound",
            "grade",
            str(source),
            "--out",
            f"{folder}/out.jsonl",
        ]
        begin = time.perf_counter()
        with subprocess.Popen(
            words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"lawbound grade: exit code {process.returncode}, expected 0")
        wall = time.perf_counter() - begin
        return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def load_rows(path: Path) -> list[dict[str, Any]]:
    """Labelled answers of a file, each with the name of its file."""
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


def three(behaviour: str) -> str:
    """Which of three sides a class is on."""
    return THREE.get(behaviour, "answer")


def _table(name: str, rows: list[dict[str, Any]]) -> None:
    sides = [(three(row["gold"]), three(row["read"].behaviour)) for row in rows]
    binary = [(str(a != "answer"), str(b != "answer")) for a, b in sides]
    exact = [(row["gold"], row["read"].behaviour) for row in rows]
    page.say(
        f"{name:24} n={len(rows):5} binary kappa {kappa_of(binary):.3f}"
        f"  three-way {kappa_of(sides):.3f}  all classes {kappa_of(exact):.3f}"
        f"  exact {sum(a == b for a, b in exact) / len(exact):.3f}"
    )


if __name__ == "__main__":
    main()
