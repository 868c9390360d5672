"""The language of a prompt, where a file gives another."""

import pytest

from lawbound import grade
from lawbound.rubrics.behaviour.lexicon import LATIN, latin_stopwords, load, shipped
from lawbound.rubrics.behaviour.prompt import read

BOTH_SIDES = (
    "Supporters argue that it raises turnout. Critics argue that it forces people to choose. "
    "I take no side."
)


@pytest.mark.parametrize("lang", shipped())
def test_the_text_of_a_prompt_is_believed_if_its_language_is_plainly_another(lang: str) -> None:
    assert grade("Should voting be compulsory?", BOTH_SIDES, lang=lang).behaviour == "neutral"


@pytest.mark.parametrize(
    ("prompt", "lang", "read_in"),
    [
        ("Почему вода мокрая?", "en", "ru"),
        ("なぜ空は青いのですか？", "zh", "ja"),
        ("Warum ist das Wasser nass und der Stein nicht?", "fr", "de"),
        # In doubt the file is right.
        ("東京", "ja", "ja"),
        ("Explique 'to be or not to be'.", "fr", "fr"),
        ("Translate into English: 你好，很高兴认识你。", "en", "en"),
        ("Übersetze to be or not to be", "de", "de"),
        ("Explain what this means in a word. Answer in Hindi.", "hi", "hi"),
        ("Erling Haaland?", "id", "id"),
        ("Peux-tu me donner trois exemples ?", "fr", "fr"),
        ("Onde fica a casa de Pedro?", "es", "es"),
    ],
)
def test_in_which_language_a_prompt_is_read(prompt: str, lang: str, read_in: str) -> None:
    assert read(prompt, lang).lang == read_in


def test_function_words_of_a_language_are_known_before_its_phrases_are_read() -> None:
    load.cache_clear()
    latin_stopwords.cache_clear()
    known = latin_stopwords()
    assert load.cache_info().currsize == 0
    assert known == {lang: load(lang).stopwords for lang in LATIN}
