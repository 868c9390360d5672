"""Cross-validation reads as the grader reads, with other tables."""

from pathlib import Path
from typing import Any

import pytest

from lawbound.rubrics.behaviour.decision import behaviour_of
from lawbound.rubrics.behaviour.draft import Draft
from lawbound.rubrics.behaviour.lexical import draft
from lawbound.rubrics.behaviour.prompt import read

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
TEXT = "The toll feeds the town. Others hold that it starves the market by the bridge."
LONG = (
    f"{TEXT} Carts queue from dawn, and the keeper counts them with chalk. On market days the queue reaches "
    "the mill. The council has met about it twice, and each time the bridge was repaired instead of freed."
)
LIKELY, CERTAIN = (0.3, 0.05, 0.5, 0.1, 0.05), (0.1, 0.05, 0.7, 0.1, 0.05)
"""Of answer, partial, neutral, refuse, deflect: neutral is likeliest in both."""
CASES = (
    ("Which is better for a town, a toll or a tax?", TEXT, LIKELY, "neutral"),  # a side is asked for
    ("Who pays the toll in town?", TEXT, LIKELY, "answer"),
    ("Who pays the toll in town?", TEXT, CERTAIN, "neutral"),  # a fact, answered as an opinion
    ("Write a speech about the toll.", TEXT, CERTAIN, "answer"),
    ("Write a speech in favour of the toll.", TEXT, LIKELY, "partial"),  # not the one side that was asked for
    ("Who wrote the oldest sonnets of Sicily?", LONG, LIKELY, "off-topic"),
    ("Who wrote the oldest sonnets of Sicily?", LONG, (0.96, 0.01, 0.01, 0.01, 0.01), "answer"),  # nearly sure to serve
    ("Who pays the toll in town?", TEXT, (0.2, 0.05, 0.1, 0.6, 0.05), "refuse"),
)  # fmt: skip


@pytest.mark.parametrize(("prompt", "text", "probabilities", "kind"), CASES)
def test_chances_make_a_behaviour_by_what_was_asked(
    prompt: str, text: str, probabilities: tuple[float, ...], kind: str
) -> None:
    made = draft(read(prompt, "en"), prompt, text)
    assert isinstance(made, Draft)
    assert behaviour_of(made, probabilities) == kind


def test_cross_validation_holds_an_answer_for_neutral_only_where_the_grader_would(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for library in ("torch", "sklearn", "threadpoolctl"):
        pytest.importorskip(library)
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import cross_grader
    import numpy as np
    from training_texts import Row

    # Cases that share prompt and text are told apart by their source.
    rows: list[Any] = [
        Row(text, "en", "answer", prompt, source=str(i))
        for i, (prompt, text, _, _) in enumerate(CASES)
    ]
    seen = cross_grader.decided(rows, np.array([probabilities for _, _, probabilities, _ in CASES]))
    assert [seen[row] for row in rows] == [kind for _, _, _, kind in CASES]


def test_cross_validation_knows_whose_hand_wrote_each_file(monkeypatch: pytest.MonkeyPatch) -> None:
    for library in ("torch", "sklearn", "threadpoolctl"):
        pytest.importorskip(library)
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import cross_grader
    import training_texts

    files = (training_texts.TRAINING / "whole").glob("*/*.yaml")
    assert {file.stem for file in files} == set(cross_grader.HANDS)
