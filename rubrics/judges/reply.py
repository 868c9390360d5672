"""Removing what surrounds a judge's verdict without meaning: control tokens, layout marks."""

import re

_ENDING = re.compile(
    r"(?:\s*(?:<[|｜][^<>|｜\s]{1,40}[|｜]>|<[a-z_]{1,20}\|>|</?s>|<(?:eos|pad|eot|end_of_turn|seed:eos)>)){1,4}\s*\Z"
)
_FENCE = "```"
_LANGUAGE = re.compile(r"[a-zA-Z]{0,12}")
_BULLET = re.compile(r"\A(?:[-+#]+\s+|[-+#]+(?=\w))")
_WIDE = str.maketrans("：；，", ":;,", "*`")


def whole(reply: str) -> str:
    """A reply without the control tokens that its server left at its end."""
    tail = reply[-200:]
    return (reply[:-200] + _ENDING.sub("", tail)).strip()


def unfenced(reply: str) -> str:
    """The content of a code fence that is the whole reply; any other reply as it is."""
    bare = reply.strip()
    if not bare.startswith(_FENCE):
        return reply
    # Step by step: one pattern for all of it takes minutes over a page of whitespace.
    body = _LANGUAGE.sub("", bare.removeprefix(_FENCE), count=1)
    body = body.removesuffix(_FENCE).strip()
    return reply if _FENCE in body else body


def plain_line(line: str) -> str:
    """A line without bold, code marks and a bullet, with ASCII colons; quotation marks stay."""
    return _BULLET.sub("", line.translate(_WIDE).strip())
