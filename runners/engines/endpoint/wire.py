"""The requests sent to a chat-completions server, and the differences between servers."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from lawbound.runners.canonical import canonical_json
from lawbound.runners.engines.protocol import ModelError
from lawbound.runners.prompt import place
from lawbound.runners.sample import Placement, Request
from lawbound.runners.seeds import sampling_seed

CONTRACT = "openai-chat-completions-1"
"""Replaces the chat template, which only the server knows. Raise it when the payload changes."""

_RESERVED = frozenset({
    "model", "messages", "stream", "n", "max_tokens", "max_completion_tokens", "temperature",
    "top_p", "stop", "seed",
})  # fmt: skip
_NO_SYSTEM = re.compile(
    r"(?:system|developer)\W+(?:role|message|prompt|instruction)s?\b.{0,60}?"
    r"\b(?:not|n't|unsupported|un\w+|invalid|only|must|disabled)\b|"
    r"(?:not|n't|no|unsupported|unknown|invalid|unexpected)\b.{0,40}?(?:system\W+(?:role|message|prompt|instruction)|role\W+(?:is\W+)?system)|"
    r"role\W+(?:is\W+)?system|roles must alternate",
    re.IGNORECASE,
)
_ENCODE = json.JSONEncoder(separators=(",", ":")).encode
_NO_SEED = re.compile(r"\bseed\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a server accepts: at first what most accept, then adapted to its error messages."""

    system: bool = True
    """Whether it takes messages of the system role."""
    limit: str = "max_tokens"
    """Its name for the token limit."""
    seed: bool = True

    def after(self, complaint: str, payload: Mapping[str, Any]) -> "Dialect | None":
        """The dialect to try next after a 400 with this text, or None if no other will help."""
        sent_system = any(message["role"] == "system" for message in payload["messages"])
        if "max_tokens" in payload and "max_completion_tokens" in complaint:
            return replace(self, limit="max_completion_tokens")
        if sent_system and _NO_SYSTEM.search(complaint):
            return replace(self, system=False)
        if "seed" in payload and _NO_SEED.search(complaint):
            return replace(self, seed=False)
        return None


def contract(extra: Mapping[str, Any]) -> str:
    """sha256 of everything about the payload that messages and settings do not determine."""
    return hashlib.sha256(canonical_json([CONTRACT, dict(extra)])).hexdigest()


def check_extra(extra: Mapping[str, Any]) -> None:
    """Refuse extra fields that would change what the plan says is asked.

    Raises:
        ModelError: A field is one that the settings own.
    """
    if taken := sorted(_RESERVED & set(extra)):
        raise ModelError(
            f"endpoint: extra fields set {', '.join(taken)}, expected only other fields"
        )


def payload(
    request: Request, model: str, dialect: Dialect, extra: Mapping[str, Any]
) -> tuple[dict[str, Any], Placement]:
    """The JSON to send, and where the policy is in it."""
    if request.rendered.placement == "user":  # as planned: the key is made for it
        dialect = replace(dialect, system=False)
    messages, placement = place(request.messages, system=dialect.system)
    settings = request.settings
    body: dict[str, Any] = {
        **extra,
        "model": model,
        "messages": [{"role": m.role, "content": m.content} for m in messages],
        "stream": False,
        dialect.limit: settings.max_tokens,
        "temperature": settings.temperature,
    }
    if settings.temperature > 0:
        body["top_p"] = settings.top_p
        if dialect.seed:
            body["seed"] = sampling_seed(request.seed, request.epoch)
    if settings.stop:
        body["stop"] = list(settings.stop)
    return body, placement


def encode(body: Mapping[str, Any]) -> bytes:
    """The payload as JSON."""
    rest = _ENCODE({name: value for name, value in body.items() if name != "messages"})
    messages = ",".join([_message(turn["role"], turn["content"]) for turn in body["messages"]])
    return f'{rest[:-1]},"messages":[{messages}]}}'.encode()


@lru_cache(256)
def _message(role: str, content: str) -> str:
    """One turn as JSON. A policy is repeated often, and is most of a request."""
    return f'{{"role":{_ENCODE(role)},"content":{_ENCODE(content)}}}'
