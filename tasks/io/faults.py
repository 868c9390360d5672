"""Pydantic's findings in words for people who write a file and do not know our types."""

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from lawbound.tasks.io.messages import did_you_mean

_TEXT = ("string_type", "string_sub_type")
_WORDS: Mapping[str, str] = {
    **dict.fromkeys(_TEXT, "text"),
    "string_unicode": "text in UTF-8",
    "string_too_short": "text of {min_length} or more characters",
    "string_too_long": "text of at most {max_length} characters",
    **dict.fromkeys(
        ("int_type", "int_parsing", "int_from_float", "int_parsing_size"), "a whole number"
    ),
    **dict.fromkeys(("float_type", "float_parsing"), "a number"),
    "finite_number": "a finite number",
    "greater_than": "a number above {gt}",
    "greater_than_equal": "a number of at least {ge}",
    "less_than": "a number below {lt}",
    "less_than_equal": "a number of at most {le}",
    **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type"), "a list"),
    "too_short": "a list of {min_length} or more",
    "too_long": "a list of at most {max_length}",
    **dict.fromkeys(
        ("dict_type", "mapping_type", "model_type", "model_attributes_type", "dataclass_type"),
        "a mapping",
    ),
    "literal_error": "{expected}",
    "invalid_key": "a key of text",
}
_PATTERNS: Mapping[str, str] = {
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "lower-case letters and digits, joined by hyphens",
    r"^[a-z]{2}$": "a language code of two letters such as en",
}
_KEY = "[key]"
"""The end of pydantic's place for a key that is itself at fault."""


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a fault, without the names that pydantic gives to members of a union."""

    parts: tuple[str, ...]
    keys: tuple[str, ...]
    """The keys of the mapping that contains the last part, if they are known."""

    def __str__(self) -> str:
        return ".".join(self.parts)


def place(model: Any, loc: Sequence[int | str]) -> Place:
    """Follow a place through a model's fields.

    Args:
        model: The model that the whole was validated against; None takes every part as it is.
        loc: The place as pydantic reports it.
    """
    parts: list[str] = []
    kind, keys = model, tuple[str, ...]()
    for part in loc:
        if part == _KEY:
            break
        members = _members(kind)
        inside = [found for member in members for found in _inside(member, part)]
        if not inside and len(members) > 1:
            # The name of a member: what follows is a place within it.
            kind = next((member for member in members if _name(member) == part), kind)
            continue
        keys = tuple(name for member in members for name in _fields(member))
        parts.append(str(part))
        kind = inside[0] if inside else None
    return Place(tuple(parts), keys)


def place_and_fault(
    faults: Sequence[Mapping[str, Any]], at: Place, show: Callable[[Any], str]
) -> tuple[str, str]:
    """The place and the fault of everything found in one place; a union has several.

    Args:
        faults: What pydantic found.
        at: The place of all of it.
        show: Formats a value.
    """
    first = faults[0]
    above, last = ".".join(at.parts[:-1]), at.parts[-1] if at.parts else ""
    if first["type"] == "extra_forbidden":
        hint = did_you_mean(last, at.keys)
        return above, f"found key {show(last)}, expected one of {', '.join(at.keys)}{hint}"
    if first["type"] == "missing":
        return above, f"found no {show(last)}, expected one"
    wanted = " or ".join(dict.fromkeys(map(expected, faults)))
    if first["loc"] and first["loc"][-1] == _KEY:
        return above, f"found key {show(last)}, expected {wanted}"
    if first["type"] == "value_error" and ", expected " in wanted:
        own = wanted.removeprefix(f"{last} is ")
        return str(at), own if own == wanted else f"found {own}"
    found = _plain(first.get("input"), show)
    if first["type"] == "literal_error" and isinstance(first["input"], str):
        wanted += did_you_mean(first["input"], re.findall("'([^']+)'", wanted))
    if first["type"] == "too_long" and (length := first["ctx"]["actual_length"]):
        found = f"a list of {length}"
    return str(at) or "top level", f"found {found}, expected {wanted}"


def with_id(message: str, data: Any, parts: Mapping[str, str]) -> str:
    """Replace the number of a list entry in a message by its id, if it has one.

    Args:
        message: Names a place such as ``rules.3.text``.
        data: The parsed file.
        parts: List -> the name of one of its entries.
    """
    place = re.search(rf": ({'|'.join(parts)})\.(\d+)(?:\.|: )", message)
    listed = data.get(place[1]) if place is not None and isinstance(data, dict) else None
    if place is None or not isinstance(listed, list) or int(place[2]) >= len(listed):
        return message
    part = listed[int(place[2])]
    part_id = part.get("id") if isinstance(part, dict) else None
    if not isinstance(part_id, str) or len(part_id) > 60:
        return message
    return message.replace(place[0], f": {parts[place[1]]} '{part_id}': ", 1)


def expected(fault: Mapping[str, Any]) -> str:
    """What would have been right, to follow ``expected``; of our own checks, the whole message."""
    kind, context = fault["type"], fault.get("ctx", {})
    if kind in _TEXT and isinstance(fault.get("input"), bool | int | float | datetime.date):
        return "text in quotes"  # as YAML reads a bare 1, no or 2026-11-01
    if kind == "value_error":
        return str(context["error"])
    if kind == "string_pattern_mismatch":
        pattern = context["pattern"]
        return _PATTERNS.get(pattern, f"text like {pattern}")
    if kind in _WORDS:
        return _WORDS[kind].format_map(context)
    wanted = fault["msg"].removeprefix("Input should be ")
    return str(wanted.partition(",")[0].replace("a valid ", "a "))


def _plain(value: Any, show: Callable[[Any], str]) -> str:
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, dict | list | tuple):
        what = "mapping" if isinstance(value, dict) else "list"
        return f"a {what}" if value else f"an empty {what}"
    return f"the date {value}" if isinstance(value, datetime.date) else show(value)


def _members(kind: Any) -> list[Any]:
    """A type without its annotations; for a union, everything but None."""
    if get_origin(kind) is Annotated:
        return _members(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [one for arg in get_args(kind) if arg is not type(None) for one in _members(arg)]
    return [kind]


def _name(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) else ""


def _fields(kind: Any) -> dict[str, Any]:
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return {}
    return {field.alias or name: field.annotation for name, field in kind.model_fields.items()}


def _inside(kind: Any, part: int | str) -> list[Any]:
    """The type of the value at an index, a key or a field; empty if there is no such value."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (tuple, list) and isinstance(part, int):
        return [arguments[0]]
    if origin is dict:
        return [arguments[1]]
    return [_fields(kind)[str(part)]] if part in _fields(kind) else []
