"""Which worker of a cluster asks which requests: pure bookkeeping that needs no cluster.

A plan is in the order of its shared prefixes. Seen as a line, it is cut into one stretch per
worker, so that as few workers as possible compute a prefix; each takes shards from the front of its
stretch, smaller towards the end. A worker that runs out steals the back half of the longest
stretch, and when nothing waits any more, half of what the slowest has not answered yet: the first
answer counts, so that nobody waits for stragglers.
"""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lawbound.runners.plan import head_of
from lawbound.runners.sample import Request, Sample, sample_of

LARGEST = 256
"""Requests of a shard: enough to fill a large batch several times over."""
SMALLEST = 8
TRIES = 3
"""How often a request may lose its worker, or get no answer from it, before it counts as failed: it
may be what kills them. The last time it is asked alone, so that it takes no others with it."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What is handed out, or asked again, as a whole: one request, or a batch that must not be split."""

    requests: tuple[Request, ...]
    whole: bool = False
    """Whether the text depends on the batch (bfloat16): answers count once all are there."""

    @property
    def key(self) -> str:
        """Names the unit: no two share a request."""
        return self.requests[0].key


def units(batches: Iterable[Sequence[Request]], *, whole: bool) -> list[Unit]:
    """The line: batches as `run.owed_requests` cut them, kept whole or taken apart."""
    if whole:
        return [Unit(tuple(batch), whole=True) for batch in batches]
    return [Unit((request,)) for batch in batches for request in batch]


def as_batches(shard: Sequence[Unit]) -> list[tuple[Request, ...]]:
    """What a worker's engine is given: whole units as they are, others together by kind."""
    if any(unit.whole for unit in shard):
        return [unit.requests for unit in shard]
    loose = [request for unit in shard for request in unit.requests]
    kinds = [tuple(r for r in loose if bool(r.choices) is scored) for scored in (False, True)]
    return [kind for kind in kinds if kind]


def cut(line: Sequence[Unit], parts: int) -> list[deque[Unit]]:
    """Contiguous stretches of nearly equal length; none is empty.

    A cut moves to the nearest change of prefix where one lies within a quarter of a stretch.
    """
    reach = len(line) // (4 * parts)
    cuts = [0]
    for part in range(1, parts):
        even = round(len(line) * part / parts)
        near = sorted(range(even - reach, even + reach + 1), key=lambda place: abs(place - even))
        place = next((p for p in near if _is_border(line, p)), even)
        cuts.append(max(place, cuts[-1]))
    return [
        deque(line[start:end])
        for start, end in zip(cuts, [*cuts[1:], len(line)], strict=True)
        if start < end
    ]


def _is_border(line: Sequence[Unit], place: int) -> bool:
    if not 0 < place < len(line):
        return False
    return head_of(line[place - 1].requests[-1]) != head_of(line[place].requests[0])


class Board:
    """Which units are waiting, which worker has which, and which have no answer yet."""

    def __init__(
        self, line: Sequence[Unit], *, workers: int, largest: int = LARGEST, steal: bool = True
    ) -> None:
        """Lay out a line.

        Args:
            line: Every unit once, in plan order.
            workers: Expected number of workers; more or fewer may come.
            largest: Most requests of a shard.
            steal: Whether those who run out take from others; off only to measure what it saves.
        """
        self._largest = largest
        self._steals = steal
        self._orphaned = cut(line, max(1, workers))
        """Stretches without a worker: all at first, later those of the dead."""
        self._stretches: dict[str, deque[Unit]] = {}
        """Worker -> what it will be given next, as long as nobody steals it."""
        self._lent: dict[str, dict[str, Unit]] = {}
        self._unit_of = {request.key: unit for unit in line for request in unit.requests}
        self._owed = set(self._unit_of)
        self._partial: dict[tuple[str, str], dict[str, Sample]] = {}
        """(worker, unit) -> answers of a unit that must be whole."""
        self._deaths: Counter[str] = Counter()
        self._omissions: Counter[str] = Counter()
        """Unit -> how often a worker finished its shard without answering it."""

    @property
    def is_done(self) -> bool:
        """Whether every request has its sample."""
        return not self._owed

    def take(self, worker: str) -> tuple[Unit, ...]:
        """A shard for a worker that is idle; empty if there is nothing to do."""
        stretch = self._stretches.get(worker) or self._adopted(worker)
        shard = self._front(stretch) if stretch else self._half_of_the_slowest(worker)
        self._lent[worker] = {unit.key: unit for unit in shard}
        return tuple(shard)

    def answer(self, worker: str, sample: Sample) -> Sequence[Sample]:
        """Note a sample; returns those that count now, without those known before."""
        if sample.key not in self._owed:
            return ()
        unit = self._unit_of[sample.key]
        found = [sample]
        if unit.whole:
            partial = self._partial.setdefault((worker, unit.key), {})
            partial[sample.key] = sample
            if len(partial) < len(unit.requests):
                return ()
            found = [partial[request.key] for request in unit.requests]
        self._owed.difference_update(one.key for one in found)
        for lent in self._lent.values():
            lent.pop(unit.key, None)
        return found

    def finished(self, worker: str) -> Sequence[Sample]:
        """A worker reports that it has finished; what it left out is owed again.

        Returns:
            Failed samples of requests that have been left out too often.
        """
        self._omissions.update(self._lent.get(worker, {}).keys())
        return self._owe_again(worker) if self._lent.get(worker) else ()

    def lost(self, worker: str) -> Sequence[Sample]:
        """A worker is gone: what it had not answered is owed again.

        Returns:
            Failed samples of requests that have gone down with too many workers.
        """
        self._deaths.update(self._lent.get(worker, {}).keys())
        return self._owe_again(worker)

    def _owe_again(self, worker: str) -> Sequence[Sample]:
        left = self._lent.pop(worker, {})
        for key in left:
            self._partial.pop((worker, key), None)
        elsewhere = {key for lent in self._lent.values() for key in lent}
        alone = [unit for key, unit in left.items() if key not in elsewhere]
        dropped = [unit for unit in alone if self._tries(unit) >= TRIES]
        again = [unit for unit in alone if self._tries(unit) < TRIES]
        if stretch := deque([*again, *self._stretches.pop(worker, ())]):
            self._orphaned.append(stretch)
        failed = [
            _failed(request, self._why(unit)) for unit in dropped for request in unit.requests
        ]
        self._owed.difference_update(sample.key for sample in failed)
        return failed

    def _tries(self, unit: Unit) -> int:
        return self._deaths[unit.key] + self._omissions[unit.key]

    def _why(self, unit: Unit) -> str:
        """Why a unit has no answer."""
        died, left_out = self._deaths[unit.key], self._omissions[unit.key]
        ends = {"died": died, "gave no answer": left_out}
        parts = [
            f"{count} worker{'' if count == 1 else 's'} {what}"
            for what, count in ends.items()
            if count
        ]
        return f"{' and '.join(parts)} when asked this"

    def _adopted(self, worker: str) -> deque[Unit]:
        """A stretch without a worker, or the back half of the longest."""
        if self._orphaned:
            self._stretches[worker] = self._orphaned.pop(_longest(self._orphaned))
            return self._stretches[worker]
        if not self._steals:
            return deque()
        rich = max(self._stretches, key=lambda name: len(self._stretches[name]), default=None)
        if rich is None or not self._stretches[rich]:
            return deque()
        halves = cut(list(self._stretches[rich]), 2)
        self._stretches[worker] = halves.pop()
        self._stretches[rich] = halves[0] if halves else deque()
        return self._stretches[worker]

    def _front(self, stretch: deque[Unit]) -> list[Unit]:
        """Half of a stretch, within bounds: the rest can still be stolen."""
        waiting = len(stretch) * len(stretch[0].requests)
        wanted = min(self._largest, max(SMALLEST, -(-waiting // 2)))
        shard = [stretch.popleft()]
        taken = len(shard[0].requests)
        while stretch and not self._is_suspect(shard[0]) and not self._is_suspect(stretch[0]):
            taken += len(stretch[0].requests)
            if taken > wanted:
                break
            shard.append(stretch.popleft())
        return shard

    def _is_suspect(self, unit: Unit) -> bool:
        return self._tries(unit) >= TRIES - 1

    def _half_of_the_slowest(self, worker: str) -> list[Unit]:
        """The back half of what one other worker still owes and nobody else is asking, too.

        Both who ask a request may die of it, and it must then have a try left to be asked alone: what has lost a
        worker before is asked by one at a time.
        """
        if not self._steals:
            return []
        copies = Counter(key for lent in self._lent.values() for key in lent)
        alone = {
            name: [u for key, u in lent.items() if copies[key] == 1 and self._tries(u) + 2 < TRIES]
            for name, lent in self._lent.items()
            if name != worker
        }
        slowest: list[Unit] = max(alone.values(), key=len, default=[])
        return slowest[len(slowest) // 2 :]


def _longest(stretches: Sequence[deque[Unit]]) -> int:
    return max(range(len(stretches)), key=lambda index: len(stretches[index]))


def _failed(request: Request, why: str) -> Sample:
    return sample_of(request, "cluster", text="", finish="error", error=why)
