"""What a judge is given to read: the same budget in every arm, and nothing that can steer the frame."""

import re

MAX_ANSWER = 6000
"""Characters of an answer that a judge reads, the same in every arm; longer ones lose their middle."""

_CONTROL = re.compile(
    r"<([|｜][^<>\n]{0,60}[|｜]?|/?(?:start|end)_of_turn|/?(?:begin|end) [^<>\n]{0,60}|/?(?:s|bos|eos)"
    r"|\s*(?:/\s*)?(?:question|answer)(?:[\s/][^<>]*)?)>",  # a model takes `</answer >` for the end, too
    re.IGNORECASE,
)
"""Tags that frame a judge's prompt, and control tokens that a tokenizer may obey inside of text."""
_TURN = re.compile(r"\[(/?INST)\]")
"""Control tokens of Mistral's kind, whose brackets are those that others are put into."""


def shortened(answer: str) -> str:
    """Keep both ends of a long answer: refusals stand at either."""
    if len(answer) <= MAX_ANSWER:
        return answer
    half = MAX_ANSWER // 2
    return f"{answer[:half]}\n[{len(answer) - MAX_ANSWER} characters left out]\n{answer[-half:]}"


def confined(text: str) -> str:
    """Material cannot close the tag that it stands in, nor open a turn of its own."""
    return _CONTROL.sub(r"[\1]", _TURN.sub(r"(\1)", text))
