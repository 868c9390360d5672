"""The simulated world of scale_sim.py: a clock, accelerators, and workers that ask, lag and fail."""

import heapq
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, count

import numpy as np

from lawbound.runners.engines.cluster.shards import Board, Unit
from lawbound.runners.plan import head_of
from lawbound.runners.sample import Request, Sample

CHARS_A_TOKEN = 4
REFERENCE_SIZE = 8
"""Billions of parameters that the rates are for, where several sizes are simulated."""
MOST = 2
"""Workers that a driver asks for, as a multiple of its share: more than there is room for at first."""


@dataclass(frozen=True, slots=True)
class World:
    """What is simulated, and the knobs that the rows of a table turn."""

    accelerators: int
    decode_rate: float
    """Tokens a second of one accelerator with a full batch."""
    prefill_rate: float
    answer_tokens: float
    """Mean; lengths are exponential, up to the limit."""
    thin: int = 1
    """Requests that each simulated one stands for."""
    prefix_aware: bool = True
    steal: bool = True
    elastic: bool = True
    """Accelerators of finished models go to those that are still asked."""
    cached: int = 64
    """Policy prompts whose KV a worker keeps."""
    mtbf_hours: float = 0.0
    """Mean time between failures of one worker; 0 means never."""
    slow_share: float = 0.02
    slow_by: float = 3.0
    repair_seconds: float = 600.0
    load_rate: float = 1.0
    """GB of weights a second."""
    seed: int = 1


@dataclass(slots=True)
class Worker:
    """One copy of a model."""

    job: "Job"
    name: str
    speed: float
    cache: OrderedDict[object, None] = field(default_factory=OrderedDict)
    lent: list[tuple[float, str]] = field(default_factory=list)
    """(time when done, key), in order."""
    given: int = 0
    """How many of those have been counted."""
    is_idle: bool = False
    is_gone: bool = False


@dataclass(slots=True)
class Job:
    """One model's run: one driver, one run folder."""

    name: str
    size: float
    each: int
    share: int
    """Workers that it starts with, where all of them start at once."""
    board: Board
    lengths: dict[str, float]
    workers: list[Worker] = field(default_factory=list)
    finished: float | None = None


@dataclass(slots=True)
class Outcome:
    """What one scenario came to."""

    makespan: float = 0.0
    busy: float = 0.0
    """Accelerator-seconds of asking."""
    prefixes: int = 0
    """Policy prompts computed."""
    twice: int = 0
    """Requests whose answer was there already."""
    failures: int = 0


def simulate(jobs: Sequence[Job], world: World) -> Outcome:
    """Run every job to its end."""
    return Simulation(list(jobs), world).run()


class Simulation:
    """Clock, accelerators and workers."""

    def __init__(self, jobs: list[Job], world: World) -> None:
        self.world = world
        self.jobs = jobs
        self.free = world.accelerators
        self.events: list[tuple[float, int, str, Worker | None, int]] = []
        self.number = count()
        self.rng = np.random.default_rng(world.seed)
        self.fates = np.random.default_rng(world.seed + 1)
        """Apart, so that scenarios with and without failures draw the same speeds."""
        self.out = Outcome()

    def run(self) -> Outcome:
        self._staff(0.0)
        while self.events and any(job.finished is None for job in self.jobs):
            now, _, kind, worker, size = heapq.heappop(self.events)
            if kind == "repaired":
                self.free += size
                self._staff(now)
            elif worker is not None and not worker.is_gone:
                if kind == "failed":
                    self._fail(worker, now)
                else:
                    self._next_shard(worker, now)
        self.out.makespan = max(job.finished or 0.0 for job in self.jobs)
        return self.out

    def _at(self, time: float, kind: str, worker: Worker | None = None, size: int = 0) -> None:
        heapq.heappush(self.events, (time, next(self.number), kind, worker, size))

    def _staff(self, now: float) -> None:
        """Start workers where there is room, the models in order."""
        for bound in (1, 1.5, MOST) if self.world.elastic else (1,):
            for job in self.jobs:
                while (
                    job.finished is None
                    and self.free >= job.each
                    and sum(not w.is_gone for w in job.workers) < job.share * bound
                ):
                    self._start(job, now)

    def _start(self, job: Job, now: float) -> None:
        self.free -= job.each
        speed = float(self.rng.lognormal(0.0, 0.1))
        if self.rng.random() < self.world.slow_share:
            speed /= self.world.slow_by
        worker = Worker(job, f"{job.name}/{len(job.workers)}", speed)
        job.workers.append(worker)
        ready = now + 30.0 + 2.0 * job.size / self.world.load_rate
        self._at(ready, "ready", worker)
        if self.world.mtbf_hours:
            life = float(self.fates.exponential(self.world.mtbf_hours * 3600))
            self._at(now + life, "failed", worker)

    def _next_shard(self, worker: Worker, now: float) -> None:
        job = worker.job
        self._sync(job, now)
        job.board.finished(worker.name)
        if job.board.is_done:
            self._finish(job, now)
            return
        shard = job.board.take(worker.name)
        worker.is_idle = not shard
        if shard:
            self._ask(worker, shard, now)

    def _ask(self, worker: Worker, shard: Sequence[Unit], now: float) -> None:
        job, world = worker.job, self.world
        power = worker.speed * job.each * REFERENCE_SIZE / job.size
        times = []
        for unit in shard:
            for request in unit.requests:
                tokens = len(request.messages[-1].content) / CHARS_A_TOKEN
                cost = world.thin * tokens / world.prefill_rate
                cost += self._prefix(worker, request) / world.prefill_rate
                if not request.choices:
                    cost += world.thin * job.lengths[request.key] / world.decode_rate
                times.append(cost / power)
        done = [now + passed for passed in accumulate(times)]
        worker.lent = list(zip(done, (r.key for unit in shard for r in unit.requests), strict=True))
        worker.given = 0
        self.out.busy += sum(times) * job.each
        self._at(done[-1], "shard", worker)

    def _prefix(self, worker: Worker, request: Request) -> float:
        """Tokens of the shared prompt that have to be computed now."""
        head = head_of(request)[1]
        if head in worker.cache:
            worker.cache.move_to_end(head)
            return 0.0
        worker.cache[head] = None
        if len(worker.cache) > self.world.cached:
            worker.cache.popitem(last=False)
        self.out.prefixes += 1
        return len(head) / CHARS_A_TOKEN

    def _sync(self, job: Job, now: float) -> None:
        """Answers have been coming all the while."""
        for worker in job.workers:
            while worker.given < len(worker.lent) and worker.lent[worker.given][0] <= now:
                key = worker.lent[worker.given][1]
                if not job.board.answer(worker.name, Sample(key, "", "stop")):
                    self.out.twice += self.world.thin
                worker.given += 1

    def _fail(self, worker: Worker, now: float) -> None:
        job = worker.job
        self.out.failures += 1
        self._sync(job, now)
        self._take_back(worker, now)
        job.board.lost(worker.name)
        worker.is_gone, worker.lent = True, []
        self._at(now + self.world.repair_seconds, "repaired", None, job.each)
        self._staff(now)
        for other in job.workers:
            if other.is_idle and not other.is_gone:
                self._next_shard(other, now)

    def _take_back(self, worker: Worker, now: float) -> None:
        """What a worker has left to ask will not be asked by it."""
        if worker.lent:
            self.out.busy -= max(0.0, worker.lent[-1][0] - now) * worker.job.each

    def _finish(self, job: Job, now: float) -> None:
        if job.finished is not None:
            return
        job.finished = now
        for worker in job.workers:
            if not worker.is_gone:
                self._take_back(worker, now)
                worker.is_gone = True
                self.free += job.each
        self._staff(now)
