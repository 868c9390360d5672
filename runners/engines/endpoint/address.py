"""The address of an endpoint."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from lawbound.runners.engines.api_keys import Key
from lawbound.runners.engines.protocol import ModelError
from lawbound.tasks.io.urls import LONGEST, PUBLIC, holds_secret

_A_KEY = "a key in the URL, or a part that may be one"
_WORD = re.compile(r"[A-Za-z_-]{1,24}")
"""A parameter's name that is no key itself."""


_NO_KEY = Key()


@dataclass(frozen=True, slots=True)
class Address:
    """The chat-completions URL of a server."""

    url: str
    shown: str
    """The URL without the query, for messages."""


def read_address(name: str, url: str, key: Key = _NO_KEY) -> Address:
    """Complete a base URL such as ``http://127.0.0.1:8000/v1``; `key` must not stand in it.

    Raises:
        ModelError: It is no such URL, or it carries a secret that would end up in files.
    """
    if "://" in name:  # openai:NAME@http://user:password@host is cut at the last @
        raise ModelError("model 'openai:...': found a user name in the URL, expected NAME@URL")
    # A user name in a URL without a scheme is taken for the end of the model's name.
    where = f"model 'openai:{name if '://' in url or '@' not in name else '...'}'"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ModelError(f"{where}: the URL cannot be read, expected http://HOST/v1") from error
    if parts.username is not None or parts.password is not None:
        raise ModelError(
            f"{where}: found a user name in the URL, expected the key in the environment"
        )
    has_key = key.stands_in(unquote(url)) or any(
        key.value == value for _, value in parse_qsl(parts.query)
    )
    if has_key or holds_secret(url):
        raise ModelError(
            f"{where}: found {_A_KEY if has_key else _what_may_be_a_key(parts.query)}, expected keys in the "
            f"environment and no parameters but {', '.join(PUBLIC)}, which files may show"
        )
    if parts.scheme not in ("http", "https") or not host:
        raise ModelError(f"{where}: found no http:// or https:// URL, expected http://HOST/v1")
    path = parts.path.rstrip("/")
    if not path.endswith("/chat/completions"):
        path += "/chat/completions"
    bracketed = f"[{host}]" if ":" in host else host
    shown = f"{parts.scheme}://{bracketed}{'' if port is None else f':{port}'}{path}"
    return Address(shown + (f"?{parts.query}" if parts.query else ""), shown)


def _what_may_be_a_key(query: str) -> str:
    """The first parameter of a query that may be a key, by its name."""
    for part in re.split("[&;]", query):
        name, _, value = part.partition("=")
        if not holds_secret(f"http://h/?{part}"):
            continue
        if name.lower() in PUBLIC:
            return (
                f"a value of {name} in the URL that may be a key (more than {LONGEST} signs, or others than "
                "letters, digits and _.%/:-, or sk-...)"
            )
        if _WORD.fullmatch(name) and value.strip("="):
            return f"the parameter {name} in the URL, which may be a key"
        break
    return _A_KEY
