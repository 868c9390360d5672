"""Items as JSON records, so that a run folder holds every question it asked."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any

from lawbound.tasks.item import Answer, Claims, Constraint, Item, ItemError, Structure


def to_record(item: Item) -> dict[str, Any]:
    """A JSON-ready mapping without the fields that hold nothing."""
    return {
        name: value for name, value in asdict(item).items() if value not in (None, (), "", False)
    }


def from_record(record: Mapping[str, Any], where: str) -> Item:
    """The item again.

    Raises:
        ItemError: A field is missing or unknown.
    """
    try:
        values = {name: _tuples(value) for name, value in record.items()}
        for name, kind in _NESTED.items():
            if name in values:
                values[name] = kind(**values[name])
        if "constraints" in values:
            values["constraints"] = tuple(Constraint(**part) for part in values["constraints"])
        return Item(**values)
    except (TypeError, AttributeError) as fault:
        known = ", ".join(field.name for field in fields(Item))
        raise ItemError(f"{where}: {fault}, expected an item with {known}") from fault


_NESTED: Mapping[str, Any] = {"answer": Answer, "claims": Claims, "structure": Structure}


def _tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_tuples(part) for part in value)
    if isinstance(value, dict):
        return {name: _tuples(part) for name, part in value.items()}
    return value


def unique(items: Iterable[Item]) -> tuple[Item, ...]:
    """Items by id, the first of each."""
    return tuple({item.id: item for item in reversed(list(items))}.values())[::-1]
