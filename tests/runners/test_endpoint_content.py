"""A message whose content is a list of parts, as providers document them: the answer, the trace, or neither."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from lawbound.runners.engines.endpoint.reply import Answer, Fault, Reply, read_reply


def _read(content: Any, finish: str | None = "stop") -> Answer | Fault:
    choice = {"message": {"content": content}, "finish_reason": finish}
    body = json.dumps({"choices": [choice]}).encode()
    return read_reply(Reply(200, "application/json", body), datetime(2026, 11, 23, tzinfo=UTC))


def _part(kind: str | None, **fields: Any) -> dict[str, Any]:
    return {"type": kind, **fields} if kind else fields


_PARIS = _part("text", text="Paris.")
_HM = _part("text", text="Hm.")


@pytest.mark.parametrize(
    ("parts", "thinking", "text"),
    [
        # OpenAI
        ([_PARIS], "", "Paris."),
        ([_part("text", text="Par"), _part("text", text="is.")], "", "Paris."),
        ([_part("refusal", refusal="I cannot.")], "", "I cannot."),
        ([_part("output_text", text="Paris.", annotations=[])], "", "Paris."),
        # Mistral
        ([_part("thinking", thinking=[_HM]), _PARIS], "Hm.", "Paris."),
        (
            [_part("thinking", thinking=[_HM, _part("reference", reference_ids=[1]), _HM]), _PARIS],
            "Hm.Hm.",
            "Paris.",
        ),
        ([_PARIS, _part("reference", reference_ids=[1])], "", "Paris."),
        # Databricks
        (
            [_part("reasoning", summary=[_part("summary_text", text=one) for one in "AB"]), _PARIS],
            "A\nB",
            "Paris.",
        ),
        # Anthropic, Cohere
        ([_part("thinking", thinking="Hm.", signature="x"), _PARIS], "Hm.", "Paris."),
        ([_part("redacted_thinking", data="x"), _PARIS], "", "Paris."),
        # others
        ([_part("reasoning", text="Hm."), _PARIS], "Hm.", "Paris."),
        ([_part("thinking", thinking="A"), _part("thinking", thinking="B"), _PARIS], "A\nB", "Paris."),
        (["Par", "is."], "", "Paris."),
        ([_part(None, text="Paris.")], "", "Paris."),
        ([_part("text", text="<think>Hm.</think>Paris.")], "Hm.", "Paris."),
        ([_part("image_url", image_url={"url": "x"}), None, 1, _PARIS], "", "Paris."),
    ],
)  # fmt: skip
def test_answer_and_trace_are_told_apart_by_the_types_of_parts(
    parts: list[Any], thinking: str, text: str
) -> None:
    found = _read(parts)
    assert isinstance(found, Answer)
    assert (found.thinking, found.text, found.finish) == (thinking, text, "stop")


@pytest.mark.parametrize(
    "parts",
    [
        [_part("image_url", image_url={"url": "x"})],
        [_part("text", text=None)],
        [_part("text", text={"value": "Paris."})],
        [_part("of tomorrow", text="Paris.")],
        [_part("reference", reference_ids=[1])],
        [1, None],
        [[]],
    ],
)
def test_parts_that_nobody_knows_are_no_empty_answer(parts: list[Any]) -> None:
    found = _read(parts)
    assert isinstance(found, Fault) and found.again
    assert found.message.startswith("status 200 with content [")
    assert found.message.endswith("and finish reason 'stop', expected a whole answer")


@pytest.mark.parametrize("finish", ["stop", "length", None])
def test_a_model_that_only_thought_in_parts_gave_an_empty_answer(finish: str | None) -> None:
    found = _read([_part("thinking", thinking=[_HM])], finish)
    assert isinstance(found, Answer)
    assert (found.thinking, found.text, found.finish) == ("Hm.", "", finish or "unknown")


@pytest.mark.parametrize("parts", [[], [""], [_part("text", text="")]])
def test_a_model_that_said_nothing_in_parts_gave_an_empty_answer(parts: list[Any]) -> None:
    found = _read(parts)
    assert isinstance(found, Answer) and (found.thinking, found.text) == ("", "")
