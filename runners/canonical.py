"""Canonical JSON, in which equal values have equal bytes, and request keys, its hashes."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any

from lawbound.runners.sample import Fingerprint, Message, Rendered, Settings

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def canonical_json(value: Any) -> bytes:
    """One byte string for one value: sorted keys, no spaces, ASCII."""
    return _CANONICAL.encode(value).encode()


def request_key(
    chat: Sequence[Message],
    rendered: Rendered,
    settings: Settings,
    seed: int,
    epoch: int,
    choices: Sequence[str],
    fingerprint: Fingerprint,
) -> str:
    """sha256 of everything that reaches the model, and of which model it reaches.

    It is the hash of one canonical JSON object, assembled from parts because a plan repeats the
    long ones, the system messages, thousands of times.
    """
    sampled = settings.temperature > 0 and not choices
    before = _before_messages(tuple(choices), epoch, fingerprint)
    after = _after_messages(
        fingerprint, rendered.placement, rendered.template,
        settings=b"null" if choices else _settings_json(*(getattr(settings, n) for n in _SETTINGS)),
        seed=seed if sampled else None,
    )  # fmt: skip
    # Keys are sorted: those of `before` stand ahead of "messages", those of `after` behind it.
    whole = before[:-1] + b',"messages":' + chat_json(chat) + b"," + after[1:]
    return hashlib.sha256(whole).hexdigest()


def chat_json(chat: Sequence[Message]) -> bytes:
    """Canonical JSON of a chat as a list of [role, content]."""
    return b"[" + b",".join(_message_json(message) for message in chat) + b"]"


@lru_cache(maxsize=256)
def _before_messages(choices: tuple[str, ...], epoch: int, fingerprint: Fingerprint) -> bytes:
    return canonical_json(
        {
            "choices": choices,
            "dtype": fingerprint.dtype,
            "engine": [fingerprint.engine, fingerprint.version],
            "epoch": epoch,
        }
    )


@lru_cache(maxsize=256)
def _after_messages(
    fingerprint: Fingerprint,
    placement: str,
    template: str,
    *,
    settings: bytes,
    seed: int | None,
) -> bytes:
    """The rest of the object. Settings come as JSON: the cache would take 0 and 0.0 for one value."""
    return canonical_json(
        {
            "model": [fingerprint.model, fingerprint.revision],
            "placement": placement,
            "seed": seed,
            "settings": json.loads(settings),
            "template": template,
        }
    )


_SETTINGS = tuple(field.name for field in fields(Settings))


@lru_cache(maxsize=256, typed=True)  # 0 and 0.0 are equal, and two settings all the same
def _settings_json(*values: object) -> bytes:
    return canonical_json(dict(zip(_SETTINGS, values, strict=True)))


def _message_json(message: Message) -> bytes:
    if message.role == "system":
        return _system_json(message.content)
    return canonical_json([message.role, message.content])


@lru_cache(maxsize=256)
def _system_json(content: str) -> bytes:
    return canonical_json(["system", content])
