"""How many tokens a server says that an answer took."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lawbound.tasks.io.limits import MOST_COUNTED


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the server counts them; None if it does not report them."""

    prompt: int | None
    completion: int | None
    thinking: int | None


def usage_of(completion: Mapping[str, Any]) -> Usage:
    """The counts in a completion; what is no count of tokens is not reported."""
    usage = completion.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    details = usage.get("completion_tokens_details")
    details = details if isinstance(details, dict) else {}
    return Usage(
        prompt=_count(usage.get("prompt_tokens")),
        completion=_count(usage.get("completion_tokens")),
        thinking=_count(details.get("reasoning_tokens")),
    )


def _count(value: Any) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count and 0 <= value <= MOST_COUNTED else None
