"""The endpoint engine against a real server: what is sent, and what is made of a good answer."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from lawbound.runners.engines.endpoint.as_sample import ESTIMATED
from lawbound.runners.engines.endpoint.engine import MOST_NAMES, EndpointEngine
from lawbound.runners.engines.endpoint.wire import contract
from lawbound.runners.plan import by_prefix
from lawbound.runners.sample import Message, Request, Sample

Begin = Callable[..., Any]
Open = Callable[..., EndpointEngine]
Make = Callable[..., Request]
Ask = Callable[..., dict[str, Sample]]


def test_an_answer_comes_back_whole(stage: Begin, open_endpoint: Open, ask: Ask) -> None:
    where = stage()
    engine = open_endpoint(where.url, revision="abc", extra={"top_k": 5})
    sample = ask(engine, ["Why?"], system="Be brief.", max_tokens=33, stop=("END",))["Why?"]
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


def test_rendering_is_canonical_and_its_contract_is_in_the_key(
    stage: Begin, open_endpoint: Open
) -> None:
    engine = open_endpoint(stage().url)
    rendered = engine.render([Message("system", "Sei höflich."), Message("user", "Hi")])
    assert rendered.text == (
        '[{"content":"Sei h\\u00f6flich.","role":"system"},{"content":"Hi","role":"user"}]'
    )
    assert (rendered.placement, rendered.template) == ("system", contract({}))
    assert contract({}) != contract({"top_k": 5})
    assert engine.render([Message("user", "Hi")]).placement == "none"
    assert engine.fingerprint().revision == "unverified"
    assert engine.count_tokens("abcdefgh 反对") == 3 + 2


def test_sampling_sends_a_seed_that_differs_between_epochs(
    stage: Begin, open_endpoint: Open, endpoint_request: Make
) -> None:
    where = stage()
    engine = open_endpoint(where.url, concurrency=1)
    first = endpoint_request(engine, "a", temperature=0.7, top_p=0.9)
    second = Request("k2", first.messages, first.rendered, first.settings, seed=7, epoch=1)
    assert len(list(engine.generate([first, second]))) == 2
    one, two = (seen["payload"] for seen in where.seen())
    assert one["seed"] != two["seed"]
    assert {**one, "seed": 0} == {**two, "seed": 0}
    assert one["top_p"] == 0.9


def test_only_the_probe_decides_where_the_policy_goes(
    stage: Begin, open_endpoint: Open, ask: Ask
) -> None:
    refusal = {"status": 400, "body": {"error": {"message": "System role not supported"}}}
    where = stage(acts={"q1": [refusal]})
    samples = ask(open_endpoint(where.url, concurrency=1), ["q0", "q1", "q2"], system="P")
    assert [bool(samples[user].error) for user in samples] == [False, True, False]
    assert {samples[user].placement for user in samples} == {"system"}
    roles = [[turn["role"] for turn in one["payload"]["messages"]] for one in where.seen()]
    assert roles == [["system", "user"]] * 3


def test_answers_come_as_they_are_done_and_keep_their_questions(
    stage: Begin, open_endpoint: Open, endpoint_request: Make
) -> None:
    users = [f"q{n}" for n in range(6)]
    where = stage(delay={user: 0.3 - 0.05 * n for n, user in enumerate(users)})
    engine = open_endpoint(where.url, concurrency=6)
    requests = [endpoint_request(engine, user) for user in users]
    users_of = {request.key: request.messages[-1].content for request in requests}
    samples = list(engine.generate(requests))
    assert [users_of[s.key] for s in samples] == users[::-1]
    assert all(s.text == f"answer to {users_of[s.key]}" for s in samples)


def test_no_more_are_in_flight_than_allowed_and_the_plan_keeps_its_order(
    stage: Begin, open_endpoint: Open, endpoint_request: Make
) -> None:
    where = stage(delay={f"q{n}": 0.02 for n in range(30)})
    engine = open_endpoint(where.url, concurrency=4)
    requests = [endpoint_request(engine, f"q{n}", system="AB"[n % 2]) for n in range(30)]
    assert len(list(engine.generate(by_prefix(requests)))) == 30
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
    stage: Begin, status: int, body: Any, open_endpoint: Open, ask: Ask
) -> None:
    where = stage(acts={"q": [{"status": status, "body": body}]})
    sample = ask(open_endpoint(where.url), ["q"])["q"]
    assert (sample.blocked, sample.text, sample.error) == (True, "", "")
    assert len(where.seen()) == 1


def test_a_bad_request_that_quotes_our_policy_is_no_moderation(
    stage: Begin, open_endpoint: Open, ask: Ask
) -> None:
    quoted = "maximum context length is 512, your prompt was: " + "x" * 200 + " content policy"
    where = stage(acts={"q": [{"status": 400, "body": {"error": {"message": quoted}}}]})
    assert ask(open_endpoint(where.url), ["q"])["q"].finish == "error"


@pytest.mark.parametrize(
    ("message", "thinking", "text"),
    [
        ({"content": "Yes.", "reasoning_content": "Hm."}, "Hm.", "Yes."),
        ({"content": "Yes.", "reasoning": "Hm."}, "Hm.", "Yes."),
        ({"content": "<think>Hm.</think>Yes."}, "Hm.", "Yes."),
        ({"content": "<think>Hm.</think>Yes.", "reasoning_content": "Hm."}, "Hm.", "Yes."),
        ({"content": " <think>\nHm", "reasoning_content": "Hm."}, "Hm.", ""),
        ({"content": "Hm. </think>Yes.", "reasoning": "Hm."}, "Hm.", "Yes."),
        ({"content": "<|channel|>final<|message|>Yes.", "reasoning": "Hm."}, "Hm.", "Yes."),
        (
            {"content": "Yes, </think> ends it.", "reasoning": "Hm."},
            "Hm.",
            "Yes, </think> ends it.",
        ),
        (
            {"content": "Yes, as <think> opens it.", "reasoning": "Hm."},
            "Hm.",
            "Yes, as <think> opens it.",
        ),
        ({"content": "Hm.</think>Yes."}, "Hm.", "Yes."),
        ({"content": None, "reasoning_content": "Hm."}, "Hm.", ""),
        ({"content": None, "refusal": "I cannot."}, "", "I cannot."),
        ({"content": [{"type": "text", "text": "Y"}, {"type": "text", "text": "es."}]}, "", "Yes."),
        ({"content": "lone \ud800 half"}, "", "lone \ufffd half"),
        ({"content": ""}, "", ""),
    ],
)
def test_thinking_is_split_from_the_answer(
    stage: Begin, message: dict[str, Any], thinking: str, text: str, open_endpoint: Open, ask: Ask
) -> None:
    sample = ask(open_endpoint(stage(acts={"q": [{"message": message}]}).url), ["q"])["q"]
    assert (sample.thinking, sample.text, sample.finish) == (thinking, text, "stop")
    assert (sample.thinking_tokens > 0) == bool(thinking)


@pytest.mark.parametrize(
    ("text", "finish", "counted", "alone"),
    [("Yes.", "stop", 450, False), ("", "length", 48, True), ("", "length", 0, False)],
)
def test_tokens_of_a_trace_that_the_server_hides_are_counted(
    stage: Begin, text: str, finish: str, counted: int, alone: bool, open_endpoint: Open, ask: Ask
) -> None:
    body = {
        "id": "one",
        "choices": [{"index": 0, "message": {"content": text}, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": 30,
            "completion_tokens": counted + 7,
            "completion_tokens_details": {"reasoning_tokens": counted},
        },
    }
    where = stage(acts={"q": [{"status": 200, "body": body}]})
    sample = ask(open_endpoint(where.url), ["q"])["q"]
    assert (sample.thinking, sample.thinking_tokens) == ("", counted)
    assert (sample.completion_tokens, sample.engine) == (counted + 7, "endpoint")
    assert sample.think_only is alone


def test_counts_that_the_server_does_not_tell_are_estimates_and_say_so(
    stage: Begin, open_endpoint: Open, ask: Ask
) -> None:
    sample = ask(open_endpoint(stage(usage=False).url), ["abcd"])["abcd"]
    assert (sample.prompt_tokens, sample.completion_tokens) == (1, 4)  # "answer to abcd": 14 / 4
    assert sample.engine == ESTIMATED


def test_an_answer_that_ran_into_the_limit_is_truncated(
    stage: Begin, open_endpoint: Open, ask: Ask
) -> None:
    assert ask(open_endpoint(stage(finish="length").url), ["q"])["q"].truncated


def test_a_server_without_system_role_gets_the_policy_in_the_user_turn(
    stage: Begin, open_endpoint: Open, ask: Ask
) -> None:
    where = stage(refuses=["system"])
    engine = open_endpoint(where.url)
    rendered = engine.render([Message("system", "Be brief."), Message("user", "Why?")])
    assert rendered.placement == "user"
    assert rendered.text == '[{"content":"Be brief.\\n\\nWhy?","role":"user"}]'
    sample = ask(engine, ["Why?"], system="Be brief.")["Why?"]
    assert (sample.placement, sample.text) == ("user", "answer to Be brief.\n\nWhy?")
    assert len(where.seen()) == 1  # the probe has found it out


def test_a_server_that_takes_other_fields_is_understood(
    stage: Begin, open_endpoint: Open, ask: Ask
) -> None:
    where = stage(refuses=["max_tokens", "seed"])
    assert ask(open_endpoint(where.url), ["q"], temperature=1.0)["q"].text == "answer to q"
    sent = where.seen()[-1]["payload"]
    assert (sent["max_completion_tokens"], "max_tokens" in sent, "seed" in sent) == (
        256,
        False,
        False,
    )


def test_what_a_server_turns_out_to_take_after_the_probe_is_kept(
    stage: Begin, open_endpoint: Open, ask: Ask
) -> None:
    where = stage(refuses=["seed"])  # the probe is greedy and sends none
    ask(open_endpoint(where.url, concurrency=1), [f"q{n}" for n in range(20)], temperature=1.0)
    assert ["seed" in one["payload"] for one in where.seen()] == [True] + [False] * 20


def test_answers_are_counted_by_the_name_that_the_server_gives_its_model(
    stage: Begin, open_endpoint: Open, ask: Ask
) -> None:
    engine = open_endpoint(stage(models=["b", "a", "a"]).url, concurrency=1)
    assert engine.answered_as == {}  # the probe's answer is no one's
    ask(engine, [f"q{n}" for n in range(6)])
    assert engine.answered_as == {"a": 4, "b": 2}
    untold = open_endpoint(stage().url)
    ask(untold, ["q"])
    assert untold.answered_as == {}


def test_a_servers_names_are_clean_and_not_without_end(
    stage: Begin, open_endpoint: Open, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "never-seen-again-0123456789"
    monkeypatch.setenv("KEY_OF_TEST", key)
    where = stage(models=[f"{n}\x1b[2J\n{key}" for n in range(40)])
    engine = open_endpoint(where.url, concurrency=1, key_env="KEY_OF_TEST")
    ask(engine, [f"q{n}" for n in range(40)])
    found = dict(engine.answered_as)
    assert found.pop("(further names)") == 40 - MOST_NAMES == 40 - len(found)
    assert all(re.fullmatch(r"\d+ \[2J \[key\]", name) for name in found)
