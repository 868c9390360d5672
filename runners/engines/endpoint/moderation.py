"""Whether a content filter, and not the model, is behind an error or an answer without text.

Providers say so in many ways, and a status alone says nothing: a 403 may be a key, a 400 a bad field. So only words
and fields that no other error has are taken for a filter's. Where they are known from:

- documentation, read in November 2026: Azure OpenAI (ResponsibleAIPolicyViolation), OpenRouter
  (`metadata.flagged_input`, and `metadata.raw` for the provider's own error), Volcengine (SensitiveContentDetected,
  InputTextRiskDetection; its ContentSecurityDetectionError is the filter's own failure), Z.ai (1301), MiniMax
  (1026, 1027, `output_sensitive`), Alibaba's Chinese sentence, LiteLLM (ContentPolicyViolationError), Cloudflare
  (prompt blocked), UCloud, WSO2 (GUARDRAIL_INTERVENED);
- reports of users: Alibaba's data_inspection_failed, DeepSeek's Content Exists Risk, Zhipu's Chinese sentence,
  MiniMax's ``new_sensitive`` under status 500, OpenAI's safety reasons, Anthropic's content filtering policy,
  sensitive_words_detected of resellers, a completion under status 400 of Azure Foundry;
- no source that we found: Zhipu's `contentFilter` field, watsonx's list of `errors`, and the other wordings, English
  and Chinese, which are usual ones. Baidu's 336104 is left out: its own libraries call that an invalid argument.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from lawbound.runners.engines.endpoint.error import codes_of, error_of, message_of

_TEXT = "(?:prompt|input|output|request|response|content|message|text|query|question|answer|completion|generation)s?"
_MODERATED = re.compile(
    r"content filter|content (?:policy|safety|usage) violation|content management policy|"
    r"(?:violat\w+|against|breach\w*) (?:\w+ ){0,4}?(?:content|usage|safety|moderation|guardrail) polic|"
    r"(?:blocked|rejected|flagged|filtered|refused|stopped) (?:\w+ ){0,4}?(?:moderation|content polic|safety)|"
    rf"\b{_TEXT} (?:\w+ ){{0,4}}?flagged|flagged {_TEXT}\b|"
    r"(?:prompt|input|output|response|content) (?:\w+ ){0,2}?blocked|guardrail intervened|"
    r"moderation (?:blocked|failed|error|rejected)|data inspection failed|content exists risk|"
    r"responsible ai|safety system|for safety reasons|prohibited content|inapprop\w+ content|unsafe content|"
    r"sensitive (?:content|words?|chat messages?)|new sensitive|contains? (?:\w+ ){0,3}?sensitive|"
    r"(?:in|out)put text risk detection|"
    r"敏感(?:内容|信息|词)|不安全的?内容|涉敏|(?:审核|安全策略)(?:不|未|没有)通过|(?:不|未|没有)通过(?:审核|安全策略)|"
    r"涉嫌违规|违规(?:内容|信息)|(?:内容|输入|输出)违规",
    re.IGNORECASE,
)
"""In text whose words are apart: see `_words_apart`."""
_VERDICT = re.compile(r"new sensitive", re.IGNORECASE)
"""What counts under status 500, too: no failing filter says it."""
_OF_AN_ACCOUNT = re.compile(
    r"\b(?:account|organi[sz]ation|(?:api|access) ?key)\b|账号|账户|认证|密钥|资质", re.IGNORECASE
)
"""Whoever is blocked or flagged then is the user, not the text."""
_NO_FILTERS = re.compile(
    r"server error|internal error|overload|unavailable|time(?:d|s)? ?out|(?:api|access) ?key|quota|rate ?limit",
    re.IGNORECASE,
)
"""A server's own failure, including one of its filter or of an account."""
_JOINED = re.compile(
    r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z0-9])[_./-]+(?=[A-Za-z0-9])"
)
_OWN_WORDS = 160
"""Characters of a code or message that are the server's own words."""
_LONGEST_RAW = 20_000
"""Most characters of another server's error that are read in a gateway's."""
_ZHIPU, _MINIMAX = "1301", (1026, 1027)


def is_block(status: int | None, content: Any) -> bool:
    """Whether an error is a filter's.

    Args:
        status: Its own status or the one it names; None if it names none.
        content: The body of the error.
    """
    if status is None:
        return is_moderated(content, is_of_request=False)
    if status == 500:
        return _VERDICT.search(_words_apart(message_of(error_of(content)))) is not None
    is_of_request = 400 <= status < 500 and status not in (401, 404, 429)
    return is_of_request and is_moderated(content)


def is_moderated(content: Any, *, is_of_request: bool = True) -> bool:
    """Whether a filter refused. Only the server's own words count: a message may go on to quote our
    prompt, a policy text.

    Args:
        content: The body of the error.
        is_of_request: Whether its status blames the request. Without such a status, a failing
            server may mention its filter: words of a failure count first.
    """
    error = error_of(content)
    codes = [_words_apart(code) for code in codes_of(error)]
    message = _words_apart(message_of(error))
    if is_of_request:
        if any(_MODERATED.search(code) for code in codes) or _has_marks(content, error):
            return True
        return _is_of_text(message) or _is_moderated_elsewhere(error)
    if any(_MODERATED.search(code) and not _NO_FILTERS.search(code) for code in codes):
        return True
    has_failed = any(_NO_FILTERS.search(word) for word in (*codes, message))
    return _is_of_text(message) and not has_failed


def is_stopped(content: Mapping[str, Any]) -> bool:
    """Whether a body without choices says that the prompt or the answer was filtered."""
    feedback = content.get("promptFeedback") or content.get("prompt_feedback")
    if isinstance(feedback, dict) and (feedback.get("blockReason") or feedback.get("block_reason")):
        return True
    if '"filtered": true' in json.dumps(content.get("prompt_filter_results"))[:10_000]:
        return True
    return is_emptied(content) or (
        _is_error(content) and is_moderated(content, is_of_request=False)
    )


def is_emptied(content: Mapping[str, Any]) -> bool:
    """Whether fields beside an answer without text say that a filter took the text. Beside a text
    they may only remark on it."""
    found = content.get("base_resp")
    if isinstance(found, dict) and found.get("status_code") in _MINIMAX:
        return True
    return content.get("input_sensitive") is True or content.get("output_sensitive") is True


def _is_error(content: Mapping[str, Any]) -> bool:
    """Whether a body without ``error`` calls itself one, by a code or a list. What another API calls its
    message may be the model's."""
    if isinstance(content.get("message"), dict):
        return False
    if "error" in (content.get("object"), content.get("type")):
        return True
    return any(content.get(name) for name in ("errors", "error_code", "code"))


def _words_apart(text: str) -> str:
    """A server's own words, one space between two: ``SensitiveContentDetected`` and
    ``sensitive_content_detected`` are ``Sensitive Content Detected`` but for capitals."""
    return " ".join(_JOINED.sub(" ", text[:_OWN_WORDS]).split())


def _is_of_text(message: str) -> bool:
    """Whether a message says that a text was filtered, and not an account locked."""
    found = _MODERATED.search(message)
    return found is not None and not _OF_AN_ACCOUNT.search(message, 0, found.end())


def _has_marks(content: Any, error: Mapping[str, Any]) -> bool:
    """Whether fields that only a filter's error has are there."""
    if isinstance(about := error.get("metadata"), dict) and about.get("flagged_input"):
        return True
    if not isinstance(content, dict):
        return False
    if content.get("contentFilter") and _ZHIPU in codes_of(error):
        return True
    return is_emptied(content)


def _is_moderated_elsewhere(error: Mapping[str, Any]) -> bool:
    """Whether the error that a gateway quotes from the provider is a filter's (OpenRouter)."""
    about = error.get("metadata")
    raw = about.get("raw") if isinstance(about, dict) else None
    if not isinstance(raw, str):
        return raw is not None and is_moderated(raw)
    if len(raw) > _LONGEST_RAW:
        return False
    try:
        return is_moderated(json.loads(raw))
    except (ValueError, RecursionError):
        return is_moderated({"message": raw})
