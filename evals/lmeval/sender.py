"""Which of lm-eval's models has asked, and which of its arguments decide what it sends."""

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
"""What lm-eval logs of a model that was made before `simple_evaluate`, and what ``--model`` would say."""


@dataclass(frozen=True, slots=True)
class Sender:
    """One of lm-eval's models."""

    kind: str
    """What ``--model`` says."""
    model: str = ""
    """The name that it sends, or an empty string where nothing tells it."""
    limit: Any = None
    """``max_gen_toks`` among its arguments: tokens of an answer where a task says nothing."""
    is_told: bool = True
    """Whether its arguments are known: of a model that was made before, lm-eval logs none."""


def sender_of(kind: str, arguments: Mapping[Any, Any]) -> Sender:
    """What a call or its results say.

    Args:
        kind: What ``--model`` says, or the class of a model that was made before.
        arguments: Those of ``--model_args``.
    """
    name = arguments.get("model")
    if kind != _AZURE:  # that one takes another name from the environment
        name = name or arguments.get("pretrained")
    return Sender(
        kind=_CLASSES.get(kind, kind),
        model=str(name or ""),
        limit=arguments.get("max_gen_toks"),
        is_told=kind not in _CLASSES,
    )
