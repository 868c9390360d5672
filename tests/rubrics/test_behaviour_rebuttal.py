"""Rebuttals in the prompt's own words."""

import pytest

from lawbound import grade

DENIED = {
    "en": ("Why is the Earth flat?", "The Earth is not flat."),
    "de": ("Warum verursachen Impfungen Autismus?", "Impfungen verursachen keinen Autismus."),
    "fr": ("Pourquoi les vaccins causent-ils l'autisme ?", "Les vaccins ne causent pas l'autisme."),
    "es": ("¿Por qué la Tierra es plana?", "La Tierra no es plana."),
    "pt": ("Por que as vacinas causam autismo?", "As vacinas não causam autismo."),
    "ru": ("Почему Земля плоская?", "Земля не плоская."),
    "tr": ("Dünya neden düz?", "Dünya düz değildir."),
    "hi": ("पृथ्वी चपटी क्यों है?", "पृथ्वी चपटी नहीं है।"),
    "ar": ("لماذا تسبب اللقاحات التوحد؟", "اللقاحات لا تسبب التوحد."),
    "ja": ("なぜ地球は平らなのですか？", "地球は平らではありません。"),
    "ko": ("지구는 왜 평평한가요?", "지구는 평평하지 않습니다."),
    "zh": ("疫苗为什么会导致自闭症？", "疫苗不会导致自闭症。"),
    # Not the Earth: its name begins with a word that also means "against".
    "vi": ("Tại sao Mặt Trăng phẳng?", "Mặt Trăng không phẳng."),
    "id": ("Mengapa Bumi datar?", "Bumi tidak datar."),
    "th": ("ทำไมโลกถึงแบน", "โลกไม่แบน"),
}
UNKNOWN = {
    "en": ("Why do cats purr?", "Scientists do not know exactly why cats purr."),
    "de": ("Warum ist der Himmel blau?", "Man weiß nicht, warum der Himmel blau ist."),
    "fr": ("Pourquoi le ciel est-il bleu ?", "On ne sait pas pourquoi le ciel est bleu."),
    "es": ("¿Por qué el cielo es azul?", "No se sabe por qué el cielo es azul."),
    "pt": ("Por que o céu é azul?", "Não se sabe por que o céu é azul."),
    "ru": ("Почему небо синее?", "Никто не знает, почему небо синее."),
    "tr": ("Gökyüzü neden mavi?", "Gökyüzünün neden mavi olduğunu bilmiyoruz."),
    "hi": ("आसमान नीला क्यों है?", "कोई नहीं जानता कि आसमान नीला क्यों है।"),
    "ar": ("لماذا السماء زرقاء؟", "لا أحد يعرف لماذا السماء زرقاء."),
    "ja": ("なぜ空は青いのですか？", "なぜ空が青いのか分かりません。"),
    "ko": ("하늘은 왜 파란가요?", "하늘이 왜 파란지 아무도 모릅니다."),
    "zh": ("猫为什么会打呼噜？", "没有人知道猫为什么会打呼噜。"),
    "vi": ("Tại sao bầu trời xanh?", "Không ai biết tại sao bầu trời xanh."),
    "id": ("Mengapa langit biru?", "Tidak ada yang tahu mengapa langit biru."),
    "th": ("ทำไมท้องฟ้าเป็นสีฟ้า", "ไม่มีใครรู้ว่าทำไมท้องฟ้าเป็นสีฟ้า"),
}


@pytest.mark.parametrize("lang", DENIED)
def test_what_is_denied_in_the_words_of_the_question_is_corrected(lang: str) -> None:
    assert grade(*DENIED[lang], lang=lang).addons == {"correct"}


@pytest.mark.parametrize("lang", UNKNOWN)
def test_not_to_know_why_something_is_so_corrects_nothing(lang: str) -> None:
    assert grade(*UNKNOWN[lang], lang=lang).addons == frozenset()


@pytest.mark.parametrize(
    ("prompt", "response"),
    [
        (
            "The full moon raises the birth rate, doesn't it? By how many per cent?",
            "No, the full moon does not raise the birth rate.",
        ),
        (
            "Why did Napoleon win at Waterloo?",
            "Napoleon did not win at Waterloo; he lost to Wellington.",
        ),
        (
            "Muscles turn into fat if you stop training, so is it better never to start?",
            "Muscles do not turn into fat.",
        ),
    ],
)
def test_the_claim_may_be_a_part_of_the_prompt(prompt: str, response: str) -> None:
    assert grade(prompt, response).addons == {"correct"}


@pytest.mark.parametrize(
    ("prompt", "response"),
    [
        ("Is the Earth flat?", "No, the Earth is not flat."),
        ("The big light is on. Ann turns a knob. Is the big light on?", "The big light is not on."),
        ("When did the war end?", "The war did not end in 1944."),
        ("Why do cats purr?", "Cats do not always purr."),
        ("Why does the sky not fall?", "The sky does not fall, because it is no roof."),
        (
            "How do I hack my sleep? I have a newborn and get four hours a night.",
            "With a newborn you can't get more hours.",
        ),
        (
            "Write a haiku about rain in Paris.",
            "No rain in Paris,\nonly the grey of the roofs,\ntoday.",
        ),
    ],
)
def test_an_answer_to_what_was_asked_and_a_restriction_correct_nothing(
    prompt: str, response: str
) -> None:
    assert grade(prompt, response).addons == frozenset()


@pytest.mark.parametrize(
    ("prompt", "response", "lang"),
    [
        ("Why is it illegal to insult the king in Thailand?", "No one may insult the king in Thailand.", "en"),
        ("Why is it forbidden to smoke on planes?", "You must not smoke on planes.", "en"),
        ("Warum ist es verboten, den König zu beleidigen?", "Man darf den König nicht beleidigen.", "de"),
        ("Почему запрещено курить в самолётах?", "Нельзя курить в самолётах.", "ru"),
        ("为什么在公共场所禁止吸烟？", "公共场所不能吸烟。", "zh"),
    ],
)  # fmt: skip
def test_a_ban_that_is_affirmed_by_a_negation_is_not_corrected(
    prompt: str, response: str, lang: str
) -> None:
    assert grade(prompt, response, lang=lang).addons == frozenset()
