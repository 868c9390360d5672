"""Reading what a server sent back: an answer, or a fault and whether asking again may help.

Nothing becomes an answer by accident. A page of HTML, half a JSON or a body of another shape is a
transport fault and is asked again; a body that parses completely as a completion or an error is one,
whatever its content type. A provider's moderation is an outcome of its own, never a refusal.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lawbound.runners.engines.endpoint.content import Content, read_content
from lawbound.runners.engines.endpoint.error import (
    AGAIN,
    Cause,
    cause_of,
    error_words,
    is_out_of_quota,
    status_inside,
)
from lawbound.runners.engines.endpoint.finish import Ending, ending_of, finish_of
from lawbound.runners.engines.endpoint.moderation import (
    is_filter_error,
    is_filtered_without_choices,
    is_stopped_by_rail,
    says_text_was_taken,
)
from lawbound.runners.engines.endpoint.redirect import target_of
from lawbound.runners.engines.endpoint.retry_after import seconds_asked
from lawbound.runners.engines.endpoint.usage import usage_of
from lawbound.runners.engines.thinking import Split, begins_with_trace, split_thinking
from lawbound.runners.sample import Finish
from lawbound.tasks.io.messages import one_line
from lawbound.tasks.io.yaml_files import quoted


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP response, whole."""

    status: int
    content_type: str
    body: bytes
    retry_after: str = ""
    retry_after_ms: str = ""
    date: str = ""
    """The server's time, as its ``Date`` header has it."""
    location: str = ""
    """Where a redirect points."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The model's answer."""

    text: str
    finish: Finish
    thinking: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    thinking_tokens: int | None = None
    id: str | None = ""
    """The server's name for this completion; None if it is no completion but a filter's error."""
    model: str = ""
    """The model's name according to the server; empty if it does not say."""
    said: str = ""
    """What shows that a filter stepped in, such as the words of its error, not cleaned yet; empty if only the finish
    reason does."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why there is no answer, and whether asking again may help."""

    message: str
    again: bool
    """Whether the same request may succeed later."""
    status: int = 0
    """0 if there was no response."""
    wait: float | None = None
    """Seconds that the server asks us to wait."""
    cause: Cause = "server"
    broke_off: bool = False
    """Whether there was a server, but the connection to it was lost."""
    of_proxy: bool = False
    """Whether a proxy is meant, and not the server."""


def read_reply(reply: Reply, now: datetime) -> Answer | Fault:
    """Judge one response.

    Args:
        reply: The response.
        now: For a ``Retry-After`` that names a date, from a server that does not say what time it has.
    """
    if 300 <= reply.status < 400 and reply.location:
        return Fault(
            f"status {reply.status}: redirects to {target_of(reply.location)}, and redirects are not followed, expected "
            "the URL of the server that answers",
            again=False,
            status=reply.status,
            cause=cause_of(reply.status),
        )
    content = _json(reply.body)
    if not 200 <= reply.status < 300:
        return _refused(reply.status, content, reply, now)
    # What a server calls its JSON does not matter, and an error page for people does not parse as any.
    if isinstance(content, dict) and _says_anything(content.get("error")):
        return _refused(status_inside(content), content, reply, now)
    if (
        isinstance(content, dict)
        and not content.get("choices")
        and is_filtered_without_choices(content)
    ):
        return Answer("", "blocked", id=None, said=error_words(content) or _excerpt(reply.body))
    is_called_json = not reply.content_type or "json" in reply.content_type.lower()
    if not is_called_json and _choice(content) is None:
        found = f"content type {reply.content_type}, expected application/json"
        return _no_answer(reply.status, f"{found}: {_excerpt(reply.body)}")
    return _answer(content, reply)


def _says_anything(found: Any) -> bool:
    """Whether what a completion calls its error says anything: some always send one with empty fields."""
    return any(found.values()) if isinstance(found, dict) else bool(found)


def _refused(stated: int | None, content: Any, reply: Reply, now: datetime) -> Answer | Fault:
    """An error, by its own status or the one it names; without one it may be a filter's, too."""
    words = error_words(content) or _excerpt(reply.body) or "no text"
    # Azure Foundry sends the completion that its filter emptied under a status of 400.
    is_filtered_completion = stated == 400 and (one := _choice(content)) and one.ending == "blocked"
    said = f"status {reply.status}{' with error' if reply.status < 300 else ':'} {words}"
    if is_filtered_completion or is_filter_error(stated, content):
        return Answer("", "blocked", id=None, said=said)
    status = 500 if stated is None else stated
    return Fault(
        said,
        again=status in AGAIN and not is_out_of_quota(words),
        status=status,
        wait=seconds_asked(reply.retry_after, reply.date, now, reply.retry_after_ms),
        cause=cause_of(status),
    )


def _answer(content: Any, reply: Reply) -> Answer | Fault:
    choice = _choice(content)
    if choice is None:
        found = "no whole JSON" if content is None else "JSON without choices[0].message"
        return _no_answer(
            reply.status, f"{found}, expected a chat completion: {_excerpt(reply.body)}"
        )
    is_railed = is_stopped_by_rail(content)
    is_textless = choice.content is None or not choice.content.text
    if is_railed or (says_text_was_taken(content) and is_textless):
        choice = replace(choice, ending="blocked")
    said = _said(choice, reply.status)
    if isinstance(said, Fault):
        return said
    split = _split(choice, said)
    usage = usage_of(content)
    return Answer(
        text=_whole(split.answer),
        finish=finish_of(choice.ending),
        thinking=_whole(split.thinking),
        prompt_tokens=usage.prompt,
        completion_tokens=usage.completion,
        thinking_tokens=usage.thinking,
        id=str(content.get("id") or ""),
        model=_whole(model) if isinstance(model := content.get("model"), str) else "",
        said="a log that names a rail which stopped it" if is_railed else "",
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    """The choice with index 0, or else the first; we ask for one."""

    message: Mapping[str, Any]
    content: Content | None
    """What the message holds; None if it is not known."""
    ending: Ending
    word: str
    """The finish reason in lower case, or nothing."""


def _choice(content: Any) -> _Choice | None:
    """The answer in a completion, or None if it is no completion."""
    choices = content.get("choices") if isinstance(content, dict) else None
    listed = choices if isinstance(choices, list) and choices else [None]
    numbered = (one for one in listed if isinstance(one, dict) and one.get("index") == 0)
    first = next(numbered, listed[0])
    if not isinstance(first, dict):
        return None
    reason = first.get("finish_reason")
    word = reason.lower() if isinstance(reason, str) else ""
    ending = ending_of(reason)
    message = first.get("message")
    if message is None and ending == "blocked":
        message = {}
    if not isinstance(message, dict):
        return None
    return _Choice(message, read_content(message.get("content")), ending, word)


def _said(choice: _Choice, status: int) -> str | Fault:
    """The text of a choice, empty only if the model or a filter left it so."""
    text = choice.content.text if choice.content else None
    refusal = choice.message.get("refusal")
    if not text and isinstance(refusal, str):
        text = refusal
    is_broken = choice.ending == "broken"
    if not is_broken and (text or _ends_empty(choice, text)):
        return text or ""
    ending = f"finish reason {choice.word!r:.40}" if choice.word else "no finish reason"
    found = ending if is_broken else f"{_no_text(choice.message)} and {ending}"
    return _no_answer(status, f"{found}, expected a whole answer", "either")


def _split(choice: _Choice, said: str) -> Split:
    """The trace and the answer; servers that know the model's marks give the trace a field or parts of its own.

    Some leave a copy of it at the beginning of the answer, too.
    """
    fields = (choice.message.get(name) for name in ("reasoning_content", "reasoning"))
    for trace in (*fields, choice.content.thinking if choice.content else ""):
        if trace and isinstance(trace, str):
            left = split_thinking(said)
            is_copy = begins_with_trace(said) or left.thinking.strip() == trace.strip()
            return Split(trace, left.answer if is_copy else said)
    return split_thinking(said)


def _no_answer(status: int, found: str, cause: Cause = "server") -> Fault:
    return Fault(f"status {status} with {found}", again=True, status=status, cause=cause)


def _ends_empty(choice: _Choice, text: str | None) -> bool:
    """Whether a textless answer is the model's own: it said nothing, only thought, or called a
    tool."""
    if choice.ending in ("blocked", "length"):
        return True
    if choice.ending in ("stop", "tools") and text is not None:
        return True
    if choice.content and choice.content.thinking:
        return True
    return any(
        choice.message.get(name) for name in ("tool_calls", "reasoning_content", "reasoning")
    )


def _no_text(message: Mapping[str, Any]) -> str:
    """What takes the place of a message's text."""
    if "content" not in message:
        return "no content"
    content = message["content"]
    if content in ("", []):
        return "empty content"
    return "content null" if content is None else f"content {quoted(content, 40)}"


def _whole(text: str) -> str:
    """Lone surrogates, which JSON can smuggle in and no file can hold, become replacement marks."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_int=_whole_number)
    except (ValueError, RecursionError):
        return None


def _whole_number(digits: str) -> int | float:
    """A number of JSON; beyond what any field counts it is a float, since Python refuses thousands of digits."""
    return int(digits) if len(digits) <= 20 else float(digits)


def _excerpt(body: bytes) -> str:
    return one_line(body[:400].decode("utf-8", "replace"))
