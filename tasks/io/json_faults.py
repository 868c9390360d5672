"""Why a text is no JSON, in words for people who have the file and do not know our reader."""

import json


def why_no_json(fault: Exception) -> str:
    """One line without the text itself, which may be long or hold a key.

    Args:
        fault: Raised by `json.loads`: a text that is none, bytes that are not UTF-8, too deep a
            nesting, or a number of thousands of digits.
    """
    if isinstance(fault, json.JSONDecodeError):
        line = f"line {fault.lineno}, " if fault.lineno > 1 else ""
        return f"{fault.msg}, {line}character {fault.colno}"
    if isinstance(fault, UnicodeDecodeError):
        return f"byte {fault.start + 1} is not UTF-8"
    if isinstance(fault, RecursionError):
        return "is nested too deeply"
    return "holds a number of too many digits"
