"""The host that a server's redirect names, for the message that it was not followed."""

import re
from urllib.parse import urlsplit

_HOST = re.compile(r"[A-Za-z0-9.:_\[\]-]{1,100}")
_UNREADABLE = "an address that cannot be read"


def target_of(location: str) -> str:
    """Scheme and host, and nothing else of the URL: paths and queries may hold keys.

    Args:
        location: The header ``Location``.
    """
    try:
        parts = urlsplit(location.strip())
        named, _ = parts.hostname, parts.port  # which refuses a port that is no number
    except ValueError:
        return _UNREADABLE
    if not named:
        return "another path of this server"
    # With its original capitals, by which a key in it is recognised and hidden.
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme not in ("", "http", "https") or not _HOST.fullmatch(host):
        return _UNREADABLE
    return f"{parts.scheme}://{host}" if parts.scheme else host
