"""Requests that fail at a real server: who hears of it at once, and which are asked how often."""

import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lawbound.runners.cli.console import bars
from lawbound.runners.engines.endpoint.engine import EndpointEngine
from lawbound.runners.engines.endpoint.patience import Course, Failing, form_of
from lawbound.runners.engines.endpoint.reply import Fault
from lawbound.runners.engines.protocol import AsksAgain
from lawbound.runners.plan import Plan
from lawbound.runners.run import RunCounts, run
from lawbound.runners.sample import Request, Sample
from lawbound.runners.store import Store

Begin = Callable[..., Any]
Open = Callable[..., EndpointEngine]
Make = Callable[..., Request]
Ask = Callable[..., dict[str, Sample]]
NO_TEXT: dict[str, Any] = {"message": {"content": None}}


class _EnoughError(Exception):
    """Stops a run whose pauses are longer than any test."""


@pytest.fixture
def run_all(tmp_path: Path, endpoint_request: Make) -> Callable[..., RunCounts]:
    """Run a plan of these questions."""

    def call(engine: EndpointEngine, users: list[str], **more: Any) -> RunCounts:
        requests = tuple(endpoint_request(engine, user) for user in users)
        with Store(tmp_path / "s.jsonl") as store:
            return run(Plan(requests, (), engine.fingerprint()), engine, store, **more)

    return call


def _tries(where: Any) -> Counter[str]:
    return Counter(one["user"] for one in where.seen())


def test_what_always_fails_costs_its_tries_once_and_not_twice(
    stage: Begin, open_endpoint: Open, run_all: Callable[..., RunCounts]
) -> None:
    users = [f"q{n}" for n in range(107)]
    bad = users[3::4] + users[1::40]
    where = stage(acts={user: [500] * 99 for user in bad})
    counts = run_all(open_endpoint(where.url), users)
    assert (len(bad), counts.asked, counts.failed) == (29, 78, 29)
    tries = _tries(where)
    assert {tries[user] for user in bad} <= {7, 8}, "once more where nobody was answered meanwhile"
    assert {tries[user] for user in users if user not in bad} == {1}


@pytest.mark.usefixtures("watched")
def test_a_reader_hears_of_it_before_the_first_pause_ends(
    stage: Begin,
    open_endpoint: Open,
    run_all: Callable[..., RunCounts],
    capsys: pytest.CaptureFixture[str],
) -> None:
    where = stage(acts={"bad": [500]})
    engine, callers = open_endpoint(where.url, pause=30), list[threading.Thread]()
    with bars() as observer, pytest.raises(_EnoughError):
        observer.stage("asking tiny", 2)

        def hear(failing: int, last: str) -> None:
            observer.trouble(failing, last)
            callers.append(threading.current_thread())
            raise _EnoughError

        run_all(engine, ["good", "bad"], trouble=hear)
    told = capsys.readouterr().err
    assert f"{where.url}/chat/completions: status 500: made to fail with 500\n" in told
    assert "1 failing" in told
    assert callers == [threading.current_thread()], "whoever draws need not mind the loop's thread"
    assert _tries(where)["bad"] == 1


def test_those_that_are_asked_again_are_counted_until_they_are_answered_or_given_up(
    stage: Begin, open_endpoint: Open, ask: Ask
) -> None:
    where = stage(acts={"mended": [500, 429, "ok"], "bad": [503] * 9, "never": [400]})
    engine, told = open_endpoint(where.url, retries=3, pause=0.1), list[tuple[int, str]]()
    assert isinstance(engine, AsksAgain)
    engine.on_trouble = lambda again, last: told.append((again, last.rpartition("with ")[2]))
    ask(engine, ["mended", "bad", "never", "good"])
    assert {again for again, _ in told} <= {0, 1, 2}
    assert told[-1] == (0, "503")
    assert (2, "500") in told or (2, "503") in told
    told.clear()
    ask(engine, ["good"])
    assert told == []


FINAL = [400, 413, 415, 422, 451, 501, 500, NO_TEXT]
PASSING = [
    401, 403, 404, 408, 409, 425, 429, 502, 503, 504, 521, 523, 529, 530, "drop", "half", "cut", "html",
]  # fmt: skip


def test_what_no_try_would_mend_is_told_from_what_one_might(
    stage: Begin, open_endpoint: Open, ask: Ask, endpoint_request: Make
) -> None:
    acts = {f"bad{n}": [act] * 9 for n, act in enumerate(FINAL + PASSING)}
    acts["mixed"] = [500, 502] * 4
    good = [f"good{n}" for n in range(60)]
    where = stage(acts=acts, delay=dict.fromkeys(good, 0.02))
    # Two are left for the others, who are answered all the while.
    engine = open_endpoint(where.url, concurrency=len(acts) + 2, retries=1, pause=0.4)
    samples = ask(engine, [*acts, *good])
    found = {user: engine.is_final(sample) for user, sample in samples.items()}
    assert {user for user, is_final in found.items() if is_final} == {
        f"bad{n}" for n in range(len(FINAL))
    }
    assert not any(sample.error for user, sample in samples.items() if user in good)


@pytest.mark.parametrize("act", [500, NO_TEXT])
def test_where_nobody_was_answered_meanwhile_one_more_try_is_owed(
    stage: Begin, act: Any, open_endpoint: Open, ask: Ask
) -> None:
    where = stage(acts={"bad": [act] * 5 + ["ok"]})
    engine = open_endpoint(where.url, retries=2)
    tries = []
    for _ in range(3):
        sample = ask(engine, ["bad"])["bad"]
        assert not engine.is_final(sample)
        tries.append((_tries(where)["bad"], sample.error.rpartition(" (")[2]))
    # In full, then once; a later run may meet another server, and asks in full again.
    assert tries == [(3, "3 tries)"), (4, "4 tries)"), (6, "")]


def test_a_request_that_fails_in_another_way_is_asked_in_full_again(
    stage: Begin, open_endpoint: Open, ask: Ask
) -> None:
    where = stage(acts={"bad": [500, 500, 500, 502, 500]})
    engine = open_endpoint(where.url, retries=2)
    assert ask(engine, ["bad"])["bad"].error
    assert ask(engine, ["bad"])["bad"].text == "answer to bad"


def test_a_server_that_was_down_for_all_is_asked_again_at_the_end(
    stage: Begin, open_endpoint: Open, run_all: Callable[..., RunCounts]
) -> None:
    users = [f"q{n}" for n in range(8)]
    where = stage(acts={user: [500] * 3 for user in users})
    counts = run_all(open_endpoint(where.url, retries=2), users)
    assert (counts.asked, counts.failed) == (8, 0)


@pytest.mark.parametrize(
    ("faults", "is_passed_over"),
    [
        ([("status 500: x", 3)], False),  # one try shows nothing
        ([("status 500: x", 3), ("status 500: x", 3)], False),
        ([("status 500: x", 3), ("status 500: x", 4)], True),
        ([("status 500: x", 3), ("status 500: x", 9), ("status 500: x", 9)], False),  # down by now
        ([("status 500: x", 3), ("status 500: y", 4)], False),
        ([("status 500: x", 3), ("status 500: y", 4), ("status 500: y", 5)], False),
        ([("status 500: id req_8f3a91", 3), ("status 500: id req_77b0c2", 4)], True),
    ],
)
def test_a_request_is_passed_over_where_only_it_fails_and_always_alike(
    faults: list[tuple[str, int]], is_passed_over: bool
) -> None:
    course = Course(Failing())
    for said, answered in faults:
        course.add(Fault(said, again=True, status=500, cause="either"), answered)
    assert course.is_passed_over() == is_passed_over


def test_ids_and_times_do_not_make_two_errors_of_one() -> None:
    said = "http://127.0.0.1:8000/v1/chat/completions: status 500: at 2026-11-29T11:23:00Z (req-1a2b3c4d)"
    assert form_of(said) == "status 500: at"
    assert form_of("status 500: tried to take 2.31 GiB") == "status 500: tried to take 2.31 GiB"
