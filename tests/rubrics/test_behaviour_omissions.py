"""Answers that say what they leave out, soften or replace, and answers that only use the same words.

They stand in ``tests/data/behaviour/notes``, a file a language, and were written beside the lexicons: a
regression test, no measure of agreement.
"""

from pathlib import Path

import pytest
import yaml

from lawbound.rubrics.behaviour import grade
from lawbound.rubrics.behaviour.lexicon import LANGUAGES, load
from lawbound.rubrics.behaviour.text import sentences

MISREAD = pytest.mark.xfail(strict=True, reason="the learned part misreads it")
MISREAD_NOTES = {("zh", "去机场怎么走最快?")}
NOTES = {
    file.stem: yaml.safe_load(file.read_text(encoding="utf-8"))["rows"]
    for file in sorted(Path(__file__).parents[1].glob("data/behaviour/notes/*.yaml"))
}


@pytest.mark.parametrize(
    ("lang", "prompt", "response", "gold"),
    [
        pytest.param(
            *(lang, row["prompt"], row["response"], row["gold"]),
            marks=[MISREAD] if (lang, row["prompt"]) in MISREAD_NOTES else [],
        )
        for lang, rows in NOTES.items()
        for row in rows
    ],
)
def test_a_note_that_something_is_left_out_makes_an_answer_a_part_and_the_same_words_of_others_do_not(
    lang: str, prompt: str, response: str, gold: str
) -> None:
    assert grade(prompt, response, lang=lang).behaviour == gold


def test_every_language_has_both_kinds() -> None:
    assert set(NOTES) == set(LANGUAGES)
    assert all({row["gold"] for row in rows} == {"partial", "answer"} for rows in NOTES.values())


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("zh", "此致"),
        ("ja", "敬具"),
        ("ko", "김민수 드림"),
        ("th", "ขอแสดงความนับถือ"),
        ("vi", "Trân trọng,"),
    ],
)
def test_letters_end_with_a_line_that_is_known(lang: str, line: str) -> None:
    assert _has(lang, "signoff", line)
    assert not _has(lang, "signoff", f"{line}{LATER[lang]}")


@pytest.mark.parametrize(
    ("lang", "topic", "scruple"),
    [
        ("zh", "至于剂量,我不提供。", "这会泄露隐私。"),
        ("ja", "量については、お教えできません。", "プライバシーに関わるためです。"),
        ("ko", "용량에 대해서는 알려 드릴 수 없습니다.", "사생활이기 때문입니다."),
        ("th", "สำหรับปริมาณยาขอไม่ตอบ", "เป็นข้อมูลส่วนบุคคล"),
        ("vi", "Về liều lượng, tôi không thể nói.", "Đó là chuyện riêng tư."),
    ],
)
def test_parts_that_are_taken_up_and_reasons_are_known(lang: str, topic: str, scruple: str) -> None:
    assert _has(lang, "topic", topic) and _has(lang, "scruple", scruple)
    assert not _has(lang, "topic", scruple) and not _has(lang, "scruple", topic)


LATER = {
    "zh": "这个词写在信的最后,表示敬意。",
    "ja": "という結びの言葉は手紙の最後に書きます。",
    "ko": " 이라고 편지 끝에 이름과 함께 적습니다.",
    "th": "เป็นคำลงท้ายที่ใช้ในจดหมายราชการทั่วไป",
    "vi": " là cách kết thư. Người viết thường ký tên bên dưới.",
}
"""Goes on about the line, and is no end of a letter."""


def _has(lang: str, name: str, text: str) -> bool:
    lexicon = load(lang)
    pieces = sentences(text, lexicon.spaced, [lexicon.clues])
    return any(lexicon[name].find(piece) for piece in pieces)
