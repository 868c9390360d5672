"""Items as JSON records, so that a run folder contains every question that was asked."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from lawbound.tasks.io.patterns import why_unsafe
from lawbound.tasks.io.yaml_files import first_fault, quoted
from lawbound.tasks.item import Answer, Claims, Item, ItemError, Structure

_NUMBER = re.compile(r"-?[0-9]{1,60}(?:\.[0-9]{1,60}|/[0-9]{1,60})?")


def to_record(item: Item) -> dict[str, Any]:
    """A JSON-ready mapping without empty fields."""
    return {
        name: value for name, value in asdict(item).items() if value not in (None, (), "", False)
    }


def from_record(record: Mapping[str, Any], where: str) -> Item:
    """Rebuild the item.

    Raises:
        ItemError: A field is missing, unknown, or malformed.
    """
    _refuse_unknown(record, Item, where)
    for name, kind in _NESTED.items():
        _refuse_unknown(record.get(name), kind, f"{where}: {name}")
    try:
        item = _adapter().validate_python(dict(record))
    except ValidationError as fault:
        raise ItemError(first_fault(fault, where)) from fault
    if item.answer is not None:
        _check_answer(item.answer, f"{where}: answer")
    for pattern in item.claim_patterns:
        reason = why_unsafe(pattern)
        if reason:
            raise ItemError(f"{where}: claims: found {quoted(pattern)}, which {reason}")
    return item


_NESTED: Mapping[str, type] = {"answer": Answer, "claims": Claims, "structure": Structure}


def unique(items: Iterable[Item]) -> tuple[Item, ...]:
    """Items by id, the first of each."""
    return tuple({item.id: item for item in reversed(list(items))}.values())[::-1]


@cache
def _adapter() -> TypeAdapter[Item]:
    return TypeAdapter(Item)


def _refuse_unknown(record: Any, kind: Any, where: str) -> None:
    if not isinstance(record, Mapping):
        return
    known = [field.name for field in fields(kind)]
    odd = next((name for name in record if name not in known), None)
    if odd is not None:
        raise ItemError(f"{where}: found {quoted(odd)}, expected {', '.join(known)}")


def _check_answer(answer: Answer, where: str) -> None:
    if answer.form == "number" and not (
        _NUMBER.fullmatch(answer.value) and not re.search(r"/0+$", answer.value)
    ):
        raise ItemError(f"{where}: found {quoted(answer.value)}, expected a number or a fraction")
    if answer.choices and answer.value not in answer.choices:
        raise ItemError(f"{where}: found {quoted(answer.value)}, expected one of the choices")
