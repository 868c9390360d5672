"""Traces are split from answers, however a model marks them."""

from time import process_time

import pytest

from lawbound.runners.engines.thinking import Split, opens_thinking, split_thinking


@pytest.mark.parametrize(
    ("output", "opened", "expected"),
    [
        ("Paris.", False, Split("", "Paris.")),
        ("<think>It is in France.</think>\n\nParis.", False, Split("It is in France.", "Paris.")),
        ("\n<think>\n\n</think>\n\nParis.", False, Split("", "Paris.")),
        ("It is in France.\n</think>\nParis.", True, Split("It is in France.", "Paris.")),
        ("It is in France.</think>Paris.", False, Split("It is in France.", "Paris.")),
        ("<think>It is in", False, Split("It is in", "")),
        ("It is in", True, Split("It is in", "")),
        ("<reasoning>a</reasoning>b", False, Split("a", "b")),
        ("<thought>a</thought>b", False, Split("a", "b")),
        ("[THINK]a[/THINK]b", False, Split("a", "b")),
        ("<seed:think>a</seed:think>b", False, Split("a", "b")),
        ("a</seed:think>b", True, Split("a", "b")),
        ("◁think▷a◁/think▷b", False, Split("a", "b")),
        ("<|START_THINKING|>a<|END_THINKING|>b", False, Split("a", "b")),
        ("<|begin_of_thought|>a<|end_of_thought|>b", False, Split("a", "b")),
        (
            "Write <think>x</think> for a trace.",
            False,
            Split("", "Write <think>x</think> for a trace."),
        ),
        (
            "<|channel|>analysis<|message|>In France.<|end|><|start|>assistant"
            "<|channel|>final<|message|>Paris.<|return|>",
            False,
            Split("In France.", "Paris."),
        ),
        ("<|channel|>analysis<|message|>In Fra", False, Split("In Fra", "")),
        ("<|channel|>analysis", False, Split("", "")),
        (
            "<|channel|>analysis<|message|>As JSON.<|end|><|start|>assistant"
            '<|channel|>final <|constrain|>JSON<|message|>{"a": 1}<|return|>',
            False,
            Split("As JSON.", '{"a": 1}'),
        ),
        (
            "In France.<|end|><|start|>assistant<|channel|>final<|message|>Paris.",
            False,
            Split("In France.", "Paris."),
        ),
        (
            "In France.<|end|><|channel|>final<|message|>Paris.",
            False,
            Split("In France.", "Paris."),
        ),
        (
            "In France.<|end|>assistant<|channel|>final<|message|>Paris.",
            False,
            Split("In France.", "Paris."),
        ),
        ("<think>a</think>\n<|channel|>final<|message|>b", False, Split("a", "b")),
        (
            "<|start|>assistant to=functions.x<|channel|>commentary json<|message|>{}<|call|>",
            False,
            Split("{}", ""),
        ),
        (
            "a<|end|><|start|>functions.x to=assistant<|channel|>commentary<|message|>{}<|end|>"
            "<|start|>assistant<|channel|>final<|message|>b",
            False,
            Split("a\n{}", "b"),
        ),
        ("Use <channel|> as a mark.", False, Split("", "Use <channel|> as a mark.")),
        ("<|channel>thought\nIn France.\n<channel|>Paris.", False, Split("In France.", "Paris.")),
        ("<|channel>thought\nIn Fra", False, Split("In Fra", "")),
        (
            "The mark <|channel|> is used by gpt-oss.",
            False,
            Split("", "The mark <|channel|> is used by gpt-oss."),
        ),
        (
            "It writes <|channel|>final<|message|> before its answer.",
            False,
            Split("", "It writes <|channel|>final<|message|> before its answer."),
        ),
        ("", False, Split("", "")),
    ],
)
def test_an_output_is_taken_apart(output: str, opened: bool, expected: Split) -> None:
    assert split_thinking(output, opened=opened) == expected


def test_an_opening_tag_at_the_end_of_a_prompt_is_seen() -> None:
    assert opens_thinking("<|assistant|>\n<think>\n")
    assert not opens_thinking("<|assistant|>\n<think>\n\n</think>\n\n")
    assert not opens_thinking("what does <think> mean?\n<|assistant|>\n")


@pytest.mark.parametrize(
    "flood",
    [
        "\n" * 200_000,
        " \t" * 100_000,
        "<|channel|>" * 20_000,
        ("<|channel|>" + "a" * 239) * 1_000,
        "<|end|> " * 20_000,
        "<|end|>" + " " * 200_000,
        "<|end|>a" + " " * 200_000,
        "<think> " * 20_000,
    ],
    ids=lambda flood: f"{flood[:13]!r}",
)
@pytest.mark.parametrize(
    "around", [("", ""), ("Hi", "</think>Paris"), ("", "<|channel|>"), ("<|end|>", "x")]
)
def test_a_page_of_blanks_or_marks_is_taken_apart_at_once(
    flood: str, around: tuple[str, str]
) -> None:
    began = process_time()
    before, after = around
    for opened in (False, True):
        split_thinking(before + flood + after, opened=opened)
    opens_thinking(before + flood + after)
    assert process_time() - began < 2
