"""One batch of requests in flight: an asyncio loop in a thread of its own asks, the caller takes what is done."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from lawbound.runners.engines.endpoint.client import Outcome
from lawbound.runners.sample import Request

_HANDED_OVER = 0.005
"""Seconds that a sample waits for others, so that the caller is woken once for all of them."""
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Done:
    """A request, and what came of it."""

    request: Request
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class News:
    """News for the caller, collected over a moment."""

    done: list[Done]
    trouble: tuple[int, str] | None
    """How many requests are being repeated now, and the latest error; None if nothing changed."""


@dataclass(slots=True)
class Batch:
    """What the loop and the caller share."""

    given: int = 0
    taken: int = 0
    """How many of those given the caller has taken."""
    _news: SimpleQueue[News | BaseException | None] = field(default_factory=SimpleQueue)
    _ready: list[Done] = field(default_factory=list)
    """Done, but not yet handed over: waking the caller for each would cost more than the sample."""
    _trouble: tuple[int, str] | None = None
    """Also not yet handed over."""
    _errand: "_Errand[None] | None" = None

    def start(self, asking: Coroutine[Any, Any, None]) -> None:
        """Run what gives and tells, in a thread of its own."""
        self._errand = _Errand(asking)
        self._errand.ended.add_done_callback(self._tell_of_the_end)
        self._errand.start()

    def news(self) -> Iterator[News]:
        """What is done, as it comes, to the end; raises what ended the asking early."""
        while (news := self._news.get()) is not None:
            if isinstance(news, BaseException):
                raise news
            yield news

    def stop(self) -> None:
        """Cancel what is in flight, since the caller wants no more, and wait until it has ended."""
        if self._errand is not None:
            self._errand.call_off()

    def give(self, done: Done) -> None:
        """Called in the loop: hand over soon."""
        if not self._ready and self._trouble is None:
            self._hand_over_soon()
        self.given += 1
        self._ready.append(done)

    def tell(self, again: int, last: str) -> None:
        """Called in the loop: tell the caller about failing requests."""
        if not self._ready and self._trouble is None:
            self._hand_over_soon()
        self._trouble = again, last

    def hand_over(self) -> None:
        """Called in the loop: wake the caller for all that is ready."""
        if self._ready or self._trouble is not None:
            self._news.put(News(self._ready, self._trouble))
            self._ready, self._trouble = [], None

    def _hand_over_soon(self) -> None:
        asyncio.get_running_loop().call_later(_HANDED_OVER, self.hand_over)

    def _tell_of_the_end(self, ended: Future[None]) -> None:
        """Whatever has happened, the caller is told that it is over."""
        error = ended.exception()
        if error is not None and not isinstance(error, asyncio.CancelledError):
            self._news.put(error)
        self._news.put(None)


class _Errand(Generic[Result]):
    """A coroutine in a loop and a thread of its own, which can be called off."""

    def __init__(self, asking: Coroutine[Any, Any, Result]) -> None:
        self.ended: Future[Result] = Future()
        """What it came to."""
        self._asking = asking
        self._is_called_off = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Result] | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def call_off(self) -> None:
        """Cancel it and wait until it has ended."""
        self._is_called_off.set()
        if self._loop is not None and self._task is not None:
            with suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()

    def _run(self) -> None:
        async def cancellable() -> Result:
            self._loop = asyncio.get_running_loop()
            self._task = asyncio.create_task(self._asking)
            if self._is_called_off.is_set():
                self._task.cancel()
            return await self._task

        try:
            result = _run(cancellable())
        except BaseException as error:  # handed to the caller, who raises it
            self.ended.set_exception(error)
        else:
            self.ended.set_result(result)


def in_thread(asking: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end, even if the caller has a loop of its own; Ctrl-C ends it at once."""
    errand = _Errand(asking)
    errand.start()
    try:
        return errand.ended.result()
    finally:
        errand.call_off()


def _run(asking: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end, on uvloop if there is one: it takes less time per request."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(asking)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # there is none for Windows
        return None
    return uvloop.new_event_loop
