"""What a server's error says: read from how it begins and ends, however long it is."""

from time import process_time
from typing import Any

import pytest

from lawbound.runners.engines.endpoint.error import error_words, is_out_of_quota
from lawbound.runners.engines.endpoint.moderation import names_filter
from lawbound.runners.engines.endpoint.wire import Dialect


@pytest.mark.parametrize("name", ["message", "detail", "type", "code"])
@pytest.mark.parametrize("part", ["a", "violat", "not ", "blocked a ", "system role ", "role is "])
def test_megabytes_of_an_error_take_no_time(name: str, part: str) -> None:
    content = {"error": {name: part * (1_000_000 // len(part))}}
    payload: dict[str, Any] = {"messages": [{"role": "system", "content": "Be brief."}]}
    start = process_time()
    names_filter(content)
    words = error_words(content)
    is_out_of_quota(words)
    Dialect().after(words, payload)
    assert process_time() - start < 2
    assert words.startswith(part[:5])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"code": "invalid", "message": "Validation failed", "errors": [{"msg": "x"}]}, "invalid: Validation failed"),
        ({"message": "Bad input", "errors": [{"code": "missing", "message": "x"}]}, "missing: Bad input"),
        ({"message": "", "errors": [{"code": "missing", "message": "no role"}]}, "missing: no role"),
        ({"errors": ["no role"]}, "no role"),
    ],
)  # fmt: skip
def test_a_body_speaks_for_itself_before_its_list_of_errors(
    content: dict[str, Any], said: str
) -> None:
    assert error_words(content) == said


def test_what_stands_behind_a_long_quote_is_read() -> None:
    content = {"error": {"code": 400, "message": "You sent " + "x" * 9000 + ": no system role"}}
    words = error_words(content)
    assert words.startswith("400: You sent xxx") and words.endswith("xxx: no system role")
    payload = {"messages": [{"role": "system", "content": "Be brief."}]}
    assert Dialect().after(words, payload) == Dialect(system=False)
