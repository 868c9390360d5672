"""A model that is a function: what it returns is a model's whole output, divided as that of any other engine."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from lawbound.runners.engines.function import FunctionEngine
from lawbound.runners.engines.protocol import Engine
from lawbound.runners.plan import Plan
from lawbound.runners.sample import Message, Request, Sample, Settings

Plans = Callable[[Engine, int], Plan]


def _sample(plan_of: Plans, output: Any) -> Sample:
    engine = FunctionEngine(lambda request: output)
    (sample,) = engine.generate(plan_of(engine, 1).requests)
    return sample


@pytest.mark.parametrize(
    ("output", "answer", "thinking"),
    [
        ("The court sits in Karlsruhe.", "The court sits in Karlsruhe.", ""),
        ("  kept as it is \n", "  kept as it is \n", ""),
        ("<think>I could refuse.</think>\n\nThe court sits.", "The court sits.", "I could refuse."),
        ("I could refuse.</think>The court sits.", "The court sits.", "I could refuse."),
        ("The mark <think> opens a trace.", "The mark <think> opens a trace.", ""),
        ("<think></think>The court sits.", "The court sits.", ""),
    ],
)
def test_the_trace_of_a_function_is_no_part_of_its_answer(
    plan_of: Plans, output: str, answer: str, thinking: str
) -> None:
    sample = _sample(plan_of, output)
    assert (sample.text, sample.thinking) == (answer, thinking)
    assert (sample.finish, sample.error) == ("stop", "")
    assert sample.thinking_tokens == len(thinking.split())
    assert sample.completion_tokens == len(output.split())


def test_a_trace_of_a_function_that_never_ends_leaves_no_answer_and_is_no_failure(
    plan_of: Plans,
) -> None:
    sample = _sample(plan_of, "<think>Should I refuse? I should")
    assert (sample.text, sample.thinking) == ("", "Should I refuse? I should")
    assert sample.think_only and not sample.error


def test_a_function_returns_text_and_no_sample(plan_of: Plans) -> None:
    sample = _sample(plan_of, Sample("", "<think>a</think>b", "stop"))
    assert (sample.finish, sample.text, sample.thinking) == ("error", "", "")
    assert sample.error.startswith("TypeError: the function returned Sample(")


def test_what_a_function_raises_is_told_without_keys(
    plan_of: Plans, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "my-secret-KEY+value")

    def refused(request: Request) -> str:
        raise RuntimeError("401 for\n{'Authorization': 'Bearer my-secret-KEY+value'}")

    engine = FunctionEngine(refused)
    (sample,) = engine.generate(plan_of(engine, 1).requests)
    assert sample.error == "RuntimeError: 401 for {'Authorization': 'Bearer [key]'}"


@pytest.mark.parametrize("output", ["Yes.", 5])
def test_a_sample_of_a_function_tells_its_prompt(output: Any) -> None:
    engine = FunctionEngine(lambda request: output)
    chat = (Message("system", "Be brief."), Message("user", "Is it so?"))
    request = Request("key", chat, engine.render(chat), Settings())
    (sample,) = engine.generate([request])
    assert sample.prompt_hash == sha256(request.rendered.text.encode()).hexdigest()
    assert sample.placement == "system"
