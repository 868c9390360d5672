"""Paths as users write them."""

from pathlib import Path


def expanded(written: str) -> Path:
    """A path with a home folder in place of ``~``; as it is if there is none, where nothing will be found."""
    try:
        return Path(written).expanduser()
    except RuntimeError:  # of a user whom nobody knows, or on a machine that tells of no home
        return Path(written)
