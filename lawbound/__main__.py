"""The command: known errors become one line and exit code 2, everything else keeps its traceback."""

import sys

INTERRUPTED = 130
LONGEST_PLACE = 200


def main() -> None:
    """Run the command line."""
    try:
        from lawbound.runners.cli import app

        app(prog_name="lawbound")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)  # before a command began
    except SystemExit as stop:
        # Typer turns Ctrl-C into an exit before it could be seen here; a command that has said
        # its own word on it exits without that cause.
        cause = stop.__context__.__cause__ if stop.__context__ is not None else None
        if stop.code == INTERRUPTED and isinstance(cause, KeyboardInterrupt):
            sys.stderr.write("interrupted: answers stored so far are kept; run again to go on\n")
        raise
    except (ValueError, RuntimeError, OSError) as error:
        refused = isinstance(error, OSError) and error.errno is not None
        if not refused and not type(error).__module__.startswith("lawbound."):
            raise
        sys.stderr.write(f"error: {_one_line(error)}\n")
        sys.exit(2)


def _one_line(error: Exception) -> str:
    """The message without line breaks and control characters: it may quote hostile input."""
    from lawbound.runners.cli.console import printable

    text = str(error)
    if isinstance(error, OSError) and not type(error).__module__.startswith("lawbound."):
        # What the operating system refuses: a full disk, a read-only folder, a name too long.
        place = str(error.filename or "lawbound")
        place = place if len(place) <= LONGEST_PLACE else place[:LONGEST_PLACE] + "..."
        text = f"{place}: {error.strerror or error}"
    return printable(" ".join(text.split()))


if __name__ == "__main__":
    main()
