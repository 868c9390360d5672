"""Reading a server's error, in the forms that servers use: status, words, and whether a quota is the cause."""

import re
from collections.abc import Mapping
from typing import Any, Literal

Cause = Literal["request", "server", "either"]
"""Who is to blame for a fault; the network counts as the server."""

AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529, 530})
"""Statuses after which the same request may succeed."""
_LONGEST_CODE = 160
"""Most characters of a code that are read."""
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


def status_inside(content: Mapping[str, Any]) -> int | None:
    """The status that the error in a body names inside a response of status 200; None if it names none."""
    error = content.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    if is_spring_error(content):
        code = content["status"]
    if isinstance(code, str) and re.fullmatch(r"[45]\d\d", code, re.ASCII):
        code = int(code)
    return code if isinstance(code, int) and 400 <= code <= 599 else None


def is_spring_error(content: Any) -> bool:
    """Whether a body has the form of Spring Boot's own errors, which a server made with it sends for whatever goes
    wrong in it: its ``error`` is only the name of the status, and a ``message`` may explain it."""
    return (
        isinstance(content, dict)
        and "timestamp" in content
        and isinstance(content.get("status"), int)
        and all(isinstance(content.get(name), str) for name in ("error", "path"))
    )


def error_words(content: Any) -> str:
    """Codes and message of an error body, in the shapes that servers use."""
    error = error_of(content)
    message = _ends(message_of(error))
    detail = "" if error.get("detail") == message else _ends(str(error.get("detail") or ""))
    return ": ".join(filter(None, (*codes_of(error), message, detail)))


def error_of(content: Any) -> Mapping[str, Any]:
    """The part of a body that tells the error: its ``error``, or the body itself, which may stand in a list (Gemini).
    The first of its ``errors`` adds what the body leaves out (watsonx): some list faults of single fields there."""
    if isinstance(content, list) and content:
        content = content[0]
    if not isinstance(content, dict):
        return {}
    if is_spring_error(content):
        return {"code": content["error"], "message": content.get("message")}
    if error := content.get("error"):
        if isinstance(error, str):
            return {**content, "message": error}
        return error if isinstance(error, dict) else content
    listed = content.get("errors")
    first = listed[0] if isinstance(listed, list) and listed else None
    if isinstance(first, str):
        first = {"message": first}
    own = {name: value for name, value in content.items() if value}
    return {**first, **own} if isinstance(first, dict) else content


def codes_of(error: Mapping[str, Any]) -> list[str]:
    """The words and numbers by which a server names its error."""
    inner = error.get("innererror")
    inner_code = inner.get("code") if isinstance(inner, dict) else None
    found = (error.get("type"), error.get("code"), error.get("error_code"), inner_code)
    return [str(code)[:_LONGEST_CODE] for code in found if code]


def message_of(error: Mapping[str, Any]) -> str:
    """The sentence that explains an error; some have it in another field."""
    for name in ("message", "error_msg", "detail"):
        if isinstance(said := error.get(name), str) and said:
            return said
    return str(error.get("message") or "")


def is_out_of_quota(words: str) -> bool:
    """Whether it says that an account is used up, which no waiting mends."""
    return _NO_QUOTA.search(words) is not None


def _ends(text: str) -> str:
    """The beginning and end of a text: expressions search it, and it may be megabytes long or quote
    all that we sent."""
    half = _LONGEST_WORDS // 2
    return text if len(text) <= _LONGEST_WORDS else f"{text[:half]} [...] {text[-half:]}"
