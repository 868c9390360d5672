"""Items from files of others: how answers, choices, topics and languages are found, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lawbound.rubrics.answers.checking import check
from lawbound.tasks.external.items import items_from_rows, load_external
from lawbound.tasks.external.source import Source
from lawbound.tasks.item import Item, ItemError

pytestmark = pytest.mark.usefixtures("private_cache")

WORD_PROBLEMS = [
    {
        "question": "Anna has 3 apples and buys 4. How many?",
        "answer": "She has 3 + 4 = <<3+4=7>>7 apples.\n#### 7",
    },
    {
        "question": "A hall has 12 rows of 100 seats. How many seats?",
        "answer": "12 * 100 = 1200\n#### 1,200",
    },
]
CHOICES: list[dict[str, Any]] = [
    {"question": "Which is a fruit?", "choices": ["Stone", "Pear", "Lamp", "Rope"], "answer": 1},
    {"question": "Which is a metal?", "choices": ["Iron", "Wood", "Silk", "Clay"], "answer": "A"},
    {
        "question": "Which can fly?",
        "choices": ["Cow", "Trout", "Swallow", "Snail"],
        "answer": "Swallow",
    },
]


def write(folder: Path, name: str, rows: list[dict[str, Any]]) -> str:
    path = folder / name
    match path.suffix:
        case ".jsonl":
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        case ".json":
            path.write_text(json.dumps(rows), encoding="utf-8")
        case ".csv":
            pd.DataFrame(rows).to_csv(path, index=False)
        case _:
            pd.DataFrame(rows).to_parquet(path)
    return str(path)


@pytest.mark.parametrize("name", ["grade.jsonl", "grade.json", "grade.csv", "grade.parquet"])
def test_a_numeric_set_of_worked_answers_becomes_checkable_items(tmp_path: Path, name: str) -> None:
    source = write(tmp_path, name, WORD_PROBLEMS)
    items = load_external({"source": source, "shape": "number", "columns": {"prompt": "question"}})
    assert [item.answer.value for item in items if item.answer] == ["7", "1200"]
    assert all(item.kind == "reasoning" and item.acts == ("compute",) for item in items)
    assert items[1].prompt.startswith("A hall has 12 rows")
    assert items[1].answer is not None
    assert check("Answer: 1.200 seats", items[1].answer).correct
    assert check("Answer: 120", items[1].answer).correct is False


@pytest.mark.parametrize("name", ["mc.jsonl", "mc.parquet"])
def test_a_multiple_choice_set_takes_index_letter_or_text(tmp_path: Path, name: str) -> None:
    rows = [{**row, "answer": str(row["answer"])} for row in CHOICES]
    items = load_external(
        {
            "source": write(tmp_path, name, rows),
            "shape": "choice",
            "columns": {"prompt": "question"},
        }
    )
    assert [item.answer.value for item in items if item.answer] == ["Pear", "Iron", "Swallow"]
    assert items[0].answer is not None
    assert items[0].answer.choices == ("Stone", "Pear", "Lamp", "Rope")
    assert items[0].answer.chance == 0.25
    assert check("Answer: (B)", items[0].answer).correct
    assert check("Answer: Lamp", items[0].answer).correct is False


def _right(answers: list[Any], choices: list[list[str]]) -> list[str]:
    rows = [
        {"question": f"Question {n}?", "choices": options, "answer": answer}
        for n, (answer, options) in enumerate(zip(answers, choices, strict=True))
    ]
    spec = Source(source="mc", shape="choice", columns={"prompt": "question"})
    return [item.answer.value for item in items_from_rows(rows, spec) if item.answer]


NUMERALS, OTHERS = ["4", "2", "1", "3"], ["0", "4", "2", "6"]


@pytest.mark.parametrize(
    ("answers", "choices", "expected"),
    [
        ([2, 1], [NUMERALS, OTHERS], ["1", "4"]),  # 1 is the text of no option of the second row
        (["2", "1"], [NUMERALS, OTHERS], ["1", "4"]),
        ([2, 6], [NUMERALS, OTHERS], ["2", "6"]),  # there is no option number 6
        (["A", "B"], [["B", "A"], ["Pear", "Lamp"]], ["B", "Lamp"]),
        (["A", "Z"], [["B", "A"], ["Y", "Z"]], ["A", "Z"]),
        ([1, 0], [["0", "1"], ["0", "1"]], ["1", "0"]),  # both ways say the same
    ],
)
def test_a_column_of_answers_is_read_in_one_way(
    answers: list[Any], choices: list[list[str]], expected: list[str]
) -> None:
    assert _right(answers, choices) == expected


def test_an_answer_that_may_be_a_text_or_a_number_is_refused() -> None:
    with pytest.raises(ItemError, match=r"row 1: answer is '2', the text of one choice and the"):
        _right([2, 3], [NUMERALS, NUMERALS])


def test_choices_may_stand_in_columns_of_their_own(tmp_path: Path) -> None:
    rows = [{"q": "Which is a fruit?", "a": "Stone", "b": "Pear", "key": "B", "no": "x-1"}]
    (item,) = load_external(
        {
            "source": write(tmp_path, "mc.csv", rows),
            "name": "fruit",
            "shape": "choice",
            "columns": {"prompt": "q", "choices": ["a", "b"], "answer": "key", "id": "no"},
        }
    )
    assert item.id == "fruit-x-1"
    assert item.answer is not None
    assert (item.answer.value, item.answer.choices) == ("Pear", ("Stone", "Pear"))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("4 #### 3\n#### 7 ", "7"),
        (r"so \boxed{ 12 }", "12"),
        (r"\boxed{\frac{1}{2}}", r"\frac{1}{2}"),
        (r"Thus $\boxed{12}$.", "12"),
        (r"so \boxed{x+1} holds {in all cases}", "x+1"),
        (r"\boxed{1} or \boxed{\{1, 2\}\}}.", r"\{1, 2\}\}"),
        (r"\boxed{12", "12"),
        (r"\boxed{}", r"\boxed{}"),
        ("Answer: {a}", "{a}"),
        ("7 ####", "7 ####"),
        ("seven", "seven"),
        ("**Answer:** a ** b", "a ** b"),
        ("**Work**: 2 ** 2\n\n**Final Answer: 4**", "4"),
        ("2 ** 2 = 4. Answer: x ** 2", "x ** 2"),
        ("**Answer:**", "**Answer:**"),
    ],
)
def test_the_final_answer_stands_behind_the_last_marker(written: str, value: str) -> None:
    spec = Source(source="x.jsonl", shape="text")
    (item,) = items_from_rows([{"prompt": "Q?", "answer": written}], spec)
    assert item.answer is not None
    assert item.answer.value == value


@pytest.mark.parametrize(
    "written",
    ["**Answer:** 12", "**Final Answer: 12**", "Answer: **12**.", "*Answer:* 12", "$12$", "Thus Answer: $12$.", "12$", "$ 12",
     "12 %", "#### **$12$**"],
)  # fmt: skip
def test_a_number_may_be_set_off_by_marks(written: str) -> None:
    spec = Source(source="x.jsonl", shape="number")
    (item,) = items_from_rows([{"prompt": "Q?", "answer": written}], spec)
    assert item.answer is not None and item.answer.value == "12"


@pytest.mark.parametrize(
    "answer",
    ["#### 4" + " " * 300_000 + "}x", "4" + " " * 300_000 + "%x", "Answer:" * 100_000],
    ids=["blanks", "sign", "markers"],
)
def test_a_long_answer_is_read_in_one_go(answer: str) -> None:
    # Searched again from every blank, it would outlast any limit of a test run.
    spec = Source(source="x.jsonl", shape="number")
    with pytest.raises(ItemError, match=r"row 1: answer is .*, expected a number"):
        items_from_rows([{"prompt": "Q?", "answer": answer}], spec)


@pytest.mark.parametrize(
    ("cell", "choices"),
    [
        ("a | b;c\n\n d", ("a", "b", "c", "d")),
        ("a" + " " * 300_000 + "b|c", ("a" + " " * 300_000 + "b", "c")),
        ({"text": ["a", "b"], "label": None}, ("a", "b")),
        ({"text": "a|b", "label": []}, ("a", "b")),
    ],
    ids=["text", "blanks", "no labels", "empty labels"],
)
def test_choices_may_stand_in_one_cell(cell: object, choices: tuple[str, ...]) -> None:
    spec = Source(source="x.jsonl", shape="choice")
    rows = [{"prompt": "Q?", "choices": cell, "answer": "A"}]
    (item,) = items_from_rows(rows, spec)
    assert item.answer is not None
    assert item.answer.choices == choices


def test_options_with_labels_are_found_by_their_label(tmp_path: Path) -> None:
    rows = [
        {
            "question": "Which is a fruit?",
            "choices": {"text": ["Stone", "Pear", "Lamp"], "label": ["1", "2", "3"]},
            "answerKey": "2",
        }
    ]
    columns = {"prompt": "question", "answer": "answerKey"}
    (item,) = load_external(
        {"source": write(tmp_path, "arc.jsonl", rows), "shape": "choice", "columns": columns}
    )
    assert item.answer is not None
    assert item.answer.value == "Pear"


@pytest.mark.parametrize("labels", [[1, 0, 0], [0, 0, 0], ["x"]])
def test_labels_that_name_no_choice_are_no_matter_beside_an_answer_that_is_its_text(
    labels: list[Any],
) -> None:
    spec = Source(source="x.jsonl", shape="choice")
    rows = [
        {"prompt": f"{n}?", "choices": {"text": ["0", "a", "b"], "label": labels}, "answer": right}
        for n, right in enumerate(["a", "0"])
    ]
    items = items_from_rows(rows, spec)
    assert [item.answer.value for item in items if item.answer] == ["a", "0"]


def test_plain_prompts_become_policy_items_with_topic_and_language(tmp_path: Path) -> None:
    rows = [
        {
            "text": "Summarise the tariff law.",
            "area": "economy/trade",
            "language": "en",
            "family": "t1",
        },
        {
            "text": "Fasse das Zollgesetz zusammen.",
            "area": "economy/trade",
            "language": "de",
            "family": "t1",
        },
    ]
    items = load_external(
        {
            "source": write(tmp_path, "own.jsonl", rows),
            "columns": {"prompt": "text", "topic": "area", "lang": "language", "group": "family"},
            "acts": ["analyse"],
        }
    )
    assert [(i.kind, i.topic, i.lang, i.group, i.acts) for i in items] == [
        ("policy", "economy/trade", "en", "t1", ("analyse",)),
        ("policy", "economy/trade", "de", "t1", ("analyse",)),
    ]
    assert items[0].answer is None
    assert items[0].prompt == "Summarise the tariff law."


def test_ids_do_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    spec = {"shape": "number", "columns": {"prompt": "question"}, "name": "g"}
    one = load_external({**spec, "source": write(tmp_path, "a.jsonl", WORD_PROBLEMS)})
    two = load_external({**spec, "source": write(tmp_path, "b.jsonl", WORD_PROBLEMS[::-1])})
    assert [item.id for item in one] == [item.id for item in two][::-1]


def test_a_limit_takes_the_first_rows(tmp_path: Path) -> None:
    source = write(tmp_path, "mc.jsonl", WORD_PROBLEMS)
    items: tuple[Item, ...] = load_external(
        {"source": source, "shape": "number", "columns": {"prompt": "question"}, "limit": 1}
    )
    assert len(items) == 1


NUMBER = {"shape": "number", "columns": {"prompt": "question"}}
CHOICE = {"shape": "choice", "columns": {"prompt": "question"}}
FAULTS: list[tuple[list[dict[str, Any]], dict[str, Any], str]] = [
    ([{"question": "Q?", "answer": "none"}], NUMBER, r"bad\.jsonl: row 1: answer is 'none', expected a number"),
    ([{"q": "Q?", "answer": "1"}], NUMBER, r"found no column 'question', expected one of q, answer"),
    ([{"question": "", "answer": "1"}], NUMBER, r"row 1: question is '', expected a text"),
    ([{"question": "Q?", "choices": ["a", "b"], "answer": "F"}], CHOICE, r"answer is 'F', expected one of the choices, a letter from A to B"),
    ([{"question": "Q?", "choices": ["a", "a"], "answer": "A"}], CHOICE, r"choices are \['a', 'a'\], expected two or more different"),
    ([{"question": "Q?", "answer": "A"}], CHOICE, r"columns name no 'choices'"),
    ([{"question": "Q?", "choices": 5, "answer": "A"}], CHOICE, r"choices are 5, expected two or more different"),
    ([{"question": "Q?", "choices": {"text": 5}, "answer": "A"}], CHOICE, r"choices are 5, expected two"),
    ([{"question": "Q?", "choices": {"text": ["a", "b"], "label": 5}, "answer": "A"}], CHOICE, r"row 1: labels are 5, expected a different one for each choice"),
    ([{"question": "Q?", "choices": {"text": ["a", "b"], "label": ["1", "2", "3"]}, "answer": "3"}], CHOICE, r"labels are \['1', '2', '3'\]"),
    ([{"question": "Q?", "choices": {"text": ["a", "b"], "label": ["1", "1"]}, "answer": "1"}], CHOICE, r"labels are \['1', '1'\]"),
    ([{"question": "Q?", "choices": {"text": ["a", "b"], "label": ["1", "0"]}, "answer": "0"}], CHOICE, r"labels are \['1', '0'\]"),
    ([{"question": "Q?", "choices": [f"c{n}" for n in range(100)], "answer": "no"}], CHOICE, r"a letter from A to Z, or a number from 0 to 99"),
    ([{"question": "Q?", "choices": [f"c{n}" for n in range(10_000)], "answer": "no" * 10_000}], CHOICE, r"answer is 'no.{57}, expected"),
    ([{"question": "Q?", "answer": "1"}, {"question": "Q?", "answer": "2"}], NUMBER, r"row 2: id .* also stands in row 1"),
    ([{"question": "Q?", "answer": "1"}], {**NUMBER, "topic": "everyday/scool"}, r"did you mean 'everyday/school'"),
    ([{"question": "Q?", "answer": "1"}], {**NUMBER, "shape": "essay"}, r"external source: shape: found 'essay'"),
    ([{"question": "Q?", "answer": "1"}], {**NUMBER, "colums": {}}, r"external source: found key 'colums'.*did you mean 'columns'"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "spec", "message"), FAULTS)
def test_a_fault_is_one_line_that_names_the_place(
    tmp_path: Path, rows: list[dict[str, Any]], spec: dict[str, Any], message: str
) -> None:
    with pytest.raises(ItemError, match=message) as caught:
        load_external({**spec, "source": write(tmp_path, "bad.jsonl", rows)})
    assert "\n" not in str(caught.value)


def test_the_acts_of_prompts_are_named_once_for_all_or_in_a_column(tmp_path: Path) -> None:
    rows = [
        {"prompt": "Praise the mayor.", "does": "praise, inform"},
        {"prompt": "Who is the mayor?", "does": ""},
    ]
    source = write(tmp_path, "asked.jsonl", rows)
    both = load_external({"source": source, "acts": ["inform"], "columns": {"acts": "does"}})
    assert [item.acts for item in both] == [("praise", "inform"), ("inform",)]
    with pytest.raises(
        ItemError, match=r"asked\.jsonl: row 1: names no acts, expected acts: \[inform\]"
    ):
        load_external({"source": source})
    with pytest.raises(ItemError, match=r"asked\.jsonl: row 2: names no acts"):
        load_external({"source": source, "columns": {"acts": "does"}})
    rows[1]["does"] = "informs"
    with pytest.raises(ItemError, match=r"row 2: does is 'informs', expected one of .*inform"):
        load_external({"source": write(tmp_path, "asked.jsonl", rows), "columns": {"acts": "does"}})


def test_a_column_of_acts_counts_for_checked_answers_too(tmp_path: Path) -> None:
    rows = [row | {"does": does} for row, does in zip(WORD_PROBLEMS, ("inform", ""), strict=True)]
    columns = {"prompt": "question", "acts": "does"}
    spec = {"source": write(tmp_path, "sums.jsonl", rows), "shape": "number", "columns": columns}
    assert [item.acts for item in load_external(spec)] == [("inform",), ("compute",)]
    rows[0]["does"] = "informs"
    write(tmp_path, "sums.jsonl", rows)
    with pytest.raises(ItemError, match=r"row 1: does is 'informs', expected one of .*inform"):
        load_external(spec)


@pytest.mark.parametrize(
    "cell", ["praise, inform, praise", ["praise", "inform", "praise"], ("praise", "inform")]
)
def test_acts_are_named_once_whatever_the_cell_lists_them_in(cell: object) -> None:
    spec = Source(source="asked", columns={"acts": "does"})
    (item,) = items_from_rows([{"prompt": "Praise the mayor.", "does": cell}], spec)
    assert item.acts == ("praise", "inform")


def test_a_missing_or_broken_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ItemError, match=r"gone\.csv: found no such file"):
        load_external({"source": str(tmp_path / "gone.csv")})
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"prompt": "a"}\n{"prompt": ', encoding="utf-8")
    with pytest.raises(ItemError, match=r"broken\.jsonl: cannot be loaded"):
        load_external({"source": str(broken)})


def test_an_address_with_a_password_is_no_source_and_is_not_told() -> None:
    for source in ("https://u:hunter2@h/x.jsonl", "hf://datasets/x?token=hunter2"):
        with pytest.raises(ItemError, match="found what may be a key in a URL") as caught:
            load_external({"source": source, "shape": "prompt", "topic": "everyday/school"})
        assert "hunter2" not in str(caught.value)


def test_no_bar_of_datasets_is_drawn_and_those_of_others_stay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import datasets

    source = write(tmp_path, "mine.jsonl", WORD_PROBLEMS)
    assert not datasets.are_progress_bars_disabled()
    load_external({"source": source, "acts": ["compute"], "columns": {"prompt": "question"}})
    assert capsys.readouterr().err == "" and not datasets.are_progress_bars_disabled()
