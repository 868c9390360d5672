"""Reading a server's error, in the forms that servers use: status, words, and whether filter or quota is the cause."""

import re
from collections.abc import Mapping
from typing import Any, Literal

Cause = Literal["request", "server", "either"]
"""Who is to blame for a fault; the network counts as the server."""

_MODERATED = re.compile(
    r"content[ _-]?filter|content[ _-]policy[ _-]violation|content management policy|"
    r"(?:violat\w+|against|breach\w*) (?:\w+ ){0,4}?(?:content|usage|safety) polic|"
    r"(?:blocked|rejected|flagged|filtered|refused|stopped) (?:\w+ ){0,4}?(?:moderation|content polic|safety)|"
    r"moderation[_ ](?:blocked|failed|error|rejected)|data_inspection_failed|content exists risk|"
    r"responsible ?ai|flagged (?:as|by|for)|safety system|sensitive content|prohibited_content|"
    r"inappropriate content",
    re.IGNORECASE,
)
_NO_FILTERS = re.compile(
    r"server[_ ]?error|internal[_ ]error|overload|unavailable|time(?:d[_ -]?|s[_ -]|[_ -]?)out|"
    r"(?:api|access)[_ -]?key|quota|rate[_ -]?limit",
    re.IGNORECASE,
)
"""A server's own failure, including one of its filter or of an account."""
_OWN_WORDS = 160
"""Characters of a code or message that are the server's own words."""
_LONGEST_WORDS = 4000
"""Most characters of a message that are read at all."""
_OF_THE_REQUEST = frozenset({400, 413, 415, 422, 451, 501})
"""Statuses that judge what was asked. Others for which an immediate repeat is useless (a key, an
address, a missing model) are the server's fault, and may be fixed by the end of a run."""
_NO_QUOTA = re.compile(r"insufficient_quota|billing_hard_limit|insufficient balance", re.IGNORECASE)


def cause_of(status: int) -> Cause:
    """Who is to blame for a status."""
    if status in _OF_THE_REQUEST:
        return "request"
    return "either" if status == 500 else "server"


def status_inside(error: Any) -> int | None:
    """The status that an error names inside a response of status 200; None if it names none."""
    code = error.get("code") if isinstance(error, dict) else None
    if isinstance(code, str) and re.fullmatch(r"[45]\d\d", code, re.ASCII):
        code = int(code)
    return code if isinstance(code, int) and 400 <= code <= 599 else None


def error_words(content: Any) -> str:
    """Codes and message of an error body, in the shapes that servers use."""
    error = _error(content)
    message, detail = (_ends(str(error.get(name) or "")) for name in ("message", "detail"))
    return ": ".join(filter(None, (*_codes(error), message, detail)))


def is_moderated(content: Any, *, is_of_request: bool = True) -> bool:
    """Whether a filter refused. Only the server's own words count: a message may go on to quote our
    prompt, a policy text.

    Args:
        content: The body of the error.
        is_of_request: Whether its status blames the request. Without such a status, a failing
            server may mention its filter: words of a failure count first.
    """
    error = _error(content)
    codes, message = _codes(error), str(error.get("message") or "")[:_OWN_WORDS]
    if is_of_request:
        return any(_MODERATED.search(word) for word in (*codes, message))
    if any(_MODERATED.search(code) and not _NO_FILTERS.search(code) for code in codes):
        return True
    has_failed = any(_NO_FILTERS.search(word) for word in (*codes, message))
    return _MODERATED.search(message) is not None and not has_failed


def is_out_of_quota(words: str) -> bool:
    """Whether it says that an account is used up, which no waiting mends."""
    return _NO_QUOTA.search(words) is not None


def _error(content: Any) -> Mapping[str, Any]:
    error = content.get("error", content) if isinstance(content, dict) else {}
    if isinstance(error, str):
        return {"message": error}
    return error if isinstance(error, dict) else {}


def _codes(error: Mapping[str, Any]) -> list[str]:
    inner = error.get("innererror")
    inner_code = inner.get("code") if isinstance(inner, dict) else None
    found = (error.get("type"), error.get("code"), inner_code)
    return [str(code)[:_OWN_WORDS] for code in found if code]


def _ends(text: str) -> str:
    """The beginning and end of a text: expressions search it, and it may be megabytes long or quote
    all that we sent."""
    half = _LONGEST_WORDS // 2
    return text if len(text) <= _LONGEST_WORDS else f"{text[:half]} [...] {text[-half:]}"
