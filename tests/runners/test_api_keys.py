"""API keys: hidden from errors in any form, and no reason to change an answer."""

from datetime import UTC, datetime
from time import process_time

import pytest

from lawbound.runners.engines.api_keys import Key, without_keys
from lawbound.runners.engines.endpoint.address import read_address
from lawbound.runners.engines.endpoint.reply import Fault, Reply, read_reply

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


def test_a_servers_words_are_one_short_line_without_keys_or_escapes() -> None:
    key = Key("abc/def+ghi=")
    said = key.clean(
        "no\x1b[31m\n\tabc/def+ghi= abc%2Fdef%2Bghi%3D Bearer x.y sk-proj-12345678 " + "z" * 900
    )
    assert said.startswith("no [31m [key] [key] Bearer [key] [key] zzz")
    assert len(said) == 300
    assert "abc" not in repr(key)


def test_a_secret_in_a_url_that_the_server_quotes_is_hidden() -> None:
    said = Key().clean("no upstream at https://u:s3cr3t@up/v1?code=s3cr3t, see https://h/docs")
    assert said == "no upstream at https://[hidden]@up/v1?[hidden], see https://h/docs"


def test_a_key_that_is_cut_off_in_a_quote_is_hidden_too() -> None:
    key = Key("my-secret-KEY+value/0123456789")
    for length in range(120, 420):
        page = ("x" * length + key.value + " and more " * 40).encode()
        found = read_reply(Reply(403, "text/html", page), NOW)
        assert isinstance(found, Fault)
        assert "my-secret" not in key.clean(found.message)


def test_a_piece_from_the_middle_of_a_key_is_hidden_too() -> None:
    key = Key("sk-proj-SECRETabcdef0123456789")
    assert key.clean(f"short {key.value[3:20]}, {key.value[-10:]}.") == "short [key], [key]."
    assert key.clean(f"ends in {key.value[-4:]}") == "ends in 6789"
    assert key.hide_any_trace(key.value[5:20] + key.value[9:25]) == "[key]" * 2
    assert Key("my-secret-KEY").hide_any_trace("a secret-KE") == "a secret-KE"


@pytest.mark.parametrize("sign", ["\u200b", "\u202e", "\u00ad", "\ufeff"])
def test_a_key_with_unseen_signs_inside_is_hidden(sign: str) -> None:
    key = Key("my-secret-KEY+value/0123456789")
    broken = key.value[:5] + sign + key.value[5:]
    assert key.clean(f"bad key {broken} here") == "bad key [key] here"


@pytest.mark.parametrize("masked", ["sk-proj-********abcd", "sk-proj-abcdefgh****wxyz", "****1a2b"])
def test_a_key_that_the_server_has_masked_is_hidden_whole(masked: str) -> None:
    assert Key().clean(f"bad key {masked}, (x-{masked}) ***") == "bad key [key], ([key]) ***"


def test_a_key_is_hidden_wherever_it_begins_anew() -> None:
    key = Key("aaaaaaaaaab")
    assert key.hide_any_trace("aa" + key.value + key.value[:9] + "c") == "aa[key][key]c"
    assert Key("k").hide_any_trace("k, k") == "[key], [key]"


def test_a_key_that_is_hardly_one_is_hidden_alone_and_not_inside_words() -> None:
    said = Key("x").clean('found Bearer x, {"key":"x"}, x; expected a next index')
    assert said == 'found Bearer [key], {"key":"[key]"}, [key]; expected a next index'
    assert Key("law-1").clean("outlaw-1 law-1. law-12") == "outlaw-1 [key]. law-12"
    assert Key("a=").clean("a= a%3D aa=") == "[key] [key] aa="
    assert Key("lawful").clean("unlawfully") == "un[key]ly"


@pytest.mark.parametrize(
    "part", ["a", "sk-", "sk-secre", "*", "a*", "a**** ", "Bearer ", "\u200b", " "]
)
def test_megabytes_of_a_servers_words_take_no_time(part: str) -> None:
    start = process_time()
    words, key = part * (1_000_000 // len(part)), Key("sk-secret-0123456789")
    key.clean(words)
    key.hide_any_trace(words)
    without_keys(words, {"SOME_KEY": key.value})
    assert process_time() - start < 2


def test_other_texts_keep_what_only_looks_a_little_like_a_key() -> None:
    assert Key("my-secret-KEY").hide_any_trace("my-secre is French, my-se is not") == (
        "[key] is French, my-se is not"
    )
    assert Key("short").hide_any_trace("sho") == "sho"


def test_secrets_of_the_environment_stay_out_of_what_backends_say() -> None:
    environment = {"WATSONX_API_KEY": "hunter2-hunter2", "HOME": "/home/someone"}
    said = without_keys("401\x1b[31m hunter2-hunter2 in /home/someone", environment)
    assert said == "401 [31m [key] in /home/someone"


def test_an_answer_loses_a_whole_key_and_not_what_keys_have_in_common() -> None:
    key = Key("sk-proj-A/0123456789")
    assert key.hide_whole("sk-proj-A/01 is not sk-proj-A/0123456789, sk-proj-A%2F0123456789") == (
        "sk-proj-A/01 is not [key], [key]"
    )
    assert read_address("m", "http://sk-proj-A.example/v1", key).url
