"""Which of lm-eval's models asked, and which of its arguments decide what it sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_AZURE = "azure-openai-chat-completions"
_CLASSES = {
    "AnthropicChat": "anthropic-chat",
    "AzureOpenaiChatCompletionsLM": _AZURE,
    "HFLM": "hf",
    "LiteLLMChatCompletion": "litellm",
    "LocalChatCompletion": "local-chat-completions",
    "LocalCompletionsAPI": "local-completions",
    "OpenAIChatCompletion": "openai-chat-completions",
    "OpenAICompletionsAPI": "openai-completions",
    "SGLangLM": "sglang",
    "TRTLLM": "trtllm",
    "VLLM": "vllm",
}
"""Name that lm-eval logs for a model made before `simple_evaluate` -> its name in ``--model``."""


@dataclass(frozen=True, slots=True)
class Sender:
    """One of lm-eval's models."""

    kind: str
    """The value of ``--model``."""
    model: str = ""
    """The model name that it sends, or an empty string if nothing tells it."""
    limit: Any = None
    """Its argument ``max_gen_toks``: tokens of an answer if a task sets no limit."""
    is_told: bool = True
    """Whether its arguments are known: lm-eval logs none for a model that was made before."""


def sender_of(kind: str, arguments: Mapping[Any, Any]) -> Sender:
    """The model of a call or of its results.

    Args:
        kind: The value of ``--model``, or the class of a model that was made before.
        arguments: The value of ``--model_args``.
    """
    name = arguments.get("model")
    if kind != _AZURE:  # this type takes another name from the environment
        name = name or arguments.get("pretrained")
    return Sender(
        kind=_CLASSES.get(kind, kind),
        model=str(name or ""),
        limit=arguments.get("max_gen_toks"),
        is_told=kind not in _CLASSES,
    )
