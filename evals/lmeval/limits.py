"""How long an answer could be, where lm-eval was given more than one limit for it.

Our tasks say ``max_gen_toks``. A ``--gen_kwargs max_tokens=512`` stands beside it and replaces nothing; which
of the two goes out is up to the type of the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lawbound.tasks.files import quoted

LIMITS = ("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens")
"""lm-eval's names, in the order in which its own models take the first that is given."""
OWN = frozenset({"hf", "hf-auto", "huggingface", "vllm"})
SERVERS = frozenset(
    {"local-completions", "local-chat-completions", "openai-completions", "openai-chat-completions"}
)
"""They send ``max_tokens`` before ``max_gen_toks``, and any other name beside what they send."""


class SettingError(ValueError):
    """Nobody knows with which setting an answer was asked."""


def given_limits(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The limits among an answer's settings, in tokens, by lm-eval's names."""
    return {name: settings[name] for name in LIMITS if name in settings}


def is_one(limits: Mapping[str, Any]) -> bool:
    """Whether they say one thing."""
    return all(limit == next(iter(limits.values())) for limit in limits.values())


def sent_limit(limits: Mapping[str, Any], kind: str) -> str:
    """The name of the limit that a model is asked with.

    Args:
        limits: At least one.
        kind: What ``--model`` says.

    Raises:
        SettingError: They differ, and that type of model is not known to choose the one or the other.
    """
    if is_one(limits):
        return next(iter(limits))
    if kind in OWN:
        return next(name for name in limits if limits[name] is not None)
    if kind in SERVERS and set(limits) == {"max_gen_toks", "max_tokens"}:
        return "max_tokens"
    shown = " and ".join(f"{name}={quoted(limit)}" for name, limit in limits.items())
    raise SettingError(
        f"found {shown}, of which it is unknown what {quoted(kind)} sends, expected one "
        "(--gen_kwargs max_gen_toks=NUMBER)"
    )
