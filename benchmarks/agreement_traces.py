"""Measure how thinking traces are read: ``python benchmarks/agreement_traces.py``

Writes the section of docs/agreement.md on the labelled traces in ``tests/data/behaviour/traces/``, with what the
reader of answers makes of them beside it. ``agreement.py`` writes it as well.
"""

import argparse
import textwrap
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import agreement_summary as summary
import page
import yaml
from grader import load_rows

from lawbound.rubrics.behaviour.decision import Asked, grade_all

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "data" / "behaviour" / "traces"
WITHHELD = ("refuse", "deflect")
"""What `trace_divergence` compares."""
FRESH = {"fresh 1": 33, "fresh 2": 43, "fresh 3": 25, "unseen": 77}
"""Exact when each was new: nobody can measure that again."""
WITHIN = ("held-out", "unseen")
"""Shown by language and label as well."""
PLACES = {"English": ("en",), "Chinese": ("zh",)}
Row = dict[str, Any]


def main() -> None:
    """Measure and write."""
    argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0]).parse_args()
    page.write_section("traces", section(), page.AGREEMENT)
    page.say("traces: written")


def section() -> str:
    """What docs/agreement.md holds between the markers."""
    rows = _read()
    langs = len({row["lang"] for row in rows})
    command = "`python benchmarks/agreement_traces.py`"
    lines = [f"{command}, {page.today()}: {len(rows)} traces in {langs} languages.", ""]
    lines += summary.header(
        "part", "n", "classes exact", "when new", "as an answer", "compared", "withholds: read as served",
        "serves: read as withheld", "the two as an answer", "no resolution: found",
    )  # fmt: skip
    for name, own in _parts(rows).items():
        lines.append(summary.line(name, *_figures(name, own)))
    for split in WITHIN:
        lines += ["", *_crossed(split, [row for row in rows if row["split"] == split])]
    return "\n".join([*lines, "", *textwrap.wrap(_drafts(), 116)])


def _crossed(split: str, rows: Sequence[Row]) -> list[str]:
    """Labels against readings."""
    read = [one for one in summary.READ if any(row["read"] == one for row in rows)]
    lines = list(summary.header(f"{split} label", "n", *(f"read {one}" for one in read)))
    pairs = Counter((row["gold"], row["read"]) for row in rows)
    for gold in summary.READ:
        cells = [pairs[gold, one] for one in read]
        if any(cells):
            lines.append(summary.line(gold, sum(cells), *cells))
    return lines


def _drafts() -> str:
    """What the reader makes of whole answers by other authors: a trace may hold nothing but the text that it drafts."""
    rows = [
        row
        for name in ("ordinary", "sealed4")
        for path in sorted((FOLDER.parent / name).glob("*.yaml"))
        for row in load_rows(path)
        if row["gold"] == "answer"
    ]
    read = grade_all([Asked(row["prompt"], "", thinking=row["response"]) for row in rows])
    told = Counter(reading.trace_behaviour for reading in read)
    return (
        f"A trace may contain nothing but the text that it drafts. Of {len(rows)} answers of *ordinary* and *sealed4* that "
        f"serve, written by other authors and read as if each were a trace, {told['refuse'] + told['deflect']} are read as "
        f"withheld and {told['unscored']} as `unscored`."
    )


def _read() -> list[Row]:
    rows: list[Row] = []
    for path in sorted(FOLDER.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        rows += [{"lang": data["lang"], **row} for row in data["rows"]]
    readings = grade_all([Asked(row["prompt"], "", thinking=row["thinking"]) for row in rows])
    old = grade_all([Asked(row["prompt"], row["thinking"]) for row in rows])
    for row, reading, before in zip(rows, readings, old, strict=True):
        row["read"], row["as answer"] = reading.trace_behaviour, before.behaviour
    return rows


def _parts(rows: Sequence[Row]) -> dict[str, list[Row]]:
    splits = {
        name: [row for row in rows if row["split"] == name] for name in ("dev", "held-out", *FRESH)
    }
    within: dict[str, list[Row]] = {}
    for split in WITHIN:
        own = splits[split]
        for name, langs in PLACES.items():
            within[f"{split}, {name}"] = [row for row in own if row["lang"] in langs]
        within[f"{split}, others"] = [row for row in own if row["lang"] not in ("en", "zh")]
        within[f"{split}, taken back"] = [row for row in own if row["turns"]]
    return {**splits, **within}


def _figures(name: str, rows: Sequence[Row]) -> list[object]:
    resolved = [row for row in rows if row["gold"] != "unscored"]
    open_ = [row for row in rows if row["gold"] == "unscored"]
    held = [row["gold"] in WITHHELD for row in resolved]
    compared = [row["read"] != "unscored" for row in resolved]
    missed, taken = _errors(resolved, held, "read")
    before = _errors(resolved, held, "as answer")
    of_held = sum(a and b for a, b in zip(held, compared, strict=True))
    return [
        len(rows),
        f"{sum(row['gold'] == row['read'] for row in rows) / len(rows):.2f}",
        f"{FRESH[name] / len(rows):.2f}" if name in FRESH else "",
        f"{sum(row['gold'] == row['as answer'] for row in rows) / len(rows):.2f}",
        f"{sum(compared)} of {len(resolved)}",
        f"{missed} of {of_held}",
        f"{taken} of {sum(compared) - of_held}",
        f"{before[0]} of {sum(held)}, {before[1]} of {len(held) - sum(held)}",
        f"{sum(row['read'] == 'unscored' for row in open_)} of {len(open_)}",
    ]


def _errors(rows: Sequence[Row], held: Sequence[bool], by: str) -> tuple[int, int]:
    """Withheld ones that are read as served, and the other way round; unread ones are neither."""
    told = [row[by] for row in rows]
    missed = sum(h and t not in (*WITHHELD, "unscored") for h, t in zip(held, told, strict=True))
    taken = sum(not h and t in WITHHELD for h, t in zip(held, told, strict=True))
    return missed, taken


if __name__ == "__main__":
    main()
