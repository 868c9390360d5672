"""Continuous batching: finished sequences are replaced by waiting ones, and all share their prefixes."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from torch import Tensor

from lawbound.runners.engines.local.answer import Answers, Prompt
from lawbound.runners.engines.local.pick import Draws, draws_for, pick
from lawbound.runners.engines.memory import is_out_of_memory
from lawbound.runners.engines.prefix.attention import PrefixKV, SlotKV
from lawbound.runners.engines.prefix.model import PrefixModel
from lawbound.runners.engines.prefix.plan import share_prefixes
from lawbound.runners.sample import Sample

PREFILL_TOKENS = 2048
"""Own tokens read in one pass, padding included; bounds the memory of the widest layer."""
ENTER_SHARE = 8
"""Waiting sequences enter once this fraction of the slots is free: a pass for one of them alone
costs nearly as much as one for all."""


@dataclass(slots=True)
class Waiting:
    """A waiting prompt, and how much of it is shared."""

    prompt: Prompt
    prefix: tuple[int, ...]

    @property
    def own(self) -> tuple[int, ...]:
        return self.prompt.tokens[len(self.prefix) :]

    @property
    def need(self) -> int:
        """Most tokens that it may store in its slot: its own and its answer's."""
        return len(self.own) + self.prompt.request.settings.max_tokens


@dataclass(slots=True)
class Running:
    """A sequence in a slot."""

    waiting: Waiting
    kv: PrefixKV | None
    draws: Draws | None
    written: list[int] = field(default_factory=list)
    sure: bool = True
    seconds: float = 0.0


@dataclass(slots=True)
class Batch:
    """Generates until every prompt is finished; `unsure` collects those that must be asked the plain way."""

    model: PrefixModel
    answers: Answers
    slots_for: Callable[[int], int]
    """How many sequences fit, given the places that each needs."""
    exact: bool
    """Ask near-ties the plain way (float32); in coarser dtypes there would be too many."""
    breathe: Callable[[], None] = lambda: None
    """Called between passes."""
    settle: Callable[[Prompt, int], Sequence[int]] | None = None
    """The first tokens of the plain way, up to a number; None: near-ties wait in `unsure`."""
    settled: int = 0
    """Near-ties decided by `settle`."""
    unsure: list[Prompt] = field(default_factory=list)
    halved: int = 0
    """How often memory ran out and the batch was halved."""

    def run(self, prompts: Sequence[Prompt]) -> Iterator[Sample]:
        """Yield samples as sequences finish."""
        for wave in _waves(_with_prefixes(prompts), self.slots_for):
            waiting = deque(wave)
            while waiting:
                yield from self._run_wave(waiting)

    def _run_wave(self, waiting: deque[Waiting]) -> Iterator[Sample]:
        """Run until none waits, or until memory runs out and the running ones wait again."""
        capacity = max(one.need for one in waiting)
        slots = max(1, min(self.slots_for(capacity), len(waiting)) >> self.halved)
        running: list[Running] = []
        try:
            store = SlotKV(slots, capacity)
            while waiting or running:
                self.breathe()
                free = slots - len(running)
                if waiting and free and (not running or free * ENTER_SHARE >= slots):
                    self._enter(waiting, running, store)
                else:
                    self._step(running, store)
                yield from self._leave(running, store)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            waiting.extendleft(one.waiting for one in reversed(running))
            if slots == 1:
                stuck = waiting.popleft()
                yield self.answers.failed(stuck.prompt, f"out of memory: {error}")
            else:
                self.halved += 1

    def _enter(self, waiting: deque[Waiting], running: list[Running], store: SlotKV) -> None:
        first = len(running)
        longest = 0
        entering: list[Running] = []
        self.model.keep_prefixes(
            {one.prefix for one in waiting} | {one.waiting.prefix for one in running}
        )
        while waiting and first + len(entering) < store.slots:
            longest = max(longest, len(waiting[0].own))
            if entering and longest * (len(entering) + 1) > PREFILL_TOKENS:
                break
            one = waiting[0]
            kv = self.model.prefix(one.prefix) if one.prefix else None
            entering.append(Running(waiting.popleft(), kv, draws_for(one.prompt.request)))
            running.append(entering[-1])
        started = perf_counter()
        logits = self.model.prefill(
            [one.kv for one in entering],
            [one.waiting.own for one in entering],
            store,
            range(first, first + len(entering)),
        )
        self._write(entering, logits, started)

    def _step(self, running: list[Running], store: SlotKV) -> None:
        started = perf_counter()
        logits = self.model.decode(
            [one.kv for one in running],
            [one.written[-1] for one in running],
            [len(one.waiting.own) + len(one.written) - 1 for one in running],
            store,
        )
        self._write(running, logits, started)

    def _write(self, running: Sequence[Running], logits: Tensor, started: float) -> None:
        requests = [one.waiting.prompt.request for one in running]
        picks = pick(logits.float(), requests, [one.draws for one in running])
        share = (perf_counter() - started) / len(running)
        for one, chosen in zip(running, picks, strict=True):
            one.written.append(chosen.token)
            one.seconds += share
            one.sure = chosen.sure or not self.exact or self._is_settled(one)

    def _is_settled(self, one: Running) -> bool:
        """Take the last token from the plain way. All before it were sure, so the keys and values in
        the slot stay good and the sequence goes on in the batch."""
        if self.settle is None:
            return False
        started = perf_counter()
        plain = list(self.settle(one.waiting.prompt, len(one.written)))
        one.seconds += perf_counter() - started
        if plain[:-1] != one.written[:-1]:
            return False
        one.written[-1] = plain[-1]
        self.settled += 1
        return True

    def _leave(self, running: list[Running], store: SlotKV) -> Iterator[Sample]:
        """Yield finished sequences; the last running one moves into each gap."""
        for slot in reversed(range(len(running))):
            one = running[slot]
            finished = one.sure and self.answers.is_finished(one.waiting.prompt, one.written)
            if one.sure and not finished:
                continue
            last = running.pop()
            if last is not one:
                running[slot] = last
                store.move(len(running), slot, len(last.waiting.own) + len(last.written))
            if finished:
                yield self.answers.sample(one.waiting.prompt, one.written, one.seconds)
            else:
                self.unsure.append(one.waiting.prompt)


def _with_prefixes(prompts: Sequence[Prompt]) -> list[Waiting]:
    """Sequences with the same prefix together, long ones first, so that little is padded."""
    found: list[Waiting] = []
    for group in share_prefixes([prompt.tokens for prompt in prompts]):
        members = [prompts[index] for index in group.members]
        members.sort(key=lambda prompt: -len(prompt.tokens))
        found.extend(Waiting(prompt, prompt.tokens[: group.length]) for prompt in members)
    return found


def _waves(waiting: Sequence[Waiting], slots_for: Callable[[int], int]) -> list[list[Waiting]]:
    """All at once if they fit; else those with similar needs together, so that one very long prompt
    does not take the others' slots."""
    if not waiting:
        return []
    longest = max(one.need for one in waiting)
    shortest = min(one.need for one in waiting)
    if slots_for(longest) >= min(len(waiting), slots_for(shortest)):
        return [list(waiting)]
    waves: dict[int, list[Waiting]] = {}
    for one in waiting:
        waves.setdefault(one.need.bit_length(), []).append(one)
    return [waves[size] for size in sorted(waves)]
