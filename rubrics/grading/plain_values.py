"""Values of any format as JSON and as the text of a CSV cell.

Parquet has types that the others lack. Their text says the same in JSON and in CSV, and can be
converted back: bytes as base64, points in time as ISO 8601.
"""

import json
from base64 import b64encode
from typing import Any


def json_bytes(value: Any) -> bytes:
    """One value as JSON, in UTF-8."""
    try:
        return _ENCODER.encode(value).encode("utf-8")
    except UnicodeEncodeError:  # lone surrogates survive as escapes
        return json.dumps(value, default=_plain).encode("ascii")


def cell_text(value: Any) -> str:
    """One value as the text of a cell; null is empty, and a value with parts is JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list | tuple):
        return _ENCODER.encode(value)
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, default=_plain)
