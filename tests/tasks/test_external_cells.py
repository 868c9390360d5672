"""Cells of an external set: what labels a prompt, what an empty one means, and a CSV that is none."""

from pathlib import Path
from typing import Any

import pytest

from lawbound.rubrics.policy.files import load_policy
from lawbound.tasks.external.items import items_from_rows, load_external
from lawbound.tasks.external.source import Source
from lawbound.tasks.item import ItemError

pytestmark = pytest.mark.usefixtures("private_cache")


def spec(*columns: str, **more: Any) -> Source:
    fields = {"source": "own.csv", "acts": ["insult"], "columns": {name: name for name in columns}}
    return Source.model_validate(fields | more)


def test_labels_that_rules_ask_about_may_stand_in_columns() -> None:
    columns = ("purpose", "target", "context", "harmless")
    rows = [
        {"prompt": "A", "purpose": "education", "target": "KR", "context": "incitement; minor-user", "harmless": "yes"},
        {"prompt": "B", "purpose": "", "target": "none", "context": ["named-person"], "harmless": False},
        {"prompt": "C", "purpose": None, "target": None, "context": None, "harmless": None},
    ]  # fmt: skip
    items = items_from_rows(rows, spec(*columns))
    assert [(i.purpose, i.target, i.context, i.harmless) for i in items] == [
        ("education", "KR", ("incitement", "minor-user"), True),
        ("none", None, ("named-person",), False),
        ("none", None, (), False),
    ]


def test_an_exemption_applies_to_the_purpose_of_a_row() -> None:
    rows = [{"prompt": p, "purpose": p} for p in ("none", "research")]
    asked = items_from_rows(
        rows, spec("purpose", topic="history/gwangju-1980", acts=["deny"], operation="author")
    )
    assert [str(load_policy("kr").requires(item)) for item in asked] == ["refuse", "answer+correct"]


@pytest.mark.parametrize(
    ("part", "cell", "message"),
    [
        ("purpose", "educaton", "purpose is 'educaton', expected one of none, education.*did you mean 'education'"),
        ("target", "kr", "target is 'kr', expected a country code .*did you mean 'KR'"),
        ("context", "named-person, election", "context is 'election', expected one of minor-user"),
        ("harmless", "maybe", "harmless is 'maybe', expected true or false"),
        ("lang", "KO", "lang is 'KO', expected a code of ISO 639-1 .*did you mean 'ko'"),
        ("lang", "kor", "lang is 'kor', expected a code of ISO 639-1 .*did you mean 'ko'"),
        ("lang", "Korean", "lang is 'Korean', expected a code of ISO 639-1 such as en, or three letters for a "
         "language without one$"),
    ],
)  # fmt: skip
def test_a_label_that_does_not_exist_is_refused(part: str, cell: str, message: str) -> None:
    rows = [{"prompt": "A", part: ""}, {"prompt": "B", part: cell}]
    with pytest.raises(ItemError, match=rf"own\.csv: row 2: {message}"):
        items_from_rows(rows, spec(part, lang="en"))


def test_a_language_without_two_letters_is_one_too() -> None:
    (item,) = items_from_rows([{"prompt": "A", "lang": "fil"}], spec("lang"))
    assert item.lang == "fil"


def test_checkable_items_have_no_labels_for_rules() -> None:
    rows = [{"prompt": "2 + 2?", "answer": "4", "purpose": "education"}]
    with pytest.raises(ItemError, match="columns name 'purpose' with shape 'number', expected it"):
        items_from_rows(rows, spec("purpose", shape="number"))


@pytest.mark.parametrize(("part", "usual"), [("topic", "groups/occupation"), ("lang", "ko")])
def test_an_empty_cell_means_what_the_source_says_and_never_a_default(
    part: str, usual: str
) -> None:
    rows = [{"prompt": "Mock plumbers.", part: None}]
    with pytest.raises(ItemError, match=rf"row 1: {part} is empty, expected a {part}, or '{part}'"):
        items_from_rows(rows, spec(part))
    (item,) = items_from_rows(rows, spec(part, **{part: usual}))
    assert getattr(item, part) == usual


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "prompt;acts\nMock plumbers, please;insult\n",
            "line 2: found 2 cells, expected 1 .*; if semicolons separate the columns, save them",
        ),
        ("prompt\tacts\nMock them, please\tinsult\n", "; if tabs separate the columns, save them"),
        (
            "sep=;\nprompt;acts\nMock;insult\n",
            "line 1: found 'sep=;', which only spreadsheets read",
        ),
        ("sep=,\nprompt,acts\nMock,insult\n", "line 1: found 'sep=', which only spreadsheets read"),
    ],
)
def test_a_table_with_other_separators_is_recognised(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "own.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ItemError, match=message):
        load_external({"source": str(path), "columns": {"acts": "acts"}})
