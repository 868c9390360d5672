"""The endpoint engine over TLS: whom it trusts is OpenSSL's to say, and so the user's."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVERS = Path(__file__).parent / "servers"
CERTIFICATE = SERVERS / "localhost.pem"
"""Self-signed, and a CA of its own: what `openssl req -x509` makes by default."""
HASH = "ce275665"
"""Of its subject, by `openssl x509 -hash`: under such names OpenSSL looks into a folder."""
OPEN = """
import sys
from lawbound.runners.engines.endpoint import EndpointEngine
from lawbound.runners.engines.protocol import ModelError
try:
    engine = EndpointEngine.open("tiny", sys.argv[1], timeout=20)
    sys.stdout.write(f"found {engine.fingerprint().model}")
except ModelError as error:
    sys.stdout.write(str(error))
"""


@pytest.fixture(scope="module")
def port() -> Iterator[str]:
    """Of the scripted server, with a certificate for ``localhost`` that nobody else has signed."""
    with subprocess.Popen(
        [sys.executable, SERVERS / "scripted.py", CERTIFICATE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def _opened(url: str, **trusted: str) -> str:
    """What comes of opening an endpoint in a process that trusts this: who is trusted is read once."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SSL_CERT_")}
    command = [sys.executable, "-W", "error", "-c", OPEN, url]
    return subprocess.run(
        command, env={**environment, **trusted}, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_a_certificate_that_the_user_trusts_is_trusted(
    port: str, tmp_path: Path, variable: str
) -> None:
    trusted = tmp_path / f"{HASH}.0"
    trusted.write_text(CERTIFICATE.read_text().partition("-----BEGIN PRIVATE")[0])
    where = str(trusted if variable == "SSL_CERT_FILE" else tmp_path)
    assert _opened(f"https://localhost:{port}/own/v1", **{variable: where}) == "found tiny"


@pytest.mark.parametrize(
    ("host", "trusted", "said"),
    [
        ("localhost", {}, "self-signed certificate"),
        ("127.0.0.1", {"SSL_CERT_FILE": str(CERTIFICATE)}, "certificate is not valid for"),
    ],
)
def test_a_certificate_of_a_stranger_or_for_another_name_is_refused_in_one_line(
    port: str, host: str, trusted: dict[str, str], said: str
) -> None:
    told = _opened(f"https://{host}:{port}/own/v1", **trusted)
    assert told.startswith(f"model 'openai:tiny': https://{host}:{port}/own/v1/chat/completions: ")
    assert "cannot connect (" in told and said in told
    assert "\n" not in told
