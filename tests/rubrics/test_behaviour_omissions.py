"""Answers that say what they leave out, soften or replace, and answers that only use the same words.

They stand in ``tests/data/behaviour/notes``, a file a language, and were written beside the lexicons: a
regression test, no measure of agreement.
"""

from pathlib import Path

import pytest
import yaml

from lawbound.rubrics.behaviour import grade
from lawbound.rubrics.behaviour.lexicon import LANGUAGES

NOTES = {
    file.stem: yaml.safe_load(file.read_text(encoding="utf-8"))["rows"]
    for file in sorted(Path(__file__).parents[1].glob("data/behaviour/notes/*.yaml"))
}


@pytest.mark.parametrize(
    ("lang", "prompt", "response", "gold"),
    [
        (lang, row["prompt"], row["response"], row["gold"])
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
