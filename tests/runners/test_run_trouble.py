"""A run whose engine asks again by itself: what is told of it meanwhile, and what is not asked once more."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lawbound.runners import run as runs
from lawbound.runners.engines.function import FunctionEngine
from lawbound.runners.engines.protocol import Engine, ModelError
from lawbound.runners.plan import Plan
from lawbound.runners.run import run
from lawbound.runners.sample import Request, Sample
from lawbound.runners.store import Store

Plans = Callable[[Engine, int], Plan]


class _Stubborn:
    """Refuses question 1 in the same way always, and question 2 once; says of both that it asks again."""

    def __init__(self) -> None:
        self._inner = FunctionEngine(self._answer)
        self.tries: dict[str, int] = {}
        self.on_trouble: Callable[[int, str], None] = lambda again, last: None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def _answer(self, request: Request) -> str:
        question = request.messages[-1].content
        self.tries[question] = self.tries.get(question, 0) + 1
        if question == "Question 1?" or (question == "Question 2?" and self.tries[question] == 1):
            self.on_trouble(1, "status 500")
            self.on_trouble(0, "status 500")
            raise RuntimeError("in vain" if question == "Question 1?" else "for now")
        return "yes"

    def is_final(self, sample: Sample) -> bool:
        return "in vain" in sample.error


def test_what_an_engine_knows_to_be_in_vain_is_not_asked_once_more(
    tmp_path: Path, plan_of: Plans
) -> None:
    engine = _Stubborn()
    with Store(tmp_path / "s.jsonl") as store:
        counts = run(plan_of(engine, 4), engine, store)
        assert (counts.asked, counts.failed) == (3, 1)
        assert engine.tries == {f"Question {n}?": 2 if n == 2 else 1 for n in range(4)}
        # Another run may meet a server that has been mended.
        assert run(plan_of(engine, 4), engine, store).failed == 1
    assert engine.tries["Question 1?"] == 2


def test_failing_requests_are_told_of_while_others_are_asked(
    tmp_path: Path, plan_of: Plans
) -> None:
    engine, told = _Stubborn(), list[tuple[int, str]]()
    with Store(tmp_path / "s.jsonl") as store:
        run(plan_of(engine, 4), engine, store, trouble=lambda *found: told.append(found))
    first, second = (1, "RuntimeError: in vain"), (2, "RuntimeError: for now")
    asked_again = [(1, "status 500"), (0, "status 500"), first]
    assert told[:3] == asked_again
    assert told[3:6] == [(n + 1, said) for n, said in asked_again[:2]] + [second]
    assert told[6:] == [(1, second[1])], "the second pass has mended one, and counts none twice"


def test_those_that_are_asked_again_count_beside_those_that_have_failed(
    tmp_path: Path, plan_of: Plans
) -> None:
    def answer(request: Request) -> str:
        engine.on_trouble(5, "status 429")
        raise RuntimeError("over")

    engine, told = _Stubborn(), list[int]()
    engine._inner = FunctionEngine(answer)
    with Store(tmp_path / "s.jsonl") as store:
        run(plan_of(engine, 2), engine, store, trouble=lambda failing, last: told.append(failing))
    assert told == [5, 6, 6, 7, 2, 2], "and in the second pass all that is asked has failed before"


def test_an_engine_that_is_used_again_holds_nothing_of_a_run(
    tmp_path: Path, plan_of: Plans
) -> None:
    engine = _Stubborn()
    before = engine.on_trouble
    with Store(tmp_path / "s.jsonl") as store:
        run(plan_of(engine, 4), engine, store)
        assert engine.on_trouble is before
        engine._inner = FunctionEngine(lambda request: "no sample")
        engine.generate = lambda requests: iter([5])  # type: ignore[attr-defined]
        with pytest.raises(ModelError, match="gave int"):
            run(plan_of(engine, 5), engine, store)
        assert engine.on_trouble is before


def test_the_bar_moves_on_while_the_last_requests_are_asked_again(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    plan_of: Plans,
) -> None:
    now, events = [0.0], list[int | str]()
    monkeypatch.setattr(runs, "monotonic", lambda: now[0])
    engine = _Stubborn()

    def answer(request: Request) -> str:
        if request.messages[-1].content == "Question 3?":
            for _ in range(2):
                engine.on_trouble(1, "status 500")
                now[0] += 2
            engine.on_trouble(0, "status 500")
        return "yes"

    engine._inner = FunctionEngine(answer)
    with Store(tmp_path / "s.jsonl") as store:
        run(
            plan_of(engine, 4), engine, store,
            progress=events.append, trouble=lambda failing, last: events.append(last),
        )  # fmt: skip
    assert events == [0, "status 500", "status 500", 3, "status 500", 0, 1]
