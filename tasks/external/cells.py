"""Cells of an external row, looked up by the part of an item that their column is used for."""

import re
from collections.abc import Mapping
from typing import Any, Final, Literal, cast, get_args

from lawbound.tasks.external.source import Source
from lawbound.tasks.io.csv_cells import other_separators
from lawbound.tasks.io.messages import did_you_mean
from lawbound.tasks.io.yaml_files import quoted
from lawbound.tasks.item import Act, ItemError

_BETWEEN: Final = re.compile(r"[,;|]")

LONGEST = 1_000_000
"""Most characters of a cell: a longer question fits no model, and would be stored and shown all the same."""


def check_columns(row: Mapping[str, Any], spec: Source) -> None:
    """Refuse a row without a column that the mapping names, or that the shape needs.

    Raises:
        ItemError: A named column does not exist, or a part of the item needs one.
    """
    if spec.shape == "choice" and "choices" not in spec.columns and "choices" not in row:
        raise ItemError(
            f"{spec.source}: columns name no 'choices', expected one for shape 'choice'"
        )
    for name in _used(spec):
        if name not in row:
            raise ItemError(
                f"{spec.source}: found no column {name!r}, expected one of {', '.join(map(str, row))}"
                + other_separators([str(name) for name in row])
            )


def check_lengths(row: Mapping[str, Any], spec: Source, where: str) -> None:
    """Refuse a row whose text is longer than that of any question.

    Raises:
        ItemError: A cell is too long.
    """
    for name in _used(spec):
        length = _length(row.get(name))
        if length > LONGEST:
            raise ItemError(f"{where}: {name} has {length} characters, expected at most {LONGEST}")


def column_of(spec: Source, part: Any) -> str:
    """Name of the one column that is used for a part.

    Raises:
        ItemError: The mapping names several.
    """
    column = spec.columns.get(part, part)
    if isinstance(column, list):
        raise ItemError(f"{spec.source}: columns.{part} is a list, expected one column")
    return str(column)


def required_text(row: Mapping[str, Any], spec: Source, part: str, where: str) -> str:
    """A cell that must hold a text.

    Raises:
        ItemError: It holds none.
    """
    value = row[column_of(spec, part)]
    if not isinstance(value, str) or not value.strip():
        raise ItemError(f"{where}: {column_of(spec, part)} is {quoted(value)}, expected a text")
    return value.strip()


def optional_text(row: Mapping[str, Any], spec: Source, part: Any) -> str:
    """A cell as text; empty if no column is named for the part."""
    return plain(row[column_of(spec, part)]) if part in spec.columns else ""


def named_or_usual(
    row: Mapping[str, Any], spec: Source, part: Literal["topic", "lang"], where: str
) -> str:
    """The cell of a part, else what the source says of all rows; its default does not stand in for a cell left empty.

    Raises:
        ItemError: The cell is empty, and the source does not say of what such rows are.
    """
    found = optional_text(row, spec, part)
    if not found and part in spec.columns and part not in spec.model_fields_set:
        raise ItemError(
            f"{where}: {column_of(spec, part)} is empty, expected a {part}, or '{part}' beside 'columns' for such rows"
        )
    return found or str(getattr(spec, part))


def parts_of(cell: Any) -> tuple[str, ...]:
    """The parts of a cell: of a list, or of a text between commas, semicolons or bars; each once."""
    named = cell if isinstance(cell, list | tuple) else _BETWEEN.split(plain(cell))
    return tuple(dict.fromkeys(name for part in named if (name := plain(part))))


def plain(value: Any) -> str:
    """A value as text; empty for none."""
    return "" if value is None else str(value).strip()


def acts_of(row: Mapping[str, Any], spec: Source, where: str) -> tuple[Act, ...]:
    """The acts of a row: those of its cell (a list, or names between commas, semicolons or bars), else the source's, else
    those of a shape whose answers are checked.

    Raises:
        ItemError: Neither names any, or the cell names one that is none.
    """
    found = parts_of(row[column_of(spec, "acts")] if "acts" in spec.columns else None)
    by_shape: tuple[Act, ...] = () if spec.shape == "prompt" else ("compute",)
    usual = spec.acts or by_shape
    if not found and not usual:
        raise ItemError(
            f"{where}: names no acts, expected acts: [inform] or others, or a column of them: rules are about acts"
        )
    for name in found:
        if name not in get_args(Act):
            raise ItemError(
                f"{where}: {column_of(spec, 'acts')} is {quoted(name)}, expected one of {', '.join(get_args(Act))}"
                f"{did_you_mean(name, get_args(Act))}"
            )
    return cast(tuple[Act, ...], found) or usual


def _used(spec: Source) -> list[str]:
    """The columns that the mapping names, or that every row of the shape has."""
    needed = ["prompt"] if spec.shape == "prompt" else ["prompt", "answer"]
    names = [column_of(spec, part) for part in needed]
    for column in spec.columns.values():
        names += column if isinstance(column, list) else [column]
    if spec.shape == "choice" and "choices" not in spec.columns:
        names.append("choices")
    return names


def _length(cell: Any) -> int:
    if isinstance(cell, Mapping):
        cell = list(cell.values())
    if isinstance(cell, list | tuple):
        return sum(map(_length, cell))
    return len(cell) if isinstance(cell, str) else 0
