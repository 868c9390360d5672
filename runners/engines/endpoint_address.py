"""Where an endpoint is, and the key that opens it: read from the environment, never shown again."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlsplit

from lawbound.runners.engines.protocol import ModelError

_SECRET_PARAMETER = re.compile(r"key|token|secret|sig|password|auth", re.IGNORECASE)
_BEARER = re.compile(r"\bBearer\s+[^\s\"',;]+", re.IGNORECASE)
_KEY_LIKE = re.compile(r"\bsk-[\w-]{8,}|[\w-]*\*{4,}[\w-]*")
"""Keys by their usual form, and the half-masked ones that some servers quote back."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")

HIDDEN = "[key]"
MAX_SHOWN = 300
"""Characters of a server's own words that an error quotes."""


@dataclass(frozen=True, slots=True)
class Key:
    """An API key that can be sent and hidden, but not printed."""

    value: str = field(default="", repr=False)

    def headers(self) -> dict[str, str]:
        """What proves to the server who asks."""
        return {"Authorization": f"Bearer {self.value}"} if self.value else {}

    def hide(self, text: str) -> str:
        """Take this key out of a text, in every form in which it may be quoted."""
        if self.value:
            for form in (self.value, quote(self.value, safe="")):
                text = text.replace(form, HIDDEN)
        return text

    def clean(self, text: str) -> str:
        """A server's words for an error: one short line without keys or terminal escapes."""
        line = " ".join(_CONTROL.sub(" ", self.hide(text)).split())
        line = _KEY_LIKE.sub(HIDDEN, _BEARER.sub(f"Bearer {HIDDEN}", line))
        return line if len(line) <= MAX_SHOWN else line[: MAX_SHOWN - 1] + "…"


@dataclass(frozen=True, slots=True)
class Address:
    """The chat-completions URL of a server."""

    url: str
    shown: str
    """Without the query, for messages."""


def read_key(variable: str, environment: Mapping[str, str] = os.environ) -> Key:
    """The key in an environment variable; an unset one means a server that wants none.

    Raises:
        ModelError: The variable holds something that cannot stand in a header.
    """
    value = environment.get(variable, "").strip()
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ModelError(
            f"environment variable {variable}: holds spaces or unprintable characters, "
            "expected an API key"
        )
    return Key(value)


def read_address(name: str, url: str) -> Address:
    """Complete a base URL such as ``http://127.0.0.1:8000/v1``.

    Raises:
        ModelError: It is no such URL, or it carries a secret, which would end up in files.
    """
    if "://" in name:  # openai:NAME@http://user:password@host is cut at the last @
        raise ModelError("model 'openai:...': found a user name in the URL, expected NAME@URL")
    where = f"model 'openai:{name}'"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ModelError(f"{where}: the URL cannot be read, expected http://HOST/v1") from error
    if parts.username is not None or parts.password is not None:
        raise ModelError(
            f"{where}: found a user name in the URL, expected the key in the environment"
        )
    if any(_SECRET_PARAMETER.search(word) for word, _ in parse_qsl(parts.query)):
        raise ModelError(f"{where}: found a key in the URL, expected it in the environment")
    if parts.scheme not in ("http", "https") or not host:
        raise ModelError(f"{where}: found no http:// or https:// URL, expected http://HOST/v1")
    path = parts.path.rstrip("/")
    if not path.endswith("/chat/completions"):
        path += "/chat/completions"
    bracketed = f"[{host}]" if ":" in host else host
    shown = f"{parts.scheme}://{bracketed}{'' if port is None else f':{port}'}{path}"
    return Address(shown + (f"?{parts.query}" if parts.query else ""), shown)
