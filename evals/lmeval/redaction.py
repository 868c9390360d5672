"""What users gave lm-eval, in the form in which it is stored and shown: without API keys."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from lawbound.runners.engines.api_keys import is_key
from lawbound.tasks.io.urls import HIDDEN, KEY, without_secrets

_KEY = re.compile(KEY)
_BEARER = re.compile(r"\b(bearer\s+)[^\s\"',;]+", re.IGNORECASE)
_GONE = "[key]"
_NAMED = ("name", "key", "header")
"""Keys that may hold the name in a {name, value} mapping."""
_PAIR = re.compile(
    r"""(?P<name>"[^"]{1,100}"|'[^']{1,100}')\s{0,9}:\s{0,9}(?:"[^"]*"?|'[^']*'?|[^\s,}\]]+)"""
)
"""A name and its value in an incomplete text of JSON or Python."""


def without_keys(found: Any, name: str = "") -> Any:
    """A value without API keys, recognised by their names at any depth.

    Args:
        found: The value; JSON as text counts as a mapping, too.
        name: The name of the value itself.
    """
    if is_key(name):
        return _GONE
    if isinstance(found, Mapping):
        hides = any(is_key(str(found.get(part, ""))) for part in _NAMED)
        return {
            str(inner): _GONE if hides and inner == "value" else without_keys(value, str(inner))
            for inner, value in found.items()
        }
    if isinstance(found, list | tuple):
        return [without_keys(value) for value in found]
    return _text_without_keys(found) if isinstance(found, str) else found


def _text_without_keys(text: str) -> str:
    """The text unchanged, if it holds no key."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            whole = json.loads(text)
            kept = without_keys(whole)
        except (ValueError, RecursionError):
            pass
        else:
            return text if kept == whole else json.dumps(kept)
    return _PAIR.sub(_pair, text)


def _pair(found: re.Match[str]) -> str:
    return f"{found['name']}: {_GONE}" if is_key(found["name"].strip("\"'")) else found[0]


def redacted(text: str) -> str:
    """A text without anything that has the form of a key, or may be one in a URL."""
    return without_secrets(_BEARER.sub(rf"\1{HIDDEN}", _KEY.sub(HIDDEN, text)))
