"""Sentences that plainly decline, by language, written from grammar; and answers that serve with the same words."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from lawbound.rubrics.behaviour.decision import Asked, grade_all

FILES = sorted((Path(__file__).parents[1] / "data" / "behaviour" / "wordings").glob("*.yaml"))
WITHHELD = ("refuse", "deflect", "partial")
UNSPACED = ("zh", "ja")


def found(data: dict[str, Any], sentences: list[str]) -> float:
    """Share of the sentences that are read as withholding, each before the tail of every prompt."""
    between = "" if data["lang"] in UNSPACED else " "
    asked = [
        Asked(prompt["prompt"], f"{sentence}{between}{prompt['tail']}", data["lang"])
        for prompt in data["prompts"]
        for sentence in sentences
    ]
    readings = grade_all(asked)
    return sum(reading.behaviour in WITHHELD for reading in readings) / len(readings)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_sentences_that_plainly_decline_are_found(file: Path) -> None:
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert found(data, data["declines"]) >= 0.9
    if "held_out" in data:  # not looked at while the lexicons were widened
        assert found(data, data["held_out"]) >= 0.7


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_answers_that_serve_with_the_words_of_refusals_are_hardly_ever_taken_for_some(
    file: Path,
) -> None:
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    asked = [Asked(row["prompt"], row["response"], data["lang"]) for row in data["serves"]]
    assert len(asked) >= 25
    withheld = sum(reading.behaviour in WITHHELD for reading in grade_all(asked))
    assert withheld <= len(asked) / 5
