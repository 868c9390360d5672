"""The endpoint engine against a real server that misbehaves: nothing lost, doubled or made up."""

import gc
import logging
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from lawbound.runners.engines.endpoint import ESTIMATED, EndpointEngine
from lawbound.runners.engines.endpoint_wire import contract
from lawbound.runners.engines.protocol import ModelError
from lawbound.runners.plan import request_key
from lawbound.runners.run import run
from lawbound.runners.sample import Message, Request, Sample, Settings
from lawbound.runners.store import Store, read_samples

KEY = "sk-test-7Qw9ZzYx/Kp+3=="
Begin = Callable[..., Any]


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def _open(url: str, **options: Any) -> EndpointEngine:
    return EndpointEngine.open("tiny", url, **{"pause": 0.01, "timeout": 5, **options})


def _request(engine: EndpointEngine, user: str, system: str = "", **settings: Any) -> Request:
    chat = (*((Message("system", system),) if system else ()), Message("user", user))
    rendered, found = engine.render(chat), Settings(**settings)
    key = request_key(chat, rendered, found, 7, 0, (), engine.fingerprint())
    return Request(key, chat, rendered, found, seed=7)


def _ask(engine: EndpointEngine, users: Sequence[str], **more: Any) -> dict[str, Sample]:
    """Samples by user message; fails if one comes twice or not at all."""
    requests = {user: _request(engine, user, **more) for user in users}
    samples = list(engine.generate(list(requests.values())))
    assert Counter(s.key for s in samples) == Counter(r.key for r in requests.values())
    by_key = {sample.key: sample for sample in samples}
    return {user: by_key[request.key] for user, request in requests.items()}


def test_an_answer_comes_back_whole(stage: Begin) -> None:
    where = stage()
    engine = _open(where.url, revision="abc", extra={"top_k": 5})
    sample = _ask(engine, ["Why?"], system="Be brief.", max_tokens=33, stop=("END",))["Why?"]
    assert (sample.text, sample.finish, sample.error) == ("answer to Why?", "stop", "")
    assert (sample.prompt_tokens, sample.completion_tokens, sample.engine) == (11, 7, "endpoint")
    assert (sample.placement, sample.thinking, sample.thinking_tokens) == ("system", "", 0)
    assert [one["payload"] for one in where.seen()] == [
        {
            "model": "tiny",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Why?"},
            ],
            "stream": False,
            "max_tokens": 33,
            "temperature": 0.0,
            "stop": ["END"],
            "top_k": 5,
        }
    ]
    found = engine.fingerprint()
    assert (found.model, found.revision, found.engine) == ("tiny", "abc", "endpoint")


def test_rendering_is_canonical_and_its_contract_is_in_the_key(stage: Begin) -> None:
    engine = _open(stage().url)
    rendered = engine.render([Message("system", "Sei höflich."), Message("user", "Hi")])
    assert rendered.text == (
        '[{"content":"Sei h\\u00f6flich.","role":"system"},{"content":"Hi","role":"user"}]'
    )
    assert (rendered.placement, rendered.template) == ("system", contract({}))
    assert contract({}) != contract({"top_k": 5})
    assert engine.render([Message("user", "Hi")]).placement == "none"
    assert engine.fingerprint().revision == "unverified"
    assert engine.count_tokens("abcdefgh 反对") == 3 + 2


def test_sampling_sends_a_seed_that_differs_between_epochs(stage: Begin) -> None:
    where = stage()
    engine = _open(where.url, concurrency=1)
    first = _request(engine, "a", temperature=0.7, top_p=0.9)
    second = Request("k2", first.messages, first.rendered, first.settings, seed=7, epoch=1)
    assert len(list(engine.generate([first, second]))) == 2
    one, two = (seen["payload"] for seen in where.seen())
    assert one["seed"] != two["seed"]
    assert {**one, "seed": 0} == {**two, "seed": 0}
    assert one["top_p"] == 0.9


@pytest.mark.parametrize(
    "act",
    [
        429, 500, 502, 503, 504, "drop", "half", "cut", "html", "html502", "text", "garbage",
        {"body": {"choices": []}}, {"body": []}, {"body": {"choices": [{"text": "x"}]}},
        {"body": {"error": {"message": "upstream went away", "code": 502}}},
        {"body": "a string"},
    ],
)  # fmt: skip
def test_a_fault_that_passes_costs_a_retry_and_nothing_else(stage: Begin, act: Any) -> None:
    where = stage(acts={"q3": [act, act]})
    samples = _ask(_open(where.url), [f"q{n}" for n in range(8)])
    assert {user: sample.text for user, sample in samples.items()} == {
        f"q{n}": f"answer to q{n}" for n in range(8)
    }
    assert Counter(one["user"] for one in where.seen()) == {
        **{f"q{n}": 1 for n in range(8)},
        "q3": 3,
    }


def test_a_server_that_drips_is_cut_off_and_asked_again(stage: Begin) -> None:
    where = stage(acts={"q": ["drip"]})
    assert _ask(_open(where.url, timeout=0.4), ["q"])["q"].text == "answer to q"


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (500, "status 500: made to fail with 500 (4 tries)"),
        ("drop", "the connection was lost (Server disconnected) (4 tries)"),
        ("cut", "status 200 with no whole JSON, expected a chat completion: "),
        (
            "text",
            "status 200 with content type text/plain; charset=utf-8, expected application/json",
        ),
        ("html502", "status 502: <h1>Bad gateway</h1> (4 tries)"),
    ],
)
def test_after_the_last_try_the_sample_has_an_error_and_no_text(
    stage: Begin, act: Any, said: str
) -> None:
    where = stage(acts={"bad": [act] * 9})
    samples = _ask(_open(where.url, retries=3), ["good", "bad"])
    bad = samples["bad"]
    assert (bad.text, bad.finish, bad.completion_tokens) == ("", "error", 0)
    assert said in bad.error
    assert bad.error.startswith(f"{where.url}/chat/completions: ")
    assert samples["good"].text == "answer to good"
    assert Counter(one["user"] for one in where.seen()) == {"bad": 4, "good": 1}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 501])
def test_what_will_not_get_better_is_asked_once(stage: Begin, status: int) -> None:
    where = stage(acts={"bad": [status]})
    samples = _ask(_open(where.url), ["good", "bad"])
    assert samples["bad"].error.endswith(f"status {status}: made to fail with {status}")
    assert Counter(one["user"] for one in where.seen()) == {"bad": 1, "good": 1}


def test_an_exhausted_quota_is_not_asked_again(stage: Begin) -> None:
    body = {"error": {"code": "insufficient_quota", "message": "You exceeded your quota"}}
    where = stage(acts={"q": [{"status": 429, "body": body}] * 3})
    assert "insufficient_quota" in _ask(_open(where.url), ["q"])["q"].error
    assert len(where.seen()) == 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("date", [False, True])
def test_the_wait_that_a_server_asks_for_is_kept(stage: Begin, status: int, date: bool) -> None:
    where = stage(acts={"q": [{"status": status, "retry_after": 2 if date else 1, "date": date}]})
    assert _ask(_open(where.url), ["q"])["q"].text == "answer to q"
    first, second = (one["at"] for one in where.seen())
    assert second - first >= 1 - 0.01  # a date has whole seconds only
    assert second - first < 3


@pytest.mark.parametrize("act", ["huge", "bomb"])
def test_a_response_that_is_too_large_is_an_error(stage: Begin, act: str) -> None:
    where = stage(acts={"q": [act]})
    sample = _ask(_open(where.url, max_bytes=1_000_000), ["q"])["q"]
    assert sample.error.endswith("a response of more than 1000000 bytes")
    assert len(where.seen()) == 1


def test_a_completion_sent_twice_is_not_taken_for_the_next_answer(stage: Begin) -> None:
    users = [f"q{n}" for n in range(12)]
    where = stage(acts={user: ["twice"] for user in users}, delay=dict.fromkeys(users, 0.05))
    samples = _ask(_open(where.url, concurrency=2), users)
    assert {u: s.text for u, s in samples.items()} == {u: f"answer to {u}" for u in users}


@pytest.mark.parametrize("name", ["", "the-only-id"])
def test_a_server_whose_completions_share_an_id_is_asked_once(stage: Begin, name: str) -> None:
    where = stage(id=name)
    samples = _ask(_open(where.url), [f"q{n}" for n in range(9)])
    assert {u: s.text for u, s in samples.items()} == {f"q{n}": f"answer to q{n}" for n in range(9)}
    assert len(where.seen()) == 9


def test_answers_come_as_they_are_done_and_keep_their_questions(stage: Begin) -> None:
    users = [f"q{n}" for n in range(6)]
    where = stage(delay={user: 0.3 - 0.05 * n for n, user in enumerate(users)})
    engine = _open(where.url, concurrency=6)
    requests = [_request(engine, user) for user in users]
    users_of = {request.key: request.messages[-1].content for request in requests}
    samples = list(engine.generate(requests))
    assert [users_of[s.key] for s in samples] == users[::-1]
    assert all(s.text == f"answer to {users_of[s.key]}" for s in samples)


def test_no_more_are_in_flight_than_allowed_and_equal_prefixes_go_together(stage: Begin) -> None:
    where = stage(delay={f"q{n}": 0.02 for n in range(30)})
    engine = _open(where.url, concurrency=4)
    requests = [_request(engine, f"q{n}", system="AB"[n % 2]) for n in range(30)]
    assert len(list(engine.generate(requests))) == 30
    seen = where.seen()
    assert max(one["in_flight"] for one in seen) == 4
    systems = [one["payload"]["messages"][0]["content"] for one in seen]
    assert sum(a != b for a, b in pairwise(systems)) <= 4  # once, but for ties
    assert systems[:11] == ["A"] * 11


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"error": {"code": "content_filter", "message": "The response was filtered"}}),
        (400, {"error": {"code": "data_inspection_failed", "message": "Input may contain"}}),
        (403, {"error": {"message": "Your input was flagged by the provider", "code": 403}}),
        (400, {"error": {"message": "Content Exists Risk", "type": "invalid_request_error"}}),
        (200, {"choices": [{"message": {"content": ""}, "finish_reason": "content_filter"}]}),
        (200, {"choices": [{"finish_reason": "content_filter"}]}),
    ],
)
def test_a_provider_that_steps_in_is_blocked_and_never_a_refusal(
    stage: Begin, status: int, body: Any
) -> None:
    where = stage(acts={"q": [{"status": status, "body": body}]})
    sample = _ask(_open(where.url), ["q"])["q"]
    assert (sample.blocked, sample.text, sample.error) == (True, "", "")
    assert len(where.seen()) == 1


def test_a_bad_request_that_quotes_our_policy_is_no_moderation(stage: Begin) -> None:
    quoted = "maximum context length is 512, your prompt was: " + "x" * 200 + " content policy"
    where = stage(acts={"q": [{"status": 400, "body": {"error": {"message": quoted}}}]})
    assert _ask(_open(where.url), ["q"])["q"].finish == "error"


@pytest.mark.parametrize(
    ("message", "thinking", "text"),
    [
        ({"content": "Yes.", "reasoning_content": "Hm."}, "Hm.", "Yes."),
        ({"content": "Yes.", "reasoning": "Hm."}, "Hm.", "Yes."),
        ({"content": "<think>Hm.</think>Yes."}, "Hm.", "Yes."),
        ({"content": "Hm.</think>Yes."}, "Hm.", "Yes."),
        ({"content": None, "reasoning_content": "Hm."}, "Hm.", ""),
        ({"content": None, "refusal": "I cannot."}, "", "I cannot."),
        ({"content": [{"type": "text", "text": "Y"}, {"type": "text", "text": "es."}]}, "", "Yes."),
        ({"content": "lone \ud800 half"}, "", "lone \ufffd half"),
        ({"content": ""}, "", ""),
    ],
)
def test_thinking_is_split_from_the_answer(
    stage: Begin, message: dict[str, Any], thinking: str, text: str
) -> None:
    sample = _ask(_open(stage(acts={"q": [{"message": message}]}).url), ["q"])["q"]
    assert (sample.thinking, sample.text, sample.finish) == (thinking, text, "stop")
    assert (sample.thinking_tokens > 0) == bool(thinking)


def test_counts_that_the_server_does_not_tell_are_estimates_and_say_so(stage: Begin) -> None:
    sample = _ask(_open(stage(usage=False).url), ["abcd"])["abcd"]
    assert (sample.prompt_tokens, sample.completion_tokens) == (1, 4)  # "answer to abcd": 14 / 4
    assert sample.engine == ESTIMATED


def test_an_answer_that_ran_into_the_limit_is_truncated(stage: Begin) -> None:
    assert _ask(_open(stage(finish="length").url), ["q"])["q"].truncated


def test_a_server_without_system_role_gets_the_policy_in_the_user_turn(stage: Begin) -> None:
    where = stage(refuses=["system"])
    engine = _open(where.url)
    rendered = engine.render([Message("system", "Be brief."), Message("user", "Why?")])
    assert rendered.placement == "user"
    assert rendered.text == '[{"content":"Be brief.\\n\\nWhy?","role":"user"}]'
    sample = _ask(engine, ["Why?"], system="Be brief.")["Why?"]
    assert (sample.placement, sample.text) == ("user", "answer to Be brief.\n\nWhy?")
    assert len(where.seen()) == 1  # the probe has found it out


def test_a_server_that_takes_other_fields_is_understood(stage: Begin) -> None:
    where = stage(refuses=["max_tokens", "seed"])
    assert _ask(_open(where.url), ["q"], temperature=1.0)["q"].text == "answer to q"
    sent = where.seen()[-1]["payload"]
    assert (sent["max_completion_tokens"], "max_tokens" in sent, "seed" in sent) == (
        256,
        False,
        False,
    )


def test_a_server_that_is_not_there_is_one_line_before_anything_is_asked() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(ModelError, match=r"^model 'openai:tiny': http://127.0.0.1:\d+/v1/chat"):
            _open(f"http://127.0.0.1:{port}/v1")


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (401, "expected a valid key in the environment"),
        (404, "expected a URL such as http://HOST/v1 and a model that the server has"),
        (403, "expected a key that may use this model"),
        ("redirect", "status 307"),
    ],
)
def test_a_server_that_refuses_is_one_line_before_anything_is_asked(
    stage: Begin, act: Any, said: str
) -> None:
    with pytest.raises(ModelError) as caught:
        _open(stage(acts={"Say yes.": [act]}).url)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "url", "said"),
    [
        ("m", "127.0.0.1:8000/v1", "found no http:// or https:// URL"),
        ("m", "ftp://127.0.0.1/v1", "found no http:// or https:// URL"),
        ("m", "http://user:hunter2@127.0.0.1/v1", "found a user name in the URL"),
        ("m@http://user:hunter2", "127.0.0.1/v1", "found a user name in the URL"),
        ("m", "http://127.0.0.1/v1?api-key=hunter2", "found a key in the URL"),
        ("m", "http://127.0.0.1:hunter2/v1", "the URL cannot be read"),
    ],
)
def test_an_address_that_is_none_or_holds_a_secret_is_refused(
    name: str, url: str, said: str
) -> None:
    with pytest.raises(ModelError, match=said) as caught:
        EndpointEngine.open(name, url)
    assert "hunter2" not in str(caught.value)


def test_extra_fields_cannot_change_what_the_plan_says() -> None:
    with pytest.raises(ModelError, match="extra fields set temperature"):
        _open("http://127.0.0.1:9/v1", extra={"temperature": 2})


def test_a_server_that_dies_is_found_out_once(stage: Begin) -> None:
    users = [f"q{n}" for n in range(40)]
    where = stage(always="drop", acts={"Say yes.": ["ok"]})
    samples = _ask(_open(where.url, concurrency=1, retries=5), users)
    assert all(sample.finish == "error" for sample in samples.values())
    assert len(where.seen()) == 6 + 39  # the first uses up its tries, the others ask once


def test_a_caller_that_stops_leaves_nothing_running(stage: Begin) -> None:
    where = stage(delay={f"q{n}": 0.05 for n in range(50)})
    engine = _open(where.url, concurrency=4)
    samples = engine.generate([_request(engine, f"q{n}") for n in range(50)])
    next(samples)
    samples.close()  # type: ignore[attr-defined]
    gc.collect()
    asked = len(where.seen())
    assert asked <= 12
    assert len(_ask(engine, ["again"])) == 1
    assert len(where.seen()) == asked + 1


def test_a_slow_caller_holds_the_asking_back(stage: Begin) -> None:
    where = stage()
    engine = _open(where.url, concurrency=2)
    samples = engine.generate([_request(engine, f"q{n}") for n in range(100)])
    next(samples)
    before = -1
    while before != (before := len(where.seen())):  # until the server sees nothing new
        _ask(_open(where.url), ["between"])
        before += 1
    assert before < 60
    assert len(list(samples)) == 99


def test_a_run_over_a_faulty_server_resumes_to_every_answer_once(
    stage: Begin, tmp_path: Path
) -> None:
    from lawbound.runners.condition import NONE
    from lawbound.runners.plan import Arm, plan
    from lawbound.tasks.item import Item

    acts = {f"q{n}": [[500, "drop", "cut", "html", 429][n % 5]] * (n % 7) for n in range(60)}
    where = stage(acts=acts)
    engine = _open(where.url, concurrency=16, retries=2)
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


def test_the_key_appears_nowhere(
    stage: Begin,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    quoted = {"error": {"message": f"Bad header Bearer {KEY}, sk-te****3=="}}
    where = stage(
        key=KEY,
        acts={
            "echo": ["echo"],
            "quote": [{"status": 400, "body": quoted}],
            "html": ["garbage"] * 9,
        },
    )
    engine = _open(where.url, retries=1)
    samples = _ask(engine, ["echo", "quote", "html", "fine"])
    assert all(one["authorization"] == f"Bearer {KEY}" for one in where.seen())
    assert samples["echo"].text == "your header was Bearer [key]"
    assert samples["quote"].error.endswith("Bad header Bearer [key], [key]==")
    with Store(tmp_path / "s.jsonl") as store:
        store.append(samples.values())
    monkeypatch.setenv("OPENAI_API_KEY", KEY[:-3])
    with pytest.raises(ModelError) as caught:
        _open(where.url)
    spoken = [
        (tmp_path / "s.jsonl").read_text(), caplog.text, *capfd.readouterr(), repr(caught.value),
        repr(engine), repr(vars(engine)), repr(vars(engine._client)),
    ]  # fmt: skip
    assert "expected a valid key" in str(caught.value)
    assert not [text for text in spoken if KEY[3:-3] in text]


@pytest.mark.parametrize("bad", ["two words", "line\nbreak", "schlüssel"])
def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, bad: str
) -> None:
    monkeypatch.setenv("OTHER_KEY", bad)
    with pytest.raises(ModelError, match="environment variable OTHER_KEY: holds") as caught:
        _open("http://127.0.0.1:9/v1", key_env="OTHER_KEY")
    assert bad not in str(caught.value)
