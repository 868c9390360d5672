"""What a message's ``content`` holds: a text, or a list of parts, of which some are the answer and some the trace.

The parts are known from the documentation of OpenAI (``text``, ``refusal``; its Responses API: ``output_text``),
Mistral (``text``, and ``thinking`` with a list of such parts; ``reference`` has no words), Databricks (``text``, and
``reasoning`` with a ``summary`` in parts), Anthropic and Cohere (``thinking`` with a string; ``redacted_thinking`` has
no words). Gateways pass on the parts of the last two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_OF_TEXT = (None, "text", "output_text", "summary_text", "refusal")
"""Some leave the type out where there is no other."""
_OF_TRACE = ("thinking", "reasoning", "redacted_thinking")


@dataclass(frozen=True, slots=True)
class Content:
    """The words of a message."""

    text: str
    thinking: str = ""


def read_content(content: Any) -> Content | None:
    """Take the answer and the trace from a message's content.

    A part of another type (an image, a tool's call, a reference) adds nothing to either.

    Returns:
        None if it is neither a string nor a list, or a list of nothing but other parts: what the model said, or
        that it said nothing, is not known then.
    """
    if isinstance(content, str):
        return Content(content)
    if not isinstance(content, list):
        return None
    answer: list[str] = []
    trace: list[str] = []
    is_known = not content
    for part in content:
        if isinstance(part, dict) and part.get("type") in _OF_TRACE:
            trace.append(_thoughts(part))
        elif (words := _words(part)) is not None:
            answer.append(words)
        else:
            continue
        is_known = True
    return Content("".join(answer), "\n".join(filter(None, trace))) if is_known else None


def _thoughts(part: Mapping[str, Any]) -> str:
    """The words of a part of the trace; empty if the provider keeps them to itself."""
    for name in ("thinking", "summary", "text"):
        found = part.get(name)
        if isinstance(found, list):
            between = "\n" if name == "summary" else ""  # summaries are paragraphs
            found = between.join(filter(None, map(_words, found)))
        if found and isinstance(found, str):
            return found
    return ""


def _words(part: Any) -> str | None:
    """The words of a part that holds a text; None if it holds none."""
    if isinstance(part, str):
        return part
    if not isinstance(part, dict) or part.get("type") not in _OF_TEXT:
        return None
    found = [part[name] for name in ("text", "refusal") if isinstance(part.get(name), str)]
    return next(filter(None, found), found[0] if found else None)
