"""Making sure that a response belongs to its request, which HTTP/1.1 does not tell.

A server that answers twice leaves its second answer in the connection, where it would be taken for
the answer to the next request. Three things prevent that: a connection that still holds something
is not used again (`Connector`), a completion that was seen before is requested again over a fresh
connection (`Seen`), and if nothing tells one completion from another, every request has a
connection of its own.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from weakref import WeakSet

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.tracing import Trace


@dataclass(slots=True)
class Line:
    """The connection of one try: what is required of it, and which connection it was."""

    fresh_only: bool = False
    is_fresh: bool = False
    """Whether nothing had been asked over it."""
    protocol: ResponseHandler | None = None

    def abort(self) -> None:
        """Close it, even if it is back in the pool by now."""
        if self.protocol is not None:
            self.protocol.abort()


LINE: ContextVar[Line] = ContextVar("line")
"""The line of the running task's current try."""


class Connector(aiohttp.TCPConnector):
    """Drops a pooled connection on which something arrived that was not requested."""

    def __init__(self, *, limit: int) -> None:
        """Most connections at once: as many as there are requests in flight."""
        super().__init__(limit=limit, ttl_dns_cache=300)
        self._used: WeakSet[ResponseHandler] = WeakSet()

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> aiohttp.connector.Connection:
        """Find a connection with nothing left in it, or make one; note it in `LINE`."""
        line = LINE.get()
        while True:
            connection = await super().connect(req, traces, timeout)
            protocol = connection.protocol
            if protocol is not None:
                is_fresh = protocol not in self._used
                if not protocol.should_close and (is_fresh or not line.fresh_only):
                    self._used.add(protocol)
                    line.protocol, line.is_fresh = protocol, is_fresh
                    return connection
            connection.close()


class Seen:
    """Recent completions, to recognise one that comes twice.

    Ids alone do not tell, because some servers draw them from a few hundred; the same id in the same
    bytes does, unless the server means it: some make the id from the answer, and equal refusals are
    then equal to the byte. In a fresh connection nothing can be left, so a completion that comes again
    there is the server's own, and shows that its completions cannot be told apart. So does one without an id,
    or with the probe's, whose connection is gone before anything else is asked: it is taken from a fresh
    connection alone.
    """

    def __init__(self, window: int = 10_000) -> None:
        """Remember this many."""
        self._window = window
        self._bodies: dict[int, int] = {}
        """Completion -> the request for which it came."""
        self._first = ""
        self.are_told_apart = True
        """Whether an answer to another request would be noticed."""

    def is_repeated(
        self, name: str | None, body: bytes, asked: bytes, *, probing: bool, fresh: bool
    ) -> bool:
        """Whether a completion has come before, for another request, or could have; remembers it.

        The same completion for the same request is no sign of confusion: gateways keep answers.

        Args:
            name: The server's name for the completion; None if it is a filter's error, which has none.
            body: The whole response.
            asked: The whole request.
            probing: Whether it answers the probe.
            fresh: Whether it came over a connection that had carried nothing.
        """
        if name is None:
            return False
        if probing:
            self._first = name
        elif not name or name == self._first:
            self.are_told_apart = False
            return not fresh
        question = hash(asked)
        if self._bodies.setdefault(hash(body), question) != question:
            self.are_told_apart &= not fresh
            return not fresh
        if len(self._bodies) > self._window:
            del self._bodies[next(iter(self._bodies))]
        return False
