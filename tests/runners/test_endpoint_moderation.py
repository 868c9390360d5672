"""What a provider's content filter says, and the other errors that sound like it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from lawbound.runners.engines.endpoint.reply import Answer, Fault, Reply, read_reply

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


SPRING = {"timestamp": "2026-11-23T12:00:00.000+00:00", "path": "/v1/chat/completions"}


def _read(status: int, content: Any) -> Answer | Fault:
    return read_reply(Reply(status, "application/json", json.dumps(content).encode()), NOW)


def _completion(**message: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "finish_reason": "stop", "message": message}]}


@pytest.mark.parametrize(
    ("status", "content"),
    [
        # Volcengine
        (400, {"error": {"code": "SensitiveContentDetected", "type": "BadRequest", "message": "The request failed."}}),
        (400, {"error": {"code": "SensitiveContentDetected.Violence", "message": "The request failed."}}),
        (400, {"error": {"code": "InputTextSensitiveContentDetected", "message": "The request failed."}}),
        (400, {"error": {"code": "OutputTextRiskDetection", "message": "The request could not be processed."}}),
        # Zhipu, Z.ai
        (400, {"error": {"code": "1301", "message": "系统检测到输入或生成内容可能包含不安全或敏感内容，请您避免输入。"}}),
        (400, {"error": {"code": "1301", "message": ""}, "contentFilter": [{"level": 1, "role": "user"}]}),
        (400, {"error": {"code": 1301, "message": "System detected potentially unsafe or sensitive content in input."}}),
        # MiniMax
        (200, {"choices": None, "base_resp": {"status_code": 1026, "status_msg": "input new_sensitive"}}),
        (200, {"choices": None, "input_sensitive": True}),
        (200, {**_completion(content=""), "output_sensitive": True}),
        (200, {**_completion(content=None), "base_resp": {"status_code": 1027}}),
        (422, {"error": {"type": "unprocessable_entity_error", "message": "output new_sensitive (1027)"}}),
        (500, {"error": {"type": "api_error", "message": "input new_sensitive (1026)"}}),
        # Alibaba, and its error inside a gateway's
        (400, {"code": "DataInspectionFailed", "message": "Input data may contain inappropriate content."}),
        (400, {"error": {"message": "<400> InternalError.Algo.DataInspectionFailed: Input text data."}}),
        (400, {"error": {"code": 400, "message": "Provider returned error",
                         "metadata": {"raw": '{"error": {"code": "data_inspection_failed"}}'}}}),
        # OpenRouter
        (403, {"error": {"code": 403, "message": "Your chosen model requires moderation and your input was flagged"}}),
        (403, {"error": {"code": 403, "message": "Forbidden", "metadata": {"reasons": ["x"], "flagged_input": "y"}}}),
        (200, {"error": {"code": 403, "message": "Forbidden", "metadata": {"flagged_input": "y"}}}),
        # LiteLLM, watsonx, DeepSeek, Azure Foundry, Gemini, OpenAI, Cloudflare, resellers
        (400, {"error": {"message": "litellm.ContentPolicyViolationError: AzureException - blocked", "code": "400"}}),
        (451, {"errors": [{"code": "content_filter", "message": "blocked"}]}),
        (400, {"detail": "Content Exists Risk"}),
        (400, {"choices": [{"message": {"content": ""}, "finish_reason": "content_filter"}]}),
        (400, [{"error": {"code": 400, "message": "The prompt was blocked: PROHIBITED_CONTENT"}}]),
        (400, {"error": {"code": "invalid_prompt", "message": "We've limited access to this for safety reasons."}}),
        (400, {"error": {"code": 2016, "message": "Prompt blocked due to security configurations"}}),
        (400, {"error": {"code": "sensitive_words_detected", "message": "input contains sensitive words: [test]"}}),
        (400, {"error": "refused", "code": "content_filter"}),
        (200, {"object": "error", "code": "content_filter"}),
        (200, {"type": "error", "message": "Your prompt was flagged"}),
        (200, {"errors": [{"message": "Your prompt was flagged"}]}),
        (200, {"error_code": 17, "error_msg": "内容涉敏"}),
        (400, {"error": {"code": 400, "message": "Provider returned error", "metadata": {"raw": {"code": "sensitive_words"}}}}),
        (400, {"error": {"message": "unsafe content detected"}}),
        (400, {"code": "content_filter", "message": "blocked", "errors": [{"field": "messages"}]}),
        (400, {"message": "Bad Request", "errors": [{"code": "content_filter"}]}),
        # xAI, and wordings that name a user, a team or a service but are about a text
        (403, {"code": "The caller does not have permission to execute the specified operation",
               "error": "Content violates usage guidelines. Team: t, API key ID: k, Failed check: SAFETY_CHECK_TYPE_BIO"}),
        (451, {"error": {"type": "censorship_blocked", "message": "no"}}),
        (400, {"error": {"message": "The user's prompt was flagged"}}),
        (400, {"error": {"message": "用户输入内容涉嫌违规"}}),
        (400, {"error": {"message": "该提问涉嫌违规"}}),
        (400, {"error": {"message": "您的输入未通过安全审核"}}),
        (400, {"error": {"message": "Blocked by our company's content filter"}}),
        (400, {"error": {"message": "Your request was rejected as a result of our safety system."}}),
        (400, {"error": {"message": "Your prompt was flagged: 'Why is the site unavailable?'"}}),
        (400, {"error": {"message": "Request blocked by content policy"}}),
        (400, {"error": {"message": "Input contains sensitive information"}}),
        (400, {"error": {"message": "输入内容包含敏感信息"}}),
        (200, {"code": 10013, "message": "输入内容审核不通过，涉嫌违规，请重新调整输入内容"}),
        # NeMo Guardrails
        (400, {"error": {"message": "Blocked by self check input rails.", "type": "guardrails_violation",
                         "param": "self check input", "code": "content_blocked"}}),
        (400, {"error": {"message": "Blocked by self check input rails.", "type": "guardrails_violation"}}),
        (200, {"error": {"message": "Blocked by self check output rails.", "type": "guardrails_violation"}}),
    ],
)  # fmt: skip
def test_a_providers_filter_is_known_by_its_own_words_and_fields(status: int, content: Any) -> None:
    found = _read(status, content)
    assert isinstance(found, Answer) and (found.finish, found.text) == ("blocked", "")


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (403, {"error": {"code": 403, "message": "Forbidden"}}),
        (400, {"error": {"type": "BadRequest", "message": "Bad request"}}),
        (403, {"error": {"message": "Your API key was flagged by our safety system and blocked"}}),
        (403, {"error": {"message": "This account was flagged for violating our usage policies"}}),
        (403, {"error": {"message": "您的账号涉嫌违规，已被停用"}}),
        (403, {"error": {"message": "实名认证审核不通过"}}),
        (403, {"error": {"message": "帐号涉嫌违规，已停用"}}),
        (403, {"error": {"message": "您的帐户因违规内容被封禁"}}),
        (403, {"error": {"message": "该用户因违规内容被限制访问"}}),
        (403, {"error": {"message": "用户涉嫌违规，已被封禁"}}),
        (403, {"error": {"message": "您的应用审核未通过"}}),
        (403, {"error": {"message": "IP涉嫌违规"}}),
        (403, {"error": {"message": "Your project has been denied access for safety reasons"}}),
        (403, {"error": {"message": "Access disabled for safety reasons: this user has been suspended"}}),
        (403, {"error": {"message": "User violates usage policy; contact support"}}),
        (403, {"error": {"message": "Your team has been blocked for violating safety policies"}}),
        # Other things than a text are blocked, flagged or sensitive, too
        (400, {"error": {"code": "unknown_parameter", "message": "Unknown parameter: 'content_filter'."}}),
        (400, {"error": {"message": "Unrecognized request argument supplied: content_filter"}}),
        (400, {"error": {"message": "Invalid value for parameter 'moderation': moderation error"}}),
        (403, {"error": {"message": "Output streaming is blocked for this model"}}),
        (403, {"error": {"message": "Response blocked by CORS policy"}}),
        (400, {"error": {"message": "The prompt is blocked by max_model_len"}}),
        (400, {"error": {"message": "User prompt contains a sensitive header"}}),
        (400, {"error": {"message": "Request contains case-sensitive headers"}}),
        (400, {"error": {"message": "请求头中包含敏感信息"}}),
        (403, {"error": {"message": "This request was flagged as automated traffic"}}),
        (413, {"error": {"message": "Prompt too large for the safety system"}}),
        # A filter that fails, or a status of something else
        (408, {"error": {"message": "content_filter timed out"}}),
        (409, {"error": {"code": "content_filter", "message": "Conflict"}}),
        (425, {"error": {"code": "content_filter", "message": "Too early"}}),
        (200, {"error": {"code": 408, "message": "content_filter"}}),
        (402, {"error": {"message": "Your prompt was flagged"}}),
        (401, {"error": {"message": "Your prompt was flagged"}}),
        (404, {"error": {"message": "Your prompt was flagged"}}),
        (400, {"error": {"message": "Content filter service unavailable, try again"}}),
        (400, {"error": {"message": "content_filter internal error"}}),
        (400, {"error": {"code": "content_filter", "message": "content filter is busy"}}),
        (400, {"error": {"code": "ContentSecurityDetectionError", "message": "Internal error."}}),
        (400, {"error": {"code": "InvalidParameter", "message": "messages.content is not valid"}}),
        (400, {"error": {"code": "1301", "message": "no such parameter"}}),
        (429, {"error": {"code": "1302", "message": "High concurrency"}, "contentFilter": [{"level": 3}]}),
        (500, {"error": {"code": "content_filter", "message": "our filter is down"}}),
        (200, {"error_code": 336104, "error_msg": "invalid argument: system"}),
        (200, {"base_resp": {"status_code": 1002, "status_msg": "rate limit"}}),
        (200, {"message": {"content": "That violates our content policy."}}),
        (200, {"code": 7, "message": {"content": "That violates our content policy."}}),
        (200, {"object": "error", "message": {"content": "That violates our content policy."}}),
        (200, {"message": "That violates our content policy."}),
        (400, {"error": {"code": 400, "message": "Provider returned error", "metadata": {"raw": "model is loading"}}}),
        (400, {"error": {"code": 400, "message": "Provider returned error", "metadata": {"raw": "[" * 9999}}}),
        # Spring Boot's own form, whatever it explains
        (400, {**SPRING, "status": 400, "error": "Bad Request"}),
        (400, {**SPRING, "status": 400, "error": "Bad Request", "message": "Request blocked by content policy"}),
        (403, {**SPRING, "status": 403, "error": "Content filter"}),
        (500, {**SPRING, "status": 500, "error": "Internal Server Error", "message": "input new_sensitive"}),
        (200, {**SPRING, "status": 403, "error": "Forbidden", "message": "Your prompt was flagged"}),
    ],
)  # fmt: skip
def test_no_other_error_is_taken_for_a_filters(status: int, content: Any) -> None:
    assert isinstance(_read(status, content), Fault)


def test_a_remark_beside_a_text_leaves_it_the_models_answer() -> None:
    found = _read(200, {**_completion(content="Yes."), "input_sensitive": True})
    assert isinstance(found, Answer) and (found.finish, found.text) == ("stop", "Yes.")


def test_an_empty_answer_that_no_filter_took_stays_the_models_own() -> None:
    found = _read(200, {**_completion(content=""), "output_sensitive": False})
    assert isinstance(found, Answer) and found.finish == "stop"


def _railed(name: str, **rail: Any) -> dict[str, Any]:
    rails = [{"type": "input", "name": "mask", "stop": False}, rail]
    return {**_completion(content="I'm sorry."), name: {"log": {"activated_rails": rails}}}


@pytest.mark.parametrize("name", ["guardrails", "guardrails_data"])
@pytest.mark.parametrize("kind", ["input", "output"])
def test_the_text_of_a_rail_that_stopped_is_blocked(name: str, kind: str) -> None:
    found = _read(200, _railed(name, type=kind, stop=True))
    assert isinstance(found, Answer) and (found.finish, found.text) == ("blocked", "I'm sorry.")
    assert "rail" in found.said


@pytest.mark.parametrize(
    "beside",
    [
        _railed("guardrails", type="input", stop=False),
        _railed("guardrails", type="dialog", stop=True),
        {**_completion(content="I'm sorry."), "guardrails": {"config_id": "c", "log": None}},
        {
            **_completion(content="I'm sorry."),
            "guardrails_data": {"log": {"activated_rails": ["x"]}},
        },
        {**_completion(content="I'm sorry."), "guardrails_data": ["x"]},
    ],
)
def test_an_answer_that_no_rail_stopped_stays_the_models(beside: dict[str, Any]) -> None:
    found = _read(200, beside)
    assert isinstance(found, Answer) and (found.finish, found.said) == ("stop", "")


@pytest.mark.parametrize(
    ("status", "stated", "again"), [(400, 400, False), (200, 400, False), (200, 503, True)]
)
def test_an_error_of_spring_boot_tells_its_status_and_its_message(
    status: int, stated: int, again: bool
) -> None:
    found = _read(
        status, {**SPRING, "status": stated, "error": "Bad Request", "message": "no role"}
    )
    assert isinstance(found, Fault) and found.message.endswith(" Bad Request: no role")
    assert (found.status, found.again) == (stated, again)
