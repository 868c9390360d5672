"""Labels for a run: which answers to label, drawn at random, and what the labels then say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

import numpy as np

from lawbound.rubrics.answer_files import Row, open_answers
from lawbound.rubrics.calibration import gold_class
from lawbound.rubrics.policy import Addon
from lawbound.rubrics.verdict import Behaved

if TYPE_CHECKING:
    import pandas as pd

STRATUM: Final = ("model", "policy", "strength", "base", "lang")
ADDONS: Final[tuple[Addon, ...]] = get_args(Addon)


class CorrectionError(ValueError):
    """Labels are not what they should be, or do not belong to the run."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Answers drawn to be labelled."""

    probability: Mapping[str, float]
    """Request key -> its chance to be drawn."""
    strata: int
    without: int
    """Strata for which the count did not suffice: they will stay uncalibrated."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a person says of one answer."""

    gold: Behaved
    addons: frozenset[Addon] | None
    """None where they were not labelled: the grader's are kept."""
    probability: float


@dataclass(frozen=True, slots=True)
class Labels:
    """A file of labels."""

    by_key: Mapping[str, Label]
    blank: int
    untold: int
    """Rows whose labeller could not tell."""


def judged_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of the verdict frame whose behaviour enters a rate: generated, read, at or beside a rule."""
    usable = ~(frame["error"].astype(bool) | frame["blocked"].astype(bool))
    usable &= (frame["behaviour"] != "unscored") & (frame["base"] != "either")
    usable &= (frame["rules"] != "") | (frame["near_miss"] != "")
    return frame[usable & (frame["kind"] == "policy") & (frame["mode"] == "generate")]


def draw(frame: pd.DataFrame, *, count: int, least: int, rng: np.random.Generator) -> Drawn:
    """Draw answers from every model x policy x strength x requirement x language.

    Every answer gets one random number for all strata that it belongs to (the answer without policy is
    judged under each), and each stratum takes its smallest numbers, so that one label serves many. The
    chance of an answer is then the largest that a stratum gives it.

    Args:
        frame: Verdicts of a run.
        count: At most so many answers.
        least: At least so many of a stratum, the largest strata first, before the rest is shared out
            in proportion to size.
        rng: Draws.
    """
    rows = judged_rows(frame)
    groups = rows.groupby(list(STRATUM), sort=True)["key"]
    keys = [sorted(set(part)) for _, part in groups]
    everyone = sorted({key for part in keys for key in part})
    number = dict(zip(everyone, rng.random(len(everyone)).tolist(), strict=True))
    ordered = [sorted(part, key=number.__getitem__) for part in keys]
    sizes = [len(part) for part in ordered]
    # Strata share answers, so more may be handed out than there are rows to label.
    low, high = min(count, sum(sizes)), sum(sizes)
    while low < high:
        middle = (low + high + 1) // 2
        shares = allocate(sizes, middle, least=least)
        union = {k for part, n in zip(ordered, shares, strict=True) for k in part[:n]}
        low, high = (middle, high) if len(union) <= count else (low, middle - 1)
    shares = allocate(sizes, low, least=least)
    chance: dict[str, float] = {}
    drawn: set[str] = set()
    for part, n in zip(ordered, shares, strict=True):
        drawn.update(part[:n])
        for key in part:
            chance[key] = max(chance.get(key, 0.0), n / len(part))
    return Drawn(
        {key: chance[key] for key in everyone if key in drawn}, len(sizes), shares.count(0)
    )


def allocate(sizes: Sequence[int], count: int, *, least: int) -> list[int]:
    """Share a count out: the least to each, largest first, then by size with largest remainders."""
    given = [0] * len(sizes)
    left = min(count, sum(sizes))
    by_size = sorted(range(len(sizes)), key=lambda i: (-sizes[i], i))
    for i in by_size:
        if min(least, sizes[i]) <= left:
            given[i] = min(least, sizes[i])
            left -= given[i]
    total = sum(sizes)
    wanted = [
        max(count * size / max(total, 1) - n, 0.0) for size, n in zip(sizes, given, strict=True)
    ]
    scale = min(1.0, left / max(sum(wanted), 1e-9))
    for i, want in enumerate(wanted):
        more = min(int(want * scale), sizes[i] - given[i], left)
        given[i] += more
        left -= more
    for i in sorted(by_size, key=lambda i: -(wanted[i] * scale % 1)):
        if left > 0 and given[i] and given[i] < sizes[i]:
            given[i] += 1
            left -= 1
    return given


def read_labels(path: Path) -> Labels:
    """Read ``id, gold[, gold_addons, probability]``; the id is the request key of a drawn answer.

    Raises:
        GradeError: The file cannot be read, or a label is no behaviour class.
        CorrectionError: Another value is not what it should be, or one answer has two labels.
    """
    found: dict[str, Label] = {}
    blank = untold = 0
    for row in open_answers(path).rows:
        gold = gold_class(row)
        if gold is None:
            blank += 1
            continue
        if gold == "unscored":
            untold += 1
            continue
        key = row.fields.get("id")
        if not isinstance(key, str) or not key:
            raise CorrectionError(f"{row.where}: id is {key!r:.40}, expected a request key")
        label = Label(gold, _addons(row), _probability(row))
        if found.setdefault(key, label) != label:
            raise CorrectionError(
                f"{row.where}: answer {key[:12]} is labelled {gold}, expected one label an answer; "
                f"an earlier row says {found[key].gold}"
            )
    return Labels(found, blank, untold)


def _addons(row: Row) -> frozenset[Addon] | None:
    value = row.fields.get("gold_addons")
    if value is None or value == "":
        return None
    names = value if isinstance(value, list) else str(value).strip().lower().split("+")
    picked = frozenset(name for name in ADDONS if name in names)
    if names in (["none"], []):
        return frozenset()
    if len(picked) != len(names):
        raise CorrectionError(
            f"{row.where}: gold_addons is {value!r:.40}, expected none, {', '.join(ADDONS)} or both "
            "joined by +"
        )
    return picked


def _probability(row: Row) -> float:
    value: Any = row.fields.get("probability", 1.0)
    try:
        number = float(value) if value not in (None, "") else 1.0
    except (TypeError, ValueError):
        number = 0.0
    if not 0 < number <= 1:
        raise CorrectionError(
            f"{row.where}: probability is {value!r:.40}, expected a number above 0, at most 1"
        )
    return number
