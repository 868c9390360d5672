"""Versions of the software with which a run was made, and which of two is newer."""

import re
from importlib.metadata import PackageNotFoundError, version

_NUMBERS = re.compile(r"\d{1,9}(?:\.\d{1,9}){0,9}", re.ASCII)


def installed(package: str) -> str:
    """The version of a package, or that there is none."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def is_newer(found: str, than: str) -> bool:
    """Whether a version's leading numbers are above another's; a text without leading numbers is
    above no version."""
    return _numbers(found) > _numbers(than) > ()


def _numbers(found: str) -> tuple[int, ...]:
    match = _NUMBERS.match(found.strip())
    numbers = [int(part) for part in match[0].split(".")] if match else []
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)
