"""Answers that rule a number out, bound it or offer two, in every language, and those that only look so."""

import pytest

from lawbound.rubrics.answers.checking import check
from lawbound.tasks.item import Answer

THIRTY = Answer("number", "30")
NAME = Answer("text", "Felix", ("Anna", "Felix", "Rosa", "Sara"))
TIME = Answer("text", "14:35", ("14:35", "14:50", "13:35", "15:05"))

HEDGED = [
    "Answer: not 30", "Answer: not equal to 30", "Respuesta: no es 30", "Resposta: não é 30", "Answer: more than 30",
    "Answer: ≠ 30", "Answer: 30 or 32", "Answer: between 30 and 32", "Answer: between 28 and 30", "Answer: 32 or 30",
    "Answer: less than 30", "Answer: over 30", "Answer: 30-32", "Answer: 30 to 32", "Answer: 30 apples or 32 apples",
    "Answer: >30", "Answer: x > 30", "Answer: it is not 30", "So it is 30 or 32.", "Answer: either 30 or maybe 32",
    "Antwort: nicht 30", "Antwort: 30 oder 32", "Antwort: mehr als 30", "Antwort: zwischen 30 und 32",
    "Réponse : 30 ou 32", "Réponse : pas 30", "Réponse : plus de 30", "Réponse : entre 30 et 32",
    "Respuesta: 30 o 32", "Respuesta: no 30", "Respuesta: más de 30", "Resposta: 30 ou 32", "Resposta: não 30",
    "Resposta: mais de 30", "Ответ: 30 или 32", "Ответ: не 30", "Ответ: больше 30", "Ответ: между 30 и 32",
    "Cevap: 30 veya 32", "Cevap: 30 değil", "Cevap: 30'dan fazla", "Cevap: 30 ile 32 arasında", "答案：30或32", "答案：不是30",
    "答案：超过30", "答案：30到32之间", "答案：30还是32", "答案：三十或三十二", "答え: 30か32", "答え: 30または32", "答え: 30ではない", "答え: 30ではありません",
    "答え: 30未満", "答え: 30と32の間", "정답: 30 또는 32", "정답: 30이 아닙니다", "정답: 30 초과", "정답: 30과 32 사이", "정답: 30이나 32",
    "उत्तर: 30 या 32", "उत्तर: 30 नहीं", "उत्तर: 30 से अधिक", "उत्तर: 30 और 32 के बीच", "الجواب: 30 أو 32",
    "الجواب: ليس 30", "الجواب: أكثر من 30", "الجواب: بين 30 و 32", "คำตอบ: 30 หรือ 32", "คำตอบ: ไม่ใช่ 30",
    "คำตอบ: มากกว่า 30", "Đáp án: 30 hoặc 32", "Đáp án: không phải 30", "Đáp án: hơn 30", "Jawaban: 30 atau 32",
    "Jawaban: bukan 30", "Jawaban: lebih dari 30", "उत्तर: ३० या ३२", "الجواب: ٣٠ أو ٣٢", "答案：３０或３２",
]  # fmt: skip


@pytest.mark.parametrize("text", HEDGED)
def test_a_number_ruled_out_or_bounded_or_offered_beside_another_is_no_right_answer(
    text: str,
) -> None:
    result = check(text, THIRTY)
    assert result.extracted
    assert result.correct is False, result.value


STATED = [
    "Answer: 30 (not 32)", "Answer: 30, not 32", "Answer: at least 30", "Answer: 30 apples or 2.5 dozen",
    "Answer: 30 minutes (or 0.5 hours)", "Answer: 30 or thirty", "Answer: <30>", "Answer: 30 – 5 per child",
    "Answer: 30 minutes", "Answer: no more than 30", "Answer: not 32 but 30", "Answer: not 32. It is 30",
    "Answer: bus no 30", "Answer: No. 30", "Answer: No, 30", "Answer: 30 (or 30.0)", "Antwort: 30 (nicht 32)",
    "Antwort: 30, nicht 32", "Réponse : 30 et non 32", "Respuesta: 30, no 32", "Ответ: 30, а не 32",
    "Cevap: 30, 32 değil", "答案：30，不是32", "答案：30（不是32）", "答案是30，而不是32。", "答え: 30（32ではない）", "答え: 30です。32ではありません。",
    "答え: 30か", "정답: 30 (32 아님)", "정답: 30입니다. 32가 아닙니다.", "उत्तर: 30, 32 नहीं", "उत्तर: 30 है", "الجواب: 30 وليس 32",
    "คำตอบ: 30 ไม่ใช่ 32", "Đáp án: 30, không phải 32", "Jawaban: 30, bukan 32", "答案：至少30", "答案：不超过30",
    "Answer: 30, which is more than 20", "Answer: -> 30", "Answer: => 30", "Answer: 5 more than 25, so 30",
    "Answer: 30 since 30 or more votes win", "Answer: 30 or so", "The difference between 60 and 30 is 30.",
    "Answer: the sum of numbers between 4 and 10 is 30", "Answer: 30\n\nNot 32, as some think.",
    "Answer: 30 seats (over 50 %)", "答え: 30個か、とも考えたが30", "Answer: 30 a day",
]  # fmt: skip


@pytest.mark.parametrize("text", STATED)
def test_a_number_that_is_stated_stays_right_beside_one_that_is_not(text: str) -> None:
    assert check(text, THIRTY).correct


SAME = [
    ("Answer: 1/2 or 0.5", Answer("number", "1/2")),
    ("Answer: 1/2 or 50%", Answer("number", "1/2")),
    ("Answer: 2/3 or 0.67", Answer("number", "2/3")),
    ("Answer: 7/3, or 2 1/3", Answer("number", "7/3")),
    ("Answer: 342 minutes or 5.7 hours", Answer("number", "342", unit="minutes")),
    ("Answer: 14:35 or 2:35 pm", TIME),
    ("Answer: 14:35 (not 14:50)", TIME),
    ("Answer: Felix (not Rosa)", NAME),
    ("Answer: Felix, not Rosa or Anna", NAME),
]


@pytest.mark.parametrize(("text", "answer"), SAME)
def test_one_answer_written_twice_is_one_answer(text: str, answer: Answer) -> None:
    assert check(text, answer).correct


EITHER = [
    ("Answer: Felix or Rosa", NAME), ("Answer: Felix or maybe Rosa", NAME), ("Antwort: Felix oder Rosa", NAME),
    ("Antwort: nicht Felix", NAME), ("答案：不是Felix", NAME), ("Cevap: Felix değil", NAME), ("Answer: A or B", NAME),
    ("Answer: not 14:35", TIME), ("Answer: 14:35 or 14:50", TIME), ("Answer: between 14:35 and 14:50", TIME),
]  # fmt: skip


@pytest.mark.parametrize(("text", "answer"), EITHER)
def test_a_name_or_a_time_ruled_out_or_offered_beside_another_is_wrong(
    text: str, answer: Answer
) -> None:
    assert check(text, answer).correct is False


LETTERS = [
    "Answer: Option B", "Answer: Choice B", "Answer: OPTION B) Felix", "The answer is option (B).", "Antwort: Option B",
    "答案：选项B", "答案：选B", "答え: 選択肢B", "정답: 보기 B", "Ответ: вариант B", "Jawaban: Pilihan B", "Đáp án: Phương án B",
]  # fmt: skip


@pytest.mark.parametrize("text", LETTERS)
def test_a_letter_is_read_behind_a_word_for_option(text: str) -> None:
    assert check(text, NAME).correct
    assert check(text.replace("B", "C").replace("Felix", "Rosa"), NAME).correct is False


LISTS = [
    "Answer:\n- Ben\n- Anna", "Answer:\n1. Ben\n2. Anna", "Answer:\n\n* Ben\n* Anna\n\nThat is all.",
    "Cevap: Ben ve Anna", "Ответ: Ben и Anna", "Jawaban: Ben dan Anna", "Đáp án: Ben và Anna", "उत्तर: Ben और Anna",
    "คำตอบ: Ben และ Anna", "答案：Ben和Anna", "答え: BenとAnna", "정답: Ben 그리고 Anna", "Answer: Ben and Anna",
]  # fmt: skip


@pytest.mark.parametrize("text", LISTS)
def test_members_are_told_apart_in_every_language_and_line_by_line(text: str) -> None:
    assert check(text, Answer("sequence", "Ben, Anna")).correct


def test_a_name_that_is_a_word_elsewhere_stays_a_name() -> None:
    assert check("Answer: anna, dan and ben", Answer("set", "Anna, Ben, Dan")).correct
