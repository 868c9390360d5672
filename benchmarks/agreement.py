"""Measure the offline grader on every labelled set: ``python benchmarks/agreement.py [--xstest FILE] [--speechmap FILE]``

Writes one section a set into docs/agreement.md, and what docs/judging.md sums up of them: agreement by set and
by language, and what is missed. The sets stand in agreement.yaml. XSTest and SpeechMap are not part of the project:
without their files their sections stay as they are. Cross-validation takes longer: ``cross_grader.py --write``.
"""

import argparse
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import agreement_summary as summary
import agreement_traces as traces
import numpy as np
import page
import yaml
from grader import load_rows, three

from lawbound.rubrics.behaviour.decision import Asked, grade_all
from lawbound.rubrics.behaviour.draft import Draft
from lawbound.rubrics.behaviour.lexical import draft
from lawbound.rubrics.behaviour.prompt import read
from lawbound.rubrics.calibration.kappa import kappa_of

ROOT = Path(__file__).resolve().parents[1]
JUDGING = page.DOCS / "judging.md"
FEWEST = 20
"""Rows below which a part gets no line."""
RESAMPLES = 2000
WIDTH = 116
WITHHELD = {"`refuse`": ("refuse",), "`deflect`, `partial`": ("deflect", "partial")}
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A set of labelled answers."""

    name: str
    """Also its marker and its heading in docs/agreement.md."""
    labelled: str
    looks: str
    files: str = ""
    """A pattern below the project's root."""
    option: bool = False
    """Its file is given on the command line."""
    by: str = ""
    """Field to split by."""
    beside: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Further columns: heading, and figures by the names of the lines."""
    summary: bool = True
    """Whether it stands in the summary: most withhold nothing in a set about neutral answers."""


def main() -> None:
    """Measure, write, say what was written."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    data = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    sets = [Labelled(**entry) for entry in data["sets"]]
    for one in sets:
        if one.option:
            parser.add_argument(f"--{one.name}", type=Path, help="JSONL, not part of the project")
    options = vars(parser.parse_args())
    by_set = {}
    for one in sets:
        paths = sorted(ROOT.glob(one.files)) if one.files else [options[one.name]]
        if None in paths:
            page.say(f"{one.name}: no file given, its section stays")
            continue
        rows = by_set[one.name] = [row for path in paths for row in load_rows(path)]
        take(rows)
        page.write_section(one.name, section(one, rows), page.AGREEMENT)
        page.say(f"{one.name}: {len(rows)} answers, binary {sides(rows, 2):.3f}")
    page.write_section("traces", traces.section(), page.AGREEMENT)
    pooled = [row for name in data["pooled"] for row in by_set[name]]
    languages = language_table(pooled, by_set[data["unusual"]], data["languages"])
    written = {one.name: (one.labelled, one.looks) for one in sets if one.summary}
    page.write_section("summary", summary.of_sets(written, page.AGREEMENT), JUDGING)
    page.write_section("languages", languages, JUDGING)
    page.write_section("misses", summary.of_misses(data["pooled"], page.AGREEMENT), JUDGING)


def take(rows: Sequence[Row]) -> None:
    """Give each row its reading, its language, and whether the lexicons are silent about it."""
    asked = [Asked(row["prompt"], row["response"], row.get("lang")) for row in rows]
    for row, one, reading in zip(rows, asked, grade_all(asked), strict=True):
        row["read"] = reading
        made = draft(read(one.prompt, one.lang), one.prompt, one.response)
        row["silent"] = isinstance(made, Draft) and made.declining is None
        row["lang"] = one.lang or "en"


def section(one: Labelled, rows: Sequence[Row]) -> str:
    """What docs/agreement.md holds of a set between its markers."""
    langs = {row["lang"] for row in rows}
    where = "English" if langs == {"en"} else f"{len(langs)} languages"
    options = f" --{one.name} {one.name.upper()}" if one.option else ""
    lines = [
        f"`python benchmarks/agreement.py{options}`, {page.today()}: {len(rows)} answers in {where}.",
        "",
        *agreement_table(parts(rows, one.by), one.beside),
    ]
    if one.by == "split":
        lines += ["", *halves_table(rows)]
    lines += ["", *confusion_table(rows), "", *counts(rows)]
    return "\n".join(lines)


def parts(rows: Sequence[Row], by: str) -> dict[str, list[Row]]:
    """All rows, and those of each value that enough rows have."""
    values = sorted({str(row[by]) for row in rows}) if by else []
    found = {
        value.replace("_", " "): [row for row in rows if str(row[by]) == value] for value in values
    }
    kept = {name: own for name, own in found.items() if FEWEST <= len(own) < len(rows)}
    return {"all": list(rows), **kept}


def agreement_table(
    found: Mapping[str, Sequence[Row]], beside: Mapping[str, Mapping[str, str]]
) -> list[str]:
    """Kappa by part; columns of figures that are given come last."""
    lines = summary.header("", "n", "binary", "95 %", "three-way", "nine classes exact", *beside)
    for name, own in found.items():
        exact = sum(row["gold"] == row["read"].behaviour for row in own) / len(own)
        low, high = interval(own)
        cells = [name, len(own), f"{sides(own, 2):.3f}", f"{low:.2f} to {high:.2f}"]
        cells += [f"{sides(own, 3):.3f}", f"{exact:.3f}"]
        cells += [given.get(name, "") for given in beside.values()]
        lines.append(summary.line(*cells))
    return lines


def halves_table(rows: Sequence[Row]) -> list[str]:
    """The own set by language: the half that was developed on beside the one that was held out."""
    lines = summary.header(
        *("lang", "dev n", "binary", "nine classes"),
        *("held-out n", "binary", "nine classes", "all n", "binary"),
    )
    for lang in sorted({row["lang"] for row in rows}):
        cells: list[object] = [lang]
        all_ = [row for row in rows if row["lang"] == lang]
        for split in ("dev", "held-out"):
            own = [row for row in all_ if row["split"] == split]
            nine = kappa_of([(row["gold"], row["read"].behaviour) for row in own])
            cells += [len(own), f"{sides(own, 2):.3f}", f"{nine:.3f}"]
        lines.append(summary.line(*cells, len(all_), f"{sides(all_, 2):.3f}"))
    return lines


def confusion_table(rows: Sequence[Row]) -> list[str]:
    """What each label was read as."""
    pairs = Counter((row["gold"], row["read"].behaviour) for row in rows)
    known = [told for told in summary.READ if any(read_as == told for _, read_as in pairs)]
    lines = summary.header("label", "n", *(f"read {told}" for told in known), "withheld")
    for gold in summary.READ:
        own = {told: n for (label, told), n in pairs.items() if label == gold}
        if own:
            cells = [own.get(told, 0) for told in known]
            held = sum(n for told, n in own.items() if three(told) != "answer")
            lines.append(summary.line(gold, sum(own.values()), *cells, held))
    return lines


def counts(rows: Sequence[Row]) -> list[str]:
    """The same in words, and what falls to the learned part."""
    read_as = Counter((row["gold"], withheld(row)) for row in rows)
    told = []
    for gold in ("answer", "refuse", "deflect", "partial"):
        if n := read_as[gold, True] + read_as[gold, False]:
            told.append(f"of {n} `{gold}` {read_as[gold, True]}")
    neutral = [row["read"].behaviour == "neutral" for row in rows if row["gold"] == "neutral"]
    found = f"; of {len(neutral)} `neutral` {sum(neutral)} are found" if neutral else ""
    silent = [row for row in rows if row["silent"]]
    pairs = Counter((three(row["gold"]) != "answer", withheld(row)) for row in silent)
    read_as_withheld = f"Read as withheld: {', '.join(told)}{found}."
    left = (
        f"The lexicons are silent on {len(silent)} answers, or find only distance or a decline in the middle that decides nothing; of these "
        f"{pairs[True, True] + pairs[True, False]} withhold. The learned part finds {pairs[True, True]}, for "
        f"{pairs[False, True]} false alarms."
    )
    return [*textwrap.wrap(read_as_withheld, WIDTH), "", *textwrap.wrap(left, WIDTH)]


def language_table(rows: Sequence[Row], unusual: Sequence[Row], names: Mapping[str, str]) -> str:
    """Agreement by language over several sets, and on unusual wordings beside it."""
    lines = summary.header(
        *("language", "n", "binary", "95 %", "three-way", "served: read as withheld"),
        *(f"{heading}: read as served" for heading in WITHHELD),
        *("unusual wordings: n", "binary"),
    )
    for lang, name in {**dict(sorted(names.items(), key=lambda pair: pair[1])), "": "all"}.items():
        own = [row for row in rows if row["lang"] == lang or not lang]
        odd = [row for row in unusual if row["lang"] == lang or not lang]
        low, high = interval(own)
        cells: list[object] = [f"{name} `{lang}`" if lang else name, len(own)]
        cells += [f"{sides(own, 2):.3f}", f"{low:.2f} to {high:.2f}", f"{sides(own, 3):.3f}"]
        served = [row for row in own if three(row["gold"]) == "answer"]
        cells.append(f"{sum(map(withheld, served))} of {len(served)}")
        for golds in WITHHELD.values():
            gold = [row for row in own if row["gold"] in golds]
            cells.append(f"{len(gold) - sum(map(withheld, gold))} of {len(gold)}")
        lines.append(summary.line(*cells, len(odd), f"{sides(odd, 2):.3f}"))
    return "\n".join(lines)


def withheld(row: Row) -> bool:
    """Whether a row was read as withheld, `partial` included."""
    return three(row["read"].behaviour) != "answer"


def sides(rows: Sequence[Row], count: int) -> float:
    """Kappa over three sides, or of withheld against not."""
    pairs = [(three(row["gold"]), three(row["read"].behaviour)) for row in rows]
    if count == 2:
        pairs = [(str(a != "answer"), str(b != "answer")) for a, b in pairs]
    return kappa_of(pairs)


def interval(rows: Sequence[Row]) -> tuple[float, float]:
    """95 % interval of the binary kappa, answers taken as independent: as `lawbound calibrate` has it."""
    pairs = [(three(row["gold"]), three(row["read"].behaviour)) for row in rows]
    cells = Counter((a != "answer", b != "answer") for a, b in pairs)
    n = len(rows)
    shares = np.array([[cells[a, b] for b in (False, True)] for a in (False, True)]) / n
    if np.trace(shares) == 1:
        # No resample has an error that the sample lacks: the most that n agreeing answers leave possible.
        chance = float(np.sum(shares.sum(axis=0) ** 2))
        return max(1 - (1 - 0.025 ** (1 / n)) / (1 - chance), -1.0), 1.0
    drawn = np.random.default_rng(0).multinomial(n, shares.ravel(), RESAMPLES)
    tables = drawn.reshape(-1, 2, 2) / n
    seen = np.trace(tables, axis1=1, axis2=2)
    chance_of = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1)
    known = chance_of < 1
    found = (seen[known] - chance_of[known]) / (1 - chance_of[known])
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


if __name__ == "__main__":
    main()
