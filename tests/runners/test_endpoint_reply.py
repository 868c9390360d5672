"""The parts of the endpoint engine that need no server: waits, prefixes, words for people."""

from datetime import UTC, datetime
from random import Random

import pytest

from lawbound.runners.engines.endpoint_address import Key, read_address
from lawbound.runners.engines.endpoint_client import Patience, grouped
from lawbound.runners.engines.endpoint_reply import Fault, Reply, read_reply, seconds_asked
from lawbound.runners.engines.endpoint_wire import Dialect
from lawbound.runners.sample import Message, Rendered, Request, Settings

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
        ("9" * 40, None),
    ],
)
def test_a_wait_is_read_in_either_form(header: str, seconds: float | None) -> None:
    assert seconds_asked(header, NOW) == seconds


def test_pauses_double_keep_what_is_asked_and_end_at_the_longest() -> None:
    patience, rng = Patience(pause=1.0, longest_pause=120.0), Random(1)
    for retry in range(6):
        assert 0.5 * 2**retry <= patience.before(retry, None, rng) <= 2**retry
    assert 30 <= patience.before(0, 30.0, rng) <= 30.5
    assert patience.before(0, 86_400.0, rng) == 120.0
    assert patience.before(30, None, rng) == 120.0


def test_equal_system_messages_go_together_in_order_of_first_appearance() -> None:
    rendered = Rendered("", "system", "")
    requests = [
        Request(f"{system}{n}", (Message("system", system), Message("user", str(n))), rendered, Settings())
        for n in range(3)
        for system in "BA"
    ]  # fmt: skip
    assert [r.key for r in grouped(requests)] == ["B0", "B1", "B2", "A0", "A1", "A2"]


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
    ],
)
def test_what_is_no_answer_is_a_fault(status: int, body: bytes, again: bool) -> None:
    found = read_reply(Reply(status, "application/json", body), NOW)
    assert isinstance(found, Fault)
    assert found.again == again


def test_a_servers_words_are_one_short_line_without_keys_or_escapes() -> None:
    key = Key("abc/def+ghi=")
    said = key.clean(
        "no\x1b[31m\n\tabc/def+ghi= abc%2Fdef%2Bghi%3D Bearer x.y sk-proj-12345678 " + "z" * 900
    )
    assert said.startswith("no [31m [key] [key] Bearer [key] [key] zzz")
    assert len(said) == 300
    assert "abc" not in repr(key)


@pytest.mark.parametrize(
    ("url", "full"),
    [
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1/chat/completions"),
        ("http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1/chat/completions"),
        ("https://h/v1/chat/completions", "https://h/v1/chat/completions"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1/chat/completions"),
        ("https://h/d?api-version=1", "https://h/d/chat/completions?api-version=1"),
    ],
)
def test_a_base_url_is_completed(url: str, full: str) -> None:
    assert read_address("m", url).url == full


@pytest.mark.parametrize(
    ("complaint", "learnt"),
    [
        ("System role not supported", Dialect(system=False)),
        ("Developer instruction is not enabled for this model", Dialect(system=False)),
        ("use 'max_completion_tokens' instead", Dialect(limit="max_completion_tokens")),
        ("Unrecognized request argument supplied: seed", Dialect(seed=False)),
        ("This model's maximum context length is 512 tokens", None),
        ("max_tokens is too large: 99999", None),
    ],
)
def test_a_complaint_is_followed_only_where_that_may_help(
    complaint: str, learnt: Dialect | None
) -> None:
    sent = {"messages": [{"role": "system", "content": "x"}], "max_tokens": 1, "seed": 1}
    assert Dialect().after(complaint, sent) == learnt
