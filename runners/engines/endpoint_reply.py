"""Reading what a server sent back: an answer, or a fault and whether asking again may help.

Nothing becomes an answer by accident. A page of HTML, half a JSON or a body of another shape is a
fault of the way, asked again; a provider's moderation is an outcome of its own, never a refusal.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from lawbound.runners.engines.thinking import split_thinking
from lawbound.runners.sample import MOST_COUNTED, Finish
from lawbound.tasks.files import quoted
from lawbound.tasks.messages import one_line

AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})
"""Statuses after which the same request may succeed."""

_BLOCKED_FINISH = frozenset({
    "content_filter", "content-filter", "safety", "sensitive", "prohibited_content", "blocklist",
    "moderation", "guardrail_intervened",
})  # fmt: skip
_BROKEN_FINISH = frozenset({"error", "abort", "aborted", "cancelled", "canceled", "failed"})
_MODERATED = re.compile(
    r"content[ _-]?filter|content[ _-]policy[ _-]violation|content management policy|"
    r"(?:violat\w+|against|breach\w*) (?:\w+ ){0,4}?(?:content|usage|safety) polic|"
    r"(?:blocked|rejected|flagged|filtered|refused|stopped) (?:\w+ ){0,4}?(?:moderation|content polic|safety)|"
    r"moderation[_ ](?:blocked|failed|error|rejected)|data_inspection_failed|content exists risk|"
    r"responsible ?ai|flagged (?:as|by|for)|safety system|sensitive content|prohibited_content|"
    r"inappropriate content",
    re.IGNORECASE,
)
_LIMIT = frozenset({"length", "max_tokens"})
_STOP = frozenset(
    {"stop", "end_turn", "stop_sequence", "eos", "eos_token", "completed", "complete"}
)
_NO_QUOTA = re.compile(r"insufficient_quota|billing_hard_limit|insufficient balance", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP response, whole."""

    status: int
    content_type: str
    body: bytes
    retry_after: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said."""

    text: str
    finish: Finish
    thinking: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    thinking_tokens: int | None = None
    id: str = ""
    """The server's name for this completion."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong on the way."""

    message: str
    again: bool
    """The same request may succeed later."""
    status: int = 0
    """0 where there was no response."""
    wait: float | None = None
    """Seconds that the server asks us to wait."""


def read_reply(reply: Reply, now: datetime) -> Answer | Fault:
    """Judge one response.

    Args:
        reply: What came.
        now: For a ``Retry-After`` that names a date.
    """
    if reply.status != 200:
        return _refused(reply.status, _json(reply.body), reply, now)
    if reply.content_type and "json" not in reply.content_type.lower():
        return Fault(
            f"status 200 with content type {reply.content_type}, expected application/json: "
            f"{_excerpt(reply.body)}",
            again=True,
            status=200,
        )
    content = _json(reply.body)
    if isinstance(content, dict) and content.get("error"):
        return _refused(_status_inside(content["error"]), content, reply, now)
    if isinstance(content, dict) and not content.get("choices") and _stopped_prompt(content):
        return Answer("", "blocked")
    return _answer(content, reply.body)


def seconds_asked(header: str, now: datetime) -> float | None:
    """Seconds that a ``Retry-After`` header asks for, in either of its forms; none if unreadable."""
    header = header.strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", header):
        return float(header)
    try:
        date = parsedate_to_datetime(header)
    except (ValueError, IndexError, OverflowError):
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())


def estimate_tokens(text: str) -> int:
    """Tokens of a text as a rough estimate: four ASCII characters or one other character a token."""
    ascii_count = len(text.encode("ascii", "ignore"))
    return -(-ascii_count // 4) + len(text) - ascii_count


def _refused(status: int, content: Any, reply: Reply, now: datetime) -> Answer | Fault:
    words = _error_words(content) or _excerpt(reply.body) or "no text"
    if 400 <= status < 500 and status not in (401, 404, 429) and _is_moderated(content):
        return Answer("", "blocked")
    return Fault(
        f"status {status}: {words}",
        again=status in AGAIN and not _NO_QUOTA.search(words),
        status=status,
        wait=seconds_asked(reply.retry_after, now) if reply.retry_after else None,
    )


def _answer(content: Any, body: bytes) -> Answer | Fault:
    choices = content.get("choices") if isinstance(content, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if isinstance(choice, dict) and message is None and _finish(choice) == "blocked":
        message = {}
    if not isinstance(choice, dict) or not isinstance(message, dict):
        found = "no whole JSON" if content is None else "JSON without choices[0].message"
        return Fault(
            f"status 200 with {found}, expected a chat completion: {_excerpt(body)}",
            again=True,
            status=200,
        )
    word = _word(choice)
    text = _content(message.get("content"))
    refusal = message.get("refusal")
    if text is None and isinstance(refusal, str):
        text = refusal
    if word in _BROKEN_FINISH or (not text and not _ends_empty(word, text, message)):
        said = f"finish reason {word!r:.40}" if word else "no finish reason"
        if word not in _BROKEN_FINISH:
            said = f"{_no_text(message)} and {said}"
        return Fault(f"status 200 with {said}, expected a whole answer", again=True, status=200)
    text = text or ""
    trace = next(
        (
            t
            for t in map(message.get, ("reasoning_content", "reasoning"))
            if isinstance(t, str) and t
        ),
        "",
    )
    if not trace:
        split = split_thinking(text)
        trace, text = split.thinking, split.answer
    usage = content.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    details = usage.get("completion_tokens_details")
    return Answer(
        text=_whole(text),
        finish=_finish(choice),
        thinking=_whole(trace),
        prompt_tokens=_count(usage.get("prompt_tokens")),
        completion_tokens=_count(usage.get("completion_tokens")),
        thinking_tokens=(
            _count(details.get("reasoning_tokens")) if isinstance(details, dict) else None
        ),
        id=str(content.get("id") or ""),
    )


def _ends_empty(word: str, text: str | None, message: Mapping[str, Any]) -> bool:
    """Whether an answer without text is the model's own: it said nothing, thought only, or called a tool."""
    if word in _BLOCKED_FINISH or word in _LIMIT:
        return True
    if word in _STOP and text is not None:
        return True
    return any(message.get(name) for name in ("tool_calls", "reasoning_content", "reasoning"))


def _no_text(message: Mapping[str, Any]) -> str:
    """What stands where a message should have its text."""
    if "content" not in message:
        return "no content"
    content = message["content"]
    if content in ("", []):
        return "empty content"
    return "content null" if content is None else f"content {quoted(content, 40)}"


def _stopped_prompt(content: Mapping[str, Any]) -> bool:
    """Whether a body without choices says that the prompt was filtered."""
    feedback = content.get("promptFeedback") or content.get("prompt_feedback")
    if isinstance(feedback, dict) and (feedback.get("blockReason") or feedback.get("block_reason")):
        return True
    return '"filtered": true' in json.dumps(content.get("prompt_filter_results"))[:10_000]


def _word(choice: Mapping[str, Any]) -> str:
    reason = choice.get("finish_reason")
    return reason.lower() if isinstance(reason, str) else ""


def _finish(choice: Mapping[str, Any]) -> Finish:
    word = _word(choice)
    if word in _BLOCKED_FINISH:
        return "blocked"
    if word in _LIMIT:
        return "length"
    return "stop" if word else "unknown"


def _content(content: Any) -> str | None:
    """The text of a message: a string, or the text parts of a list."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    parts = [part.get("text") for part in content if isinstance(part, dict)]
    return "".join(part for part in parts if isinstance(part, str))


def _count(value: Any) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count and 0 <= value <= MOST_COUNTED else None


def _whole(text: str) -> str:
    """Lone surrogates, which JSON can smuggle in and no file can hold, become replacement marks."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _status_inside(error: Any) -> int:
    code = error.get("code") if isinstance(error, dict) else None
    if isinstance(code, str) and re.fullmatch(r"[45]\d\d", code, re.ASCII):
        code = int(code)
    return code if isinstance(code, int) and 400 <= code <= 599 else 500


def _error_words(content: Any) -> str:
    """Codes and message of an error body, in the shapes that servers use."""
    error = _error(content)
    found = (*_codes(error), error.get("message"), error.get("detail"))
    return ": ".join(str(word) for word in found if word)


def _is_moderated(content: Any) -> bool:
    """Only the server's own words count: a message may go on to quote our prompt, a policy text."""
    error = _error(content)
    words = [*_codes(error), str(error.get("message") or "")[:160]]
    return any(_MODERATED.search(word) for word in words)


def _error(content: Any) -> Mapping[str, Any]:
    error = content.get("error", content) if isinstance(content, dict) else {}
    if isinstance(error, str):
        return {"message": error}
    return error if isinstance(error, dict) else {}


def _codes(error: Mapping[str, Any]) -> list[str]:
    inner = error.get("innererror")
    inner_code = inner.get("code") if isinstance(inner, dict) else None
    found = (error.get("type"), error.get("code"), inner_code)
    return [str(code) for code in found if code]


def _excerpt(body: bytes) -> str:
    return one_line(body[:400].decode("utf-8", "replace"))
