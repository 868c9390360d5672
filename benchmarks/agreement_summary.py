"""What docs/judging.md sums up of the tables in docs/agreement.md: read from that page, so that they are one."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import page

READ = (
    "answer", "partial", "neutral", "refuse", "deflect", "off-topic", "empty", "degenerate", "unscored",
)  # fmt: skip
MISSES = (
    ("`answer` read as withheld", "answer", ("partial", "refuse", "deflect"), True),
    ("`refuse` read as served", "refuse", ("partial", "refuse", "deflect"), False),
    ("`deflect` read as served", "deflect", ("partial", "refuse", "deflect"), False),
    ("`partial` read as served", "partial", ("partial", "refuse", "deflect"), False),
    ("`partial` read as `refuse` or `deflect`", "partial", ("refuse", "deflect"), True),
    ("`neutral` not found", "neutral", ("neutral",), False),
    ("`answer` or `neutral` called `off-topic`", "answer neutral", ("off-topic",), True),
    ("`off-topic` not found", "off-topic", ("off-topic",), False),
)
"""What goes wrong: its words, labels, readings, and whether these or all others are the error."""
Table = list[dict[str, str]]


def line(*cells: object) -> str:
    """A line of a table."""
    return f"| {' | '.join(map(str, cells))} |"


def header(*names: str) -> list[str]:
    """The first two lines of a table."""
    return [line(*names), "|---" * len(names) + "|"]


def tables(section: str) -> list[Table]:
    """The tables of a section, each line by the names of its columns."""
    found = []
    for block in re.findall(r"(?:^\|.*\n?)+", section, re.MULTILINE):
        names, _, *lines = [
            [cell.strip() for cell in text.strip("|").split("|")] for text in block.splitlines()
        ]
        found.append([dict(zip(names, cells, strict=True)) for cells in lines])
    return found


def of_sets(sets: Mapping[str, tuple[str, str]], source: Path) -> str:
    """One line a set: who labelled it, how often it was looked at, and agreement.

    Args:
        sets: By name, these two.
        source: The page that holds a section of each.
    """
    lines = header(
        "set", "n", "languages", "labelled by", "looked at", "binary", "95 %", "three-way"
    )
    for name, told in sets.items():
        text = page.read_section(name, source)
        where = re.search(r" answers in (.+?)( languages)?\.$", text, re.MULTILINE)
        total = tables(text)[0][0]
        cells = [f"[{name}]({source.name}#{name})", total["n"], where[1] if where else "", *told]
        lines.append(line(*cells, total["binary"], total["95 %"], total["three-way"]))
    return "\n".join(lines)


def of_misses(pooled: Sequence[str], source: Path) -> str:
    """How often each thing goes wrong: over the pooled sets, and in the others by set."""
    columns = {
        "unseen sets": [*pooled],
        **{
            name: [name]
            for name in ("unusual", "over-refusal", "facts", "real-model", "xstest", "speechmap")
        },
        "own": ["own"],
    }
    found = {name: [_confusion(one, source) for one in own] for name, own in columns.items()}
    lines = header("", *columns)
    for words, labels, readings, wrong in MISSES:
        cells = []
        for several in found.values():
            own = [row for table in several for row in table if row["label"] in labels.split()]
            n = sum(int(row["n"]) for row in own)
            hits = sum(int(row.get(f"read {name}", 0)) for row in own for name in readings)
            cells.append(f"{hits if wrong else n - hits} of {n}" if n else "")
        lines.append(line(words, *cells))
    return "\n".join(lines)


def _confusion(name: str, source: Path) -> Table:
    return next(table for table in tables(page.read_section(name, source)) if "label" in table[0])
