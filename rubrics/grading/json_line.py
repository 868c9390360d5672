"""A line of graded JSONL: the line that was given, byte for byte, with the added columns behind it."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from lawbound.rubrics.grading.answer_files import Row
from lawbound.rubrics.grading.plain_values import json_bytes

_BLANK: Final = re.compile(r"[ \t\r\n]*")
_DECODER: Final = json.JSONDecoder()


def graded_line(row: Row, added: Mapping[str, Any]) -> bytes:
    """The line of a row with the added columns. Numbers, escapes and doubled names stay as they were written; of an
    added column that the row has, as it may have a truncation that says nothing, only the value is replaced."""
    if not row.line:
        return json_bytes({**row.fields, **added})
    line = row.line
    fresh = dict(added)
    for name in added.keys() & row.fields.keys():
        value = fresh.pop(name)
        if row.fields[name] != value:
            line = _replaced(line, name, json_bytes(value).decode("utf-8"))
    given = line.strip(" \t\r\n").removesuffix("}").rstrip(" \t")
    return given.encode("utf-8") + b", " + json_bytes(fresh)[1:]


def _replaced(line: str, name: str, value: str) -> str:
    """A line with another value of a column, which it has once."""
    at = line.index("{") + 1
    while True:
        found, at = _DECODER.raw_decode(line, _behind(line, at))
        begin = _behind(line, _behind(line, at) + 1)  # behind the colon
        _, at = _DECODER.raw_decode(line, begin)
        if found == name:
            return line[:begin] + value + line[at:]
        at = _behind(line, at) + 1  # behind the comma


def _behind(line: str, at: int) -> int:
    """The place behind blanks."""
    blank = _BLANK.match(line, at)
    return at if blank is None else blank.end()
