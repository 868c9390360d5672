"""The command: known errors become one line and exit code 2, everything else keeps its traceback."""

try:
    import signal
    import sys
    from collections.abc import Iterator, Sequence
    from contextlib import contextmanager, suppress
    from pathlib import Path
    from threading import current_thread, main_thread
    from types import FrameType
    from typing import Any

    from lawbound import streams
    from lawbound.tasks.io.errors import LawboundError
except KeyboardInterrupt:  # nothing is there yet that could catch it and tell
    import os
    from contextlib import suppress

    with suppress(OSError):  # standard error may be closed
        os.write(2, b"interrupted\n")
    raise SystemExit(130) from None

INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM
STOPPED = "interrupted\n"
STOPPED_KEEPING = "interrupted: everything answered so far is kept; run again to go on\n"
KEEPING = ("run", "score")
"""Commands that store each answer, of a model or a judge, as it comes."""
LONGEST_PLACE = 200
LONGEST_MESSAGE = 1000
"""Characters of an error; a longer one quotes input, and loses its middle."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line.

    Args:
        arguments: What stands behind ``lawbound``; None takes what the process was given.
    """
    streams.prepare()
    with _sigterm_like_ctrl_c() as terminations:
        try:
            code = _code(arguments)
        except SystemExit as stop:  # of a command that has said itself what is kept
            if stop.code != INTERRUPTED or not terminations:
                raise
            code = TERMINATED
    if code == INTERRUPTED:  # Typer has made an exit of the interrupt
        words = sys.argv[1:] if arguments is None else arguments
        streams.tell(STOPPED_KEEPING if _keeps_answers(words) else STOPPED)
        code = TERMINATED if terminations else INTERRUPTED
    if code in (INTERRUPTED, TERMINATED):
        # An interrupt inside an exec, as where a dataclass is made, is remembered until the next one: under
        # `python -m`, Python would end by SIGINT whatever the code is.
        exec("")
    sys.exit(code)


@contextmanager
def _sigterm_like_ctrl_c() -> Iterator[list[int]]:
    """SIGTERM, with which schedulers take a machine away, stops as cleanly as Ctrl-C; a second one ends at once.

    A handler that is there already, and a signal that is ignored, stay.
    """
    signals: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signals.append(number)
        raise KeyboardInterrupt  # and nothing of our own: whatever heeds Ctrl-C heeds this

    is_ours = current_thread() is main_thread()
    if not is_ours or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield signals
        return
    signal.signal(signal.SIGTERM, stop)
    try:
        yield signals
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _keeps_answers(words: Sequence[str]) -> bool:
    """Whether these words ask for a command of which an interrupt loses no answer."""
    return bool(words) and words[0] in KEEPING and "--dry-run" not in words


def _code(arguments: Sequence[str] | None) -> Any:
    """Run the command; the exit code."""
    try:
        return _ended(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except (LawboundError, RuntimeError, OSError) as error:
        if isinstance(
            error.__cause__, KeyboardInterrupt
        ):  # Python 3.11's, where a class is being made
            return INTERRUPTED
        refused = isinstance(error, OSError) and error.errno is not None
        if not refused and not isinstance(error, LawboundError):
            raise
        streams.tell(f"error: {_told(error)}\n")
    except Exception as error:
        # Typer brings its own copy of Click's errors or Click's, by its version.
        if not hasattr(error, "format_message"):
            raise
        streams.tell(_misused(error))
    # Else Python writes at its end what is still held, and fails with a code of its own.
    with suppress(OSError):
        streams.flush()
    return 2


def _ended(arguments: Sequence[str] | None) -> Any:
    """Run the command until all that it prints is written; the exit code."""
    from lawbound.runners.cli import app

    out, err = sys.stdout, sys.stderr
    try:
        code = app(arguments, prog_name="lawbound", standalone_mode=False)
    except SystemExit as stop:
        # Typer ends without a word, and with the code of a gate that fails, once nobody reads the output.
        if not isinstance(stop.__context__, BrokenPipeError):
            raise
        sys.stdout, sys.stderr = out, err  # for which it has put others that say nothing
        raise stop.__context__ from None
    streams.flush()
    return code


def _misused(error: Any) -> str:
    """One line for a wrong option or value; the help where nothing at all was given."""
    message = error.format_message()
    if "\n" in message:
        return f"{message}\n"
    faults = getattr(error.__cause__, "errors", None)  # Typer has values checked by pydantic
    if faults is not None and (found := faults()):
        from lawbound.tasks.io.faults import expected

        message = f"{error.param.opts[0]} is {found[0]['input']!r}, expected {expected(found[0])}"
    command = error.ctx.command_path if getattr(error, "ctx", None) else "lawbound"
    return f"error: {_told(ValueError(f'{command}: {message}'))} (see {command} -h)\n"


def _told(error: Exception) -> str:
    """The message without line breaks, control characters and keys: it may quote hostile and secret input."""
    from lawbound.tasks.io.messages import one_line, printable
    from lawbound.tasks.io.safe_files import why
    from lawbound.tasks.io.urls import without_secrets

    text = str(error)
    if isinstance(error, OSError) and not isinstance(error, LawboundError):
        # What the operating system refuses: a full disk, a read-only folder, a name too long.
        place = str(error.filename or _unnamed())
        place = place if len(place) <= LONGEST_PLACE else place[:LONGEST_PLACE] + "..."
        text = f"{place}: {why(error)}"
    text = without_secrets(one_line(text))
    if len(text) > LONGEST_MESSAGE:
        half = LONGEST_MESSAGE // 2
        text = f"{text[:half]} [...] {text[-half:]}"
    return printable(text)


def _unnamed() -> str:
    """What may have refused where the system names no file."""
    try:
        streams.flush()
    except OSError:
        return "standard output"
    try:
        Path.cwd()
    except OSError:
        return "the folder that it was started in"
    return "lawbound"


if __name__ == "__main__":
    main()
