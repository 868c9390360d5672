"""The workers of a cluster: starting, opening and watching them, and replacing those that die."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any

from lawbound.runners.engines.cluster.pulse import BEAT_SECONDS, Pulse
from lawbound.runners.engines.cluster.worker import Greeting, Opened, Refusal, Worker
from lawbound.runners.engines.protocol import ModelError
from lawbound.runners.sample import Request, Sample
from lawbound.tasks.io.messages import one_line

DEATHS_OPENING = 3
"""Deaths per worker, while the model is opened, after which the run gives up."""
DEATHS_ASKING = 10
"""The same while workers are asked; requests that kill are given up earlier: see `shards`."""
PATIENCE_SECONDS = 600.0
"""How long to wait while the cluster has no room for a single worker."""
LOOK_SECONDS = 5.0
"""Between looks at whether the cluster has grown."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Member:
    """One worker, as the driver sees it."""

    name: str
    actor: Any
    pending: Any
    """What it was last asked: a reference, or a stream of samples; None while idle."""
    greeting: Greeting | None = None
    is_open: bool = False

    @property
    def is_idle(self) -> bool:
        """Whether it is open and has nothing to do."""
        return self.is_open and self.pending is None

    @property
    def place(self) -> str:
        """For people."""
        return f"{self.name} on {self.greeting.host}" if self.greeting else self.name


@dataclass(frozen=True, slots=True)
class Greeted:
    """A worker has started; it opens its engine when it is told to."""

    member: Member
    greeting: Greeting


@dataclass(frozen=True, slots=True)
class Ready:
    """A worker's engine is open."""

    member: Member
    opened: Opened


@dataclass(frozen=True, slots=True)
class Answered:
    """A worker has sent samples."""

    member: Member
    samples: Sequence[Sample]


@dataclass(frozen=True, slots=True)
class Finished:
    """A worker has finished its shard."""

    member: Member


@dataclass(frozen=True, slots=True)
class Died:
    """A worker has died; another is started when there is room."""

    member: Member


Event = Greeted | Ready | Answered | Finished | Died


class Crew:
    """Keeps as many workers running as the cluster is to have."""

    def __init__(
        self, ray: Any, opener: Any, *, accelerators: int, size: Callable[[], int]
    ) -> None:
        """Start the first workers.

        Args:
            ray: The module, joined to a cluster.
            opener: Opens the engine, called in each worker.
            accelerators: Accelerators of one worker.
            size: How many workers there should be now; asked again as the cluster changes.
        """
        self._ray = ray
        self._pulse = Pulse(ray)
        self._opener = ray.put(opener)
        self._actor = ray.remote(Worker).options(
            num_cpus=1, num_gpus=accelerators, scheduling_strategy="SPREAD", max_restarts=0
        )
        self._accelerators = accelerators
        self._size = size
        self._members: list[Member] = []
        self._started = 0
        self._deaths = 0
        """Deaths since the last answer."""
        self._looked = 0.0
        self._manned = monotonic()
        """The last time that there was a worker."""
        self.target = 0

    def idle(self) -> list[Member]:
        """Members that could be given work."""
        return [member for member in self._members if member.is_idle]

    def open(self, member: Member) -> None:
        """Have a greeted worker open its engine."""
        with self._pulse.heeded():
            member.pending = member.actor.open.remote(self._opener)

    def give(self, member: Member, batches: Sequence[Sequence[Request]]) -> None:
        """Have an idle worker ask a shard; samples come as events."""
        with self._pulse.heeded():
            member.pending = member.actor.ask.options(num_returns="streaming").remote(batches)

    def call(self, method: str, argument: Any) -> Any:
        """Have any idle worker compute something now; None if it dies in the process."""
        member = self.idle()[0]
        try:
            return self._ray.get(getattr(member.actor, method).remote(argument))
        except self._ray.exceptions.RayError as error:
            self._lay_off(member, error)
            return None

    def events(self) -> Iterator[Event]:
        """What has happened; waits up to a second for an event.

        Raises:
            ModelError: An engine refuses, workers keep dying, there is no room for any, or the
                cluster is lost.
        """
        self._pulse.beat()
        with self._pulse.heeded():
            self._recruit()
            pending = {m.pending: m for m in self._members if m.pending is not None}
            if not pending:  # nobody is there, and nobody can be started right now
                sleep(BEAT_SECONDS)
                return
            ready, _ = self._ray.wait(list(pending), num_returns=1, timeout=1.0, fetch_local=False)
            if ready and len(pending) > 1:
                ready, _ = self._ray.wait(
                    list(pending), num_returns=len(pending), timeout=0, fetch_local=False
                )
        for one in ready:
            yield self._event(pending[one])

    def close(self) -> None:
        """Let every worker go."""
        if self._pulse.is_whole():  # otherwise they go with it, and nobody takes the message
            for member in self._members:
                with suppress(self._ray.exceptions.RayError):
                    self._ray.kill(member.actor)
        self._members.clear()

    def _event(self, member: Member) -> Event:
        stream = member.pending if member.is_open else None
        try:
            found = self._ray.get(next(stream) if stream is not None else member.pending)
        except StopIteration:
            member.pending = None
            return Finished(member)
        except self._ray.exceptions.RayError as error:
            self._lay_off(member, error)
            return Died(member)
        if stream is not None:
            self._deaths = 0
            return Answered(member, found)
        member.pending = None
        if isinstance(found, Greeting):
            member.greeting = found
            return Greeted(member, found)
        if isinstance(found, Refusal):
            raise ModelError(f"{member.place}: {found.reason}")
        member.is_open = True
        return Ready(member, found)

    def _recruit(self) -> None:
        now = monotonic()
        if now - self._looked >= LOOK_SECONDS:
            if not self._pulse.has_head():
                return  # asking it now would mean waiting for it
            self._looked = now
            self.target = self._size()
        while len(self._members) < self.target:
            self._started += 1
            actor = self._actor.remote()
            self._members.append(Member(f"worker {self._started}", actor, actor.greet.remote()))
        if any(member.greeting for member in self._members):
            self._manned = now
        elif now - self._manned > PATIENCE_SECONDS:
            raise ModelError(
                f"no worker could start for {PATIENCE_SECONDS:.0f} s, expected room for one with "
                f"1 core and {self._accelerators} accelerators"
            )

    def _lay_off(self, member: Member, error: Exception) -> None:
        """Take a worker off the list, and stop it if it is still there."""
        cause = getattr(error, "cause", None)
        if isinstance(cause, ModelError):
            raise ModelError(f"{member.place}: {cause}") from error
        self._pulse.look()  # workers die with the cluster, too
        self._members.remove(member)
        if self._pulse.has_head():  # who takes the message
            self._ray.kill(member.actor)
        self._deaths += 1
        reason = one_line(cause or error, 300)
        brief = reason[:100] if cause else type(error).__name__
        _log.warning("%s died (%s); what it had not answered is owed again", member.place, brief)
        bearable = DEATHS_ASKING if member.is_open else DEATHS_OPENING
        if self._deaths >= bearable * max(1, self.target):
            raise ModelError(
                f"{self._deaths} workers died one after another without an answer; the last: {reason}"
            ) from error
