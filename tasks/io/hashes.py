"""Short digests: enough of a sha256 to tell contents apart, and few enough digits to be read."""

import hashlib
from typing import Final

DIGITS: Final = 16
"""Hex digits of a sha256 that a digest keeps."""


def digest_of(content: bytes) -> str:
    """Digest of some content: the first hex digits of its sha256."""
    return hashlib.sha256(content).hexdigest()[:DIGITS]
