"""Opening an endpoint: what is refused before anything is asked, and keys that are never shown."""

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lawbound.evals.folder.run_folder import RunFolder
from lawbound.runners.engines.endpoint.engine import EndpointEngine
from lawbound.runners.engines.endpoint.patience import Patience
from lawbound.runners.engines.protocol import ModelError
from lawbound.runners.sample import Sample
from lawbound.runners.store import Store

Begin = Callable[..., Any]
Open = Callable[..., EndpointEngine]
Ask = Callable[..., dict[str, Sample]]
KEY = "sk-test-7Qw9ZzYx/Kp+3=="


def test_a_server_that_is_not_there_is_one_line_before_anything_is_asked(
    open_endpoint: Open,
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(ModelError) as caught:
            open_endpoint(f"http://127.0.0.1:{port}/v1")
    said = str(caught.value)
    assert said.startswith(f"model 'openai:tiny': http://127.0.0.1:{port}/v1/chat/completions: ")
    assert ": cannot connect (" in said and "tries" not in said
    assert said.endswith("), expected a running server; no question was asked of it")


def test_a_name_that_cannot_be_looked_up_is_no_lost_connection(open_endpoint: Open) -> None:
    with pytest.raises(ModelError) as caught:
        open_endpoint("http://a..b/v1")
    assert ": cannot be asked (" in str(caught.value) and "lost" not in str(caught.value)
    assert ", expected a URL such as http://HOST/v1; no question" in str(caught.value)


@pytest.mark.parametrize("act", ["drop", "half", "chunk", "garbage", "cut", 500, 429])
def test_a_first_response_that_is_lost_costs_a_try_and_not_the_run(
    stage: Begin, act: Any, open_endpoint: Open, ask: Ask
) -> None:
    where = stage(acts={"Say yes.": [act, act]})
    assert ask(open_endpoint(where.url), ["q"])["q"].text == "answer to q"
    assert where.probes() == 3


@pytest.mark.parametrize(("retries", "tries"), [(6, 3), (1, 2)])
def test_a_server_that_breaks_every_connection_off_is_not_waited_for(
    stage: Begin, retries: int, tries: int, open_endpoint: Open
) -> None:
    where = stage(acts={"Say yes.": ["drop"] * 9})
    with pytest.raises(ModelError) as caught:
        open_endpoint(where.url, retries=retries)
    assert str(caught.value).endswith(
        f"the connection was lost (Server disconnected) ({tries} tries), expected a whole response; no question was "
        "asked of it"
    )
    assert where.probes() == tries


def test_a_server_that_takes_the_connection_and_says_nothing_is_asked_once(
    open_endpoint: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Patience, "connecting", 0.3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        with pytest.raises(ModelError, match=r": no whole response in 0.4 s, expected a running s"):
            open_endpoint(f"http://127.0.0.1:{port}/v1", timeout=0.4)
        with pytest.raises(ModelError, match=r": cannot connect \(no connection in 0.3 s, TLS inc"):
            open_endpoint(f"https://127.0.0.1:{port}/v1")


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (403, {"error": {"message": f"Your input was flagged, {KEY}"}}, "status 403: Your input was flagged, [key]"),
        (200, {"input_sensitive": True, "message": "no"}, "no"),
        (200, {"choices": [{"finish_reason": "content_filter"}]}, "a finish reason that names a filter"),
    ],
)  # fmt: skip
def test_a_first_word_that_comes_back_blocked_is_refused_in_the_servers_words(
    stage: Begin,
    status: int,
    body: Any,
    said: str,
    open_endpoint: Open,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTHER_KEY", KEY)
    where = stage(acts={"Say yes.": [{"status": status, "body": body}]})
    with pytest.raises(ModelError) as caught:
        open_endpoint(where.url, key_env="OTHER_KEY")
    assert f"{said}, which reads like a content filter's block of 'Say yes.', exp" in str(
        caught.value
    )
    assert KEY not in str(caught.value) and "no question was asked" in str(caught.value)
    assert not where.seen()


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (401, "expected a valid key in the environment"),
        (404, "expected a URL such as http://HOST/v1 and a model that the server has"),
        (403, "expected a key that may use this model"),
        ("redirect", "status 307: redirects to http://127.0.0.1:9, and redirects are not followed"),
    ],
)
def test_a_server_that_refuses_is_one_line_before_anything_is_asked(
    stage: Begin, act: Any, said: str, open_endpoint: Open
) -> None:
    with pytest.raises(ModelError) as caught:
        open_endpoint(stage(acts={"Say yes.": [act]}).url)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "url", "said"),
    [
        ("m", "127.0.0.1:8000/v1", "found no http:// or https:// URL"),
        ("m", "ftp://127.0.0.1/v1", "found no http:// or https:// URL"),
        ("m", "http://user:hunter2@127.0.0.1/v1", "found a user name in the URL"),
        ("m@http://user:hunter2", "127.0.0.1/v1", "found a user name in the URL"),
        ("m", "http://127.0.0.1/v1?api-key=hunter2", "found the parameter api-key in the URL"),
        ("m", "http://127.0.0.1/v1?code=hunter2", "found the parameter code in the URL"),
        ("m", "http://127.0.0.1/v1?version=1;key=hunter2", "found the parameter key in the URL"),
        ("m", "http://127.0.0.1/v1?hunter2", "found a key in the URL"),
        ("m", "http://127.0.0.1/v1;key=hunter2", "found a key in the URL"),
        ("m", "http://127.0.0.1/v1#token=hunter2", "found a key in the URL"),
        ("m@user:hunter2", "127.0.0.1/v1", "found no http:// or https:// URL"),
        ("m", "http://127.0.0.1:hunter2/v1", "the URL cannot be read"),
    ],
)
def test_an_address_that_is_none_or_holds_a_secret_is_refused(
    name: str, url: str, said: str
) -> None:
    with pytest.raises(ModelError, match=said) as caught:
        EndpointEngine.open(name, url)
    assert "hunter2" not in str(caught.value)


def test_extra_fields_cannot_change_what_the_plan_says(open_endpoint: Open) -> None:
    with pytest.raises(ModelError, match="extra fields set temperature"):
        open_endpoint("http://127.0.0.1:9/v1", extra={"temperature": 2})


def test_the_key_appears_nowhere(
    stage: Begin,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    open_endpoint: Open,
    ask: Ask,
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
    engine = open_endpoint(where.url, retries=1)
    samples = ask(engine, ["echo", "quote", "html", "fine"])
    assert all(one["authorization"] == f"Bearer {KEY}" for one in where.seen())
    assert samples["echo"].text == "your header was Bearer [key]"
    assert samples["quote"].error.endswith("Bad header Bearer [key], [key]==")
    with Store(tmp_path / "s.jsonl") as store:
        store.append(samples.values())
    monkeypatch.setenv("OPENAI_API_KEY", KEY[:-3])
    with pytest.raises(ModelError) as caught:
        open_endpoint(where.url)
    spoken = [
        (tmp_path / "s.jsonl").read_text(), caplog.text, *capfd.readouterr(), repr(caught.value),
        repr(engine), repr(vars(engine)), repr(vars(engine._client)),
    ]  # fmt: skip
    assert "expected a valid key" in str(caught.value)
    assert not [text for text in spoken if KEY[3:-3] in text]


def test_a_placeholder_for_a_key_changes_neither_answers_nor_extra_fields(
    stage: Begin, monkeypatch: pytest.MonkeyPatch, open_endpoint: Open, ask: Ask
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    where = stage()
    engine = open_endpoint(where.url, extra={"reasoning_effort": "none"})
    assert ask(engine, ["Why none?"])["Why none?"].text == "answer to Why none?"
    assert where.seen()[0]["payload"]["reasoning_effort"] == "none"


@pytest.mark.parametrize("bad", ["two words", "line\nbreak", "schlüssel"])
def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, bad: str, open_endpoint: Open
) -> None:
    monkeypatch.setenv("OTHER_KEY", bad)
    with pytest.raises(ModelError, match="environment variable OTHER_KEY: holds") as caught:
        open_endpoint("http://127.0.0.1:9/v1", key_env="OTHER_KEY")
    assert bad not in str(caught.value)


SUITE = """
id: key
version: "1"
summary: A handful of questions.
max_tokens: 16
select:
  - {kind: policy, pick: restricted, count: 3, strengths: [none, full]}
  - {kind: reasoning, count: 2, strengths: [none]}
"""


@pytest.mark.faults
@pytest.mark.parametrize(
    ("always", "key", "code", "said"),
    [
        ("echo", KEY, 0, "your header was Bearer [key]"),
        ({"status": 400, "body": {"error": {"message": f"Bad: Bearer {KEY}"}}}, KEY, 2, "[key]"),
        ("ok", KEY[:-3], 2, "Incorrect key: Bearer [key]"),
    ],
)
def test_no_file_of_a_run_and_nothing_it_prints_holds_the_key(
    stage: Begin, tmp_path: Path, always: Any, key: str, code: int, said: str
) -> None:
    where = stage(key=KEY, always=always, acts={"Say yes.": ["ok"]})
    (tmp_path / "suite.yaml").write_text(SUITE)
    out = tmp_path / "out"
    done = subprocess.run(
        [
            *(sys.executable, "-X", "dev", "-W", "ignore", "-m", "lawbound", "run"),
            *(str(tmp_path / "suite.yaml"), "--policy", "us", "--out", str(out)),
            *("--model", f"openai:tiny@{where.url}", "--concurrency", "4"),
        ],
        env={**os.environ, "OPENAI_API_KEY": key},
        capture_output=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    files = [file for file in out.rglob("*") if file.is_file()]
    held = {str(file): file.read_bytes() for file in files}
    held |= {"stdout": done.stdout, "stderr": done.stderr}
    if key == KEY:  # what compression might hide
        held["frame"] = RunFolder(out).read_frame().to_csv().encode()
    assert any(said.encode() in content for content in held.values())
    assert ("report.html" in {file.name for file in files}) == (key == KEY)
    assert not [name for name, content in held.items() if KEY[3:-3].encode() in content]
