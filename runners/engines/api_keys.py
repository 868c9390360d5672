"""API keys: read from the environment, recognised by their names and forms, and never shown."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from lawbound.runners.engines.protocol import ModelError
from lawbound.tasks.io.urls import KEY, without_secrets

_SECRET_VARIABLE = re.compile(r"KEY|TOKEN|SECRET|PASSWORD", re.IGNORECASE)
_SECRET = re.compile(
    r"token$|keys?$|secret|passw|header|auth(?!ors?$)|cookie|credential|bearer", re.IGNORECASE
)
_NO_SECRETS = frozenset({"think_end_token", "add_bos_token"})
_LOGIN = re.compile(
    r"\b((?i:Bearer)|(?i:Basic)(?=\s+(?!(?i:auth))(?=\S{6})[\w+/-]*[A-Z\d+/=]))\s+[^\s\"',;]+"
)
"""A key or a proxy's login as headers have them; "Basic authentication" is none."""
_KEY_LIKE = re.compile(rf"(?:(?<![\w-])[\w-]*)?\*{{4,}}[\w-]*|{KEY}")
"""The half-masked keys that some servers quote back, and whole keys in their usual form. Each word
is searched once, from its beginning."""
_WHOLE = re.compile(KEY)
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
        return len(self.value) >= _NO_WORD and any(form in text for form in self.forms())

    def hide_whole(self, text: str) -> str:
        """Remove the key from a model's answer and leave every other character as it is."""
        if self.stands_in(text):
            for form in self.forms():
                text = text.replace(form, HIDDEN)
        return text

    def hide_any_trace(self, text: str) -> str:
        """Remove this key from an error, in every form in which it may be quoted or cut off."""
        for form in self.forms():
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

    def forms(self) -> tuple[str, ...]:
        """The forms in which it may be written: as it is, and as a part of a URL."""
        return tuple(dict.fromkeys((self.value, quote(self.value, safe="")))) if self.value else ()


def without_keys(text: str, environment: Mapping[str, str] = os.environ) -> str:
    """`Key.clean` for any secret in the environment: for backends that read keys themselves."""
    text = _UNSEEN.sub("", text[:_MAX_READ])
    for key in _keys_in(environment):
        text = key.hide_any_trace(text)
    return Key().clean(text)


def hide_whole_keys(text: str, environment: Mapping[str, str] = os.environ) -> str:
    """A log of any length without whole keys; every other character stays as it is."""
    for key in _keys_in(environment):
        for form in key.forms():
            text = text.replace(form, HIDDEN)
    # By a function: a template would be parsed by a module that Python may have taken down at its end.
    return _WHOLE.sub(HIDDEN, _LOGIN.sub(lambda found: f"{found[1]} {HIDDEN}", text))


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


def is_key(name: str) -> bool:
    """Whether an argument of a model is a key, by its name."""
    name = name.strip()
    return bool(_SECRET.search(name)) and name not in _NO_SECRETS


def _keys_in(environment: Mapping[str, str]) -> list[Key]:
    """What variables hold that are secrets by their names."""
    return [
        Key(v) for name, v in environment.items() if _SECRET_VARIABLE.search(name) and len(v) >= 8
    ]


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
