"""Versions of the software with which a run was made."""

from importlib.metadata import PackageNotFoundError, version


def installed(package: str) -> str:
    """The version of a package, or that there is none."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
