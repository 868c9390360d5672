"""The command: known errors become one line and exit code 2, everything else keeps its traceback."""

import sys
from signal import SIGINT
from typing import Any

from lawbound import streams

INTERRUPTED = 128 + SIGINT
STOPPED = "interrupted: everything answered so far is kept; run again to go on\n"
LONGEST_PLACE = 200
LONGEST_MESSAGE = 1000
"""Characters of an error; a longer one quotes input, and loses its middle."""


def main() -> None:
    """Run the command line."""
    streams.prepare()
    try:
        from lawbound.runners.cli import app

        code = app(prog_name="lawbound", standalone_mode=False)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except (ValueError, RuntimeError, OSError) as error:
        refused = isinstance(error, OSError) and error.errno is not None
        if not refused and not type(error).__module__.startswith("lawbound."):
            raise
        sys.stderr.write(f"error: {_one_line(error)}\n")
        code = 2
    except Exception as error:
        # Typer brings its own copy of Click's errors or Click's, by its version.
        if not hasattr(error, "format_message"):
            raise
        sys.stderr.write(_misused(error))
        code = 2
    if code == INTERRUPTED:  # Typer has made an exit of the interrupt
        sys.stderr.write(STOPPED)
    sys.exit(code)


def _misused(error: Any) -> str:
    """One line for a wrong option or value; the help where nothing at all was given."""
    message = error.format_message()
    if "\n" in message:
        return f"{message}\n"
    faults = getattr(error.__cause__, "errors", None)  # Typer has values checked by pydantic
    if faults is not None and (found := faults()):
        from lawbound.tasks.faults import expected

        message = f"{error.param.opts[0]} is {found[0]['input']!r}, expected {expected(found[0])}"
    command = error.ctx.command_path if getattr(error, "ctx", None) else "lawbound"
    return f"error: {_one_line(ValueError(f'{command}: {message}'))} (see {command} -h)\n"


def _one_line(error: Exception) -> str:
    """The message without line breaks, control characters and keys: it may quote hostile and secret input."""
    from lawbound.runners.cli.console import printable
    from lawbound.tasks.urls import without_secrets

    text = str(error)
    if isinstance(error, OSError) and not type(error).__module__.startswith("lawbound."):
        # What the operating system refuses: a full disk, a read-only folder, a name too long.
        place = str(error.filename or "lawbound")
        place = place if len(place) <= LONGEST_PLACE else place[:LONGEST_PLACE] + "..."
        text = f"{place}: {error.strerror or error}"
    text = without_secrets(" ".join(text.split()))
    if len(text) > LONGEST_MESSAGE:
        half = LONGEST_MESSAGE // 2
        text = f"{text[:half]} [...] {text[-half:]}"
    return printable(text)


if __name__ == "__main__":
    main()
