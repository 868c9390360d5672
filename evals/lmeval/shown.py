"""What users gave lm-eval, as it is kept and shown: without the keys among it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lawbound.runners.engines.harness_load import is_key
from lawbound.tasks.io.urls import HIDDEN, KEY, without_secrets

_KEY = re.compile(KEY)


def without_keys(found: Any, name: str = "") -> Any:
    """A value without those that are keys by their names, however deep they stand in it.

    Args:
        found: The value.
        name: Its own.
    """
    if is_key(name):
        return "[key]"
    if isinstance(found, Mapping):
        return {inner: without_keys(value, str(inner)) for inner, value in found.items()}
    if isinstance(found, list | tuple):
        return [without_keys(value) for value in found]
    return found


def shown(text: str) -> str:
    """A text without what has the form of a key, or may be one in a URL."""
    return without_secrets(_KEY.sub(HIDDEN, text))
