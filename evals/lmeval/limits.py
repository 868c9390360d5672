"""How long an answer could be, according to what lm-eval was given: no limit, one limit, or several.

Our tasks set ``max_gen_toks``. A ``--gen_kwargs max_tokens=512`` is added to it and replaces
nothing. The type of the model decides which of the two is sent, and the limit of a task that sets
neither.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lawbound.evals.lmeval.sender import Sender
from lawbound.tasks.io.errors import LawboundError
from lawbound.tasks.io.yaml_files import quoted

LIMITS = ("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens")
"""lm-eval's names for the limit, in the order in which its own models look for them."""
OWN = frozenset(
    {"hf", "hf-auto", "huggingface", "vllm", "vllm-vlm", "trtllm", "openvino", "steered"}
)
CHATS = frozenset(
    {
        "local-chat-completions", "openai-chat-completions", "azure-openai-chat-completions",
        "litellm", "litellm-chat", "litellm-chat-completions",
    }
)  # fmt: skip
SERVERS = CHATS | {"local-completions", "openai-completions"}
"""Models that send ``max_tokens`` before ``max_gen_toks``, and any other name beside it."""
OTHER_SERVERS = frozenset(
    {"anthropic-chat", "anthropic-chat-completions", "sglang", "sglang-generate"}
)

_DEFAULT = 256
"""The limit that lm-eval's models take if none is set."""
_FIXED = frozenset({"hf", "hf-auto", "huggingface", "azure-openai-chat-completions"})
"""Models that take it whatever their arguments say."""
_TAKING = SERVERS | OTHER_SERVERS | {"vllm", "vllm-vlm", "trtllm"}
"""Models whose argument ``max_gen_toks`` takes its place."""

_WHOLE = re.compile("[0-9]{1,20}")


class SettingError(LawboundError, ValueError):
    """Nobody can determine with which setting an answer was asked."""


def used_limit(settings: Mapping[str, Any], sender: Sender) -> int:
    """How many tokens an answer could have.

    Raises:
        SettingError: The limit is unknown or not a whole number.
    """
    limits = given_limits(settings)
    if limits:
        name = sent_limit(limits, sender.kind)
        return _count(limits[name], name)
    if sender.kind in _FIXED or (sender.limit is None and sender.is_told):
        return _DEFAULT
    if sender.kind in _TAKING and sender.limit is not None:
        return _count(sender.limit, "max_gen_toks")
    said = (
        "no limit"
        if sender.limit is None
        else f"max_gen_toks={quoted(sender.limit)} in --model_args alone"
    )
    raise SettingError(
        f"found {said}, of which it is unknown what {quoted(sender.kind)} sends, expected one "
        "(--gen_kwargs max_gen_toks=NUMBER)"
    )


def _count(given: Any, name: str) -> int:
    is_whole = type(given) is int or (isinstance(given, float) and given.is_integer())
    # `--model_args` is text if lm-eval was given text.
    if not is_whole and not (isinstance(given, str) and _WHOLE.fullmatch(given)):
        raise SettingError(f"{name} is {quoted(given)}, expected a whole number")
    return int(given)


def given_limits(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The limits among an answer's settings, in tokens, by lm-eval's names."""
    return {name: settings[name] for name in LIMITS if name in settings}


def is_one(limits: Mapping[str, Any]) -> bool:
    """Whether the limits agree."""
    return all(limit == next(iter(limits.values())) for limit in limits.values())


def sent_limit(limits: Mapping[str, Any], kind: str) -> str:
    """The name of the limit that is sent to a model.

    Args:
        limits: At least one limit.
        kind: The value of ``--model``.

    Raises:
        SettingError: That type of model is not known to send any of them, or which one it sends.
    """
    if kind in OWN:
        return next((name for name in limits if limits[name] is not None), next(iter(limits)))
    known = ("max_tokens", "max_gen_toks") if kind in SERVERS | OTHER_SERVERS else LIMITS[:1]
    heeded = [name for name in known if name in limits]
    if heeded and (is_one(limits) or (kind in SERVERS and len(heeded) == len(limits))):
        return heeded[0]
    shown = " and ".join(f"{name}={quoted(limit)}" for name, limit in limits.items())
    raise SettingError(
        f"found {shown}, of which it is unknown what {quoted(kind)} sends, expected one "
        "(--gen_kwargs max_gen_toks=NUMBER)"
    )
