"""Which answers of a run to label: a random draw within strata."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from math import isclose
from typing import TYPE_CHECKING, Final

import numpy as np

from lawbound.evals.correction.labels import CorrectionError
from lawbound.evals.stats.arrays import Codes, Floats

if TYPE_CHECKING:
    import pandas as pd

STRATUM: Final = ("model", "policy", "strength", "base", "lang")


@dataclass(frozen=True, slots=True)
class Drawn:
    """Answers drawn to be labelled."""

    probability: Mapping[str, float]
    """Request key -> its chance of being drawn."""
    strata: int
    without: int
    """Strata for which the count was too small: they will stay uncalibrated."""
    suffices: int
    """A count that is large enough for the minimum of every stratum."""


@dataclass(frozen=True, slots=True)
class _Memberships:
    """Which answers belong to which strata."""

    keys: tuple[str, ...]
    along: tuple[tuple[int, ...], ...]
    """The strata of each answer."""
    key: Codes
    stratum: Codes
    """Parallel to `key`: the same strata, pair by pair."""


def judged_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of the verdict frame whose behaviour enters a rate: generated, read, at or beside a rule."""
    rows = _rows_of_rules(frame)
    return rows[rows["behaviour"] != "unscored"]


def draw(frame: pd.DataFrame, *, count: int, least: int, rng: np.random.Generator) -> Drawn:
    """Draw answers from every model x policy x strength x requirement x language.

    An answer may belong to several strata (one without policy is judged under each), also to one whose
    policy left it unread, as long as another had it read: who reads what may change later. Its chance is the
    largest that one of them gives it, so that one label serves all. Answers are then drawn
    systematically along their strata, in random order within (Madow 1949), which keeps these chances
    exactly and gives each stratum its share but for rounding.

    Args:
        frame: Verdicts of a run.
        count: Most answers to draw.
        least: Fewest answers of a stratum. The largest strata get theirs first; the rest is shared
            out in proportion to size.
        rng: Makes the draw.
    """
    found = _memberships(frame, set(judged_rows(frame)["key"]))
    keys, key, stratum = found.keys, found.key, found.stratum
    sizes = np.bincount(stratum).tolist()

    def chances(budget: int) -> Floats:
        part = np.array(allocate(sizes, budget, least=least)) / np.array(sizes)
        largest = np.zeros(len(keys))
        np.maximum.at(largest, key, part[stratum])
        return largest

    # Strata share answers, so the shares may add up to more than there are answers to label.
    low, high = min(count, len(keys)), sum(sizes)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if chances(middle).sum() <= count else (low, middle - 1)
    chance = chances(low) if sizes else np.zeros(0)
    shuffled = rng.permutation(len(keys)).tolist()
    order = np.array(sorted(shuffled, key=lambda at: found.along[at]), dtype=np.intp)
    passed = np.floor(np.round(np.cumsum(chance[order]), 9) - rng.random())
    picked = order[np.diff(passed, prepend=-1.0) > 0]
    reached = np.unique(stratum[np.isin(key, picked)])
    return Drawn(
        {keys[at]: float(chance[at]) for at in sorted(picked.tolist())},
        len(sizes),
        len(sizes) - len(reached),
        sum(min(size, least) for size in sizes),
    )


def stated_chances(frame: pd.DataFrame, stated: Mapping[str, float]) -> dict[str, float]:
    """The chance of each answer to be drawn, labelled or not, as far as a sheet tells it.

    `draw` gives one chance to all answers of the same strata, so that a sheet that states it for one of
    them states it for all; other strata were not drawn from. Answers that nobody can read are in no rate and
    have no chance here.

    Args:
        frame: Verdicts of the run that the sheet was drawn from, whoever has read the answers
            since.
        stated: Request key -> its chance according to the sheet.

    Raises:
        CorrectionError: Two answers of the same strata have different chances.
    """
    found = _memberships(frame)
    first: dict[tuple[int, ...], str] = {}
    for key, strata in zip(found.keys, found.along, strict=True):
        if key not in stated:
            continue
        other = first.setdefault(strata, key)
        if not isclose(stated[key], stated[other], rel_tol=1e-6):
            raise CorrectionError(
                f"answers {other[:12]} and {key[:12]} have the probabilities {stated[other]:.9g} and "
                f"{stated[key]:.9g}, expected the same, since one draw gives it to all answers of the "
                "same strata"
            )
    judged = set(judged_rows(frame)["key"])
    pairs = zip(found.keys, found.along, strict=True)
    return {
        key: stated[first[strata]] for key, strata in pairs if strata in first and key in judged
    }


def _rows_of_rules(frame: pd.DataFrame) -> pd.DataFrame:
    usable = ~(frame["error"].astype(bool) | frame["blocked"].astype(bool))
    usable &= (frame["base"] != "either") & ((frame["rules"] != "") | (frame["near_miss"] != ""))
    return frame[usable & (frame["kind"] == "policy") & (frame["mode"] == "generate")]


def _memberships(frame: pd.DataFrame, only: Set[str] | None = None) -> _Memberships:
    """The strata of all answers, read or not: a reader that reads more or less changes none."""
    members = _rows_of_rules(frame)[[*STRATUM, "key"]].drop_duplicates()
    if only is not None:
        members = members[members["key"].isin(only)]
    stratum = members.groupby(list(STRATUM), sort=True).ngroup().to_numpy().astype(np.intp)
    keys, key = np.unique(members["key"].to_numpy().astype(str), return_inverse=True)
    along: list[list[int]] = [[] for _ in keys]
    for at, code in zip(key.tolist(), stratum.tolist(), strict=True):
        along[at].append(code)
    return _Memberships(
        tuple(keys.tolist()), tuple(tuple(sorted(strata)) for strata in along), key, stratum
    )


def allocate(sizes: Sequence[int], count: int, *, least: int) -> list[int]:
    """Share a count out over strata: the least to each, the rest by size with largest remainders.

    The whole count is given out as far as there are answers: ``sum(given) == min(count,
    sum(sizes))``.
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
    """The minimum to each stratum, or nothing if not enough is left for it."""
    given = [0] * len(sizes)
    for i in largest:
        if sum(given) + min(least, sizes[i]) <= count:
            given[i] = min(least, sizes[i])
    return given


def _shares(sizes: Sequence[int], count: int, given: Sequence[int]) -> list[float]:
    """The remainder, in proportion to how far each stratum is below its share by size."""
    below = [
        max(count * size / sum(sizes) - n, 0.0) if size else 0.0
        for size, n in zip(sizes, given, strict=True)
    ]
    scale = min(1.0, (count - sum(given)) / max(sum(below), 1e-9))
    return [part * scale for part in below]


def _with_remainders(
    sizes: Sequence[int], count: int, given: Sequence[int], first: Sequence[int]
) -> list[int]:
    """One more to each in turn; a stratum that has none is opened only if the others are full."""
    given = list(given)
    while left := count - sum(given):
        room = [i for i in first if given[i] < sizes[i]]
        for i in ([i for i in room if given[i]] or room)[:left]:
            given[i] += 1
    return given
