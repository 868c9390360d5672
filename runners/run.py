"""Asking: a plan minus what is stored, in the order of the plan, every answer stored as it comes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic

from lawbound.runners.engines.protocol import AsksBatches, Engine, ModelError, ScoresChoices
from lawbound.runners.plan import Plan
from lawbound.runners.sample import Request, Sample
from lawbound.runners.store import Store, read_samples

FLUSH_SECONDS = 1.0
"""Samples wait at most this long in memory: what a `kill -9` can cost beside the batch in flight."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class RunCounts:
    """What became of a plan; every request is in exactly one of the first three."""

    stored: int
    """Answered before this run began."""
    asked: int
    """Answered by this run."""
    failed: int
    """Still without an answer, after a second try."""
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
) -> RunCounts:
    """Ask what is owed. Failed requests are asked once more at the end.

    Raises:
        ErrorLimitError: `max_errors` was exceeded; run again to go on.
        StoreError: Nothing more can be written; everything before is kept.
    """
    before = read_samples(store.path)
    wanted = {request.key for request in plan.requests}
    answered = {key for key, sample in before.items() if key in wanted and not sample.error}
    progress(len(answered))
    failed = _pass(plan, engine, store, answered, max_errors, progress)
    if failed:
        failed = _pass(plan, engine, store, wanted - failed, max_errors, progress)
    return RunCounts(
        stored=len(answered),
        asked=len(wanted) - len(answered) - len(failed),
        failed=len(failed),
        stale=len(before.keys() - wanted),
    )


def _pass(
    plan: Plan,
    engine: Engine,
    store: Store,
    answered: set[str],
    max_errors: int | None,
    progress: Progress,
) -> set[str]:
    failed: set[str] = set()
    waiting: list[Sample] = []
    flushed = monotonic()

    def flush() -> None:
        ready, waiting[:] = waiting[:], []
        if ready:
            store.append(ready)
            progress(sum(1 for sample in ready if not sample.error and sample.key not in answered))

    try:
        for sample in ask(
            engine, owed_requests(plan, answered, getattr(engine, "fixed_batch", None))
        ):
            waiting.append(sample)
            if sample.error:
                failed.add(sample.key)
                if max_errors is not None and len(failed) > max_errors:
                    raise ErrorLimitError(
                        f"{plan.fingerprint.model}: {len(failed)} requests failed, expected at most "
                        f"{max_errors}; the last said: {sample.error}"
                    )
            if monotonic() - flushed >= FLUSH_SECONDS or len(waiting) >= 4096:
                flush()
                flushed = monotonic()
    finally:
        flush()
    return failed


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
