"""How an answer ended, in the words of many servers.

OpenAI has five words; gateways hand on those of whoever they ask, in any case. An unknown word says
nothing: taking it for a clean end would pass cut-off text as complete.
"""

from collections.abc import Mapping
from typing import Any, Literal

from lawbound.runners.sample import Finish

Ending = Literal["stop", "tools", "length", "blocked", "broken", "unknown"]
"""``tools`` ends an answer that calls a tool; ``broken`` one that the server did not finish, which is asked again."""

_WORDS: Mapping[Ending, tuple[str, ...]] = {
    "stop": ("stop", "end_turn", "stop_sequence", "eos", "eos_token", "eot", "completed", "complete",
        "normal",  # Baidu's Qianfan
    ),
    "tools": ("tool_calls", "tool_call", "tool_use", "function_call"),
    "length": (
        "length", "max_tokens", "max_output_tokens", "max_new_tokens", "max_length", "token_limit",
        # The model's context is full (Mistral; Anthropic, Bedrock and Z.ai; Cohere).
        "model_length", "model_context_window_exceeded", "error_limit",
    ),
    "blocked": (
        "content_filter", "content-filter", "content_filtered", "safety", "sensitive", "prohibited_content",
        "blocklist", "moderation", "guardrail_intervened", "error_toxic",
        "recitation", "spii",  # Gemini: copyrighted text, personal data
        "refusal",  # Anthropic: a classifier's, beside the model
    ),
    "broken": (
        "error", "abort", "aborted", "cancelled", "canceled", "user_cancel", "failed", "timeout", "time_limit",
        "insufficient_system_resource", "network_error",  # DeepSeek, Z.ai
    ),
}  # fmt: skip
_ENDINGS: Mapping[str, Ending] = {
    word: ending for ending, words in _WORDS.items() for word in words
}
_FINISHES: Mapping[Ending, Finish] = {
    "stop": "stop", "tools": "stop", "length": "length", "blocked": "blocked",
}  # fmt: skip


def ending_of(reason: Any) -> Ending:
    """The meaning of a finish reason.

    Gemini's own word may stand after a colon, ``content_filter: SPII``, or as Python prints it, ``FinishReason.STOP``;
    an enumeration of protocol buffers puts its name before each, ``FINISH_REASON_STOP``.

    Args:
        reason: The content of the field, whatever it is.
    """
    word = reason.lower().partition(":")[0].strip() if isinstance(reason, str) else ""
    return _ENDINGS.get(
        word.removeprefix("finishreason.").removeprefix("finish_reason_"), "unknown"
    )


def finish_of(ending: Ending) -> Finish:
    """How a sample records the end of an answer."""
    return _FINISHES.get(ending, "unknown")
