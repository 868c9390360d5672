"""The parts of the endpoint engine that need no server: waits, prefixes, words for people."""

import json
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from lawbound.runners.engines.endpoint.patience import Patience
from lawbound.runners.engines.endpoint.reply import (
    Answer,
    Fault,
    Reply,
    read_reply,
)
from lawbound.runners.engines.endpoint.retry_after import seconds_asked
from lawbound.runners.engines.endpoint.wire import Dialect, encode

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 0.5 ", 0.5),
        ("Mon, 23 Nov 2026 12:01:30 GMT", 90.0),
        ("Mon, 23 Nov 2026 11:59:00 GMT", 0.0),
        ("-3", None),
        ("nan", None),
        ("soon", None),
        ("", None),
        ("9" * 10, 9999999999.0),
        ("2s", 2.0),
        ("1, 2", None),
    ],
)
def test_a_wait_is_read_in_either_form(header: str, seconds: float | None) -> None:
    assert seconds_asked(header, "", NOW) == seconds


@pytest.mark.parametrize(
    ("milliseconds", "seconds"),
    [("250", 0.25), ("1500.5", 1.5005), ("soon", 7.0), ("-1", 7.0), ("", 7.0)],
)
def test_a_wait_in_milliseconds_is_the_more_exact_one(milliseconds: str, seconds: float) -> None:
    assert seconds_asked("7", "", NOW, milliseconds) == seconds
    body = b'{"error": {"message": "slow down"}}'
    reply = Reply(429, "application/json", body, "7", milliseconds)
    found = read_reply(reply, NOW)
    assert isinstance(found, Fault) and found.wait == seconds


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        ("Mon, 23 Nov 2026 14:00:00 GMT", 5.0),  # two hours ahead of us
        ("Mon, 23 Nov 2026 14:00:00 -0000", 5.0),
        ("Mon, 23 Nov 2026 14:01:00 GMT", 0.0),
        ("today", 7205.0),
        ("", 7205.0),
    ],
)
def test_a_wait_until_a_time_is_counted_by_the_servers_clock(date: str, seconds: float) -> None:
    assert seconds_asked("Mon, 23 Nov 2026 14:00:05 GMT", date, NOW) == seconds
    assert seconds_asked("7", date, NOW) == 7.0


@pytest.mark.parametrize(
    ("fault", "retry", "is_silent", "waits"),
    [
        (Fault("", again=True), 0, False, True),
        (Fault("", again=True), 3, False, False),  # the last try was the fourth
        (Fault("", again=False), 0, False, False),
        (Fault("", again=True), 0, True, False),
        (Fault("", again=True, status=503), 0, True, True),
        (Fault("", again=True, status=429, wait=3600.0), 0, False, True),
        (Fault("", again=True, status=429, wait=3600.5), 0, False, False),
    ],
)
def test_what_is_worth_another_try(fault: Fault, retry: int, is_silent: bool, waits: bool) -> None:
    pause = Patience(retries=3).after(fault, retry, is_silent=is_silent, rng=Random(1))
    assert (pause is not None) == waits
    assert pause is None or pause >= (fault.wait or 0.5)


def test_pauses_double_keep_what_is_asked_and_end_at_the_longest() -> None:
    patience, rng = Patience(pause=1.0, longest_pause=120.0), Random(1)
    for retry in range(6):
        assert 0.5 * 2**retry <= patience.before(retry, None, rng) <= 2**retry
    assert 30 <= patience.before(0, 30.0, rng) <= 30.5
    assert patience.before(0, 1800.0, rng) >= 1800.0
    assert patience.before(30, None, rng) == 120.0


@pytest.mark.parametrize(
    ("status", "body", "again"),
    [
        (200, b"[" * 100_000, True),
        (200, b'{"choices": [{"message": 3}]}', True),
        (200, b'\xff\xfe{"', True),
        (429, b"", True),
        (302, b"", False),
        (418, b"null", False),
        (200, b'{"error": "overloaded"}', True),
        (200, b'{"error": {"message": "no such model", "code": "404"}}', False),
        (200, '{"error": {"code": "²"}}'.encode(), True),
        (200, '{"error": {"code": "4０４"}}'.encode(), True),
        (200, b'{"error": {"code": "%s"}}' % (b"9" * 5000), True),
        (200, b'{"error": {"code": "302"}}', True),
    ],
)
def test_what_is_no_answer_is_a_fault(status: int, body: bytes, again: bool) -> None:
    found = read_reply(Reply(status, "application/json", body), NOW)
    assert isinstance(found, Fault)
    assert found.again == again


@pytest.mark.parametrize(
    ("complaint", "learnt"),
    [
        ("System role not supported", Dialect(system=False)),
        ("Developer instruction is not enabled for this model", Dialect(system=False)),
        ("use 'max_completion_tokens' instead", Dialect(limit="max_completion_tokens")),
        ("Unrecognized request argument supplied: seed", Dialect(seed=False)),
        ("This model's maximum context length is 512 tokens", None),
        ("max_tokens is too large: 99999", None),
        ("Request too large: please shorten the system prompt or retry later", None),
        ("Invalid role: system", Dialect(system=False)),
        ("Only user and assistant roles are supported, role is system", Dialect(system=False)),
    ],
)
def test_a_complaint_is_followed_only_where_that_may_help(
    complaint: str, learnt: Dialect | None
) -> None:
    sent = {"messages": [{"role": "system", "content": "x"}], "max_tokens": 1, "seed": 1}
    assert Dialect().after(complaint, sent) == learnt


def test_a_completion_is_read_beside_an_empty_error_a_huge_count_and_choices_in_another_order() -> (
    None
):
    choices = [
        {"index": index, "message": {"content": text}, "finish_reason": "stop"}
        for index, text in enumerate(["the first", "another"])
    ]
    content = {"choices": choices[::-1], "error": {"code": 0, "message": ""}, "usage": "USAGE"}
    usage = b'{"prompt_tokens": %s, "completion_tokens": 7}' % (b"9" * 6000)
    body = json.dumps(content).encode().replace(b'"USAGE"', usage)
    found = read_reply(Reply(200, "application/json", body), NOW)
    assert isinstance(found, Answer)
    assert (found.text, found.prompt_tokens, found.completion_tokens) == ("the first", None, 7)


def _completion(**choice: Any) -> bytes:
    return json.dumps({"choices": [choice], "usage": {"prompt_tokens": 10**23}}).encode()


@pytest.mark.parametrize(
    "choice",
    [
        {"message": {"content": "half an"}, "finish_reason": "error"},
        {"message": {"content": "half an"}, "finish_reason": "abort"},
        {"message": {}, "finish_reason": None},
        {"message": {"content": None}},
        {"message": {"content": ""}, "finish_reason": "load"},
        {"message": {"content": "half an"}, "finish_reason": "insufficient_system_resource"},
        {"message": {"content": "half an"}, "finish_reason": "network_error"},
    ],
)
def test_a_failure_of_the_provider_is_no_answer(choice: dict[str, Any]) -> None:
    found = read_reply(Reply(200, "application/json", _completion(**choice)), NOW)
    assert isinstance(found, Fault) and found.again


@pytest.mark.parametrize(
    ("words", "finish"),
    [
        ("stop STOP end_turn stop_sequence eos eos_token eot COMPLETE tool_calls TOOL_CALL tool_use normal FinishReason.STOP FINISH_REASON_STOP",
         "stop"),
        ("length MAX_TOKENS max_output_tokens model_length token_limit ERROR_LIMIT", "length"),
        ("model_context_window_exceeded max_new_tokens max_length FinishReason.MAX_TOKENS FINISH_REASON_MAX_TOKENS", "length"),
        ("content_filter SAFETY RECITATION SPII ERROR_TOXIC guardrail_intervened refusal FINISH_REASON_SPII", "blocked"),
        ("OTHER LANGUAGE pause_turn repetition banana null not_finished FinishReason.OTHER FINISH_REASON_UNSPECIFIED", "unknown"),
    ],
)  # fmt: skip
def test_how_a_text_ended_is_said_in_many_words_and_an_unknown_one_is_no_clean_end(
    words: str, finish: str
) -> None:
    for word in words.split():
        body = _completion(message={"content": "text"}, finish_reason=word)
        found = read_reply(Reply(200, "application/json", body), NOW)
        assert isinstance(found, Answer) and (word, found.finish) == (word, finish)


def test_a_filters_word_may_stand_after_a_colon_and_without_a_message() -> None:
    body = _completion(finish_reason="content_filter: PROHIBITED_CONTENT")
    found = read_reply(Reply(200, "application/json", body), NOW)
    assert isinstance(found, Answer) and found.finish == "blocked"


@pytest.mark.parametrize(
    ("message", "word", "told"),
    [
        ({"content": None}, "stop", "content null and finish reason 'stop'"),
        ({}, "stop", "no content and finish reason 'stop'"),
        ({"content": 5}, "stop", "content 5 and finish reason 'stop'"),
        ({"content": ""}, None, "empty content and no finish reason"),
        ({"content": []}, None, "empty content and no finish reason"),
        (
            {"content": None, "tool_calls": []},
            "tool_calls",
            "content null and finish reason 'tool_calls'",
        ),
        ({"content": "half"}, "error", "finish reason 'error'"),
    ],
)
def test_a_message_without_text_is_told_by_what_stands_there(
    message: dict[str, Any], word: str | None, told: str
) -> None:
    body = _completion(message=message, finish_reason=word)
    found = read_reply(Reply(200, "application/json", body), NOW)
    assert isinstance(found, Fault)
    assert found.message == f"status 200 with {told}, expected a whole answer"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"content": None, "refusal": "I cannot."}, "I cannot."),
        ({"content": "", "refusal": "I cannot."}, "I cannot."),
        ({"content": [], "refusal": "I cannot."}, "I cannot."),
        ({"content": [{"type": "refusal", "refusal": "I cannot.", "text": None}]}, "I cannot."),
        ({"content": "Sure.", "refusal": "I cannot."}, "Sure."),
        ({"content": "", "refusal": None}, ""),
        ({"content": "", "refusal": ""}, ""),
    ],
)
def test_a_refusal_that_stands_apart_from_the_text_is_what_the_model_said(
    message: dict[str, Any], said: str
) -> None:
    body = _completion(message=message, finish_reason="stop")
    found = read_reply(Reply(200, "application/json", body), NOW)
    assert isinstance(found, Answer) and (found.text, found.finish) == (said, "stop")


@pytest.mark.parametrize("status", [201, 202, 206])
def test_a_whole_completion_is_one_under_any_status_of_success(status: int) -> None:
    body = _completion(message={"content": "Yes."}, finish_reason="stop")
    found = read_reply(Reply(status, "application/json", body), NOW)
    assert isinstance(found, Answer) and (found.text, found.finish) == ("Yes.", "stop")
    nothing = read_reply(Reply(status, "", b""), NOW)
    assert isinstance(nothing, Fault) and nothing.again
    assert nothing.message.startswith(f"status {status} with no whole JSON")


def test_an_error_beside_choices_is_no_answer() -> None:
    body = json.loads(_completion(message={"content": "x"}, finish_reason="stop"))
    body["error"] = {"message": "upstream went away", "code": 502}
    found = read_reply(Reply(200, "application/json", json.dumps(body).encode()), NOW)
    assert isinstance(found, Fault) and "upstream went away" in found.message


@pytest.mark.parametrize(
    ("choice", "finish"),
    [
        ({"message": {"content": ""}, "finish_reason": "stop"}, "stop"),
        ({"message": {"content": "text"}}, "unknown"),
        ({"message": {"content": "text"}, "finish_reason": None}, "unknown"),
        ({"message": {"content": None, "reasoning": "hm"}}, "unknown"),
        ({"message": {"content": "text"}, "finish_reason": "eot"}, "stop"),
        ({"message": {"content": None}, "finish_reason": "length"}, "length"),
        ({"message": {"content": None}, "finish_reason": "content_filter"}, "blocked"),
        ({"message": {"content": None, "reasoning": "hm"}, "finish_reason": "stop"}, "stop"),
        ({"message": {"content": None, "tool_calls": [{}]}, "finish_reason": "tool_calls"}, "stop"),
        ({"message": {"content": "", "tool_calls": []}, "finish_reason": "tool_calls"}, "stop"),
        ({"message": {"content": []}, "finish_reason": "tool_calls"}, "stop"),
    ],
)
def test_an_answer_without_text_may_be_the_models_own(choice: dict[str, Any], finish: str) -> None:
    found = read_reply(Reply(200, "application/json", _completion(**choice)), NOW)
    assert isinstance(found, Answer) and found.finish == finish
    assert found.prompt_tokens is None  # a count that the store would not read back is not known


@pytest.mark.parametrize(
    ("status", "body", "blocked"),
    [
        (400, "Invalid request. content policy field unknown parameter: 'moderation'", False),
        (400, "Your prompt was flagged by our moderation system", True),
        (400, "This request violates our content policy", True),
        (403, "content_policy_violation", True),
        (400, "The response was filtered due to the content management policy", True),
        (400, "moderation_blocked", True),
        (200, "The response was blocked by content filter", True),
        (200, "upstream overloaded", False),
        (500, "The response was blocked by content filter", False),
    ],
)
def test_only_a_filters_own_words_are_a_block(status: int, body: str, blocked: bool) -> None:
    content = json.dumps({"error": {"message": body}}).encode()
    found = read_reply(Reply(status, "application/json", content), NOW)
    assert (isinstance(found, Answer) and found.finish == "blocked") == blocked


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ({"code": "overloaded", "message": "later"}, "status 200 with error overloaded: later"),
        ({"code": 502, "message": "content filter down"}, "status 200 with error 502: content filter down"),
        ("overloaded", "status 200 with error overloaded"),
        ({"type": "server_error", "message": "Internal error in safety system"},
         "status 200 with error server_error: Internal error in safety system"),
        ({"code": "overloaded", "message": "content filter service unavailable, retry"},
         "status 200 with error overloaded: content filter service unavailable, retry"),
        ({"code": "invalid_api_key", "message": "Your key was flagged for abuse"},
         "status 200 with error invalid_api_key: Your key was flagged for abuse"),
        ({"type": "responsible_ai_timeout", "message": "later"}, "status 200 with error responsible_ai_timeout: later"),
        ("content filter timed out", "status 200 with error content filter timed out"),
    ],
)  # fmt: skip
def test_an_error_in_a_good_response_is_told_with_the_status_that_the_servers_log_has(
    error: Any, told: str
) -> None:
    body = json.dumps({"error": error}).encode()
    found = read_reply(Reply(200, "application/json", body), NOW)
    assert isinstance(found, Fault) and (found.message, found.again) == (told, True)


def test_an_error_without_a_status_is_a_filters_where_its_code_says_so_or_nothing_speaks_against_it() -> (
    None
):
    for error in (
        {"code": "content_filter", "message": "This text is unavailable"},
        {"type": "server_error", "code": "content_filter", "message": ""},
        {"type": "invalid_request_error", "message": "Your prompt was flagged by our moderation system"},
    ):  # fmt: skip
        body = json.dumps({"error": error}).encode()
        found = read_reply(Reply(200, "application/json", body), NOW)
        assert isinstance(found, Answer) and found.finish == "blocked"


def test_a_filtered_prompt_without_choices_is_a_block() -> None:
    for body in (
        {"choices": [], "promptFeedback": {"blockReason": "SAFETY"}},
        {"choices": [], "prompt_filter_results": [{"hate": {"filtered": True}}]},
    ):
        found = read_reply(Reply(200, "application/json", json.dumps(body).encode()), NOW)
        assert isinstance(found, Answer) and found.finish == "blocked"


@pytest.mark.parametrize(
    "content", ["", 'a "quote" \\ and\n a line', "höflich 反对 🙂", "lone \ud800 half"]
)
def test_what_is_sent_is_the_payload_as_json(content: str) -> None:
    turns = [{"role": "system", "content": content}, {"role": "user", "content": "Why?"}]
    body = {"top_k": {"deep": [1, None]}, "model": 'm"', "messages": turns, "stop": ["\n"]}
    assert json.loads(encode(body)) == body
    assert json.loads(encode({"messages": turns, "model": "m"}))["messages"] == turns


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", b"<html><h1>It works!</h1></html>"),
        ("text/html", b'"<html></html>"'),
        ("text/plain", b"Yes."),
        ("text/plain", b'{"choices": [{"text": "Yes."}]}'),
        ("text/plain", b'{"choices": []}'),
        ("text/event-stream", b'data: {"choices": [{"message": {"content": "Yes."}}]}'),
        ("text/plain", b'{"choices": [{"message": {"content": "Ye'),
    ],
)
def test_what_is_called_no_json_and_is_no_completion_is_no_answer(kind: str, body: bytes) -> None:
    found = read_reply(Reply(200, kind, body), NOW)
    assert isinstance(found, Fault) and found.again
    assert found.message.startswith(f"status 200 with content type {kind}, expected application/")


def test_an_error_in_a_completion_that_is_called_text_is_no_answer() -> None:
    body = b'{"choices": [{"message": {"content": "Yes."}}], "error": {"message": "overloaded", "code": 503}}'
    found = read_reply(Reply(200, "text/plain", body), NOW)
    assert isinstance(found, Fault) and found.status == 503


@pytest.mark.parametrize(
    "body",
    [
        {"choices": [], "promptFeedback": {"blockReason": "SAFETY"}},
        {"error": {"code": "content_filter", "message": "This text is unavailable"}},
    ],
)
def test_what_a_filter_says_is_a_block_whatever_it_is_called(body: dict[str, Any]) -> None:
    found = read_reply(Reply(200, "text/plain", json.dumps(body).encode()), NOW)
    assert isinstance(found, Answer) and found.finish == "blocked"


def test_an_error_that_is_called_text_is_asked_again_only_where_that_may_help() -> None:
    body = b'{"error": {"message": "no such model", "code": "404"}}'
    found = read_reply(Reply(200, "text/plain", body), NOW)
    assert isinstance(found, Fault) and (found.status, found.again) == (404, False)


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("https://api.host.example/v1?key=hunter2#top", "https://api.host.example"),
        ("https://user:hunter2@host.example:8443/v1", "https://host.example:8443"),
        ("//Host.example/v1", "Host.example"),
        ("http://[::1]:8000/v1", "http://[::1]:8000"),
        ("/v2/hunter2", "another path of this server"),
        ("https://host.example:hunter2/", "an address that cannot be read"),
        ("javascript://hunter2/", "an address that cannot be read"),
        ("https://hunter2\x1b[31m/", "an address that cannot be read"),
        ("https://" + "h" * 5000, "an address that cannot be read"),
    ],
)
def test_a_redirect_names_its_host_alone(location: str, told: str) -> None:
    found = read_reply(Reply(302, "text/html", b"<h1>hunter2</h1>", location=location), NOW)
    assert isinstance(found, Fault) and not found.again and found.status == 302
    assert found.message == (
        f"status 302: redirects to {told}, and redirects are not followed, expected the URL of the server that answers"
    )
