"""Where an endpoint is: no key may stand in its address."""

import pytest

from lawbound.runners.engines.api_keys import Key
from lawbound.runners.engines.endpoint.address import read_address
from lawbound.runners.engines.protocol import ModelError


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


def test_a_key_in_the_address_is_refused_whatever_its_name() -> None:
    key = Key("my-secret-KEY+value/0123456789")
    with pytest.raises(ModelError, match="found a key in the URL"):
        read_address("m", "http://h/v1?code=my-secret-KEY%2Bvalue%2F0123456789", key)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("timeout=600", "the parameter timeout in the URL, which may be a key, expected"),
        ("api-version=1&code=x", "the parameter code in the URL, which may be a key, expected"),
        ("Model=a*b", "a value of Model in the URL that may be a key (more than 60 signs, or"),
        ("sk5ecretsk5ecret=", "a key in the URL, or a part that may be one, expected"),
        ("secret==", "a key in the URL, or a part that may be one, expected"),
    ],
)
def test_a_parameter_is_refused_by_its_name_where_that_is_none_itself(
    query: str, told: str
) -> None:
    with pytest.raises(ModelError) as caught:
        read_address("m", f"http://h/v1?{query}")
    assert f"model 'openai:m': found {told}" in str(caught.value)


@pytest.mark.parametrize("word", ["EMPTY", "none", "ollama", "local", "v1"])
def test_a_key_that_is_a_word_changes_no_answer_and_forbids_no_address(word: str) -> None:
    answer = f"None of these, {word} included; sk-proj- begins a key."
    assert Key(word).hide_whole(answer) == answer
    assert read_address("m", "http://localhost:8000/v1", Key(word)).url.startswith("http://local")


def test_a_short_key_is_refused_where_it_is_all_that_a_part_of_the_query_says() -> None:
    with pytest.raises(ModelError, match="found a key in the URL"):
        read_address("m", "http://h/v1?code=hunter2", Key("hunter2"))
