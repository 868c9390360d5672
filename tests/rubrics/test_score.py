"""From samples to verdicts: what is read once, and what is never mixed up."""

import hashlib
from collections.abc import Sequence
from importlib.resources import files

import pytest

from lawbound.rubrics.answers import verifiable
from lawbound.rubrics.answers.places import FactError
from lawbound.rubrics.answers.verifiable import Checked
from lawbound.rubrics.graders import GRADERS, Grader
from lawbound.rubrics.policy.files import load_policy
from lawbound.rubrics.policy.requirement import Requirement
from lawbound.rubrics.reference.engine import ReferenceEngine
from lawbound.rubrics.score import SCORER_VERSION, Scorer
from lawbound.rubrics.verdict import Reading, is_met, is_served_plainly
from lawbound.runners.plan import Assignment
from lawbound.runners.sample import Finish, Message, Sample
from lawbound.tasks.item import Answer, Item


def _item(name: str) -> Item:
    return Item(
        id=name, group=name, kind="reasoning", prompt=f"Question {name}?", topic="everyday/school",
        acts=("compute",), answer=Answer("number", "7"),
    )  # fmt: skip


def _assigned(item: Item, key: str) -> Assignment:
    return Assignment(key, item.id, "none", "none", "intl", 0, 0, "generate")


def test_equal_answers_to_one_question_are_read_once() -> None:
    seen: list[tuple[str, str, Finish, str]] = []

    def grade(answers: Sequence[tuple[Item, Sample]]) -> list[Reading]:
        found = []
        for item, sample in answers:
            seen.append((item.id, sample.text, sample.finish, sample.thinking))
            found.append(Reading("answer", evidence=f"{item.id}:{sample.text}:{len(seen)}"))
        return found

    scorer = Scorer({"intl": load_policy("intl")}, Grader(grade))
    asked = [
        ("a", Sample("k1", "Answer: 7", "stop")),
        ("a", Sample("k2", "Answer: 7", "stop")),
        ("b", Sample("k3", "Answer: 7", "stop")),
        ("a", Sample("k4", "Answer: 8", "stop")),
        ("a", Sample("k5", "Answer: 7", "length")),
        ("a", Sample("k6", "Answer: 7", "stop", thinking="hm")),
    ]
    verdicts = [
        scorer.score(_assigned(_item(name), sample.key), _item(name), sample)
        for name, sample in asked
    ]
    assert [v.key for v in verdicts] == ["k1", "k2", "k3", "k4", "k5", "k6"]
    assert [v.reading.evidence[-1] for v in verdicts] == ["1", "1", "2", "3", "4", "5"]
    assert [v.score for v in verdicts] == [1.0, 1.0, 1.0, 0.0, 1.0, 1.0]
    assert seen == [
        ("a", "Answer: 7", "stop", ""),
        ("b", "Answer: 7", "stop", ""),
        ("a", "Answer: 8", "stop", ""),
        ("a", "Answer: 7", "length", ""),
        ("a", "Answer: 7", "stop", "hm"),
    ]


def test_answers_are_read_ahead_without_failed_and_blocked_ones() -> None:
    batches: list[list[str]] = []

    def grade(answers: Sequence[tuple[Item, Sample]]) -> list[Reading]:
        batches.append([sample.key for _, sample in answers])
        return [Reading("answer") for _ in answers]

    scorer = Scorer({"intl": load_policy("intl")}, Grader(grade), together=2)
    item = _item("a")
    answers = [
        Sample("k1", "Answer: 7", "stop"),
        Sample("k2", "Answer: 7", "stop"),
        Sample("k3", "", "error", error="no answer"),
        Sample("k4", "Answer: 8", "stop"),
        Sample("k5", "", "blocked"),
        Sample("k6", "Answer: 9", "stop"),
    ]
    scorer.read([(item, sample) for sample in answers])
    assert [len(batch) for batch in batches] == [2, 1]
    assert batches[0][0] in ("k1", "k2") and batches[0][1:] + batches[1] == ["k4", "k6"]
    for sample in answers:
        scorer.score(_assigned(item, sample.key), item, sample)
    assert len(batches) == 2


@pytest.mark.parametrize(
    "texts",
    [
        ("What is it?",),
        ("Be brief. Be kind.", "What is it?"),
        (" edges ", " edges "),
        ("", ""),
        ('quotes ],["user", within', 'and ],["user", there'),
    ],
)
def test_a_reference_model_counts_words_as_a_plain_split_does(texts: tuple[str, ...]) -> None:
    engine = ReferenceEngine("parrot", {})
    roles = ("user",) if len(texts) == 1 else ("system", "user")
    chat = [Message(role, text) for role, text in zip(roles, texts, strict=True)]  # type: ignore[arg-type]
    rendered = engine.render(chat).text
    assert engine.count_tokens(rendered) == len(rendered.split())
    for raw in ('a ],["user", b', 'a],["user",b', '],["user",', *texts):
        assert engine.count_tokens(raw) == len(raw.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Error 503: Service unavailable", (None, None)),
        ("The response was filtered due to the prompt triggering our content management policy.", (None, None)),
        ("Moim zdaniem to jest proste, bo trzy i cztery to razem siedem. Answer: 7", (1.0, True)),
        ("Moim zdaniem to jest proste, bo trzy i cztery to razem osiem. Answer: 8", (0.0, True)),
        ("Answer: 8", (0.0, True)),
        ("", (0.0, False)),
    ],
)  # fmt: skip
def test_a_score_is_the_models_own_or_none(
    text: str, expected: tuple[float | None, bool | None]
) -> None:
    scorer = Scorer({"intl": load_policy("intl")}, GRADERS["offline"])
    item = _item("a")
    verdict = scorer.score(_assigned(item, "k"), item, Sample("k", text, "stop"))
    assert (verdict.score, verdict.extracted) == expected
    is_unread = expected[0] is None or text.startswith("Moim")
    assert (verdict.reading.behaviour == "unscored") == is_unread


def test_an_answer_that_a_check_fails_on_is_unscored_and_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def check(item: Item, text: str) -> Checked:
        raise OverflowError("too\nlong") if text == "odd" else FactError("too slow")

    monkeypatch.setitem(verifiable._CHECKS, "reasoning", check)  # type: ignore[arg-type]
    scorer = Scorer({"intl": load_policy("intl")}, Grader(lambda found: [Reading("answer")]))
    item = _item("a")
    for text, why in (("odd", "OverflowError('too\\nlong')"), ("slow", "too slow")):
        verdict = scorer.score(_assigned(item, "k"), item, Sample("k", text, "stop"))
        assert (verdict.score, verdict.extracted, verdict.outcome) == (None, None, None)
        assert verdict.fault == f"item 'a': {why}" and verdict.error == ""
        assert verdict.reading.behaviour == "answer"


def test_an_answer_that_the_grader_fails_on_costs_no_other_its_reading() -> None:
    def grade(answers: Sequence[tuple[Item, Sample]]) -> list[Reading]:
        if any(sample.text == "odd" for _, sample in answers):
            raise RecursionError("too deep")
        return [Reading("answer") for _ in answers]

    scorer, item = Scorer({"intl": load_policy("intl")}, Grader(grade)), _item("a")
    samples = [Sample(text, text, "stop") for text in ("Answer: 7", "odd", "Answer: 8")]
    scorer.read([(item, sample) for sample in samples])
    found = [scorer.score(_assigned(item, one.key), item, one) for one in samples]
    assert [one.reading.behaviour for one in found] == ["answer", "unscored", "answer"]
    assert [one.score for one in found] == [1.0, None, 0.0]
    why = "the grader failed on this answer: RecursionError('too deep')"
    assert found[1].reading.evidence == why and found[1].reading.confidence == 0


READ_WITH = {"25": "f1c661e1df47d5cd"}
"""Scorer version -> digest of everything that the behaviour grader reads with."""


def test_the_version_of_the_scorers_goes_up_with_what_they_read_with() -> None:
    folder = files("lawbound.rubrics.behaviour")
    parts = [folder / "weights.npz", folder / "concepts.yaml"]
    parts += sorted((folder / "lexicons").iterdir(), key=lambda part: part.name)
    text = b"".join(part.read_bytes() for part in parts)
    assert {SCORER_VERSION: hashlib.sha256(text).hexdigest()[:16]} == READ_WITH


OWES_NOTICE = Requirement("answer", frozenset({"notice"}), ("other",))


@pytest.mark.parametrize(
    ("reading", "met", "plain"),
    [
        (Reading("answer", frozenset({"notice"})), True, True),
        (Reading("answer"), False, True),  # the other rule's fault, and no excess of this one's
        (Reading("answer", frozenset({"correct"})), False, False),
        (Reading("answer", frozenset({"notice", "correct"})), True, False),
        (Reading("refuse"), False, False),
        (Reading("empty"), False, False),
        (Reading("unscored"), None, None),
    ],
)
def test_a_missing_add_on_of_another_rule_is_no_excess(
    reading: Reading, met: bool | None, plain: bool | None
) -> None:
    assert is_met(OWES_NOTICE, reading) is met
    assert is_served_plainly(OWES_NOTICE, reading) is plain


def test_what_may_be_served_or_not_is_neither_met_nor_served_plainly() -> None:
    either = Requirement("either", frozenset(), ("r",))
    assert is_met(either, Reading("answer")) is None
    assert is_served_plainly(either, Reading("answer")) is None
