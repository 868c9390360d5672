"""Answers that no person would write: loops of one sign, endless numbers. Every check has a result for them, soon."""

from functools import lru_cache
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawbound.rubrics.answers import places
from lawbound.rubrics.answers.checking import AnswerResult, check
from lawbound.rubrics.answers.constraints import CHECKS
from lawbound.rubrics.answers.verifiable import check_answer
from lawbound.tasks import creative
from lawbound.tasks.bank import load_bank
from lawbound.tasks.item import Answer, Item

NUMBER = Answer("number", "5")
FORMS = (
    NUMBER,
    Answer("number", "1/3", (), "hours"),
    Answer("choice", "Rosa", ("Rosa", "Felix", "500 m")),
    Answer("choice", "5", ("5", "12.5", "500")),
    Answer("text", "10:30", ("10:30", "11:00")),
    Answer("set", "a, b"),
    Answer("sequence", "a, b"),
)
LOOPS = ("-", "— ", "。", ": ", "a", "1", " ", "\n", "no, ", "1. ", "(", "the camp ")
LENGTH = 20_000
PATIENCE = 1.0
"""Most seconds of the processor for one text; the slowest takes a tenth of it, and a slow pattern a minute."""


@lru_cache(maxsize=1)
def _facts() -> tuple[Item, ...]:
    return tuple(item for item in load_bank() if item.kind == "fact")


def _loop(unit: str) -> str:
    return (unit * LENGTH)[:LENGTH]


@pytest.mark.parametrize("unit", LOOPS)
def test_no_pattern_of_the_bank_takes_long_on_a_loop(
    unit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "_PATIENCE", PATIENCE)
    text = _loop(unit)
    found = {item.id: check_answer(item, text).fault for item in _facts()}
    assert len(found) > 600
    assert {name: fault for name, fault in found.items() if fault} == {}


@pytest.mark.parametrize("unit", LOOPS)
@pytest.mark.parametrize("start", ["", "Answer: "])
def test_no_answer_takes_long_to_find_in_a_loop(start: str, unit: str) -> None:
    for answer in FORMS:
        begun = process_time()
        check(start + _loop(unit), answer)
        assert process_time() - begun < PATIENCE, answer


@pytest.mark.parametrize("unit", LOOPS)
def test_no_demand_on_a_text_takes_long_to_check_on_a_loop(unit: str) -> None:
    items, text = creative.generate(per_cell=1, seed=1), _loop(unit)
    assert {demand.name for item in items for demand in item.constraints} == CHECKS.keys()
    for item in items:
        start = process_time()
        assert check_answer(item, text).fault == ""
        assert process_time() - start < PATIENCE, item.id


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Answer: " + "1" * 400 + ".5", AnswerResult(True, False, "1" * 400 + ".5")),
        ("答案：" + "1" * 400 + ".12345万", AnswerResult(True, False, "1" * 400 + "1234.5")),
        ("答案：一" + "亿" * 599, AnswerResult(False, None, "")),
        ("答案：1.2.3万", AnswerResult(True, False, "1.2")),
        ("Answer: 5e30", AnswerResult(True, False, "5" + "0" * 30)),
        ("Answer: 5 x 10^31", AnswerResult(True, False, "5" + "0" * 31)),
        ("Answer: 1e" + "9" * 500, AnswerResult(False, None, "")),
        ("Answer: 5e-30", AnswerResult(True, False, "1/2" + "0" * 29)),
    ],
)
def test_a_number_without_end_is_another_number_or_none(text: str, expected: AnswerResult) -> None:
    assert check(text, NUMBER) == expected


PIECES = (
    "1", "9", "0", ".", ",", "/", "e", "^", "{", "}", "x10^", "%", "亿", "万", "一", "十", "点", "分之", "百分之", "½", " ", "-",
    "Answer:", "答案：", "\n", "at most ", "or", "=", "is ", "\\frac{1}{0}", "٣", "hundred ", "10:30", "25:00", "pm", "'", "not ",
)  # fmt: skip


@given(
    st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from([1, 1, 2, 50, 400])), max_size=8)
)
def test_no_heap_of_digits_and_signs_breaks_the_checker(parts: list[tuple[str, int]]) -> None:
    text = "".join(piece * times for piece, times in parts)
    for answer in FORMS:
        result = check(text, answer)
        assert result.extracted == (result.correct is not None)
