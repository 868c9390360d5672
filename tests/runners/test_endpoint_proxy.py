"""A proxy that the environment names: who is asked through it, and what it gets to see."""

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any

import pytest

from lawbound.runners.engines.endpoint.engine import EndpointEngine
from lawbound.runners.engines.endpoint.proxy import proxy_for
from lawbound.runners.engines.protocol import ModelError
from lawbound.runners.sample import Sample

Open = Callable[..., EndpointEngine]
Ask = Callable[..., dict[str, Sample]]
KEY = "sk-test-7Qw9ZzYx/Kp+3=="
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@dataclass
class Proxy:
    """One that answers http:// requests itself, and refuses to open a tunnel."""

    url: str = ""
    heads: list[list[str]] = field(default_factory=list)
    """The lines before each body."""
    connections: int = 0
    refuses: str = "403 Not From Here"
    """Its status for a tunnel."""
    echoes: bool = False
    """Whether it refuses http:// requests, too, and quotes who asks."""


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    found = Proxy()

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            found.connections += 1
            while head := [
                line.decode().strip() for line in iter(self.rfile.readline, b"\r\n") if line
            ]:
                found.heads.append(head)
                size = next(
                    (int(line[15:]) for line in head if line.lower().startswith("content-length:")),
                    0,
                )
                if head[0].startswith("CONNECT"):
                    self.wfile.write(
                        f"HTTP/1.1 {found.refuses}\r\nContent-Length: 0\r\n\r\n".encode()
                    )
                    return
                if found.echoes:
                    quoted = " ".join(line for line in head if "uthorization" in line)
                    page = f"{quoted}; you are me:hunter2hunter2, bWU6aHVudGVyMmh1bnRlcjI=".encode()
                    self.wfile.write(
                        b"HTTP/1.1 400 Bad\r\nContent-Length: %d\r\n\r\n" % len(page) + page
                    )
                    return
                user = json.loads(self.rfile.read(size))["messages"][-1]["content"]
                choice = {"message": {"content": f"answer to {user}"}, "finish_reason": "stop"}
                body = json.dumps({"id": f"c-{len(found.heads)}", "choices": [choice]}).encode()
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
                self.wfile.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    class Server(ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_a_server_is_asked_through_the_proxy_over_connections_that_are_kept(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, open_endpoint: Open, ask: Ask
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("//", "//me:hunter2@"))
    engine = open_endpoint("http://models.example/v1", concurrency=1)
    users = [f"q{n}" for n in range(5)]
    assert {user: one.text for user, one in ask(engine, users).items()} == {
        user: f"answer to {user}" for user in users
    }
    assert {head[0] for head in proxy.heads} == {
        "POST http://models.example/v1/chat/completions HTTP/1.1"
    }
    assert all("Proxy-Authorization: Basic bWU6aHVudGVyMg==" in head for head in proxy.heads)
    assert proxy.connections == 2  # of the probe, and of the batch


def test_a_proxy_that_opens_a_tunnel_never_sees_the_key(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, open_endpoint: Open
) -> None:
    monkeypatch.setenv("https_proxy", proxy.url.removeprefix("http://"))
    monkeypatch.setenv("OTHER_KEY", KEY)
    with pytest.raises(ModelError) as caught:
        open_endpoint("https://models.example/v1", key_env="OTHER_KEY")
    assert "the proxy that the environment names refused (403 Not From Here)" in str(caught.value)
    (head,) = proxy.heads
    assert head[0] == "CONNECT models.example:443 HTTP/1.1"
    assert not [line for line in head if KEY in line or "authorization" in line.lower()]


def test_a_proxy_that_is_not_there_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, open_endpoint: Open
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("ALL_PROXY", f"http://me:hunter2@127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(ModelError, match="cannot connect to the proxy that the env") as caught:
            open_endpoint("http://models.example/v1")
    assert "hunter2" not in str(caught.value)


def test_a_proxy_whose_name_is_not_found_is_told_as_the_proxy(
    monkeypatch: pytest.MonkeyPatch, open_endpoint: Open
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://NoHost.invalid:3128")
    with pytest.raises(ModelError) as caught:
        open_endpoint("http://models.example/v1")
    assert "cannot connect to the proxy that the environment names (" in str(caught.value)
    assert "), expected a running proxy; no question" in str(caught.value)


@pytest.mark.parametrize(
    ("status", "tries"),
    [("407 Proxy Authentication Required", 1), ("502 Bad Gateway", 3)],
)
def test_a_proxys_status_to_a_tunnel_is_taken_as_one_to_a_request(
    proxy: Proxy, status: str, tries: int, monkeypatch: pytest.MonkeyPatch, open_endpoint: Open
) -> None:
    proxy.refuses = status
    monkeypatch.setenv("ALL_PROXY", proxy.url)
    with pytest.raises(ModelError) as caught:
        open_endpoint("https://models.example/v1", retries=2)
    assert f"refused ({status})" in str(caught.value)
    assert ", expected a proxy that lets requests pass; no question" in str(caught.value)
    assert len(proxy.heads) == tries


def test_a_proxy_that_quotes_its_login_does_not_get_it_into_messages(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, open_endpoint: Open
) -> None:
    proxy.echoes = True
    monkeypatch.setenv("OTHER_KEY", KEY)
    monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("//", "//me:hunter2hunter2@"))
    with pytest.raises(ModelError) as caught:
        open_endpoint("http://models.example/v1", key_env="OTHER_KEY")
    said = str(caught.value)
    assert "Proxy-Authorization: Basic [key]" in said and "you are me:[key]" in said
    assert "bWU6" not in said and "hunter2" not in said and KEY not in said


@pytest.mark.parametrize(
    ("url", "variables", "expected"),
    [
        ("http://models.example/v1", {}, ""),
        ("http://models.example/v1", {"HTTP_PROXY": "http://p:3128"}, "http://p:3128"),
        ("http://models.example/v1", {"HTTP_PROXY": "p:3128"}, "http://p:3128"),
        ("https://models.example/v1", {"HTTP_PROXY": "http://p:3128"}, ""),
        ("https://models.example/v1", {"ALL_PROXY": "https://p"}, "https://p"),
        ("http://models.example/v1", {"ALL_PROXY": "http://a", "HTTP_PROXY": "http://p"}, "http://p"),
        ("http://models.example/v1", {"ALL_PROXY": "http://p", "NO_PROXY": "example"}, ""),
        ("http://models.example:8000/v1", {"ALL_PROXY": "http://p", "NO_PROXY": "models.example:8000"}, ""),
        ("http://models.example/v1", {"ALL_PROXY": "http://p", "NO_PROXY": "other.example"}, "http://p"),
        ("http://models.example/v1", {"ALL_PROXY": "http://p", "NO_PROXY": "*"}, ""),
        ("http://10.1.2.3:8000/v1", {"ALL_PROXY": "http://p"}, "http://p"),
        ("http://10.1.2.3:8000/v1", {"ALL_PROXY": "http://p", "NO_PROXY": "x, 10.0.0.0/8"}, ""),
        ("http://10.1.2.3:8000/v1", {"ALL_PROXY": "http://p", "NO_PROXY": "10.1.2.3"}, ""),
        ("http://localhost:8000/v1", {"ALL_PROXY": "http://p"}, ""),
        ("http://127.0.0.2:8000/v1", {"ALL_PROXY": "http://p"}, ""),
        ("http://[::1]:8000/v1", {"ALL_PROXY": "socks5://p"}, ""),
        ("http://0.0.0.0:8000/v1", {"ALL_PROXY": "http://p"}, ""),
        ("http://[::]:8000/v1", {"ALL_PROXY": "http://p"}, ""),
        ("http://LOCALHOST.:8000/v1", {"ALL_PROXY": "http://p"}, ""),
        ("http://127.1:8000/v1", {"ALL_PROXY": "http://p"}, ""),
        ("http://[::ffff:127.0.0.1]:8000/v1", {"ALL_PROXY": "http://p"}, ""),
        ("http://10.1:8000/v1", {"ALL_PROXY": "http://p"}, "http://p"),
        ("http://10:8000/v1", {"ALL_PROXY": "http://p"}, "http://p"),
        ("http://127.1.example/v1", {"ALL_PROXY": "http://p"}, "http://p"),
        ("http://a.models.example/v1", {"ALL_PROXY": "http://p", "NO_PROXY": "x,*.models.example"}, ""),
        ("http://models.example/v1", {"ALL_PROXY": "http://p", "NO_PROXY": ".Models.Example."}, ""),
        ("http://notmodels.example/v1", {"ALL_PROXY": "http://p", "NO_PROXY": "models.example"}, "http://p"),
        ("http://models.example/v1", {"ALL_PROXY": "http://p", "NO_PROXY": "x, *"}, ""),
        ("http://models.example/v1", {"ALL_PROXY": "http://p", "NO_PROXY": ", "}, "http://p"),
        ("https://models.example/v1", {"ALL_PROXY": "http://p", "NO_PROXY": "models.example:443"}, ""),
        ("http://models.example/v1", {"ALL_PROXY": "http://p", "NO_PROXY": "models.example:443"}, "http://p"),
        ("http://[2001:db8::1]:8000/v1", {"ALL_PROXY": "http://p", "NO_PROXY": "[2001:db8::1]"}, ""),
        ("http://[2001:db8::1]:8000/v1", {"ALL_PROXY": "http://p", "NO_PROXY": "2001:db8::1"}, ""),
        ("http://[2001:db8::1]:8000/v1", {"ALL_PROXY": "http://p", "NO_PROXY": "[2001:db8::1]:9"}, "http://p"),
        ("http://models.example/v1", {"HTTP_PROXY": " http://p:1\n"}, "http://p:1"),
    ],
)  # fmt: skip
def test_which_servers_are_asked_through_it(
    url: str, variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert proxy_for("model 'openai:m'", url) == expected


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("socks5://me:hunter2@p:1080", "is socks5://..., expected http://HOST:PORT"),
        ("http://me:hunter2@p:port", "cannot be read, expected http://HOST:PORT"),
        ("http://", "cannot be read"),
        ("http://me:12/hunter2@p:1", "cannot be read"),
        ("http://m%3Ae:hunter2@p:1", "cannot be read"),
        ("http://p a:1", "cannot be read"),
        ("http://me:hunter2@[p", "cannot be read"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_refused_before_anything_is_asked(
    value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", value)
    with pytest.raises(ModelError) as caught:
        EndpointEngine.open("m", "http://models.example/v1")
    assert said in str(caught.value) and "hunter2" not in str(caught.value)
    assert "(or the server's host in NO_PROXY)" in str(caught.value)


def test_passwords_of_netrc_are_not_sent(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, open_endpoint: Open, tmp_path: Any
) -> None:
    (tmp_path / "netrc").write_text("machine models.example login me password hunter2\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    open_endpoint("http://models.example/v1")
    (head,) = proxy.heads
    assert not [line for line in head if "authorization" in line.lower()]
