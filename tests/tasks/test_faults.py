"""Faults of files that people write: the place as they know it, and no word of the library that found it."""

from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator

from lawbound.tasks.io.faults import with_id
from lawbound.tasks.io.yaml_files import parse


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    count: Annotated[int, Field(gt=0, le=9)] | Literal["all"] = "all"
    columns: dict[Literal["prompt", "answer"], str | list[str]] = {}
    share: float | None = None
    is_open: bool = False

    @field_validator("id")
    @classmethod
    def _named(cls, value: str) -> str:
        if value == "a":
            raise ValueError("id is 'a', expected another")
        if value == "b":
            raise ValueError("a longer name")
        return value


class _Whole(BaseModel):
    model_config = ConfigDict(extra="forbid")

    parts: Annotated[tuple[_Part, ...], Field(min_length=1)]
    origin: Annotated[str, Field(alias="from", pattern=r"^[a-z]{2}$")] = "en"


PART: dict[str, Any] = {"id": "x"}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (None, "top level: found nothing, expected a mapping"),
        ([1], "top level: found a list, expected a mapping"),
        ({}, "found no 'parts', expected one"),
        ({"parts": [PART], 1: []}, "1: found 1, expected a key of text"),
        ({"parts": []}, "parts: found an empty list, expected a list of 1 or more"),
        ({"parts": PART}, "parts: found a mapping, expected a list"),
        ({"parts": [5]}, "parts.0: found 5, expected a mapping"),
        ({"part": [PART]}, "found key 'part', expected one of parts, from; did you mean 'parts'?"),
        ({"parts": [PART], "origin": "en"}, "found key 'origin', expected one of parts, from"),
        ({"parts": [PART], "from": "eng"}, "from: found 'eng', expected a language code of two"),
        ({"parts": [{"idd": "x"}]}, "parts.0: found key 'idd', expected one of id, count, columns"),
        ({"parts": [{"id": []}]}, "parts.0.id: found an empty list, expected text"),
        ({"parts": [{"id": 5}]}, "parts.0.id: found 5, expected text in quotes"),
        ({"parts": [{"id": False}]}, "parts.0.id: found false, expected text in quotes"),
        (
            {"parts": [{"id": date(2026, 11, 1)}]},
            "parts.0.id: found the date 2026-11-01, expected text in q",
        ),
        ({"parts": [{"id": "a"}]}, "parts.0.id: found 'a', expected another"),
        ({"parts": [{"id": "b"}]}, "parts.0.id: found 'b', expected a longer name"),
        (
            {"parts": [PART | {"is_open": "maybe"}]},
            "parts.0.is_open: found 'maybe', expected true or false",
        ),
        ({"parts": [PART | {"share": "x"}]}, "parts.0.share: found 'x', expected a number"),
        (
            {"parts": [PART | {"count": "some"}]},
            "parts.0.count: found 'some', expected a whole number or 'all'",
        ),
        (
            {"parts": [PART | {"count": 10}]},
            "parts.0.count: found 10, expected a number of at most 9 or",
        ),
        (
            {"parts": [PART | {"columns": {"promt": "a"}}]},
            "parts.0.columns: found key 'promt', expected 'prompt' or 'answer'",
        ),
        (
            {"parts": [PART | {"columns": {"prompt": 5}}]},
            "parts.0.columns.prompt: found 5, expected text in quotes or a list",
        ),
        (
            {"parts": [PART | {"columns": {"prompt": ["a", 5]}}]},
            "parts.0.columns.prompt.1: found 5, expected text",
        ),
    ],
)
def test_a_fault_is_told_in_plain_words(data: Any, told: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse(data, _Whole, "a.yaml", ValueError)
    line = str(caught.value)
    assert line.startswith(f"a.yaml: {told}")
    for word in ("Input", "Value error", "Extra", "valid", "instance", "tuple", "[key]", "_Part"):
        assert word not in line


class _Noted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    notes: tuple[str | _Part, ...]


@pytest.mark.parametrize(
    ("note", "told"),
    [
        (PART | {"idd": "x"}, "notes.0: found key 'idd', expected one of id, count, columns"),
        ({"idd": "x"}, "notes.0: found key 'idd', expected one of id, count, columns"),
        (PART | {"share": "x"}, "notes.0.share: found 'x', expected a number"),
        (5, "notes.0: found 5, expected text in quotes or a mapping"),
    ],
)
def test_a_fault_of_a_mapping_where_text_may_stand_is_told_as_the_mapping_s(
    note: Any, told: str
) -> None:
    with pytest.raises(ValueError) as caught:
        parse({"notes": [note]}, _Noted, "a.yaml", ValueError)
    assert str(caught.value).startswith(f"a.yaml: {told}")


def test_faults_in_other_places_are_counted_once_each() -> None:
    parts = [{"id": 5, "count": "x"}, {"id": "x", "columns": {"prompt": 5}}]
    with pytest.raises(ValueError, match=r"parts\.0\.id: .* \(and 2 more\)$"):
        parse({"parts": parts}, _Whole, "a.yaml", ValueError)


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("a.yaml: parts.1.count: found 0", "a.yaml: part 'y': count: found 0"),
        ("a.yaml: parts.1: found key 'z'", "a.yaml: part 'y': found key 'z'"),
        ("a.yaml: parts.0.id: found 5", "a.yaml: parts.0.id: found 5"),
        ("parts: parts.9.yaml: parts: found 5", "parts: parts.9.yaml: parts: found 5"),
        ("a.yaml: others.1.count: found 0", "a.yaml: others.1.count: found 0"),
    ],
)
def test_a_part_is_named_by_its_id_where_it_has_one(message: str, told: str) -> None:
    data = {"parts": [{"id": 5}, {"id": "y"}], "others": "text"}
    assert with_id(message, data, {"parts": "part", "others": "other"}) == told
