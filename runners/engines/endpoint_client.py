"""Asking one server many things at once, patiently: what comes back late, torn or not at all is owed.

A request is asked again with growing pauses and at least as late as the server asks for. A server
that stops answering altogether is found out once: when one request has used up its tries without any
response, the others do not wait as long, until something answers again.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from time import perf_counter
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.tracing import Trace

from lawbound.runners.engines.endpoint_address import Address, Key
from lawbound.runners.engines.endpoint_reply import Answer, Fault, Reply, read_reply
from lawbound.runners.engines.endpoint_wire import Dialect, encode, payload
from lawbound.runners.sample import Placement, Request


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often to wait for one answer."""

    timeout: float = 600.0
    """Seconds for one try, from connecting to the last byte: a server that drips is cut off."""
    retries: int = 6
    pause: float = 1.0
    """Seconds before the second try; doubles with each."""
    longest_pause: float = 120.0
    """No pause is longer, unless a server asks for it."""
    longest_asked: float = 3600.0
    """A server that asks for more is not asked again."""
    max_bytes: int = 16 * 2**20
    """A response that is larger is an error."""

    def after(self, fault: Fault, retry: int, *, is_silent: bool, rng: Random) -> float | None:
        """Seconds to wait before the same request again; none if it is not asked again.

        Args:
            fault: What became of it.
            retry: How often it has been asked again.
            is_silent: The server has given no sign for long: one without a response is given up.
            rng: Jitter.
        """
        if not fault.again or retry >= self.retries or (is_silent and not fault.status):
            return None
        if fault.wait is not None and fault.wait > self.longest_asked:
            return None
        return self.before(retry, fault.wait, rng)

    def before(self, retry: int, asked: float | None, rng: Random) -> float:
        """Seconds to wait before a retry (the first is 0): never sooner than the server asks."""
        grown: float = self.pause * 2**retry * rng.uniform(0.5, 1.0)
        least = 0.0 if asked is None else asked + self.pause * rng.uniform(0.0, 0.5)
        return max(min(self.longest_pause, grown), least)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request in the end."""

    result: Answer | Fault
    placement: Placement
    seconds: float = 0.0
    """Of the last try."""
    tries: int = 1


_USED: ContextVar[ResponseHandler | None] = ContextVar("used", default=None)
"""The connection over which the running task last asked."""


class Connector(aiohttp.TCPConnector):
    """Drops a pooled connection on which something came that nobody asked for.

    HTTP/1.1 has no word for which request a response belongs to. A server that answers twice leaves
    its second answer in the connection, where it would be taken for the answer to the next request.
    """

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> aiohttp.connector.Connection:
        """Find a connection with nothing left in it, or make one."""
        while True:
            connection = await super().connect(req, traces, timeout)
            if connection.protocol is None or not connection.protocol.should_close:
                _USED.set(connection.protocol)
                return connection
            connection.close()


class Seen:
    """Recent completions, by which one that comes twice is known.

    Ids alone do not tell, because some servers draw them from a few hundred; the same id in the same
    bytes does. Where every completion has the same id, or none, nothing can be told; the probe's id
    shows that, because its connection is gone before anything else is asked.
    """

    def __init__(self, window: int = 10_000) -> None:
        """Remember this many."""
        self._window = window
        self._bodies: dict[int, int] = {}
        """Of each completion, for which request it came."""
        self._first = ""
        self._told_apart = True

    def is_repeated(self, name: str, body: bytes, asked: bytes, *, probing: bool) -> bool:
        """Whether a completion has come before for another request; remembers it.

        The same for the same request is no sign of confusion: gateways keep answers.
        """
        if probing:
            self._first = name
        elif name == self._first:
            self._told_apart = False
        if not self._told_apart or not name:
            return False
        mark = hash(body)
        if mark in self._bodies:
            return self._bodies[mark] != hash(asked)
        self._bodies[mark] = hash(asked)
        if len(self._bodies) > self._window:
            del self._bodies[next(iter(self._bodies))]
        return False


class Client:
    """One server, one dialect, one pool of connections."""

    def __init__(
        self,
        name: str,
        address: Address,
        *,
        key: Key,
        patience: Patience,
        extra: Mapping[str, Any],
        rng: Random,
    ) -> None:
        """Nothing is sent yet.

        Args:
            name: The model, as the server calls it.
            address: Where to ask.
            key: Goes into a header and nowhere else.
            patience: How long to wait.
            extra: Further fields of the payload.
            rng: Jitter of the pauses.
        """
        self.dialect = Dialect()
        self._name = name
        self._address = address
        self._shown = Key().clean(address.shown)
        self._key = key
        self._patience = patience
        self._extra = extra
        self._rng = rng
        self._seen = Seen()
        self._responses = 0
        self._gave_no_sign = False
        """A request has used up its tries while nothing came for any request, and nothing has since."""

    @asynccontextmanager
    async def connected(self, concurrency: int) -> AsyncIterator[aiohttp.ClientSession]:
        """A session with as many connections as requests in flight."""
        async with aiohttp.ClientSession(
            connector=Connector(limit=concurrency, ttl_dns_cache=300),
            timeout=aiohttp.ClientTimeout(
                total=self._patience.timeout, sock_connect=min(30.0, self._patience.timeout)
            ),
            headers={"Content-Type": "application/json", **self._key.headers()},
            cookie_jar=aiohttp.DummyCookieJar(),
        ) as session:
            yield session

    async def ask(
        self, session: aiohttp.ClientSession, request: Request, *, probing: bool = False
    ) -> Outcome:
        """Ask until there is an answer, a fault that will stay, or no patience left.

        Args:
            session: From `connected`.
            request: What to ask.
            probing: Keep the dialect that the server turns out to take, and do not wait for a
                server that does not answer at all.
        """
        retry = 0
        tries = 0
        before = self._responses
        dialect = self.dialect
        while True:
            tries += 1
            body, placement = payload(request, self._name, dialect, self._extra)
            start = perf_counter()
            result = await self._post(session, encode(body), probing=probing)
            seconds = perf_counter() - start
            if isinstance(result, Answer) or result.status:
                self._responses += 1
                self._gave_no_sign = False
            if isinstance(result, Answer):
                self.dialect = dialect if probing else self.dialect
                return Outcome(self._hidden(result), placement, seconds, tries)
            if (other := _other_dialect(result, dialect, body, probing=probing)) is not None:
                dialect = other
                continue
            is_silent = probing or self._gave_no_sign
            pause = self._patience.after(result, retry, is_silent=is_silent, rng=self._rng)
            if pause is None:
                self._gave_no_sign = self._responses == before
                return Outcome(self._told(result, tries), placement, seconds, tries)
            await asyncio.sleep(pause)
            retry += 1

    async def _post(
        self, session: aiohttp.ClientSession, body: bytes, *, probing: bool
    ) -> Answer | Fault:
        """One try."""
        try:
            async with session.post(
                self._address.url, data=body, allow_redirects=False
            ) as response:
                content = await self._read(response)
        except TimeoutError:
            return Fault(f"no whole response in {self._patience.timeout:g} s", again=True)
        except (aiohttp.ClientError, OSError, ValueError) as fault:
            return Fault(_happened(fault), again=not isinstance(fault, ValueError))
        if content is None:
            return Fault(
                f"a response of more than {self._patience.max_bytes} bytes",
                again=False,
                status=response.status,
            )
        reply = Reply(
            status=response.status,
            content_type=response.headers.get("Content-Type", ""),
            body=content,
            retry_after=response.headers.get("Retry-After", ""),
        )
        try:
            result = read_reply(reply, datetime.now(UTC))
        except Exception as error:  # what nobody thought of costs one sample, and not the run
            return Fault(
                f"status {reply.status} with what cannot be read ({type(error).__name__})",
                again=True,
                status=reply.status,
            )
        if isinstance(result, Fault) or not self._seen.is_repeated(
            result.id, content, body, probing=probing
        ):
            return result
        # Its connection is out of step. It is back in the pool by now, but nothing has been read
        # from it since: no other task runs between the end of a response and this line.
        if (used := _USED.get()) is not None:
            used.abort()
        return Fault("a completion came twice, expected each once", again=True, status=200)

    async def _read(self, response: aiohttp.ClientResponse) -> bytes | None:
        """The whole body after decompression, or none if it is too large."""
        parts: list[bytes] = []
        size = 0
        async for part in response.content.iter_any():
            size += len(part)
            if size > self._patience.max_bytes:
                response.close()
                return None
            parts.append(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _hidden(self, answer: Answer) -> Answer:
        """Even a server that quotes our key in an answer does not get it into a file."""
        text = self._key.hide_whole(answer.text)
        thinking = self._key.hide_whole(answer.thinking)
        if text is answer.text and thinking is answer.thinking:
            return answer
        return replace(answer, text=text, thinking=thinking)

    def _told(self, fault: Fault, tries: int) -> Fault:
        """The fault in one clean line that says where, what and how often."""
        times = "" if tries == 1 else f" ({tries} tries)"
        said = self._key.clean(fault.message)
        return replace(fault, message=f"{self._shown}: {said}{times}")


def grouped(requests: Sequence[Request]) -> list[Request]:
    """Requests with equal system messages together, so that a server's prefix cache is hit."""
    heads: dict[tuple[str, ...], int] = {}
    ranks = [
        heads.setdefault(tuple(m.content for m in r.messages if m.role == "system"), len(heads))
        for r in requests
    ]
    return [requests[i] for i in sorted(range(len(requests)), key=ranks.__getitem__)]


def _other_dialect(
    fault: Fault, dialect: Dialect, body: Mapping[str, Any], *, probing: bool
) -> Dialect | None:
    """How to ask the same once more after a complaint, or none if that would not help."""
    if fault.status not in (400, 422):
        return None
    other = dialect.after(fault.message, body)
    # Where the policy stands is settled by the probe: arms of one run must not differ.
    if other is not None and not probing and other.system != dialect.system:
        return None
    return other


def _happened(fault: Exception) -> str:
    """What went wrong between here and the server, in words."""
    if isinstance(fault, aiohttp.ClientConnectorError):
        return f"cannot connect ({fault.os_error.strerror or fault.os_error})"
    if isinstance(fault, aiohttp.ClientPayloadError):
        return f"the response broke off ({fault})"
    if isinstance(fault, aiohttp.ClientResponseError):
        return f"no HTTP response ({fault.message})"
    return f"the connection was lost ({fault or type(fault).__name__})"
