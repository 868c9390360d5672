"""What metrics read: the verdict frame cut by model and policy, as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from lawbound.evals.metrics.estimate import Subject
from lawbound.evals.metrics.rule_info import RuleInfo, RuleInfos
from lawbound.evals.stats.arrays import Codes, Floats
from lawbound.evals.verdict_columns import METRIC_INPUTS
from lawbound.tasks.io.errors import LawboundError

if TYPE_CHECKING:
    import pandas as pd

Mask = NDArray[np.bool_]

OK, UNSCORED, ERROR, BLOCKED = 0, 1, 2, 3
WITHOUT_POLICY = ("none", "placebo")


class MetricError(LawboundError, ValueError):
    """A verdict frame, a metric's name or a comparison has a fault."""


class Rows:
    """Some rows of a frame; each column is cut to them when first asked for."""

    __slots__ = ("_columns", "_index")

    def __init__(self, columns: Mapping[str, NDArray[Any]], index: Codes) -> None:
        self._columns = columns
        self._index = index

    def __len__(self) -> int:
        return len(self._index)

    def __getitem__(self, name: str) -> NDArray[Any]:
        try:
            return self._columns[name][self._index]
        except KeyError:
            raise MetricError(
                f"verdict frame: no column '{name}', expected one of {sorted(self._columns)}"
            ) from None

    def floats(self, name: str) -> Floats:
        """A column of numbers."""
        found: Floats = self[name].astype(float)
        return found

    def codes(self, name: str) -> Codes:
        """Integers for the distinct values of a column, the same throughout the frame."""
        found: Codes = self[f"{name}#"]
        return found

    def where(self, mask: Mask) -> Rows:
        """The rows for which the mask is true."""
        return Rows(self._columns, self._index[mask])

    def take(self, positions: Codes) -> Rows:
        """Rows by position, repeats allowed."""
        return Rows(self._columns, self._index[positions])

    def at(self, strength: str) -> Rows:
        """The rows of one strength."""
        return self.where(self["strength"] == strength)

    def kinds(self, *names: str) -> Rows:
        """The rows of items of these kinds."""
        return self.where(np.isin(self["kind"].astype(str), names))

    @property
    def status(self) -> NDArray[np.int8]:
        """Whether each row can be judged at all, before a metric asks for its own value."""
        found: NDArray[np.int8] = self["status"]
        return found

    @property
    def lost(self) -> Mask:
        """The rows without an answer by the model: the request failed, or a filter blocked it."""
        found: Mask = np.isin(self.status, (ERROR, BLOCKED))
        return found


_CODED = (
    "model", "policy", "strength", "item", "group", "topic", "family", "lang", "mode", "twin", "epoch",
)  # fmt: skip


def pair_up(
    one: Rows, two: Rows, by: Sequence[str] = ("item", "mode", "epoch")
) -> tuple[Codes, Codes]:
    """Positions, on each side, of the rows that agree in these columns; the first of equal ones."""
    key = np.zeros(len(one) + len(two), dtype=np.intp)
    for name in by:
        code = np.r_[one.codes(name), two.codes(name)]
        # Renumbered with each column, so that no two keys collide however many values a column has.
        _, code = np.unique(code, return_inverse=True)
        _, key = np.unique(key * len(key) + code, return_inverse=True)
    _, left, right = np.intersect1d(key[: len(one)], key[len(one) :], return_indices=True)
    return left, right


def check_columns(frame: pd.DataFrame, name: str = "verdict frame") -> None:
    """Refuse a frame that lacks a column which metrics read.

    Raises:
        MetricError: A column is missing.
    """
    missing = [column.name for column in METRIC_INPUTS if column.name not in frame.columns]
    if missing:
        raise MetricError(f"{name}: columns {missing} are missing")


def read_frame(frame: pd.DataFrame) -> Rows:
    """Arrays of a frame.

    Raises:
        MetricError: A column is missing.
    """
    import pandas as pd

    check_columns(frame)
    columns: dict[str, NDArray[Any]] = {}
    for column in METRIC_INPUTS:
        name, series = column.name, frame[column.name]
        if column.type == "claim or nan":
            # Frames of earlier versions hold booleans, so two frames together may hold both kinds.
            series = series.astype(float)
        if pd.api.types.is_bool_dtype(series) or pd.api.types.is_numeric_dtype(series):
            columns[name] = series.to_numpy()
        else:
            # Interned once, so that equal values are one object and comparisons are quick.
            index, values = pd.factorize(series)
            texts = np.array([*map(str, values), ""], dtype=object)
            columns[name] = texts[index]  # a missing value has the index -1
    for name in _CODED:
        columns[f"{name}#"] = pd.factorize(columns[name], sort=True)[0].astype(np.intp)
    groups, names = pd.factorize(columns["group"])
    draws = np.array([crc32(str(name).encode()) for name in names], dtype=np.intp)
    columns["group_draw"] = draws[groups] if len(names) else np.empty(0, dtype=np.intp)
    columns["status"] = status_of(
        unread=columns["behaviour"] == "unscored",
        failed=columns["error"].astype(bool),
        blocked=columns["blocked"].astype(bool),
    )
    return Rows(columns, np.arange(len(frame), dtype=np.intp))


def status_of(*, unread: Mask, failed: Mask, blocked: Mask) -> NDArray[np.int8]:
    """Whether each answer can be judged; a filtered one has not failed, a failed one is not
    unread."""
    found = np.select([blocked, failed, unread], [BLOCKED, ERROR, UNSCORED], OK)
    return found.astype(np.int8)


def is_unread(unscored: Mask, score: Floats, fault: Mask) -> Mask:
    """Whether nobody could read the behaviour and no program could check the answer, or a program failed to check it.

    Args:
        unscored: Whose behaviour nobody could read.
        score: What a program made of each answer; nan without one.
        fault: On which a program failed.
    """
    found: Mask = unscored & np.isnan(score) | fault
    return found


@dataclass(frozen=True, slots=True)
class Cut:
    """All rows of one model judged against one policy."""

    model: str
    policy: str
    rows: Rows
    rules: tuple[RuleInfo, ...]

    @property
    def strengths(self) -> tuple[str, ...]:
        """Strengths in the order of the frame."""
        return tuple(dict.fromkeys(self.rows["strength"].tolist()))

    def about(self, strength: str, *, slice: str = "", mode: str = "generate") -> Subject:
        """What an estimate of one of its strengths is about."""
        return Subject(self.model, self.policy, strength, slice, mode)

    @property
    def withholding(self) -> list[int]:
        """Indices of its withholding rules: those that enter J."""
        return [i for i, rule in enumerate(self.rules) if rule.withholding]


def cuts(rows: Rows, rule_info: RuleInfos) -> Iterator[Cut]:
    """Every model x policy, in the order of the frame."""
    if len(rows) == 0:
        return
    by_policy: dict[str, list[RuleInfo]] = {}
    for info in rule_info.values():
        by_policy.setdefault(info.policy, []).append(info)
    model, policy = rows.codes("model"), rows.codes("policy")
    pair = model * (policy.max() + 1) + policy
    order = np.argsort(pair, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(pair[order]) > 0])
    ends = np.r_[starts[1:], len(order)]
    firsts = order[starts]
    for which in np.argsort(firsts):
        part = rows.take(order[starts[which] : ends[which]])
        name = str(part["policy"][0])
        yield Cut(str(part["model"][0]), name, part, tuple(by_policy.get(name, ())))


@lru_cache(maxsize=65536)
def parts_of(text: str) -> tuple[str, ...]:
    """The parts of ``a|b``; none for an empty text."""
    return tuple(text.split("|")) if text else ()
