"""Labels for a run: which answers to label, drawn at random, and what the labels then say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

import numpy as np

from lawbound.evals.stats.intervals import Floats
from lawbound.rubrics.calibration.agreement import gold_class
from lawbound.rubrics.grading.answer_files import Row, open_answers
from lawbound.rubrics.policy.requirement import Addon
from lawbound.rubrics.verdict import Behaved

if TYPE_CHECKING:
    import pandas as pd

NEEDED: Final = ("id", "gold", "probability")
"""Columns of a sheet of labels."""
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

    An answer may belong to several strata (one without policy is judged under each): its chance is the
    largest that one of them gives it, so that one label serves all. Answers are then drawn
    systematically along their strata, in random order within (Madow 1949), which keeps these chances
    exactly and gives each stratum its share but for rounding.

    Args:
        frame: Verdicts of a run.
        count: At most so many answers.
        least: At least so many of a stratum, the largest strata first, before the rest is shared out
            in proportion to size.
        rng: Draws.
    """
    rows = judged_rows(frame)
    members = rows[[*STRATUM, "key"]].drop_duplicates()
    stratum = members.groupby(list(STRATUM), sort=True).ngroup().to_numpy().astype(np.intp)
    keys, key = np.unique(members["key"].to_numpy().astype(str), return_inverse=True)
    sizes = np.bincount(stratum).tolist()

    def chances(budget: int) -> Floats:
        part = np.array(allocate(sizes, budget, least=least)) / np.array(sizes)
        found = np.zeros(len(keys))
        np.maximum.at(found, key, part[stratum])
        return found

    # Strata share answers, so more may be handed out than there are answers to label.
    low, high = min(count, len(keys)), sum(sizes)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if chances(middle).sum() <= count else (low, middle - 1)
    chance = chances(low) if sizes else np.zeros(0)
    along: list[list[int]] = [[] for _ in keys]
    for at, code in zip(key.tolist(), stratum.tolist(), strict=True):
        along[at].append(code)
    shuffled = rng.permutation(len(keys)).tolist()
    order = np.array(sorted(shuffled, key=lambda at: sorted(along[at])), dtype=np.intp)
    passed = np.floor(np.round(np.cumsum(chance[order]), 9) - rng.random())
    picked = order[np.diff(passed, prepend=-1.0) > 0]
    reached = np.unique(stratum[np.isin(key, picked)])
    return Drawn(
        {str(keys[at]): float(chance[at]) for at in sorted(picked.tolist())},
        len(sizes),
        len(sizes) - len(reached),
    )


def allocate(sizes: Sequence[int], count: int, *, least: int) -> list[int]:
    """Share a count out over strata: the least to each, the rest by size with largest remainders.

    All of it is given, as far as there are answers: ``sum(given) == min(count, sum(sizes))``.
    """
    count = min(count, sum(sizes))
    largest = sorted(range(len(sizes)), key=lambda i: (-sizes[i], i))
    given = _least_of_each(sizes, count, least, largest)
    shares = _shares(sizes, count, given)
    given = [n + int(share) for n, share in zip(given, shares, strict=True)]
    first = sorted(largest, key=lambda i: -(shares[i] % 1))
    return _with_remainders(sizes, count, given, first)


def _least_of_each(
    sizes: Sequence[int], count: int, least: int, largest: Sequence[int]
) -> list[int]:
    """The least to each stratum, or nothing to one for which not enough is left."""
    given = [0] * len(sizes)
    for i in largest:
        if sum(given) + min(least, sizes[i]) <= count:
            given[i] = min(least, sizes[i])
    return given


def _shares(sizes: Sequence[int], count: int, given: Sequence[int]) -> list[float]:
    """What is left, in proportion to how far each stratum is below its share by size."""
    below = [
        max(count * size / sum(sizes) - n, 0.0) if size else 0.0
        for size, n in zip(sizes, given, strict=True)
    ]
    scale = min(1.0, (count - sum(given)) / max(sum(below), 1e-9))
    return [part * scale for part in below]


def _with_remainders(
    sizes: Sequence[int], count: int, given: Sequence[int], first: Sequence[int]
) -> list[int]:
    """One more to each in turn; a stratum that has none is opened only where the others are full."""
    given = list(given)
    while left := count - sum(given):
        room = [i for i in first if given[i] < sizes[i]]
        for i in ([i for i in room if given[i]] or room)[:left]:
            given[i] += 1
    return given


def read_labels(path: Path) -> Labels:
    """Read ``id, gold, probability[, gold_addons]``; the id is the request key of a drawn answer.

    Raises:
        GradeError: The file cannot be read, or a label is no behaviour class.
        CorrectionError: Another value is not what it should be, one answer has two labels, or
            no row has a label that says a class.
    """
    found: dict[str, Label] = {}
    blank = untold = 0
    for row in open_answers(path, needed=NEEDED).rows:
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
    if not found:
        rows = f"{untold} 'unscored' and {blank} blank rows" if untold else f"{blank} rows"
        usable = "no usable label" if untold else "no label"
        raise CorrectionError(f"{path}: found {rows} and {usable}, expected classes in 'gold'")
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
    if "probability" not in row.fields:
        raise CorrectionError(
            f"{row.where}: has no 'probability', expected the chance with which the answer was drawn, "
            "as `calibrate sample` wrote it"
        )
    value: Any = row.fields["probability"]
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = 0.0
    if not 0 < number <= 1:
        raise CorrectionError(
            f"{row.where}: probability is {value!r:.40}, expected a number above 0, at most 1"
        )
    return number
