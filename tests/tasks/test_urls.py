"""What is shown of a URL: where it leads, and nothing that opens it."""

import re
from pathlib import Path
from time import process_time

import pytest

from lawbound.tasks.io.urls import PUBLIC, holds_secret, without_secrets


@pytest.mark.parametrize(
    "text",
    [
        "model 'openai:a@http://127.0.0.1:8000/v1': unknown form",
        "http://[::1]:8000/v1 and http://[::1]",
        "https://h/v1?api-version=2024-12-01-preview&deployment=eu.a",
        "expected ray or ray://HOST:PORT.",
        "http://h:80: status 400 (see https://h/a). Did you mean 'http://h/v1'?",
        "vllm:NAME?dtype=bfloat16, a@b, C:/folder?x=1#y",
        "http://h/v1?",
        "no model 'hf:/home/u/m;1' and lm-eval:hf:/m#2, gguf:/a?b.gguf, openvino:/m#1",
        "https://h/@me/a (and s3://bucket/model@2)",
        "https://h/v1?model=meta-llama/Llama-3.1-8B&Api-Version=1&o=a:b",
    ],
)
def test_an_address_without_secrets_stays_as_it_is(text: str) -> None:
    assert without_secrets(text) == text
    assert not holds_secret(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("'openai:a@http://u:S@h/v1':", "'openai:a@http://[hidden]@h/v1':"),
        ("https://S@h", "https://[hidden]@h"),
        ("hf:https:/S@h, vllm:/m?key=S", "hf:https:/[hidden]@h, vllm:/m?[hidden]"),
        ("https://S@h/@me", "https://[hidden]@h/@me"),
        ("https://h/v1?model=a@b", "https://h/v1?[hidden]"),
        ("https://h/v1?model=" + "a" * 61, "https://h/v1?[hidden]"),
        ("http://u:S'S/S?S#S@S@h:1/v1", "http://[hidden]@h:1/v1"),
        ("ray://u:S@h:1", "ray://[hidden]@h:1"),
        ("http://u:SSS...", "http://u:[hidden]..."),  # quoted, and cut off before the @
        ("'http://[::1:S'", "'http://[:[hidden]'"),
        ("http://h/v1?a=1;key=S, and", "http://h/v1?[hidden];[hidden], and"),
        ("http://h?version=1&code=S", "http://h?version=1&[hidden]"),
        ("http://h/v1?version=S=", "http://h/v1?[hidden]"),
        ("http://h/v1?UzUzUw==", "http://h/v1?[hidden]"),
        ("http://h/v1;key=S", "http://h/v1;[hidden]"),
        ("http://h/v1#token=S", "http://h/v1#[hidden]"),
        ("http://h?S b@http://h#S", "http://h?[hidden] b@http://h#[hidden]"),
    ],
)
def test_what_may_be_a_secret_is_hidden_once_and_for_all(text: str, shown: str) -> None:
    assert without_secrets(text) == shown
    assert without_secrets(shown) == shown
    assert holds_secret(text)


@pytest.mark.parametrize("part", ["http://", "@", ":", "?", "?version=", ".", ".x", "://[]", "#a@"])
def test_a_long_text_takes_no_longer_than_it_is(part: str) -> None:
    start = process_time()
    without_secrets("http://" + part * 100_000)
    assert process_time() - start < 2


def test_the_page_on_formats_names_the_parameters() -> None:
    page = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    (told,) = re.findall(r"only the parameters (.+?) may stand there", page, re.DOTALL)
    assert tuple(re.findall("`(.+?)`", told)) == PUBLIC
