"""Whether a content filter, and not the model, is behind an error or an answer without text.

Providers say so in many ways, and a status alone says nothing: a 403 may be a key, a 400 a bad field. So only words
and fields that no other error has are taken for a filter's. Words of a failure, or of whoever asks (an
account, a project, an IP), come first. Where they are known from:

- documentation, read in November 2026: Azure OpenAI (ResponsibleAIPolicyViolation), OpenRouter
  (`metadata.flagged_input`, and `metadata.raw` for the provider's own error), Volcengine (SensitiveContentDetected,
  InputTextRiskDetection; its ContentSecurityDetectionError is the filter's own failure), Z.ai (1301), MiniMax
  (1026, 1027, `output_sensitive`), Alibaba's Chinese sentence, LiteLLM (ContentPolicyViolationError), Cloudflare
  (prompt blocked), UCloud, WSO2 (GUARDRAIL_INTERVENED), NeMo Guardrails (guardrails_violation, `activated_rails`), and
  Spring Boot, whose form of an error never is a filter's;
- other evaluation suites' code for xAI: "Content violates usage guidelines" under status 403;
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

from lawbound.runners.engines.endpoint.error import (
    AGAIN,
    codes_of,
    error_of,
    is_spring_error,
    message_of,
)

_TEXT = "(?:prompt|input|output|content|message|text|question|answer|completion)s?"
_POLICY = "(?:content|usage|safety|moderation|guardrail) (?:polic|guideline)"
_SAYING = "(?:内容|输入|输出|文本|文字|提示|消息|问题|提问|请求|回答|回复)"
"""What is said, in Chinese: an account, an image or a header may also be against the rules."""
_NOT_PASSED = "(?:审核|安全策略)(?:不|未|没有)通过|(?:不|未|没有)通过(?:内容|安全)?(?:审核|策略)"
_MODERATED = re.compile(
    rf"content filter|content (?:policy|safety|usage) violation|content management policy|"
    rf"(?:violat\w+|against|breach\w*) (?:\w+ ){{0,4}}?{_POLICY}|"
    r"(?:blocked|rejected|flagged|filtered|refused|stopped) (?:\w+ ){0,5}?(?:moderation|content polic|safety)|"
    rf"\b{_TEXT} (?:\w+ ){{0,4}}?flagged|flagged {_TEXT}\b|"
    r"(?:prompt|input|output|response|content) (?:(?:is|was|were|has|have|been|got) ){0,3}blocked"
    r"(?:$|[^\w ]| (?:by|for|due to|because of) (?:\w+ ){0,3}?(?:filter|safety|security|moderation|guardrail))|"
    r"guardrail intervened|guardrails violation|(?:moderation|censorship) (?:blocked|failed|error|rejected)|data inspection failed|"
    r"content exists risk|responsible ai|for safety reasons|"
    r"prohibited content|inapprop\w+ content|unsafe content|sensitive (?:content|words?|chat messages?)|new sensitive|"
    rf"\b{_TEXT} (?:\w+ ){{0,2}}?contains? (?:\w+ ){{0,3}}?sensitive (?:information|data|topics?)|"
    r"(?:in|out)put text risk detection|"
    rf"敏感(?:内容|词)|{_SAYING}[^，。；]{{0,12}}敏感信息|不安全的?内容|涉敏|"
    rf"{_SAYING}[^。；]{{0,12}}?(?:{_NOT_PASSED}|涉嫌违规)|违规(?:内容|信息)|(?:内容|输入|输出)违规",
    re.IGNORECASE,
)
"""In text whose words are apart: see `_words_apart`."""
_VERDICT = re.compile(r"new sensitive", re.IGNORECASE)
"""What counts under status 500, too: no failing filter says it."""
_OF_THE_ASKER = re.compile(
    r"\b(?:account|(?:api|access) ?key|subscription)\b|"
    r"(?<!by your )\b(?:organi[sz]ation|project|team|tenant|workspace|company)\b(?!['’]s)|"
    r"\busers?\b(?!(?:'s)? (?:prompt|input|message|quer|question|content|text|request|generated|provided))|"
    r"\baccess (?:(?:is|was|has|been) ){0,2}(?:denied|disabled|terminated|suspended|revoked)\b|\bIP\b(?! polic)|"
    rf"[账帐][号户]|用户(?!的?{_SAYING})|应用|企业|公司|项目|认证|密钥|资质",
    re.IGNORECASE,
)
"""Whoever is blocked or flagged then is the one who asks, not the text."""
_OF_A_FIELD = re.compile(
    r"\b(?:unknown|unsupported|unrecogni[sz]ed|unexpected|invalid|missing|extra) (?:\w+ ){0,2}?"
    r"(?:parameter|field|argument|value|property|option|header)s?\b|请求头",
    re.IGNORECASE,
)
"""A field that the server does not take, and may be called after its filter."""
_FAILS = (
    r"(?:server error|internal error(?! algo)|overload|unavailable|time(?:d|s)? ?out|"
    r"\b(?:is|are) (?:\w+ )?busy|warming up)"
)
_FAILURE = re.compile(_FAILS, re.IGNORECASE)
"""A server's own failure. Alibaba's verdicts are called ``InternalError.Algo...``."""
_FILTERS_FAILURE = re.compile(
    rf"\b(?:filter|filtering|moderation|guardrail|safety)s? (?:\w+ ){{0,3}}?{_FAILS}", re.IGNORECASE
)
"""One of its filter's, which speaks against its code, too. A text that a filter took may be called unavailable."""
_OF_A_LIMIT = re.compile(r"(?:api|access) ?key|quota|rate ?limit", re.IGNORECASE)
_QUOTE = re.compile(r"[\[(\"“”'‘「『`]")
"""Behind it a message may quote what was asked."""
_NEVER = AGAIN | {401, 402, 404, 405, 407, 411, 413, 414, 415, 426, 431}
"""Statuses of other errors than a text's: asked again, or about the key, the money, the address or the size."""
_JOINED = re.compile(
    r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z0-9])[_./-]+(?=[A-Za-z0-9])"
)
_OWN_WORDS = 160
"""Characters of a code or message that are the server's own words."""
_LONGEST_RAW = 20_000
"""Most characters of another server's error that are read in a gateway's."""
_ZHIPU, _MINIMAX = "1301", (1026, 1027)
_RAILS = ("input", "output")


def is_filter_error(status: int | None, content: Any) -> bool:
    """Whether an error response is a filter's: its status does not speak against it, and its body names one.

    Args:
        status: Its own status or the one it names; None if it names none.
        content: The body of the error.
    """
    if is_spring_error(content):
        return False
    if status is None:
        return names_filter(content, is_of_request=False)
    if status == 500:
        return _VERDICT.search(_words_apart(message_of(error_of(content)))) is not None
    return 400 <= status < 500 and status not in _NEVER and names_filter(content)


def names_filter(content: Any, *, is_of_request: bool = True) -> bool:
    """Whether the body of an error says, in whatever field, that a filter refused; of its status only
    `is_filter_error` knows. Only the server's own words count: a message may go on to quote our prompt, a
    policy text.

    Args:
        content: The body of the error.
        is_of_request: Whether its status blames the request. Without such a status, its codes
            and words must not be about a limit or a key either.
    """
    if is_spring_error(content):
        return False
    error = error_of(content)
    codes = [_words_apart(code) for code in codes_of(error)]
    message = _words_apart(message_of(error))
    if _FILTERS_FAILURE.search(message):
        return False
    if is_of_request and (_has_marks(content, error) or _names_filter_of_provider(error)):
        return True
    if not is_of_request:
        sound = [c for c in codes if not (_FAILURE.search(c) or _OF_A_LIMIT.search(c))]
        if len(sound) < len(codes) or _FAILURE.search(message) or _OF_A_LIMIT.search(message):
            message = ""
        codes = sound
    return any(_MODERATED.search(code) for code in codes) or _is_of_text(message)


def is_filtered_without_choices(content: Mapping[str, Any]) -> bool:
    """Whether a body of a good status, neither a completion nor called an error, says that the prompt or the
    answer was filtered."""
    feedback = content.get("promptFeedback") or content.get("prompt_feedback")
    if isinstance(feedback, dict) and (feedback.get("blockReason") or feedback.get("block_reason")):
        return True
    if '"filtered": true' in json.dumps(content.get("prompt_filter_results"))[:10_000]:
        return True
    return says_text_was_taken(content) or (
        _calls_itself_error(content) and names_filter(content, is_of_request=False)
    )


def says_text_was_taken(content: Mapping[str, Any]) -> bool:
    """Whether one of the fields is set by which MiniMax says, in any body, that its filter took the text. Beside a
    text they may only remark on it."""
    found = content.get("base_resp")
    if isinstance(found, dict) and found.get("status_code") in _MINIMAX:
        return True
    return content.get("input_sensitive") is True or content.get("output_sensitive") is True


def is_stopped_by_rail(completion: Mapping[str, Any]) -> bool:
    """Whether the log of NeMo Guardrails beside an answer says that a rail for inputs or outputs stopped it. Its text is
    the rail's then, and ends like a model's."""
    for name in ("guardrails", "guardrails_data"):
        data = completion.get(name)
        log = data.get("log") if isinstance(data, dict) else None
        rails = log.get("activated_rails") if isinstance(log, dict) else None
        for rail in rails if isinstance(rails, list) else ():
            if isinstance(rail, dict) and rail.get("stop") is True and rail.get("type") in _RAILS:
                return True
    return False


def _calls_itself_error(content: Mapping[str, Any]) -> bool:
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
    if found is None:
        return False
    if _FAILURE.search(_QUOTE.split(message, maxsplit=1)[0]):
        return False
    others = (_OF_THE_ASKER, _OF_A_FIELD)
    return not any(other.search(message, 0, found.end()) for other in others)


def _has_marks(content: Any, error: Mapping[str, Any]) -> bool:
    """Whether fields that only a filter's error has are there."""
    if isinstance(about := error.get("metadata"), dict) and about.get("flagged_input"):
        return True
    if not isinstance(content, dict):
        return False
    if content.get("contentFilter") and _ZHIPU in codes_of(error):
        return True
    return says_text_was_taken(content)


def _names_filter_of_provider(error: Mapping[str, Any]) -> bool:
    """Whether the error that a gateway quotes from the provider is a filter's (OpenRouter)."""
    about = error.get("metadata")
    raw = about.get("raw") if isinstance(about, dict) else None
    if not isinstance(raw, str):
        return raw is not None and names_filter(raw)
    if len(raw) > _LONGEST_RAW:
        return False
    try:
        return names_filter(json.loads(raw))
    except (ValueError, RecursionError):
        return names_filter({"message": raw})
