"""How long a server asks us to wait."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")


def seconds_asked(header: str, date: str, now: datetime, milliseconds: str = "") -> float | None:
    """Seconds that a ``Retry-After`` header asks for, in either form; None if unreadable.

    A point in time is the server's: by a clock that differs from its own, a wait of seconds would be read
    as hours, or as none.

    Args:
        header: The ``Retry-After`` header.
        date: The ``Date`` header of the same response, which says what time the server has.
        now: Our time, for a server that does not say its own.
        milliseconds: The ``retry-after-ms`` header of OpenAI and Azure, which is more exact.
    """
    if _NUMBER.fullmatch(milliseconds.strip()):
        return float(milliseconds) / 1000
    header = header.strip()
    if _NUMBER.fullmatch(header.removesuffix("s")):
        return float(header.removesuffix("s"))
    until = _read(header)
    if until is None:
        return None
    return max(0.0, (until - (_read(date) or now)).total_seconds())


def _read(date: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(date)
    except (ValueError, IndexError, OverflowError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
