"""Asking: a plan minus what is stored, in the order of the plan, every answer stored as it comes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from time import monotonic

from lawbound.runners.engines.protocol import (
    AsksAgain,
    AsksBatches,
    Engine,
    ModelError,
    ScoresChoices,
    Trouble,
    fixed_batch_of,
)
from lawbound.runners.flusher import FLUSH_SECONDS, Flusher
from lawbound.runners.plan import Plan
from lawbound.runners.sample import Request, Sample
from lawbound.runners.store import Store, read_samples
from lawbound.tasks.messages import counted

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class RunCounts:
    """What became of a plan; every request is in exactly one of the first three."""

    stored: int
    """Answered before this run began."""
    asked: int
    """Answered by this run."""
    failed: int
    """Still without an answer, after a second try where one could help."""
    stale: int
    """Stored samples that no longer belong to the plan: kept, not scored."""


class ErrorLimitError(ModelError):
    """More requests failed than the run allows; everything gathered is kept."""


def run(
    plan: Plan,
    engine: Engine,
    store: Store,
    *,
    max_errors: int | None = None,
    progress: Progress = lambda done: None,
    trouble: Trouble = lambda failing, last: None,
) -> RunCounts:
    """Ask what is owed. Failed requests are asked once more at the end, unless the engine knows them to be in vain.

    Args:
        plan: What is wanted.
        engine: Who is asked.
        store: Where the answers are kept.
        max_errors: Failed requests to put up with; None means any number.
        progress: Hears of each further answer.
        trouble: Hears of requests that fail, while others are still being asked.

    Raises:
        ErrorLimitError: `max_errors` was exceeded; run again to go on.
        StoreError: Nothing more can be written; everything before is kept.
    """
    before = read_samples(store.path)
    wanted = {request.key for request in plan.requests}
    tally = _Tally(wanted, {key for key in wanted & before.keys() if not before[key].error})
    stored = len(tally.answered)
    progress(stored)
    if isinstance(engine, AsksAgain):
        engine.on_trouble = lambda again, last: trouble(len(tally.failed) + again, last)
    for _ in range(2):
        if len(tally.answered | tally.final) < len(wanted):
            _pass(plan, engine, store, tally, max_errors, progress, trouble)
    return RunCounts(
        stored=stored,
        asked=len(tally.answered) - stored,
        failed=len(wanted) - len(tally.answered),
        stale=len(before.keys() - wanted),
    )


@dataclass(slots=True)
class _Tally:
    """What is known of each request that is wanted."""

    wanted: set[str]
    answered: set[str]
    failed: set[str] = field(default_factory=set)
    """Those whose last sample is an error, and that have no answer from before either."""
    final: set[str] = field(default_factory=set)
    """Those of them that would fail again."""

    def note(self, sample: Sample, *, is_final: bool) -> None:
        """A batch that is asked again whole brings second samples of what is answered; these change nothing."""
        if sample.error:
            if sample.key in self.wanted and sample.key not in self.answered:
                self.failed.add(sample.key)
                if is_final:
                    self.final.add(sample.key)
        elif sample.key in self.wanted:
            self.answered.add(sample.key)
            self.failed.discard(sample.key)


def _pass(
    plan: Plan,
    engine: Engine,
    store: Store,
    tally: _Tally,
    max_errors: int | None,
    progress: Progress,
    trouble: Trouble,
) -> None:
    told, told_at = len(tally.answered), monotonic()
    owed = owed_requests(plan, tally.answered | tally.final, fixed_batch_of(engine))
    asks_again = engine if isinstance(engine, AsksAgain) else None

    def store_and_tell() -> None:
        nonlocal told, told_at
        flusher.flush()
        progress(len(tally.answered) - told)
        told, told_at = len(tally.answered), monotonic()

    with Flusher(store) as flusher:
        try:
            for sample in ask(engine, owed):
                flusher.add(sample)
                tally.note(sample, is_final=asks_again is not None and asks_again.is_final(sample))
                if sample.error:
                    trouble(len(tally.failed), sample.error)
                if sample.error and max_errors is not None and len(tally.failed) > max_errors:
                    raise ErrorLimitError(
                        f"{plan.fingerprint.model}: {counted(len(tally.failed), 'request')} failed, expected "
                        f"at most {max_errors}; the last said: {sample.error}"
                    )
                if monotonic() - told_at >= FLUSH_SECONDS:
                    store_and_tell()
        finally:
            store_and_tell()


def owed_requests(plan: Plan, answered: set[str], fixed_batch: int | None) -> list[list[Request]]:
    """Requests still owed, in batches.

    Where the text depends on the batch (bfloat16), `fixed_batch` cuts batches from the whole plan
    and an incomplete batch is asked again whole; else everything owed is one batch.
    """
    kinds = [[r for r in plan.requests if not r.choices], [r for r in plan.requests if r.choices]]
    batches: list[list[Request]] = []
    for requests in kinds:
        if fixed_batch is None:
            batches.append([request for request in requests if request.key not in answered])
            continue
        cut = [requests[i : i + fixed_batch] for i in range(0, len(requests), fixed_batch)]
        batches.extend(b for b in cut if any(request.key not in answered for request in b))
    return [batch for batch in batches if batch]


def ask(engine: Engine, batches: Sequence[Sequence[Request]]) -> Iterator[Sample]:
    """Every batch in turn, each of one kind; an engine that takes them all at once gets them so.

    Raises:
        ModelError: The engine cannot score choices, or cannot go on.
    """
    if isinstance(engine, AsksBatches):
        yield from engine.ask(batches)
        return
    for batch in batches:
        if not batch[0].choices:
            yield from engine.generate(batch)
        elif isinstance(engine, ScoresChoices):
            yield from engine.loglikelihood(batch)
        else:
            raise ModelError("this engine cannot score choices, expected generated answers")
