"""Sending many requests to one server at once, and repeating those that come late, damaged or not
at all.

A request is repeated after growing pauses, and no earlier than the server asks. A server that stops
answering altogether is found out once: when one request has used up its tries without any response,
the others wait less long, until something answers again.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from lawbound.runners.engines.api_keys import Key
from lawbound.runners.engines.endpoint.address import Address
from lawbound.runners.engines.endpoint.connection import LINE, Connector, Line, Seen
from lawbound.runners.engines.endpoint.network import network_fault
from lawbound.runners.engines.endpoint.patience import Course, Failing, Patience
from lawbound.runners.engines.endpoint.proxy import logins_in
from lawbound.runners.engines.endpoint.reply import Answer, Fault, Reply, read_reply
from lawbound.runners.engines.endpoint.wire import Dialect, encode, payload
from lawbound.runners.sample import Placement, Request

_JSON = {"Content-Type": "application/json"}
_LAST = {"Connection": "close"}
"""Tells a server that nothing more will be asked over this connection."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The final outcome of a request."""

    result: Answer | Fault
    placement: Placement
    seconds: float = 0.0
    """The response to the last try."""
    is_final: bool = False
    """Whether it would fail in the same way however often it is asked."""


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
        proxy: str = "",
    ) -> None:
        """Set up the client; nothing is sent yet.

        Args:
            name: The model, as the server calls it.
            address: The server's URL.
            key: The API key; it goes into a header for the server and nowhere else.
            patience: How long to wait.
            extra: Further fields of the payload.
            rng: Jitter of the pauses.
            proxy: Who is asked to pass requests on; empty if nobody is.
        """
        self.dialect = Dialect()
        self._name = name
        self._address = address
        self._shown = Key().clean(address.shown)
        self._key = key
        self._patience = patience
        self._extra = extra
        self._rng = rng
        self._proxy = proxy
        self._logins = logins_in(proxy)
        self._seen = Seen()
        self._responses = 0
        self._answered = 0
        self._worn: dict[str, str] = {}
        """Requests that failed alike at every try while nobody was answered: one try is owed."""
        self._gave_no_sign = False
        """Whether a request has used up its tries without any response coming, and none has come
        since."""

    @asynccontextmanager
    async def connected(self, concurrency: int) -> AsyncIterator[aiohttp.ClientSession]:
        """A session with as many connections as requests in flight."""
        async with aiohttp.ClientSession(
            connector=Connector(limit=concurrency),
            timeout=aiohttp.ClientTimeout(
                total=self._patience.timeout, sock_connect=self._patience.connecting
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            proxy=self._proxy or None,
        ) as session:
            yield session

    async def ask(
        self,
        session: aiohttp.ClientSession,
        request: Request,
        *,
        probing: bool = False,
        failing: Failing | None = None,
    ) -> Outcome:
        """Ask until there is an answer, a permanent fault, or no patience left.

        Args:
            session: From `connected`.
            request: What to ask.
            probing: Whether this is the probe: where the policy goes may still change, and a silent
                server is not waited for, or hardly.
            failing: Is told while the request is being repeated.
        """
        tries = 0
        before = self._responses
        dialect = spoken = self.dialect
        worn = self._worn.pop(request.key, "")
        course: Course | None = None  # made only when needed: nearly all are answered at once
        try:
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
                    self._answered += 1
                    if dialect is not spoken:
                        self.dialect = dialect
                    return Outcome(self._hidden(result), placement, seconds)
                other = _other_dialect(result, dialect, body, probing=probing)
                if other is not None:
                    dialect = other
                    continue
                course = course or Course(failing or Failing(), worn)
                fault = self._clean(result)
                course.add(fault, self._answered)
                pause = self._pause(fault, course, probing=probing)
                if pause is None:
                    self._gave_no_sign = self._responses == before
                    is_final = self._is_final(request, fault, course)
                    if course.is_worn():
                        tries += self._patience.retries + 1
                    said = replace(fault, message=fault.message + self._patience.limit_told(fault))
                    return Outcome(_counted(said, tries), placement, seconds, is_final)
                course.wait()
                await asyncio.sleep(pause)
        finally:
            if course is not None:
                course.end()

    def _pause(self, fault: Fault, course: Course, *, probing: bool) -> float | None:
        """Seconds to wait before repeating the request; None if it is not repeated."""
        if course.is_worn():
            return None
        is_given_time = fault.broke_off and course.faults <= self._patience.probes
        is_silent = self._gave_no_sign or (probing and not is_given_time)
        return self._patience.after(fault, course.faults - 1, is_silent=is_silent, rng=self._rng)

    def _is_final(self, request: Request, fault: Fault, course: Course) -> bool:
        """Whether a request that is given up would fail however often it is asked; also notes if
        one more try is owed."""
        if not fault.again:
            return fault.cause == "request"
        has_all_tries = course.faults > self._patience.retries > 0
        if not has_all_tries or not course.same:
            return False
        if course.is_passed_over():
            return True
        self._worn[request.key] = course.same
        return False

    async def _post(
        self, session: aiohttp.ClientSession, body: bytes, *, probing: bool
    ) -> Answer | Fault:
        """One try; if it brings an earlier completion again, once more over a fresh connection."""
        line = Line(fresh_only=not self._seen.are_told_apart)
        while True:
            reply = await self._exchange(session, body, line)
            if isinstance(reply, Fault):
                return reply
            result = _judged(reply)
            if isinstance(result, Fault):
                return result
            if not self._seen.is_repeated(
                result.id, reply.body, body, probing=probing, fresh=line.is_fresh
            ):
                return result
            line.abort()  # it is out of step, and back in the pool by now
            line = Line(fresh_only=True)

    async def _exchange(
        self, session: aiohttp.ClientSession, body: bytes, line: Line
    ) -> Reply | Fault:
        """Send a request and read the response to its end."""
        LINE.set(line)
        # Of each request: aiohttp would send a session's headers, and so the key, to a proxy, too.
        headers = {**_JSON, **self._key.headers(), **(_LAST if line.fresh_only else {})}
        try:
            async with session.post(
                self._address.url, data=body, headers=headers, allow_redirects=False
            ) as response:
                content = await self._read(response)
        except (aiohttp.ClientError, OSError, ValueError) as error:  # a TimeoutError is an OSError
            patience = self._patience
            return network_fault(
                error,
                timeout=patience.timeout,
                connecting=patience.connecting,
                proxy_host=urlsplit(self._proxy).hostname or "",
            )
        if content is None:
            return Fault(
                f"a response of more than {self._patience.max_bytes} bytes",
                again=False,
                status=response.status,
                cause="request",
            )
        return Reply(
            status=response.status,
            content_type=response.headers.get("Content-Type", ""),
            body=content,
            retry_after=response.headers.get("Retry-After", ""),
            retry_after_ms=response.headers.get("retry-after-ms", ""),
            date=response.headers.get("Date", ""),
            location=response.headers.get("Location", ""),
        )

    async def _read(self, response: aiohttp.ClientResponse) -> bytes | None:
        """The whole body after decompression, or None if it is too large."""
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
        """Keep our key out of files even if a server quotes it in an answer."""
        text = self._key.hide_whole(answer.text)
        thinking = self._key.hide_whole(answer.thinking)
        model = self._key.hide_whole(answer.model)
        if answer.said:
            return replace(
                answer, text=text, thinking=thinking, model=model, said=self._quoted(answer.said)
            )
        if text is answer.text and thinking is answer.thinking and model is answer.model:
            return answer
        return replace(answer, text=text, thinking=thinking, model=model)

    def _clean(self, fault: Fault) -> Fault:
        """The fault in one clean line that says where and what."""
        return replace(fault, message=self._quoted(fault.message))

    def _quoted(self, said: str) -> str:
        return f"{self._shown}: {self._key.clean(said, *self._logins)}"


def _other_dialect(
    fault: Fault, dialect: Dialect, body: Mapping[str, Any], *, probing: bool
) -> Dialect | None:
    """How to repeat the request after a complaint, or None if that would not help."""
    if fault.status not in (400, 422):
        return None
    other = dialect.after(fault.message, body)
    # Only the probe decides where the policy goes: arms of one run must not differ.
    if other is not None and not probing and other.system != dialect.system:
        return None
    return other


def _judged(reply: Reply) -> Answer | Fault:
    """`read_reply`; an unforeseen error costs one sample, and not the run."""
    try:
        return read_reply(reply, datetime.now(UTC))
    except Exception as error:
        said = f"status {reply.status} with what cannot be read ({type(error).__name__})"
        return Fault(said, again=True, status=reply.status)


def _counted(fault: Fault, tries: int) -> Fault:
    """The fault, with the number of times it came."""
    return fault if tries == 1 else replace(fault, message=f"{fault.message} ({tries} tries)")
