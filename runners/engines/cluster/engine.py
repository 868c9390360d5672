"""The cluster engine: shards requests over a Ray cluster of ordinary engines.

This process is the only writer: workers open the model, ask, and stream samples back. A worker that
dies is replaced, and the requests that it had not answered are asked again; machines that join later get
workers too. Every worker must have the same versions and the same weights as the first. In float32
the text does not depend on which worker answers; in coarser dtypes each batch of the plan goes to one
worker as a whole, as a single process would ask it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from lawbound.runners.engines.cluster.crew import (
    Answered,
    Crew,
    Died,
    Event,
    Finished,
    Greeted,
    Ready,
)
from lawbound.runners.engines.cluster.joining import Cluster
from lawbound.runners.engines.cluster.shards import Board, as_batches, units
from lawbound.runners.engines.cluster.worker import Opened, Opener, Versions, versions
from lawbound.runners.engines.protocol import ModelError
from lawbound.runners.sample import Fingerprint, Message, Rendered, Request, Sample

AHEAD = 2000
"""Chats or texts that travel together."""


class ClusterEngine:
    """Implements `Engine`, `AsksBatches` and `WorksAhead`; created by `open`."""

    def __init__(self, crew: Crew, opened: Opened) -> None:
        """Take a crew with one open worker; `open` does that."""
        self._crew = crew
        self._opened = opened
        self.fixed_batch = opened.fixed_batch
        """See `run.owed_requests`."""
        self.declared = opened.declared
        self._rendered: dict[tuple[Message, ...], Rendered] = {}
        self._counts: dict[str, int] = {}

    @classmethod
    def open(cls, cluster: Cluster, opener: Opener, *, accelerators: int = 0) -> "ClusterEngine":
        """Start workers, and wait until the first has its engine open.

        Args:
            cluster: The cluster.
            opener: Opens the engine; pickled, and called in each worker.
            accelerators: Accelerators of one worker.

        Raises:
            ModelError: A worker's versions are not ours, or its engine cannot be opened.
        """
        crew = Crew(
            cluster.ray, opener, accelerators=accelerators, size=lambda: cluster.size(accelerators)
        )
        try:
            opened = None
            while opened is None:
                for event in crew.events():
                    if isinstance(event, Greeted):
                        _admit(crew, event)
                    elif isinstance(event, Ready):
                        opened = opened or event.opened
                        _compare(event, opened)
        except BaseException:  # Ctrl-C leaves nothing behind either
            crew.close()
            raise
        kind = ScoringClusterEngine if opened.scores else ClusterEngine
        return kind(crew, opened)

    def render(self, messages: Sequence[Message]) -> Rendered:
        """Apply the model's chat template, which the workers have."""
        chat = tuple(messages)
        if chat not in self._rendered:
            self.render_ahead([chat])
        return self._rendered[chat]

    def render_ahead(self, chats: Sequence[Sequence[Message]]) -> None:
        """Render many chats in few calls."""
        missing = list(
            dict.fromkeys(c for chat in chats if (c := tuple(chat)) not in self._rendered)
        )
        for start in range(0, len(missing), AHEAD):
            part = missing[start : start + AHEAD]
            self._rendered.update(zip(part, self._call("render", part), strict=True))

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a rendered text."""
        if text not in self._counts:
            self.count_ahead([text])
        return self._counts[text]

    def count_ahead(self, texts: Sequence[str]) -> None:
        """Count many texts in few calls."""
        missing = list(dict.fromkeys(text for text in texts if text not in self._counts))
        for start in range(0, len(missing), AHEAD):
            part = missing[start : start + AHEAD]
            self._counts.update(zip(part, self._call("count", part), strict=True))

    def fingerprint(self) -> Fingerprint:
        """The workers' fingerprint: all have the same."""
        return self._opened.fingerprint

    def estimate_seconds(self, requests: Sequence[Request]) -> float | None:
        """One worker's measurement, divided by the intended number of workers."""
        alone = self._call("estimate", list(requests))
        return None if alone is None else float(alone) / max(1, self._crew.target)

    def generate(self, requests: Sequence[Request]) -> Iterator[Sample]:
        """Yield a sample for each request, as soon as it is done."""
        yield from self.ask([requests] if requests else [])

    def ask(self, batches: Sequence[Sequence[Request]]) -> Iterator[Sample]:
        """Yield one sample for each request of all batches, in the order in which they come.

        Raises:
            ModelError: A worker that joined is not like the others, or workers keep dying.
        """
        line = units(batches, whole=self.fixed_batch is not None)
        board = Board(line, workers=self._crew.target)
        while not board.is_done:
            for member in self._crew.idle():
                if shard := board.take(member.name):
                    self._crew.give(member, as_batches(shard))
            for event in self._crew.events():
                if isinstance(event, Answered):
                    for sample in event.samples:
                        yield from board.answer(event.member.name, sample)
                elif isinstance(event, Finished):
                    yield from board.finished(event.member.name)
                elif isinstance(event, Died):
                    yield from board.lost(event.member.name)
                else:
                    self._welcome(event)

    def wait_for(self, workers: int) -> None:
        """Return once that many workers are open and idle."""
        while len(self._crew.idle()) < workers:
            for event in self._crew.events():
                self._welcome(event)

    def close(self) -> None:
        """Release the workers; the cluster stays."""
        self._crew.close()

    def _welcome(self, event: Event) -> None:
        """Welcome a new worker: check it, or let it open its engine."""
        if isinstance(event, Greeted):
            _admit(self._crew, event)
        elif isinstance(event, Ready):
            _compare(event, self._opened)

    def _call(self, method: str, argument: Any) -> Any:
        """A result from any worker, and from another if that one dies in the process."""
        while True:
            self.wait_for(1)
            found = self._crew.call(method, argument)
            if found is not None or method == "estimate":
                return found


class ScoringClusterEngine(ClusterEngine):
    """Implements `ScoresChoices` too."""

    def loglikelihood(self, requests: Sequence[Request]) -> Iterator[Sample]:
        """Yield a sample for each request, with the log-likelihood of each of its choices."""
        yield from self.generate(requests)


def _admit(crew: Crew, event: Greeted) -> None:
    """Have a worker open its engine, if it runs what we run."""
    theirs, ours = event.greeting.versions, versions()
    for name in (field.name for field in fields(Versions)):
        found, expected = getattr(theirs, name), getattr(ours, name)
        if found != expected:
            what = "code of lawbound" if name == "code" else name
            raise ModelError(
                f"{event.member.place}: {what} is {found}, expected {expected} as in the driver"
            )
    crew.open(event.member)


def _compare(event: Ready, first: Opened) -> None:
    """Refuse a worker whose answers could be another model's."""
    found, expected = event.opened, first
    for name in (field.name for field in fields(Fingerprint)):
        theirs, ours = getattr(found.fingerprint, name), getattr(expected.fingerprint, name)
        if theirs != ours:
            raise ModelError(
                f"{event.member.place}: {name} of the model is '{theirs}', "
                f"expected '{ours}' as on the first worker"
            )
    if (found.probe, found.scores) != (expected.probe, expected.scores):
        raise ModelError(
            f"{event.member.place}: renders a chat in another way, expected the chat template of "
            "the first worker"
        )
