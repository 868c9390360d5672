"""Which extra to install if a package is missing."""

from importlib import import_module

from lawbound.runners.engines.protocol import ModelError

_BROUGHT_BY = {"torch": "local", "transformers": "local", "accelerate": "local"}
"""Packages that lm-eval's models import and its own install leaves out, by the extra that brings them."""


def install(extra: str) -> str:
    """The command that brings one of our extras, quoted as any shell takes it.

    Args:
        extra: Its name. An existing install, even one from a folder, is kept and added to.
    """
    return f"pip install 'lawbound[{extra}]'"


def check_local() -> None:
    """Refuse local models if nothing here can run them, before anything is fetched for them.

    Raises:
        ModelError: A package is missing or broken.
    """
    try:
        for name in ("torch", "transformers", "safetensors"):
            import_module(name)
    except ImportError as error:
        raise ModelError(
            f"local models need torch and transformers, which cannot be imported ({error}), expected "
            f"them to be installed: {install('local')}"
        ) from error


def remedy(error: BaseException) -> str:
    """What to install after an import failed; empty if none of our extras helps.

    Args:
        error: The error that was raised.
    """
    name = (error.name or "").partition(".")[0] if isinstance(error, ImportError) else ""
    extra = _BROUGHT_BY.get(name)
    return f", expected it to be installed: {install(extra)}" if extra else ""
