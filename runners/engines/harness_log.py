"""Calling lm-eval so that nothing it says shows a key.

lm-eval asks servers in tasks of asyncio. If several fail, it waits for the first alone, and asyncio tells of each
other once nothing refers to it any more: with its error, which holds the headers of its request, and with a
traceback. That must happen while such records are still cleaned; until then whatever keeps the error that was waited
for keeps the tasks, through its traceback.
"""

import gc
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from lawbound.runners.engines.api_keys import hide_whole_keys, without_keys

_LOGGERS = ("lm_eval", "asyncio")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Failure:
    """What a call failed with."""

    said: str
    """The error's type and text, without keys. The error itself is not kept."""


def call_cleanly(call: Callable[[], Result]) -> Result | Failure:
    """Call lm-eval; whatever it raises is data, not a crash.

    Args:
        call: The call. What it and asyncio log goes to stderr in clean lines, also of the tasks that
            an error or Ctrl-C leaves behind.
    """
    with _clean_log():
        try:
            return call()
        except BaseException as error:
            _let_go(error)
            if not isinstance(error, Exception):
                raise
            return Failure(without_keys(f"{type(error).__name__}: {error}"))


def hide_keys_in_logs() -> None:
    """From now on, to the end of the process, show no whole key in what lm-eval and asyncio log: for lm-eval's own
    command, whose log is otherwise left as it is."""
    # What child loggers log passes no filter of lm-eval's logger, but each of its handlers.
    for place in (logging.getLogger("asyncio"), *logging.getLogger("lm_eval").handlers):
        if not any(isinstance(known, _HidesKeys) for known in place.filters):
            place.addFilter(_HidesKeys())


class _CleanHandler(logging.Handler):
    """Passes on what is logged, which quotes servers, without keys, tracebacks and terminal commands."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(f"lm-eval: {without_keys(record.getMessage())}\n")


class _HidesKeys(logging.Filter):
    """Lets everything through, without whole keys; also at the end of the process, where the environment is gone."""

    def __init__(self) -> None:
        super().__init__()
        self._environment = dict(os.environ)

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if (hidden := hide_whole_keys(said, self._environment)) != said:
            record.msg, record.args = hidden, ()
        if record.exc_info and not record.exc_text:
            told = logging.Formatter().formatException(record.exc_info)
            record.exc_text = hide_whole_keys(told, self._environment)
        return True


@contextmanager
def _clean_log() -> Iterator[None]:
    handler = _CleanHandler(logging.WARNING)
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    before = [logger.propagate for logger in loggers]
    for logger in loggers:
        logger.propagate = False
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger, propagate in zip(loggers, before, strict=True):
            logger.removeHandler(handler)
            logger.propagate = propagate


def _let_go(error: BaseException) -> None:
    """Collect what only the tracebacks of an error, and of those before it, still keep."""
    waiting: list[BaseException | None] = [error]
    seen: list[BaseException] = []
    while waiting:
        one = waiting.pop()
        if one is not None and all(one is not other for other in seen):
            one.__traceback__ = None
            seen.append(one)
            waiting += [one.__cause__, one.__context__]
    gc.collect()
