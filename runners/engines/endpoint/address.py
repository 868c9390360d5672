"""The address of an endpoint and its API key, which is read from the environment and never shown."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from lawbound.runners.engines.protocol import ModelError
from lawbound.tasks.io.urls import KEY, LONGEST, PUBLIC, holds_secret, without_secrets

_SECRET_VARIABLE = re.compile(r"KEY|TOKEN|SECRET|PASSWORD", re.IGNORECASE)
_LOGIN = re.compile(
    r"\b((?i:Bearer)|(?i:Basic)(?=\s+(?!(?i:auth))(?=\S{6})[\w+/-]*[A-Z\d+/=]))\s+[^\s\"',;]+"
)
"""A key or a proxy's login as headers have them; "Basic authentication" is none."""
_KEY_LIKE = re.compile(rf"(?:(?<![\w-])[\w-]*)?\*{{4,}}[\w-]*|{KEY}")
"""The half-masked keys that some servers quote back, and whole keys in their usual form. Each word
is searched once, from its beginning."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")
"""Characters that break a key in two for us but not for a reader."""
_LEAST = 8
"""How many of a key's first characters are hidden even if the rest is cut off."""
_LEAST_INSIDE = 10
"""How many characters from its middle or end are hidden; fewer may be a word of what is said."""
_SHORT = 6
"""A key of fewer characters, such as ``x`` for a server that wants none, is hidden where it stands alone and left inside
other words: it would make "e[key]pected" of our own."""
_NO_WORD = 16
"""A shorter key may be a word, such as ``EMPTY`` or ``none`` for a server that wants no key. A
whole key of this length is in no answer by chance."""

HIDDEN = "[key]"
MAX_SHOWN = 300
"""Most characters of a server's own words that an error quotes."""
_MAX_READ = 10 * MAX_SHOWN
"""Most characters searched for an error: a server may send megabytes, and others wait meanwhile."""


@dataclass(frozen=True, slots=True)
class Key:
    """An API key that can be sent and hidden, but not printed."""

    value: str = field(default="", repr=False)

    def headers(self) -> dict[str, str]:
        """The header that proves to the server who asks."""
        return {"Authorization": f"Bearer {self.value}"} if self.value else {}

    def stands_in(self, text: str) -> bool:
        """Whether the whole key is in a text, and is not just a word."""
        return len(self.value) >= _NO_WORD and any(form in text for form in self._forms())

    def hide_whole(self, text: str) -> str:
        """Remove the key from a model's answer and leave every other character as it is."""
        if self.stands_in(text):
            for form in self._forms():
                text = text.replace(form, HIDDEN)
        return text

    def hide_any_trace(self, text: str) -> str:
        """Remove this key from an error, in every form in which it may be quoted or cut off."""
        for form in self._forms():
            if len(form) < _SHORT:
                text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", HIDDEN, text)
                continue
            text, kept, at = text.replace(form, HIDDEN), [], 0
            while len(form) > _LEAST and (begin := text.find(form[:_LEAST], at)) >= 0:
                kept.append(text[at:begin])
                at = begin
                while text[at : at + 1] == form[at - begin : at - begin + 1] != "":
                    at += 1
            text = _without_pieces(HIDDEN.join([*kept, text[at:]]), form)
        return text

    def clean(self, text: str, *others: "Key") -> str:
        """A server's words for an error: one short line without keys, secrets of URLs or terminal escapes."""
        plain = _UNSEEN.sub("", text[:_MAX_READ].encode("utf-8", "replace").decode("utf-8"))
        for key in (self, *others):
            plain = key.hide_any_trace(plain)
        hidden = without_secrets(plain)
        line = " ".join(_CONTROL.sub(" ", hidden).split())
        line = _KEY_LIKE.sub(HIDDEN, _LOGIN.sub(rf"\1 {HIDDEN}", line))
        return line if len(line) <= MAX_SHOWN else line[: MAX_SHOWN - 1] + "…"

    def _forms(self) -> tuple[str, ...]:
        """The forms in which it may be written: as it is, and as a part of a URL."""
        return tuple(dict.fromkeys((self.value, quote(self.value, safe="")))) if self.value else ()


def _without_pieces(text: str, form: str) -> str:
    """A text without what it has in common with a form of a key."""
    size = _LEAST_INSIDE
    pieces = {form[at : at + size] for at in range(len(form) - size + 1)}
    kept, start, at = [], 0, 0
    while at <= len(text) - size:
        if text[at : at + size] not in pieces:
            at += 1
            continue
        end = at + size
        while text[end - size + 1 : end + 1] in pieces:
            end += 1
        kept.append(text[start:at])
        start = at = end
    return HIDDEN.join([*kept, text[start:]])


@dataclass(frozen=True, slots=True)
class Address:
    """The chat-completions URL of a server."""

    url: str
    shown: str
    """The URL without the query, for messages."""


def without_keys(text: str, environment: Mapping[str, str] = os.environ) -> str:
    """`Key.clean` for any secret in the environment: for backends that read keys themselves."""
    text = _UNSEEN.sub("", text[:_MAX_READ])
    secrets = [
        v for name, v in environment.items() if _SECRET_VARIABLE.search(name) and len(v) >= 8
    ]
    for value in secrets:
        text = Key(value).hide_any_trace(text)
    return Key().clean(text)


def read_key(variable: str) -> Key:
    """The key in an environment variable; if it is unset, the server is taken to want none.

    Raises:
        ModelError: The variable holds something that cannot stand in a header.
    """
    value = os.environ.get(variable, "").strip()
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ModelError(
            f"environment variable {variable}: holds spaces or unprintable characters, "
            "expected an API key"
        )
    return Key(value)


def read_address(name: str, url: str, key: Key = Key()) -> Address:
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


_A_KEY = "a key in the URL, or a part that may be one"
_WORD = re.compile(r"[A-Za-z_-]{1,24}")
"""A parameter's name that is no key itself."""


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
