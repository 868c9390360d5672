"""Worked answers, which end in a final one: ``#### 42``, ``Answer: 42`` or a LaTeX box."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from lawbound.tasks.external.cells import column_of, plain
from lawbound.tasks.external.source import Source
from lawbound.tasks.io.yaml_files import quoted
from lawbound.tasks.item import Answer, ItemError

_PLAIN_NUMBER = re.compile(
    r"[-+]?(?:\d{1,60}/\d{1,60}|(?:\d{1,60}\.?\d{0,60}|\.\d{1,60})(?:[eE][-+]?\d{1,2})?)"
)
_LONGEST_NUMBER = 200
"""Most characters of a number with what may surround it."""
_SET_OFF = "*_ "
"""Characters of bold and italic print around a number."""
_FINAL = ("####", "Answer:", r"\boxed{")
"""What comes before the final answer in a worked answer."""
_IN_BOLD = re.compile(r"(?<!\w)\*\*(?=\w)[^*\n]*\Z|\*\*\Z")
"""An end at which bold print, as Markdown has it, is not closed."""


def worked_answer(row: Mapping[str, Any], spec: Source, where: str) -> Answer:
    """The number or text at the end of a worked answer.

    Raises:
        ItemError: The cell is empty, or ends in no number although one is needed.
    """
    written = plain(row[column_of(spec, "answer")])
    if not written:
        raise ItemError(f"{where}: answer is empty, expected a value")
    value = _final(written)
    if spec.shape == "number":
        return Answer("number", _number(value, where), (), spec.unit)
    return Answer("text", value, (), spec.unit)


def _final(text: str) -> str:
    """The text after the last marker of a worked answer, or in its braces; else all of it."""
    at, marker = max((text.rfind(marker), marker) for marker in _FINAL)
    found = text[at + len(marker) :].strip() if at >= 0 else text
    if at >= 0 and marker.endswith("{") and (end := _closed(found)) is not None:
        found = found[:end].rstrip()
    elif found.endswith("}") and found.count("}") > found.count("{"):
        found = found[:-1].rstrip()
    if at >= 0 and _IN_BOLD.search(text[:at]):  # **Answer:** 12, **Answer: 12**
        found = found.replace("**", "", 1).strip()
    return found or text


def _closed(text: str) -> int | None:
    """Index of the brace that closes the one open before a text; None in one that is cut off."""
    depth = 1
    for sign in re.finditer(r"\\.|[{}]", text, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(sign[0], 0)
        if not depth:
            return sign.start()
    return None


def _number(value: str, where: str) -> str:
    # Check length and shape first: endless whitespace is searched again from each position, and the
    # fraction of 1e999999999 would fill the memory.
    bare = ""
    if len(value) <= _LONGEST_NUMBER:
        bare = value.strip(_SET_OFF).removesuffix(".").strip(_SET_OFF)
        bare = re.sub(r"(?<=\d)[,\s](?=\d{3}\b)|^[$€£¥]\s*|\s*[$%€£¥]$", "", bare)
    try:
        if _PLAIN_NUMBER.fullmatch(bare):
            return str(Fraction(bare))
    except ZeroDivisionError:
        pass
    raise ItemError(
        f"{where}: answer is {quoted(value)}, expected a number, or a text that ends in '#### NUMBER'"
    )
