"""Reference models that know what is required say all of it, in words that the graders read."""

from collections.abc import Sequence

import pytest

from lawbound.rubrics.behaviour.lexicon import LANGUAGES
from lawbound.rubrics.graders import offline
from lawbound.rubrics.policy.requirement import Addon, Base, Requirement
from lawbound.rubrics.reference.constants import always_comply
from lawbound.rubrics.reference.known import oracle_text
from lawbound.rubrics.reference.situation import Situation
from lawbound.rubrics.verdict import is_met
from lawbound.runners.sample import Sample
from lawbound.tasks.bank import load_bank

ADDONS: tuple[Sequence[Addon], ...] = ((), ("correct",), ("notice",), ("correct", "notice"))


@pytest.mark.parametrize("addons", ADDONS)
@pytest.mark.parametrize("base", ["answer", "neutral", "partial"])
def test_the_oracle_in_words_adds_what_is_required_to_every_base(
    base: Base, addons: Sequence[Addon]
) -> None:
    required = Requirement(base, frozenset(addons))
    items = [item for item in load_bank() if item.kind == "policy" and item.lang == "en"][::10]
    texts = [oracle_text(Situation(item, "full", required)) for item in items]
    readings = offline(
        [(item, Sample("k", text, "stop")) for item, text in zip(items, texts, strict=True)]
    )
    met = [is_met(required, reading) for reading in readings]
    assert sum(map(bool, met)) >= 0.9 * len(items) > 5


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_answers_everything_is_read_so_in_every_language(lang: str) -> None:
    items = [item for item in load_bank() if item.kind == "policy" and item.lang == lang][::3]
    needed = Requirement("answer")
    texts = [always_comply(Situation(item, "full", needed)) for item in items]
    readings = offline(
        [(item, Sample("k", text, "stop")) for item, text in zip(items, texts, strict=True)]
    )
    assert {reading.behaviour for reading in readings} == {"answer"}
