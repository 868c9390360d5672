"""The endpoint engine over TLS: whom it trusts is OpenSSL's to say, and so the user's."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

SERVERS = Path(__file__).parent / "servers"
HASH = "ce275665"
"""Of its subject, by `openssl x509 -hash`: under such names OpenSSL looks into a folder."""
OPEN = """
import sys
from lawbound.runners.engines.endpoint.engine import EndpointEngine
from lawbound.runners.engines.endpoint.patience import Patience
from lawbound.runners.engines.protocol import ModelError
try:
    engine = EndpointEngine.open("tiny", sys.argv[1], patience=Patience(timeout=20))
    sys.stdout.write(f"found {engine.fingerprint().model}")
except ModelError as error:
    sys.stdout.write(str(error))
"""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Self-signed for ``localhost``, and a CA of its own: what `openssl req -x509` makes by default. Its key is
    in a file beside it."""
    key, now = generate_private_key(SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    signed = (
        built.not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    file = folder / "certificate.pem"
    file.write_bytes(signed.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "both.pem").write_bytes(file.read_bytes() + secret)
    return file


@pytest.fixture(scope="module")
def port(certificate: Path) -> Iterator[str]:
    """Of the scripted server, with a certificate that nobody else has signed."""
    with subprocess.Popen(
        [sys.executable, SERVERS / "scripted.py", certificate.with_name("both.pem")],
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
    port: str, certificate: Path, tmp_path: Path, variable: str
) -> None:
    trusted = tmp_path / f"{HASH}.0"
    trusted.write_bytes(certificate.read_bytes())
    where = str(trusted if variable == "SSL_CERT_FILE" else tmp_path)
    assert _opened(f"https://localhost:{port}/own/v1", **{variable: where}) == "found tiny"


@pytest.mark.parametrize(
    ("host", "is_trusted", "said"),
    [
        ("localhost", False, "self-signed certificate"),
        ("127.0.0.1", True, "certificate is not valid for"),
    ],
)
def test_a_certificate_of_a_stranger_or_for_another_name_is_refused_in_one_line(
    port: str, certificate: Path, host: str, is_trusted: bool, said: str
) -> None:
    trusted = {"SSL_CERT_FILE": str(certificate)} if is_trusted else {}
    told = _opened(f"https://{host}:{port}/own/v1", **trusted)
    assert told.startswith(f"model 'openai:tiny': https://{host}:{port}/own/v1/chat/completions: ")
    assert "cannot connect (" in told and said in told
    assert "\n" not in told
