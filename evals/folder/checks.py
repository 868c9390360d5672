"""Checks of a run folder's files before anything is concluded from them.

A run folder may be copied, merged, edited by hand or sent by strangers. So its files are compared with
what a run writes, and the first fault is reported with its place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from sys import intern
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from lawbound.evals.folder.files import FolderError
from lawbound.evals.verdict_columns import TYPES, VERDICT_COLUMNS, VerdictType
from lawbound.rubrics.prompts.conditions import STRENGTHS
from lawbound.runners.plan import Assignment
from lawbound.tasks.io.limits import MOST_COUNTED
from lawbound.tasks.io.yaml_files import first_fault, quoted

if TYPE_CHECKING:
    import pandas as pd

ASSIGNED = tuple(field.name for field in fields(Assignment))
_FIELDS, _ASSIGNMENT = frozenset(ASSIGNED), TypeAdapter(Assignment)
_KINDS = frozenset(strength.partition(":")[0] for strength in STRENGTHS)


def assignments(
    records: Iterable[tuple[int, Mapping[str, Any]]], path: Path
) -> tuple[Assignment, ...]:
    """A plan, from its numbered lines.

    Raises:
        FolderError: No run wrote such a plan.
    """
    found: list[Assignment] = []
    places: set[tuple[object, ...]] = set()
    for number, record in records:
        one = _assignment(record, f"{path}:{number}")
        place = (one.item, one.condition, one.policy, one.wording, one.epoch, one.mode)
        if place in places:
            raise FolderError(
                f"{path}:{number}: an earlier line asks the same, expected each question once"
            )
        places.add(place)
        found.append(one)
    if not found:
        raise FolderError(f"{path}: is empty, expected the assignments of a model")
    return tuple(found)


def _assignment(record: Mapping[str, Any], where: str) -> Assignment:
    if record.keys() != _FIELDS:
        raise FolderError(f"{where}: fields are {sorted(record)}, expected {sorted(ASSIGNED)}")
    check_text(record, where)
    try:
        one = _ASSIGNMENT.validate_python(record)
    except ValidationError as fault:
        raise FolderError(first_fault(fault, where)) from fault
    counts = (record["wording"], record["epoch"])  # `true` passes for 1 elsewhere
    if not all(type(count) is int and 0 <= count <= MOST_COUNTED for count in counts):
        raise FolderError(f"{where}: wording or epoch is no count, expected one")
    if one.strength.partition(":")[0] not in _KINDS:
        raise FolderError(
            f"{where}: strength is {quoted(one.strength)}, expected one of {', '.join(STRENGTHS)}"
        )
    shared: dict[str, Any] = {k: intern(v) if isinstance(v, str) else v for k, v in record.items()}
    return Assignment(**shared)


def check_text(record: Mapping[str, Any], where: str) -> None:
    """Refuse half of a surrogate pair: JSON can hold one, but no other file can.

    Raises:
        FolderError: The text holds one.
    """
    try:
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError as fault:
        raise FolderError(f"{where}: holds half a surrogate pair, expected text") from fault


def check_frame(frame: pd.DataFrame, path: Path) -> None:
    """Refuse verdicts that no run could have written.

    Raises:
        FolderError: The first fault.
    """
    missing = [c.name for c in VERDICT_COLUMNS if c.name not in frame.columns]
    if missing:
        raise FolderError(f"{path}: found no column '{missing[0]}', expected verdicts of a run")
    if frame.empty:
        raise FolderError(f"{path}: found no rows, expected verdicts of a run")
    for column in VERDICT_COLUMNS:
        if not _CHECKS[column.type](frame[column.name]):
            found, kind = _found(frame[column.name]), TYPES[column.type]
            raise FolderError(f"{path}: column '{column.name}' {found}, expected {kind}")
        if column.values is not None and (odd := set(frame[column.name]) - column.values):
            wanted = ", ".join(sorted(value or "nothing" for value in column.values))
            found = quoted(min(odd))
            raise FolderError(
                f"{path}: column '{column.name}' holds {found}, expected one of {wanted}"
            )


def _found(column: pd.Series[Any]) -> str:
    """What is wrong with a column: a number that is none of a run's, or its type."""
    import pandas as pd

    if pd.api.types.is_float_dtype(column):
        odd = column[column.abs() > MOST_COUNTED]
        if len(odd):
            return f"holds {odd.iloc[0]:g}"
    return f"is {column.dtype}"


def _is_text(column: pd.Series[Any]) -> bool:
    import pandas as pd

    return pd.api.types.is_string_dtype(column) and not column.isna().any()


def _is_count(column: pd.Series[Any]) -> bool:
    import pandas as pd

    return pd.api.types.is_integer_dtype(column) and bool(column.between(0, MOST_COUNTED).all())


def _is_count_or_nan(column: pd.Series[Any]) -> bool:
    if not _is_number(column):
        return _is_count(column)
    known = column.dropna()
    return bool((known >= 0).all() and (known % 1 == 0).all())


def _is_number(column: pd.Series[Any]) -> bool:
    import pandas as pd

    return pd.api.types.is_float_dtype(column) and bool((column.abs() <= MOST_COUNTED).sum() + column.isna().sum() == len(column))  # fmt: skip


def _is_claim(column: pd.Series[Any]) -> bool:
    import pandas as pd

    return pd.api.types.is_bool_dtype(column) and not column.isna().any()


def _is_claim_or_nan(column: pd.Series[Any]) -> bool:
    return _is_claim(column) or (_is_number(column) and bool(column.dropna().isin((0, 1)).all()))


_CHECKS: Mapping[VerdictType, Callable[[pd.Series[Any]], bool]] = {
    "text": _is_text,
    "count": _is_count,
    "count or nan": _is_count_or_nan,
    "number": _is_number,
    "claim": _is_claim,
    "claim or nan": _is_claim_or_nan,
}
"""Type -> a check of a column; older versions wrote booleans for 1, 0, nan."""
