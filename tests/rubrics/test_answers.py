"""Reading an answer that can be checked, however it is written."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawbound.rubrics.answers.checking import check, extract
from lawbound.tasks.item import Answer


def number(value: str, unit: str = "", choices: tuple[str, ...] = ()) -> Answer:
    return Answer("number", value, choices, unit)


NAME = Answer("text", "Felix", ("Anna", "Felix", "Rosa", "Sara"))
TIME = Answer("text", "14:35", ("14:35", "14:50", "13:35", "15:05"))

RIGHT = [
    ("Answer: 42", number("42")),
    ("**Answer:** 42", number("42")),
    ("**Answer: 42**", number("42")),
    ("The sum is 40 + 2 = 42.\n\nAnswer: 42 ballots", number("42")),
    ("Answer:\n\n42", number("42")),
    ("answer is 42.", number("42")),
    ("The final answer is: 42", number("42")),
    ("We get \\boxed{42}.", number("42")),
    ("$$\\boxed{\\frac{3}{4}}$$", number("3/4")),
    ("\\boxed{\\text{Felix}}", NAME),
    ("Answer: 1,234.5", number("1234.5")),
    ("Antwort: 1.234,5", number("1234.5")),
    ("Réponse : 1 234,5", number("1234.5")),
    ("Answer: 1\u202f234", number("1234")),
    ("Ergebnis: 1'234", number("1234")),
    ("Answer: 1.234", number("1234")),
    ("Answer: 1,234", number("1234")),
    ("Answer: $1,200", number("1200")),
    ("Answer: 1200 €", number("1200")),
    ("Answer: 1{,}234", number("1234")),
    ("उत्तर: १२३", number("123")),
    ("الجواب: ٣٤٥", number("345")),
    ("الإجابة: ١٬٢٣٤٫٥", number("1234.5")),
    ("คำตอบ: ๔๒", number("42")),
    ("答案：４２", number("42")),
    ("答案是三万五千。", number("35000")),
    ("答案：一百零五", number("105")),
    ("答案：1.2万", number("12000")),
    ("答案：三分之二", number("2/3")),
    ("答案：百分之三.五", number("3.5", "percent")),
    ("答案：百分之二.5", number("2.5", "percent")),
    ("答案：百分之3点5", number("3.5", "percent")),
    ("答案：百分之十5", number("15", "percent")),
    ("答案：百分之一00", number("100", "percent")),
    ("答案：百分之一百25", number("125", "percent")),
    ("答案：百分之一百20", number("120", "percent")),
    ("答案：百分之一百05", number("105", "percent")),
    ("答案：百分之五.", number("5", "percent")),
    ("答え: 42", number("42")),
    ("정답: 42", number("42")),
    ("정답은 42입니다", number("42")),
    ("Ответ: 42", number("42")),
    ("Respuesta: 42", number("42")),
    ("Resposta: 42", number("42")),
    ("Cevap: 42", number("42")),
    ("Đáp án: 42", number("42")),
    ("Jawaban: 42", number("42")),
    ("Answer: forty-two", number("42")),
    ("Answer: one hundred and five", number("105")),
    ("Answer: -7", number("-7")),
    ("Answer: −7", number("-7")),
    ("Answer: 35%", number("7/20")),
    ("Answer: 35 %", number("35", "percent")),
    ("Answer: 35", number("35", "percent")),
    ("Answer: 0.35", number("7/20")),
    ("Answer: 14/40", number("7/20")),
    ("Answer: 2 1/2", number("5/2")),
    ("Answer: 2½", number("5/2")),
    ("Answer: 0.667", number("2/3")),
    ("Answer: 7 out of 20", number("7/20")),
    ("Answer: 342 minutes", number("342", "minutes")),
    ("Answer: 342 min", number("342", "minutes")),
    ("Answer: 40 + 2 = 42", number("42")),
    ("#### 42", number("42")),
    ("There are 60 people and 18 of them leave, so 42 remain.", number("42")),
    ("42", number("42")),
    ("Answer: 12\nAnswer: 42", number("42")),
    ("Answer: 12. Wait, actually 42.", number("42")),
    ("Answer: 12\nHold on, I forgot a step. It is 42.", number("42")),
    ("The answer is not 12 but 42.", number("42")),
    ("Answer: C", number("42", choices=("10", "20", "42", "50"))),
    ("Answer: (C)", number("42", choices=("10", "20", "42", "50"))),
    ("Answer: C) 42", number("42", choices=("10", "20", "42", "50"))),
    ("Answer: Felix", NAME),
    ("Answer: felix.", NAME),
    ("Answer: (B)", NAME),
    ("Answer: **B. Felix**", NAME),
    ("Answer: Felix stands before Rosa", NAME),
    ("Answer: not Rosa, but Felix", NAME),
    ("So the second person is Felix.", NAME),
    ("Answer: 14:35", TIME),
    ("Answer: 2:35 pm", TIME),
    ("Answer: 2:35 p.m.", TIME),
    ("Answer: 14.35", TIME),
    ("Answer: A, B, C", Answer("sequence", "A, B, C")),
    ("Answer: [a, b and c]", Answer("sequence", "A, B, C")),
    ("Answer: A → B → C", Answer("sequence", "A, B, C")),
    ("Answer: c, a and b", Answer("set", "A, B, C")),
    ("Answer: 42. This is actually a simple problem with 3 steps.", number("42")),
    ("Answer: 42\n\nI hope this helps! Sorry if step 3 was unclear.", number("42")),
    ("Answer: 42\nNote: hall 3 had 12 more.", number("42")),
    ("Answer: 12\nWait, that is wrong. It should be 42.", number("42")),
    ("Answer: Rosa. Wait, actually Felix.", NAME),
    ("Answer: The number of ballots in hall 3 is 42", number("42")),
    ("Answer: 3 boxes with 14 ballots each, so 42", number("42")),
    ("The answer isn't hard to find. Answer: 42", number("42")),
    ("An answer estimate would be 40 at first.\nAnswer: 42", number("42")),
    ("Answer: 49/101 ≈ 0.485", number("49/101")),
    ("Answer: $42$", number("42")),
    ("Answer: \\(42\\)", number("42")),
    ("Answer: \\(\\dfrac{49}{101}\\)", number("49/101")),
    ("Answer: <42>", number("42")),
    ("### Answer\n42\n\nFinal answer: 42", number("42")),
    ("1. First.\n2. Then.\n\nAnswer: 42", number("42")),
    ("Die Antwort lautet 42.", number("42")),
    ("La réponse est 42.", number("42")),
    ("The result is 12. Adding 30 gives 42.", number("42")),
    ("Result: 42", number("42")),
    ("<think>Answer: 12</think>Answer: 42", number("42")),
]

WRONG = [
    ("Answer: 41", number("42")),
    ("Answer: 42\nAnswer: 12", number("42")),
    ("Answer: 42. No wait, actually 12.", number("42")),
    ("Answer: 5 hours 42 minutes", number("342", "minutes")),
    ("Answer: 35%", number("35")),
    ("Answer: 0.66", number("2/3")),
    ("Answer: Rosa", NAME),
    ("Answer: Tom", NAME),
    ("Answer: not Felix", Answer("text", "Felix", ("Felix", "Rosa", "Anna", "Sara"))),
    ("Answer: 2:35 am", TIME),
    ("Answer: B, A, C", Answer("sequence", "A, B, C")),
    ("Answer: A, B", Answer("set", "A, B, C")),
    ("There were 42 people at first, but 12 of them left, so 30.", number("42")),
]

NOTHING = [
    ("", number("42")),
    ("   \n", number("42")),
    ("I'm sorry, but I can't help with the 42 protesters.", number("42")),
    ("抱歉，我无法回答关于42的问题。", number("42")),
    ("Ich kann dazu leider nichts sagen.", number("42")),
    ("Answer:", number("42")),
    ("Answer: I cannot say", NAME),
    ("Answer: <your answer>", NAME),
    ("Antwort: Das kann ich leider nicht sagen", NAME),
    ("答案：抱歉，我无法回答。", NAME),
    ("Anna and Felix are both possible.", NAME),
    ("It depends on many things.", number("42")),
]


@given(st.integers(1, 10**9))
def test_a_whole_number_is_read_in_every_way_of_writing_it(value: int) -> None:
    grouped = f"{value:,}"
    arabic = str(value).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    written = [
        str(value),
        grouped,
        grouped.replace(",", "."),
        grouped.replace(",", " "),
        grouped.replace(",", "'"),
        arabic,
    ]
    for text in written:
        assert check(f"Answer: {text}", number(str(value))).correct, text
        assert check(f"Answer: {text}", number(str(value + 1))).correct is False, text


@given(st.integers(0, 10**9), st.integers(0, 99))
def test_a_decimal_is_read_with_point_and_with_comma(whole: int, cents: int) -> None:
    right = number(str(Fraction(100 * whole + cents, 100)))
    english = f"{whole:,}.{cents:02d}"
    for text in (
        english,
        english.translate(str.maketrans(",.", ".,")),
        f"{whole}.{cents:02d}",
        f"{whole},{cents:02d}",
    ):
        assert check(f"Answer: {text}", right).correct, text


@given(st.text(max_size=200))
def test_no_text_breaks_the_checker(text: str) -> None:
    for answer in (number("42"), NAME, TIME, Answer("set", "a, b"), Answer("sequence", "a, b")):
        result = check(text, answer)
        assert result.extracted == (result.correct is not None)


@pytest.mark.parametrize(("text", "answer"), RIGHT)
def test_a_right_answer_is_found_and_right(text: str, answer: Answer) -> None:
    result = check(text, answer)
    assert result.extracted
    assert result.correct, result.value


@pytest.mark.parametrize(
    ("text", "choices", "expected"),
    [
        ("Answer: 1,500", "1500 500 250 150", "1500"),
        ("Answer: 1.500", "500 1500", "1500"),
        ("Answer: $1,500", "500 1,500", "1,500"),
        ("Answer: 2.50", "2 2.5 50", "2.5"),
        ("Answer: 1/2", "2 0.5", "0.5"),
        ("Answer: 12.5", "5 6", "12.5"),
        ("Answer: 1/4", "2 4", "1/4"),
        ("Answer: x = -5", "5 6", "x = -5"),
        ("Answer: x = -5", "5 -5", "-5"),
        ("Answer: of 20 apples, 5 remain", "5 6", "5"),
        ("Answer: not 5 but 6", "5 6", "6"),
        ("Answer: 5 or 6", "5 6", "5 or 6"),
        ("Answer: 1,234", "1.234 1234", "1234"),
        ("It is 5.", "5 6", "5"),
        ("Answer: 1,500m", "500m 900m", "1,500m"),
        ("Answer: 2,500m or so", "500m 900m", "2,500m or so"),
        ("Answer: about 500m", "500m 900m", "500m"),
        ("Answer: A4.5", "A4 B4", "a4.5"),
        ("Answer: -5 apples", "5_apples none", "-5 apples"),
        ("Answer: 3 -5 apples", "5_apples none", "3 -5 apples"),
        ("Answer: 3-5 apples", "5_apples none", "5 apples"),
        ("Answer: x1 = 5", "1 5 10 7", "5"),
        ("Answer: x_1 = 5", "1 5 10 7", "5"),
        ("Answer: 2x = 8, x = 4", "2 4", "4"),
        ("Answer: Q3: 5", "3 5", "5"),
        ("The answer is H2O, i.e. 3 atoms", "2 3", "3"),
        ("Answer: the 2nd choice, 8", "2 8", "8"),
        ("Answer: CO2", "2 3", "co2"),
        ("Answer: B12", "12 10", "b12"),
        ("Answer: 5km", "5 6", "5"),
        ("Answer: _5_", "5 6", "5"),
        ("答案是5个", "5 6", "5"),
    ],
)
def test_a_choice_is_not_found_inside_a_number(text: str, choices: str, expected: str) -> None:
    options = tuple(choice.replace("_", " ") for choice in choices.split())
    assert extract(text, Answer("choice", options[0], options)) == expected


@pytest.mark.parametrize(("text", "answer"), WRONG)
def test_a_wrong_answer_is_found_and_wrong(text: str, answer: Answer) -> None:
    result = check(text, answer)
    assert result.extracted
    assert result.correct is False, result.value


@pytest.mark.parametrize(("text", "answer"), NOTHING)
def test_no_answer_is_not_a_wrong_answer(text: str, answer: Answer) -> None:
    result = check(text, answer)
    assert not result.extracted, result.value
    assert result.correct is None
    assert extract(text, answer) is None
