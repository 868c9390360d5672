"""The question and answer as a judge sees them: with the same length limit in every arm, and unable
to act as a prompt."""

import re

MAX_ANSWER = 6000
"""Characters of an answer that a judge reads, the same in every arm; longer ones lose their middle."""

_CONTROL = re.compile(
    r"<([|｜][^<>\n]{0,60}[|｜]?|[a-z_]{1,40}\||/?(?:start|end)_of_[a-z]{1,20}|/?(?:begin|end) [^<>\n]{0,60}"
    r"|/?(?:s|bos|eos|eot|sop|eop|pad|unk|sys|think|thinking|thought|reasoning)|/?seed:[a-z_:]{1,40}|extra_id_[0-9]{1,4}"
    r"|\s*(?:/\s*)?(?:question|answer)(?:[\s/][^<>]*)?)>",  # a model takes `</answer >` for the end, too
    re.IGNORECASE,
)
"""Tags that frame a judge's prompt, and control tokens that a tokenizer may obey inside text."""
_TURN = re.compile(
    r"\[(/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|ARGS|CALL_ID|THINK|gMASK))\]"
)
"""Control tokens of Mistral's kind; their brackets are the ones that replace those of others."""
_KIMI = re.compile(r"◁(/?think)▷")
_ENDS = r"\r\n\v\f\x1c-\x1e\x85\u2028\u2029"
"""Characters that may end a line, for use inside a pattern's brackets."""


def shortened(answer: str) -> str:
    """Keep both ends of a long answer: a refusal may stand at either."""
    if len(answer) <= MAX_ANSWER:
        return answer
    half = MAX_ANSWER // 2
    return f"{answer[:half]}\n[{len(answer) - MAX_ANSWER} characters left out]\n{answer[-half:]}"


def confined(text: str) -> str:
    """The material, changed so that it cannot close the tag around it or open a turn of its own."""
    # Mistral's come last: `<THINK>` in brackets is one of them.
    return _TURN.sub(r"(\1)", _CONTROL.sub(r"[\1]", _KIMI.sub(r"[\1]", text)))


def off_line_starts(text: str, *speakers: str) -> str:
    """The material, changed so that it cannot open a turn with the words of a guard's prompt,
    whatever ends a line."""
    names = "|".join(map(re.escape, speakers))
    # Only whitespace within the speaker's line: across lines, a page of empty ones would be read
    # again from each of them.
    return re.sub(
        rf"(\A|[{_ENDS}])([^\S{_ENDS}]*)({names})[ \t]*:",
        r"\1\2\3 -",
        text,
        flags=re.IGNORECASE,
    )
