"""Asking: plan minus stored, failures counted, batches kept whole where the text depends on them."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event
from threading import enumerate as enumerate_threads
from time import monotonic
from typing import Any

import pytest

from lawbound.runners import flusher
from lawbound.runners.engines.function import FunctionEngine
from lawbound.runners.engines.protocol import Engine, ModelError
from lawbound.runners.lock import StoreError
from lawbound.runners.plan import Plan
from lawbound.runners.run import ErrorLimitError, RunCounts, owed_requests, run
from lawbound.runners.sample import Request, Sample
from lawbound.runners.store import Store, read_samples

Plans = Callable[[Engine, int], Plan]


def test_a_second_run_asks_only_what_is_missing(tmp_path: Path, plan_of: Plans) -> None:
    asked: list[str] = []

    def answer(request: Request) -> str:
        asked.append(request.key)
        return "yes"

    engine = FunctionEngine(answer)
    small, large = plan_of(engine, 3), plan_of(engine, 5)
    with Store(tmp_path / "s.jsonl") as store:
        first = run(small, engine, store)
        second = run(large, engine, store)
        third = run(small, engine, store)
    assert (first.stored, first.asked) == (0, 3)
    assert (second.stored, second.asked) == (3, 2)
    assert (third.stored, third.asked, third.stale) == (3, 0, 2)
    assert len(asked) == len(set(asked)) == 5


def test_a_failure_is_tried_once_more_and_then_counted(tmp_path: Path, plan_of: Plans) -> None:
    tries: dict[str, int] = {}

    def answer(request: Request) -> str:
        question = request.messages[-1].content
        tries[question] = tries.get(question, 0) + 1
        if question == "Question 1?" or (question == "Question 2?" and tries[question] == 1):
            raise RuntimeError("down")
        return ""

    engine = FunctionEngine(answer)
    with Store(tmp_path / "s.jsonl") as store:
        counts = run(plan_of(engine, 4), engine, store)
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
    tmp_path: Path,
    fault: object,
    told: str,
    plan_of: Plans,
) -> None:
    def answer(request: Request) -> Any:
        if request.messages[-1].content != "Question 1?":
            return "yes"
        if isinstance(fault, Exception):
            raise fault
        return fault

    engine = FunctionEngine(answer)
    with Store(tmp_path / "s.jsonl") as store:
        counts = run(plan_of(engine, 3), engine, store)
        assert (counts.asked, counts.failed) == (2, 1)
        with pytest.raises(ErrorLimitError, match="at most 0") as caught:
            run(plan_of(engine, 3), engine, store, max_errors=0)
    limit = caught.value
    assert str(limit).endswith(f"the last said: {told}")
    assert (limit.model, limit.failed, limit.allowed, limit.last) == ("function", 1, 0, told)
    errors = [sample.error for sample in read_samples(store.path).values()]
    assert sorted(errors) == ["", "", told]


def test_an_interrupted_function_interrupts_the_run(tmp_path: Path, plan_of: Plans) -> None:
    def answer(request: Request) -> str:
        raise KeyboardInterrupt

    engine = FunctionEngine(answer)
    with Store(tmp_path / "s.jsonl") as store, pytest.raises(KeyboardInterrupt):
        run(plan_of(engine, 2), engine, store)


def test_too_many_failures_stop_the_run_and_keep_what_came_before(
    tmp_path: Path, plan_of: Plans
) -> None:
    def answer(request: Request) -> str:
        if request.messages[-1].content != "Question 0?":
            raise RuntimeError("down")
        return "yes"

    engine = FunctionEngine(answer)
    with Store(tmp_path / "s.jsonl") as store, pytest.raises(ErrorLimitError, match="at most 1"):
        run(plan_of(engine, 9), engine, store, max_errors=1)
    assert [s.text for s in read_samples(store.path).values() if not s.error] == ["yes"]


def test_answers_before_a_crash_are_kept(tmp_path: Path, plan_of: Plans) -> None:
    class Crashing(FunctionEngine):
        def generate(self, requests: Sequence[Request]) -> Iterator[Sample]:
            for number, sample in enumerate(super().generate(requests)):
                if number == 3:
                    raise KeyboardInterrupt
                yield sample

    engine = Crashing(lambda request: "yes")
    with Store(tmp_path / "s.jsonl") as store, pytest.raises(KeyboardInterrupt):
        run(plan_of(engine, 9), engine, store)
    assert len(read_samples(store.path)) == 3


class Batchy(FunctionEngine):
    """Gives its answers batch by batch, and before each does as the test says."""

    def __init__(
        self,
        size: int | None,
        *,
        fails: Sequence[str] = (),
        omits: str = "",
        before_each: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(lambda request: "yes")
        self.fixed_batch = size
        self.fails = list(fails)
        """For each batch in turn, the numbers of the questions that have no answer."""
        self._omits = omits
        self._before_each = before_each

    def generate(self, requests: Sequence[Request]) -> Iterator[Sample]:
        size = self.fixed_batch or len(requests)
        for start in range(0, len(requests), size):
            self._before_each()
            failing = self.fails.pop(0) if self.fails else ""
            for request in requests[start : start + size]:
                number = request.messages[-1].content.removeprefix("Question ")[:-1]
                if number in failing.split():
                    yield Sample(request.key, "", "error", error="down")
                elif number != self._omits:
                    yield Sample(request.key, "yes", "stop")


def test_what_is_answered_reaches_the_disk_while_the_engine_says_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    plan_of: Plans,
) -> None:
    monkeypatch.setattr(flusher, "FLUSH_SECONDS", 0.01)
    found: list[int] = []

    def look() -> None:
        expected, until = 256 * len(found), monotonic() + 20
        while len(read_samples(tmp_path / "s.jsonl")) < expected and monotonic() < until:
            Event().wait(0.01)
        found.append(len(read_samples(tmp_path / "s.jsonl")))

    engine = Batchy(256, before_each=look)
    with Store(tmp_path / "s.jsonl") as store:
        run(plan_of(engine, 600), engine, store)
    assert found == [0, 256, 512]
    assert not [thread for thread in enumerate_threads() if "flusher" in thread.name]


@pytest.mark.parametrize("fault", [StoreError("the disk is full"), TypeError("no JSON")])
def test_a_fault_of_the_disk_while_the_engine_says_nothing_ends_the_run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
    plan_of: Plans,
) -> None:
    monkeypatch.setattr(flusher, "FLUSH_SECONDS", 0.01)
    full = Event()
    told: list[int] = []

    def refuse(store: Store, samples: Sequence[Sample]) -> None:
        full.set()
        raise fault

    monkeypatch.setattr(Store, "append", refuse)
    batches: list[int] = []

    def wait() -> None:
        assert not batches or full.wait(20)
        batches.append(1)

    engine = Batchy(2, before_each=wait)
    with Store(tmp_path / "s.jsonl") as store, pytest.raises(type(fault), match=str(fault)):
        run(plan_of(engine, 6), engine, store, progress=told.append)
    assert len(batches) == 2
    assert told == [0]  # what is not stored is not told of


def test_an_answer_that_is_stored_does_not_fail_when_its_batch_is_asked_again(
    tmp_path: Path,
    plan_of: Plans,
) -> None:
    engine = Batchy(2, fails=["1", "0 1"])
    with Store(tmp_path / "s.jsonl") as store:
        found = plan_of(engine, 2)
        assert run(found, engine, store, max_errors=1) == RunCounts(0, 1, 1, 0)
        engine.fails = ["0 1", "0"]
        assert run(found, engine, store, max_errors=1) == RunCounts(1, 1, 0, 0)
    assert [sample.text for sample in read_samples(store.path).values()] == ["yes", "yes"]


def test_a_request_that_the_engine_leaves_out_is_asked_again_and_has_no_answer(
    tmp_path: Path,
    plan_of: Plans,
) -> None:
    asked: list[int] = []
    engine = Batchy(None, omits="1", before_each=lambda: asked.append(1))
    with Store(tmp_path / "s.jsonl") as store:
        assert run(plan_of(engine, 3), engine, store) == RunCounts(0, 2, 1, 0)
    assert len(asked) == 2


def test_a_fixed_batch_with_a_gap_is_asked_again_whole(plan_of: Plans) -> None:
    found = plan_of(FunctionEngine(lambda request: "yes"), 7)
    keys = [request.key for request in found.requests]
    answered = {*keys[:3], *keys[4:]}
    batches = owed_requests(found, answered, fixed_batch=3)
    assert [[request.key for request in batch] for batch in batches] == [keys[3:6]]
    assert [len(batch) for batch in owed_requests(found, answered, None)] == [1]


def test_a_likelihood_that_is_no_number_is_the_error_of_one_sample(
    tmp_path: Path, plan_of: Plans
) -> None:
    class Overflowing(FunctionEngine):
        def generate(self, requests: Sequence[Request]) -> Iterator[Sample]:
            for number, sample in enumerate(super().generate(requests)):
                likelihoods = (math.nan, -1.0) if number == 1 else (-math.inf, -1.0)
                yield replace(sample, finish="choices", choice_logprobs=likelihoods)

    engine = Overflowing(lambda request: "")
    with Store(tmp_path / "s.jsonl") as store, pytest.raises(ErrorLimitError, match="nan"):
        run(plan_of(engine, 3), engine, store, max_errors=0)
    errors = [sample.error for sample in read_samples(store.path).values()]
    told = "found nan as the log-likelihood of a choice, expected a number"
    assert errors == ["", told]


class _Foreign(FunctionEngine):
    """Somebody's engine, whose second sample is as it is told."""

    def __init__(self, second: Callable[[Sample], Any]) -> None:
        super().__init__(lambda request: "yes")
        self._second = second

    def generate(self, requests: Sequence[Request]) -> Iterator[Sample]:
        for number, sample in enumerate(super().generate(requests)):
            yield self._second(sample) if number == 1 or len(requests) == 1 else sample


def test_a_sample_that_could_not_be_read_back_is_the_error_of_its_request(
    tmp_path: Path, plan_of: Plans
) -> None:
    odd: Any = "eos"
    engine = _Foreign(lambda sample: replace(sample, finish=odd))
    with Store(tmp_path / "s.jsonl") as store:
        found = plan_of(engine, 3)
        assert run(found, engine, store) == RunCounts(0, 2, 1, 0)
        with pytest.raises(
            ErrorLimitError, match="the last said: finish is 'eos', expected one of"
        ):
            run(found, engine, store, max_errors=0)
    stored = read_samples(store.path)
    assert [stored[r.key].error[:15] for r in found.requests] == ["", "finish is 'eos'", ""]


def test_another_number_of_likelihoods_than_of_choices_is_an_error(
    tmp_path: Path, plan_of: Plans
) -> None:
    class Scoring(FunctionEngine):
        def loglikelihood(self, requests: Sequence[Request]) -> Iterator[Sample]:
            for number, sample in enumerate(self.generate(requests)):
                yield replace(sample, finish="choices", choice_logprobs=(-1.0, -2.0)[number:])

    engine = Scoring(lambda request: "")
    found = plan_of(engine, 2)
    asked = tuple(replace(request, choices=("A", "B")) for request in found.requests)
    with Store(tmp_path / "s.jsonl") as store, pytest.raises(ErrorLimitError) as fault:
        run(replace(found, requests=asked), engine, store, max_errors=0)
    told = "found 1 log-likelihood, expected 2, one for each choice"
    assert str(fault.value).endswith(f"the last said: {told}")
    errors = [sample.error for sample in read_samples(store.path).values()]
    assert errors == ["", told]


@pytest.mark.parametrize(
    ("second", "told"),
    [
        (lambda sample: None, "the engine gave NoneType, expected a Sample"),
        (lambda sample: {"text": "yes"}, "the engine gave dict, expected a Sample"),
        (lambda sample: replace(sample, key=[]), "the engine gave a Sample without a key, expec"),
    ],
)
def test_what_is_no_sample_of_a_request_ends_the_run_in_one_line(
    second: Callable[[Sample], Any], told: str, tmp_path: Path, plan_of: Plans
) -> None:
    engine = _Foreign(second)
    with Store(tmp_path / "s.jsonl") as store, pytest.raises(ModelError) as fault:
        run(plan_of(engine, 3), engine, store)
    assert str(fault.value).startswith(told)
    assert [sample.text for sample in read_samples(store.path).values()] == ["yes"]
