"""The endpoint engine against a real server that misbehaves: nothing lost, doubled or made up."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from lawbound.runners.engines.endpoint import client
from lawbound.runners.engines.endpoint.engine import EndpointEngine
from lawbound.runners.engines.endpoint.reply import Answer, Fault, Reply, read_reply
from lawbound.runners.run import run
from lawbound.runners.sample import Request, Sample, Settings
from lawbound.runners.store import Store, read_samples

Begin = Callable[..., Any]
Open = Callable[..., EndpointEngine]
Make = Callable[..., Request]
Ask = Callable[..., dict[str, Sample]]


@pytest.mark.parametrize(
    "act",
    [
        429, 500, 502, 503, 504, "drop", "half", "chunk", "cut", "html", "html502", "words",
        "garbage",
        {"body": {"choices": []}}, {"body": []}, {"body": {"choices": [{"text": "x"}]}},
        {"body": {"error": {"message": "upstream went away", "code": 502}}},
        {"body": "a string"},
    ],
)  # fmt: skip
def test_a_fault_that_passes_costs_a_retry_and_nothing_else(
    stage: Begin, act: Any, open_endpoint: Open, ask: Ask
) -> None:
    where = stage(acts={"q3": [act, act]})
    samples = ask(open_endpoint(where.url), [f"q{n}" for n in range(8)])
    assert {user: sample.text for user, sample in samples.items()} == {
        f"q{n}": f"answer to q{n}" for n in range(8)
    }
    assert Counter(one["user"] for one in where.seen()) == {
        **{f"q{n}": 1 for n in range(8)},
        "q3": 3,
    }


def test_a_whole_completion_is_an_answer_whatever_its_content_type(
    stage: Begin, open_endpoint: Open, ask: Ask
) -> None:
    where = stage(acts={"q1": ["text"]})
    samples = ask(open_endpoint(where.url), ["q0", "q1"])
    assert {user: sample.text for user, sample in samples.items()} == {
        "q0": "answer to q0",
        "q1": "answer to q1",
    }
    assert Counter(one["user"] for one in where.seen()) == {"q0": 1, "q1": 1}


def test_a_redirect_in_mid_run_names_its_target_and_is_not_followed(
    stage: Begin, open_endpoint: Open, ask: Ask
) -> None:
    where = stage(acts={"q1": ["redirect"] * 9})
    sample = ask(open_endpoint(where.url), ["q0", "q1"])["q1"]
    told = "status 307: redirects to http://127.0.0.1:9, and redirects are not followed, expected the URL"
    assert told in sample.error and sample.finish == "error"


@pytest.mark.parametrize("act", ["drip", "loris"])
def test_a_server_that_drips_is_cut_off_and_asked_again(
    stage: Begin, ask: Ask, open_endpoint: Open, act: str
) -> None:
    where = stage(acts={"q": [act]})
    assert ask(open_endpoint(where.url, timeout=0.4), ["q"])["q"].text == "answer to q"
    assert len(where.seen()) == 2


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (500, "status 500: made to fail with 500 (4 tries)"),
        ("drop", "the connection was lost (Server disconnected) (4 tries)"),
        ("cut", "status 200 with no whole JSON, expected a chat completion: "),
        (
            "words",
            "status 200 with content type text/plain; charset=utf-8, expected application/json: The model is",
        ),
        ("html502", "status 502: <h1>Bad gateway</h1> (4 tries)"),
    ],
)
def test_after_the_last_try_the_sample_has_an_error_and_no_text(
    stage: Begin, act: Any, said: str, open_endpoint: Open, ask: Ask
) -> None:
    where = stage(acts={"bad": [act] * 9})
    samples = ask(open_endpoint(where.url, retries=3), ["good", "bad"])
    bad = samples["bad"]
    assert (bad.text, bad.finish, bad.completion_tokens) == ("", "error", 0)
    assert said in bad.error
    assert bad.error.startswith(f"{where.url}/chat/completions: ")
    assert samples["good"].text == "answer to good"
    assert Counter(one["user"] for one in where.seen()) == {"bad": 4, "good": 1}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 501])
def test_what_will_not_get_better_is_asked_once(
    stage: Begin, status: int, open_endpoint: Open, ask: Ask
) -> None:
    where = stage(acts={"bad": [status]})
    samples = ask(open_endpoint(where.url), ["good", "bad"])
    assert samples["bad"].error.endswith(f"status {status}: made to fail with {status}")
    assert Counter(one["user"] for one in where.seen()) == {"bad": 1, "good": 1}


def test_a_reply_that_our_reading_fails_on_costs_its_sample_and_not_the_run(
    stage: Begin, monkeypatch: pytest.MonkeyPatch, open_endpoint: Open, ask: Ask
) -> None:
    def read(reply: Reply, now: datetime) -> Answer | Fault:
        if b"answer to bad" in reply.body:
            raise KeyError("a shape that nobody thought of")
        return read_reply(reply, now)

    where = stage()
    engine = open_endpoint(where.url, retries=1)
    monkeypatch.setattr(client, "read_reply", read)
    samples = ask(engine, ["good", "bad"])
    assert samples["good"].text == "answer to good"
    assert samples["bad"].error.endswith("status 200 with what cannot be read (KeyError) (2 tries)")


def test_a_server_that_asks_for_more_than_an_hour_is_not_asked_again(
    stage: Begin, open_endpoint: Open, ask: Ask
) -> None:
    where = stage(acts={"q": [{"status": 429, "retry_after": 3601}]})
    error = ask(open_endpoint(where.url), ["q"])["q"].error
    assert error.endswith("status 429: slow down, asks to wait 3601 s, expected at most 3600 s")
    assert len(where.seen()) == 1


def test_an_exhausted_quota_is_not_asked_again(stage: Begin, open_endpoint: Open, ask: Ask) -> None:
    body = {"error": {"code": "insufficient_quota", "message": "You exceeded your quota"}}
    where = stage(acts={"q": [{"status": 429, "body": body}] * 3})
    assert "insufficient_quota" in ask(open_endpoint(where.url), ["q"])["q"].error
    assert len(where.seen()) == 1


@pytest.mark.faults
@pytest.mark.parametrize(
    "act",
    [
        {"status": 429, "retry_after": 1},
        {"status": 503, "retry_after": 1},
        {"status": 429, "retry_after": 2, "date": True},
        {"status": 503, "retry_after": 2, "date": True, "ahead": 7200},
        {"status": 429, "retry_after": 2, "date": True, "ahead": -7200},
    ],
)
def test_the_wait_that_a_server_asks_for_is_kept_whatever_time_it_has(
    stage: Begin, act: dict[str, Any], open_endpoint: Open, ask: Ask
) -> None:
    where = stage(acts={"q": [act]})
    assert ask(open_endpoint(where.url), ["q"])["q"].text == "answer to q"
    first, second = (one["at"] for one in where.seen())
    assert second - first >= 1 - 0.01  # a date has whole seconds only
    assert second - first < 3


@pytest.mark.parametrize("act", ["huge", "bomb"])
def test_a_response_that_is_too_large_is_an_error(
    stage: Begin, act: str, open_endpoint: Open, ask: Ask
) -> None:
    where = stage(acts={"q": [act]})
    sample = ask(open_endpoint(where.url, max_bytes=1_000_000), ["q"])["q"]
    assert sample.error.endswith("a response of more than 1000000 bytes")
    assert len(where.seen()) == 1


def test_cookies_are_not_kept_and_no_proxy_of_the_environment_is_asked_for_this_machine(
    stage: Begin, monkeypatch: pytest.MonkeyPatch, open_endpoint: Open, ask: Ask
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    where = stage(acts={"a": ["cookie"]})
    engine = open_endpoint(where.url, concurrency=1)
    assert {user: s.text for user, s in ask(engine, ["a", "b"]).items()} == {
        "a": "answer to a",
        "b": "answer to b",
    }
    assert [one["cookie"] for one in where.seen()] == ["", ""]


def test_a_server_that_dies_is_found_out_once(stage: Begin, open_endpoint: Open, ask: Ask) -> None:
    users = [f"q{n}" for n in range(40)]
    where = stage(always="drop", acts={"Say yes.": ["ok"]})
    samples = ask(open_endpoint(where.url, concurrency=1, retries=5), users)
    assert all(sample.finish == "error" for sample in samples.values())
    assert len(where.seen()) == 6 + 39  # the first uses up its tries, the others ask once


def test_a_caller_that_stops_leaves_nothing_running(
    stage: Begin, open_endpoint: Open, endpoint_request: Make, ask: Ask
) -> None:
    where = stage(delay={f"q{n}": float(n > 0) for n in range(12)})
    engine = open_endpoint(where.url, concurrency=4)
    before = set(threading.enumerate())
    samples = engine.generate([endpoint_request(engine, f"q{n}") for n in range(12)])
    next(samples)
    samples.close()  # type: ignore[attr-defined]
    assert set(threading.enumerate()) == before  # and not a second later, when answers would come
    asked = len(where.seen())
    assert asked <= 5
    assert len(ask(engine, ["again"])) == 1
    assert len(where.seen()) == asked + 1


def test_a_slow_caller_holds_the_asking_back(
    stage: Begin, open_endpoint: Open, endpoint_request: Make, ask: Ask
) -> None:
    where = stage()
    engine = open_endpoint(where.url, concurrency=2)
    samples = engine.generate([endpoint_request(engine, f"q{n}") for n in range(100)])
    next(samples)
    before = -1
    while before != (before := len(where.seen())):  # until the server sees nothing new
        ask(open_endpoint(where.url), ["between"])
        before += 1
    assert before < 60
    assert len(list(samples)) == 99


def test_a_run_over_a_faulty_server_resumes_to_every_answer_once(
    stage: Begin, tmp_path: Path, open_endpoint: Open
) -> None:
    from lawbound.runners.condition import NONE
    from lawbound.runners.plan import Arm, plan
    from lawbound.tasks.item import Item

    acts = {f"q{n}": [[502, "drop", "cut", "html", 429][n % 5]] * (n % 7) for n in range(60)}
    where = stage(acts=acts)
    engine = open_endpoint(where.url, concurrency=16, retries=2)
    arms = [
        Arm(
            Item(
                id=f"i{n}", group=f"i{n}", kind="policy", prompt=f"q{n}",
                topic="everyday/school", acts=("inform",),
            ),
            NONE,
            ("cn",),
        )
        for n in range(60)
    ]  # fmt: skip
    todo = plan(arms, render=engine.render, fingerprint=engine.fingerprint(), settings=Settings())
    with Store(tmp_path / "s.jsonl") as store:
        first = run(todo, engine, store)
        second = run(todo, engine, store)
    assert (first.asked + first.failed, first.failed) == (60, 8)  # n % 7 == 6 fails six times
    assert (second.asked, second.failed) == (8, 0)
    found = read_samples(tmp_path / "s.jsonl")
    texts = {r.messages[-1].content: found[r.key].text for r in todo.requests}
    assert texts == {f"q{n}": f"answer to q{n}" for n in range(60)}
    assert Counter(one["user"] for one in where.seen()) == {f"q{n}": n % 7 + 1 for n in range(60)}
