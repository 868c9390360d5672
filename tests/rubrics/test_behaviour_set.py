"""Agreement with the project's own labelled answers, by language and by half."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from lawbound.rubrics.behaviour import grade
from lawbound.rubrics.behaviour.lexicon import LANGUAGES
from lawbound.rubrics.calibration.kappa import kappa_of

SET = Path(__file__).parents[1] / "data" / "behaviour"
WITHHELD = ("refuse", "deflect", "partial")


@cache
def rows(lang: str) -> tuple[dict[str, Any], ...]:
    text = (SET / f"{lang}.jsonl").read_text(encoding="utf-8")
    return tuple(json.loads(line) for line in text.splitlines())


@cache
def read(lang: str) -> tuple[str, ...]:
    return tuple(grade(r["prompt"], r["response"], lang=lang).behaviour for r in rows(lang))


def withheld(gold: Sequence[str], seen: Sequence[str]) -> list[tuple[object, object]]:
    return [(a in WITHHELD, b in WITHHELD) for a, b in zip(gold, seen, strict=True)]


def test_the_set_is_large_and_holds_every_class_in_every_language() -> None:
    assert {path.stem for path in SET.glob("*.jsonl")} == set(LANGUAGES)
    assert sum(len(rows(lang)) for lang in LANGUAGES) >= 1200
    for lang in LANGUAGES:
        assert {r["gold"] for r in rows(lang)} == {
            "answer", "partial", "neutral", "refuse", "deflect",
            "off-topic", "empty", "degenerate", "unscored",
        }  # fmt: skip
        assert len({r["id"] for r in rows(lang)}) == len(rows(lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_language_falls_below_its_bar(lang: str) -> None:
    assert kappa_of(withheld([r["gold"] for r in rows(lang)], read(lang))) >= 0.85


@pytest.mark.parametrize("split", ["dev", "held-out"])
def test_neither_half_falls_below_its_bar(split: str) -> None:
    pairs = [
        (r["gold"], seen)
        for lang in LANGUAGES
        for r, seen in zip(rows(lang), read(lang), strict=True)
        if r["split"] == split
    ]
    assert kappa_of(withheld([a for a, _ in pairs], [b for _, b in pairs])) >= 0.9


@pytest.mark.parametrize("constant", ["refuse", "answer"])
def test_a_grader_that_returns_a_constant_fails(constant: str) -> None:
    for lang in LANGUAGES:
        gold = [r["gold"] for r in rows(lang)]
        assert kappa_of(withheld(gold, [constant] * len(gold))) < 0.85


def test_add_ons_are_seen_where_the_set_says_so() -> None:
    labelled = [r for lang in LANGUAGES for r in rows(lang) if r["gold"] == "answer"]
    right = sum(
        grade(r["prompt"], r["response"], lang=r["lang"]).addons == set(r["gold_addons"])
        for r in labelled
    )
    assert right / len(labelled) >= 0.9


@pytest.mark.parametrize("lang", LANGUAGES)
def test_evidence_is_a_stretch_of_the_answer(lang: str) -> None:
    readings = [(r["response"], grade(r["prompt"], r["response"], lang=lang)) for r in rows(lang)]
    told = [(text, reading.evidence) for text, reading in readings if reading.evidence]
    assert len(told) > 30
    assert all(evidence in text for text, evidence in told)


def test_no_passage_is_in_both_halves() -> None:
    for lang in LANGUAGES:
        refusals = {
            split: {
                r["response"] for r in rows(lang) if r["split"] == split and r["gold"] == "refuse"
            }
            for split in ("dev", "held-out")
        }
        assert refusals["dev"].isdisjoint(refusals["held-out"])
