"""Splitting reasoning traces from answers, so that graders never take a thought for an answer."""

import re
from dataclasses import dataclass

_TAGS = "think|thinking|thought|reasoning|seed:think"
_OPENING = rf"<(?:{_TAGS})>|\[THINK\]|<\|begin_of_thought\|>|<\|START_THINKING\|>|◁think▷|<\|channel>thought\b"
_CLOSING = (
    rf"</(?:{_TAGS})>|\[/THINK\]|<\|end_of_thought\|>|<\|END_THINKING\|>|◁/think▷|<channel\|>"
)
_PAIRED = "<channel|>"
"""Gemma's own, which closes only what was opened: it writes both marks."""
_SIGNS = ("<", "[", "◁")
"""What every mark begins with."""
_OPEN = re.compile(_OPENING, re.IGNORECASE)
_STARTS = re.compile(rf"\s*(?:{_OPENING})", re.IGNORECASE)
"""Used with match only: a search would go through a page of whitespace from each position again."""
_CLOSE = re.compile(rf"(?:{_CLOSING})\s*", re.IGNORECASE)
_OPENED = re.compile(rf"(?:{_OPENING})\s*\Z", re.IGNORECASE)
_HEADER = r"<\|channel\|>(?P<name>\w{1,40})[^<]{0,200}(?:<\|constrain\|>[^<]{0,200})?<\|message\|>"
_CHANNEL = re.compile(
    rf"{_HEADER}(?P<body>.*?)(?=<\|(?:end|return|call|start|channel)\|>|\Z)", re.DOTALL
)
"""A message of gpt-oss: a channel, a recipient or a form that is asked for, and what is said."""
_ROLE = r"[\w.]{1,100}(?:\s+to=[^<\s]{1,200})?\s*"
"""Who speaks; the recipient may stand here instead of in the header."""
_SPOKEN = re.compile(
    rf"(?:\A\s*(?:<\|start\|>{_ROLE})?|(?:<\|end\|>|(?i:{_CLOSING}))\s*(?:(?:<\|start\|>)?{_ROLE})?){_HEADER}"
)
"""Where such messages begin: in the middle of a sentence the marks are talked about. Servers pass on more or
less of what stands between two messages."""
_CUT_HEADER = re.compile(r"\s*<\|channel\|>(?:\w{1,40}[^<]{0,200}(?:<\|constrain\|>[^<]{0,200})?)?")

MARKERS = (
    *[f"<{end}{tag}>" for tag in _TAGS.split("|") for end in ("", "/")],
    "[THINK]", "[/THINK]", "<|begin_of_thought|>", "<|end_of_thought|>",
    "<|START_THINKING|>", "<|END_THINKING|>", "◁think▷", "◁/think▷",
    "<|channel|>", "<|channel>", "<channel|>",
)  # fmt: skip
"""Texts that mark a trace; if a tokenizer has them as special tokens, decoding must keep them."""


@dataclass(frozen=True, slots=True)
class Split:
    """An output, divided into trace and answer."""

    thinking: str
    answer: str


def opens_thinking(prompt: str) -> bool:
    """Whether the rendered prompt ends inside a trace, as with some templates."""
    return _OPENED.search(prompt) is not None


def begins_with_trace(output: str) -> bool:
    """Whether an output opens a trace before it says anything else."""
    return _STARTS.match(output) is not None or _SPOKEN.match(output) is not None


def split_thinking(output: str, *, opened: bool = False) -> Split:
    """Take the trace off an output.

    A trace that never closes leaves an empty answer: the model thought and did not answer.

    Args:
        output: The text that the model wrote.
        opened: Whether the template has already written the opening tag.
    """
    if not opened and not any(sign in output for sign in _SIGNS):
        return Split("", output)  # nearly every answer; the searches below cost more
    if "<|channel|>" in output:
        if (spoken := _SPOKEN.search(output)) is not None:
            return _split_channels(output, spoken)
        if _CUT_HEADER.fullmatch(output):
            return Split("", "")
    opening = None if opened else _STARTS.match(output)
    if not opened and opening is None:
        # Some models close a trace that neither they nor the template opened.
        closing = _CLOSE.search(output)
        if closing is None or _OPEN.search(output[: closing.start()]):
            return Split("", output)
        if closing[0].startswith(_PAIRED):
            return Split("", output)
        return Split(output[: closing.start()].strip(), output[closing.end() :])
    rest = output[opening.end() :] if opening else output
    closing = _CLOSE.search(rest)
    if closing is None:
        return Split(rest.strip(), "")
    return Split(rest[: closing.start()].strip(), rest[closing.end() :])


def _split_channels(output: str, spoken: re.Match[str]) -> Split:
    before = output[: spoken.start()]  # of a trace that the template opened, or in other marks
    opening = _STARTS.match(before)
    before = (before[opening.end() :] if opening else before).strip()
    thoughts = [before] if before else []
    answers: list[str] = []
    for part in _CHANNEL.finditer(output, spoken.start()):
        (answers if part["name"] == "final" else thoughts).append(part["body"].strip())
    return Split("\n".join(thoughts), "\n".join(answers))
