"""Asking: plan minus stored, failures counted, batches kept whole where the text depends on them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from lawbound.runners.condition import NONE
from lawbound.runners.engines.function import FunctionEngine
from lawbound.runners.plan import Arm, Plan, plan
from lawbound.runners.run import ErrorLimitError, owed_requests, run
from lawbound.runners.sample import Request, Sample, Settings
from lawbound.runners.store import Store, read_samples
from lawbound.tasks.item import Item


def _plan(engine: FunctionEngine, count: int) -> Plan:
    arms = [
        Arm(
            Item(
                id=f"i{n}", group=f"i{n}", kind="policy", prompt=f"Question {n}?",
                topic="everyday/school", acts=("inform",),
            ),
            NONE,
            ("cn",),
        )
        for n in range(count)
    ]  # fmt: skip
    return plan(arms, render=engine.render, fingerprint=engine.fingerprint(), settings=Settings())


def test_a_second_run_asks_only_what_is_missing(tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(request: Request) -> str:
        asked.append(request.key)
        return "yes"

    engine = FunctionEngine(answer)
    small, large = _plan(engine, 3), _plan(engine, 5)
    with Store(tmp_path / "s.jsonl") as store:
        first = run(small, engine, store)
        second = run(large, engine, store)
        third = run(small, engine, store)
    assert (first.stored, first.asked) == (0, 3)
    assert (second.stored, second.asked) == (3, 2)
    assert (third.stored, third.asked, third.stale) == (3, 0, 2)
    assert len(asked) == len(set(asked)) == 5


def test_a_failure_is_tried_once_more_and_then_counted(tmp_path: Path) -> None:
    tries: dict[str, int] = {}

    def answer(request: Request) -> str:
        question = request.messages[-1].content
        tries[question] = tries.get(question, 0) + 1
        if question == "Question 1?" or (question == "Question 2?" and tries[question] == 1):
            raise RuntimeError("down")
        return ""

    engine = FunctionEngine(answer)
    with Store(tmp_path / "s.jsonl") as store:
        counts = run(_plan(engine, 4), engine, store)
    assert (counts.asked, counts.failed) == (3, 1)
    assert tries == {"Question 0?": 1, "Question 1?": 2, "Question 2?": 2, "Question 3?": 1}
    errors = [sample.error for sample in read_samples(store.path).values()]
    assert sorted(errors) == ["", "", "", "RuntimeError: down"]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (ConnectionError("no route\nto host"), "ConnectionError: no route to host"),
        (KeyError("choices"), "KeyError: 'choices'"),
        (StopIteration(), "StopIteration"),
        (None, "TypeError: the function returned None (NoneType), expected text"),
        (7, "TypeError: the function returned 7 (int), expected text"),
        (b"yes", "TypeError: the function returned b'yes' (bytes), expected text"),
    ],
)
def test_whatever_a_function_raises_or_returns_instead_of_text_is_the_error_of_one_sample(
    tmp_path: Path, fault: object, told: str
) -> None:
    def answer(request: Request) -> Any:
        if request.messages[-1].content != "Question 1?":
            return "yes"
        if isinstance(fault, Exception):
            raise fault
        return fault

    engine = FunctionEngine(answer)
    with Store(tmp_path / "s.jsonl") as store:
        counts = run(_plan(engine, 3), engine, store)
        assert (counts.asked, counts.failed) == (2, 1)
        with pytest.raises(ErrorLimitError, match="at most 0") as caught:
            run(_plan(engine, 3), engine, store, max_errors=0)
    assert str(caught.value).endswith(f"the last said: {told}")
    errors = [sample.error for sample in read_samples(store.path).values()]
    assert sorted(errors) == ["", "", told]


def test_an_interrupted_function_interrupts_the_run(tmp_path: Path) -> None:
    def answer(request: Request) -> str:
        raise KeyboardInterrupt

    engine = FunctionEngine(answer)
    with Store(tmp_path / "s.jsonl") as store, pytest.raises(KeyboardInterrupt):
        run(_plan(engine, 2), engine, store)


def test_too_many_failures_stop_the_run_and_keep_what_came_before(tmp_path: Path) -> None:
    def answer(request: Request) -> str:
        if request.messages[-1].content != "Question 0?":
            raise RuntimeError("down")
        return "yes"

    engine = FunctionEngine(answer)
    with Store(tmp_path / "s.jsonl") as store, pytest.raises(ErrorLimitError, match="at most 1"):
        run(_plan(engine, 9), engine, store, max_errors=1)
    assert [s.text for s in read_samples(store.path).values() if not s.error] == ["yes"]


def test_answers_before_a_crash_are_kept(tmp_path: Path) -> None:
    class Crashing(FunctionEngine):
        def generate(self, requests: Sequence[Request]) -> Iterator[Sample]:
            for number, sample in enumerate(super().generate(requests)):
                if number == 3:
                    raise KeyboardInterrupt
                yield sample

    engine = Crashing(lambda request: "yes")
    with Store(tmp_path / "s.jsonl") as store, pytest.raises(KeyboardInterrupt):
        run(_plan(engine, 9), engine, store)
    assert len(read_samples(store.path)) == 3


def test_a_fixed_batch_with_a_gap_is_asked_again_whole() -> None:
    found = _plan(FunctionEngine(lambda request: "yes"), 7)
    keys = [request.key for request in found.requests]
    answered = {*keys[:3], *keys[4:]}
    batches = owed_requests(found, answered, fixed_batch=3)
    assert [[request.key for request in batch] for batch in batches] == [keys[3:6]]
    assert [len(batch) for batch in owed_requests(found, answered, None)] == [1]
