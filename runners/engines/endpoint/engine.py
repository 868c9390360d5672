"""Any OpenAI-compatible chat-completions server as an engine: vLLM, SGLang, llama.cpp, Ollama, hosted.

The caller iterates, while an asyncio loop in its own thread keeps the requests in flight. Samples
come in the order in which they are finished. A slow caller slows the asking down, so that answers
do not pile up.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any, Self

from lawbound.runners.canonical import canonical_json
from lawbound.runners.engines.api_keys import MAX_SHOWN, Key, read_key
from lawbound.runners.engines.endpoint.address import read_address
from lawbound.runners.engines.endpoint.as_sample import as_sample
from lawbound.runners.engines.endpoint.client import Client, Outcome
from lawbound.runners.engines.endpoint.in_flight import Batch, Done, in_thread
from lawbound.runners.engines.endpoint.patience import Failing, Patience
from lawbound.runners.engines.endpoint.proxy import proxy_for
from lawbound.runners.engines.endpoint.reply import Answer, Fault
from lawbound.runners.engines.endpoint.unasked import Unasked
from lawbound.runners.engines.endpoint.wire import check_extra, contract
from lawbound.runners.engines.estimated import estimate_tokens
from lawbound.runners.engines.protocol import OTHER_NAMES, PROBE, ModelError, Trouble
from lawbound.runners.sample import (
    UNVERIFIED,
    Fingerprint,
    Message,
    Rendered,
    Request,
    Sample,
    Settings,
)

MOST_NAMES = 32
"""Most names of a server's model that are counted apart; answers under others are summed."""
_PROBE_TOKENS = 16
_HELD_BACK = 0.01
"""Seconds between looks at whether the caller has caught up."""


class EndpointEngine:
    """Asks a server over HTTP; created by `open`."""

    def __init__(self, client: Client, *, name: str, revision: str, concurrency: int) -> None:
        """Take a client that has been tried; use `open` instead.

        Args:
            client: Asks one request at a time.
            name: Label of the model.
            revision: The weights that the server runs, according to the user, or ``unverified``.
            concurrency: Requests in flight at once.
        """
        self._client = client
        self._name = name
        self._revision = revision
        self._concurrency = concurrency
        self._template = ""
        self._final: set[str] = set()
        self._names: Counter[str] = Counter()
        self.on_trouble: Trouble = lambda again, last: None
        """Called while samples are taken from `generate`, in the thread that takes them."""

    @classmethod
    def open(
        cls,
        name: str,
        url: str,
        *,
        concurrency: int = 64,
        revision: str | None = None,
        key_env: str = "OPENAI_API_KEY",
        extra: Mapping[str, Any] | None = None,
        patience: Patience | None = None,
    ) -> Self:
        """Connect to a server, and ask it one word before anything that counts.

        The word shows that the server is reachable, accepts the key, has the model, and whether it
        takes system messages; all of this is better known before a plan is made.

        Args:
            name: The model, as the server calls it.
            url: Base URL, for example ``http://127.0.0.1:8000/v1``.
            concurrency: Requests in flight at once.
            revision: The weights that the server runs, if the user knows.
            key_env: Environment variable that holds the API key, if one is needed.
            extra: Further fields of every payload; part of the request keys.
            patience: How long and how often to wait for one answer; None: as usual.

        Raises:
            ModelError: The server cannot be reached, or refuses; or the environment's proxy is of another kind.
        """
        if concurrency < 1:
            raise ModelError(f"endpoint: concurrency is {concurrency}, expected at least 1")
        fields = dict(extra or {})
        check_extra(fields)
        address = read_address(name, url, read_key(key_env))
        client = Client(
            name,
            address,
            key=_usable(read_key(key_env), fields),
            patience=patience or Patience(),
            extra=fields,
            rng=Random(),
            proxy=proxy_for(f"model 'openai:{name}'", address.url),
        )
        engine = cls(client, name=name, revision=revision or UNVERIFIED, concurrency=concurrency)
        engine._template = contract(fields)
        engine._try_out()
        return engine

    def render(self, messages: Sequence[Message]) -> Rendered:
        """Canonical JSON of the messages as this server takes them."""
        return self._unasked().render(messages)

    estimates_tokens = True
    """None: only the server knows its tokenizer."""

    def count_tokens(self, text: str) -> int:
        """An estimate, for plans."""
        return estimate_tokens(text)

    def fingerprint(self) -> Fingerprint:
        """The name and what the user says about the weights."""
        return self._unasked().fingerprint()

    def generate(self, requests: Sequence[Request]) -> Iterator[Sample]:
        """Ask everything, and yield each sample when it is done."""
        if not requests:
            return
        # Hash here and not between two answers: hashing releases the interpreter each time.
        hashes = {r.key: hashlib.sha256(r.rendered.text.encode()).hexdigest() for r in requests}
        in_flight = min(self._concurrency, len(requests))
        batch = Batch()
        batch.start(self._all(requests, batch))
        try:
            for news in batch.news():
                if news.trouble is not None:
                    self.on_trouble(*news.trouble)
                for done in news.done:
                    batch.taken += 1
                    self._note(done)
                    digest = hashes[done.request.key]
                    yield as_sample(done.request, done.outcome, digest, in_flight)
        finally:
            batch.stop()

    def is_final(self, sample: Sample) -> bool:
        """Whether a request was refused as such, or failed alike at every try while others were answered."""
        return bool(sample.error) and sample.key in self._final

    @property
    def answered_as(self) -> Mapping[str, int]:
        """How many answers came under which model name: a gateway may replace the requested
        model."""
        found: Counter[str] = Counter()
        for name, count in self._names.items():
            found[Key().clean(name)] += count
        return found

    def close(self) -> None:
        """Do nothing: no resource is held between batches."""

    def _unasked(self) -> Unasked:
        return Unasked(self._name, self._revision, self._client.dialect, self._template)

    def _note(self, done: Done) -> None:
        """Remember what the sample has no field for."""
        if done.outcome.is_final:
            self._final.add(done.request.key)
        else:
            self._final.discard(done.request.key)
        result = done.outcome.result
        if isinstance(result, Answer) and (name := result.model[:MAX_SHOWN].strip()):
            is_known = name in self._names or len(self._names) < MOST_NAMES
            self._names[name if is_known else OTHER_NAMES] += 1

    async def _all(self, requests: Sequence[Request], batch: Batch) -> None:
        waiting = iter(requests)
        failing = Failing(batch.tell)
        workers = min(self._concurrency, len(requests))

        async with self._client.connected(workers) as session:

            async def work() -> None:
                for request in waiting:
                    while batch.given - batch.taken > 4 * self._concurrency:
                        await asyncio.sleep(_HELD_BACK)
                    outcome = await self._client.ask(session, request, failing=failing)
                    batch.give(Done(request, outcome))

            async with asyncio.TaskGroup() as group:
                for _ in range(workers):
                    group.create_task(work())
            batch.hand_over()

    def _try_out(self) -> None:
        """Raise unless the server answers one word. No filter for texts stops that one: where all is blocked,
        the account may be, and a run would end without a single answer and without an error."""
        rendered = Rendered("", "system", self._template)
        request = Request("probe", PROBE, rendered, Settings(max_tokens=_PROBE_TOKENS))

        async def ask() -> Outcome:
            async with self._client.connected(1) as session:
                return await self._client.ask(session, request, probing=True)

        result = in_thread(ask()).result
        if isinstance(result, Answer) and result.finish == "blocked":
            said = result.said or "a finish reason that names a filter"
            raise ModelError(
                f"model 'openai:{self._name}': {said}, which reads like a content filter's block of {PROBE[-1].content!r}, "
                "expected an account and a model that may answer that; no question was asked of it"
            )
        if isinstance(result, Fault) and "output limit was reached" not in result.message:
            raise ModelError(
                f"model 'openai:{self._name}': {result.message}{_advice(result)}; no question was asked of it"
            )


def _usable(key: Key, extra: Mapping[str, Any]) -> Key:
    """The key; refused if it is also in the payload, from where it would get into files."""
    if key.stands_in(canonical_json(dict(extra)).decode()):
        raise ModelError("endpoint: extra fields hold the API key, expected it in the environment")
    return key


def _advice(fault: Fault) -> str:
    if fault.broke_off:
        return ", expected a whole response"
    if fault.of_proxy:
        return (
            f", expected {'a proxy that lets requests pass' if fault.status else 'a running proxy'}"
        )
    if not fault.status and not fault.again:
        return ", expected a URL such as http://HOST/v1"
    return {
        0: ", expected a running server",
        401: ", expected a valid key in the environment",
        403: ", expected a key that may use this model",
        404: ", expected a URL such as http://HOST/v1 and a model that the server has",
        407: ", expected a proxy that lets requests pass",
    }.get(fault.status, "")
