"""Reasoning traces are split from answers, so that graders never judge a thought as an answer."""

import re
from dataclasses import dataclass

_OPEN = re.compile(r"\s*<(think|thinking|reasoning)>", re.IGNORECASE)
_CLOSE = re.compile(r"</(?:think|thinking|reasoning)>\s*", re.IGNORECASE)
_OPENED = re.compile(r"<(?:think|thinking|reasoning)>\s*\Z", re.IGNORECASE)
_CHANNEL = re.compile(
    r"<\|channel\|>(?P<name>\w+)[^<]*<\|message\|>(?P<body>.*?)(?=<\|(?:end|return|start|channel)\|>|\Z)",
    re.DOTALL,
)

MARKERS = (
    "<think>",
    "</think>",
    "<thinking>",
    "</thinking>",
    "<reasoning>",
    "</reasoning>",
    "<|channel|>",
)
"""Texts that tell a trace; where a tokenizer has them as special tokens, decoding must keep them."""


@dataclass(frozen=True, slots=True)
class Split:
    """An output, taken apart."""

    thinking: str
    answer: str


def opens_thinking(prompt: str) -> bool:
    """Whether the rendered prompt ends inside a trace, as some templates have it."""
    return _OPENED.search(prompt) is not None


def split_thinking(output: str, *, opened: bool = False) -> Split:
    """Take the trace off an output.

    A trace that never closes leaves an empty answer: the model thought and did not answer.

    Args:
        output: What the model wrote.
        opened: The template has already written the opening tag.
    """
    if "<|channel|>" in output:
        return _split_channels(output)
    opening = None if opened else _OPEN.match(output)
    if not opened and opening is None:
        # Some models close a trace that neither they nor the template opened.
        closing = _CLOSE.search(output)
        if closing is None or _OPEN.search(output[: closing.start()]):
            return Split("", output)
        return Split(output[: closing.start()].strip(), output[closing.end() :])
    rest = output[opening.end() :] if opening else output
    closing = _CLOSE.search(rest)
    if closing is None:
        return Split(rest.strip(), "")
    return Split(rest[: closing.start()].strip(), rest[closing.end() :])


def _split_channels(output: str) -> Split:
    thoughts: list[str] = []
    answers: list[str] = []
    for part in _CHANNEL.finditer(output):
        (answers if part["name"] == "final" else thoughts).append(part["body"].strip())
    return Split("\n".join(thoughts), "\n".join(answers))
