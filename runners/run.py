"""Asking the requests of a plan that have no stored answer, in its order, and storing answers as they arrive."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from time import monotonic

from lawbound.runners.engines.protocol import (
    AsksAgain,
    Engine,
    ModelError,
    Trouble,
    ask,
    fixed_batch_of,
)
from lawbound.runners.flusher import FLUSH_SECONDS, Flusher
from lawbound.runners.plan import Plan
from lawbound.runners.sample import Request, Sample
from lawbound.runners.store import Store, read_samples, storable
from lawbound.tasks.io.messages import counted

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class RunCounts:
    """The outcome of a plan; every request is in exactly one of the first three counts."""

    stored: int
    """Answered before this run began."""
    asked: int
    """Answered by this run."""
    failed: int
    """Still without an answer, after a second try if one could help."""
    stale: int
    """Stored samples that no longer belong to the plan: kept, not scored."""


class ErrorLimitError(ModelError):
    """More requests failed than the run allows; answers that arrived are kept."""

    def __init__(self, model: str, failed: int, allowed: int, last: str) -> None:
        """Say whose requests failed.

        Args:
            model: The model, as messages name it.
            failed: How many of its requests failed.
            allowed: How many might.
            last: The latest error.
        """
        super().__init__(model, failed, allowed, last)
        self.model = model
        self.failed = failed
        self.allowed = allowed
        self.last = last

    def __str__(self) -> str:
        return (
            f"{self.model}: {counted(self.failed, 'request')} failed, expected at most {self.allowed}; "
            f"the last said: {self.last}"
        )


def run(
    plan: Plan,
    engine: Engine,
    store: Store,
    *,
    max_errors: int | None = None,
    progress: Progress = lambda done: None,
    trouble: Trouble = lambda failing, last: None,
) -> RunCounts:
    """Ask what is owed. Failed requests are repeated once at the end, unless the engine knows that
    to be useless.

    Args:
        plan: The requests that need an answer.
        engine: The engine to ask.
        store: Where the answers are kept.
        max_errors: Failed requests to tolerate; None means any number.
        progress: Is told about each further answer.
        trouble: Is told about requests that fail, while others are still being asked.

    Raises:
        ErrorLimitError: `max_errors` was exceeded; run again to go on.
        ModelError: The engine cannot go on, or yields something that is no sample of a request.
        StoreError: Nothing more can be written; everything before is kept.
    """
    before = read_samples(store.path)
    wanted = {request.key for request in plan.requests}
    tally = _Tally(wanted, {key for key in wanted & before.keys() if not before[key].error})
    stored = len(tally.answered)
    progress(stored)
    for number in range(2):
        tally.is_second = number == 1
        if len(tally.answered | tally.final) < len(wanted):
            with Flusher(store) as flusher:
                _Pass(plan, engine, flusher, tally, max_errors, progress, trouble).ask_owed()
    return RunCounts(
        stored=stored,
        asked=len(tally.answered) - stored,
        failed=len(wanted) - len(tally.answered),
        stale=len(before.keys() - wanted),
    )


@dataclass(slots=True)
class _Tally:
    """What is known of each wanted request."""

    wanted: set[str]
    answered: set[str]
    failed: set[str] = field(default_factory=set)
    """Requests whose last sample is an error, and that have no earlier answer either."""
    final: set[str] = field(default_factory=set)
    """Those of `failed` that would fail again."""
    again: int = 0
    """Requests that the engine is repeating by itself."""
    is_second: bool = False
    """Whether all that is asked has failed before."""
    last: str = ""
    """The latest error."""

    @property
    def failing(self) -> int:
        """Failed, or being asked again."""
        return len(self.failed) + (0 if self.is_second else self.again)

    def note(self, sample: Sample, *, is_final: bool) -> bool:
        """Note a sample; returns whether it changes how many are failing.

        A batch that is repeated as a whole brings second samples of answered requests; these change
        nothing.
        """
        before = len(self.failed)
        self.last = sample.error or self.last
        if sample.error:
            if sample.key in self.wanted and sample.key not in self.answered:
                self.failed.add(sample.key)
                if is_final:
                    self.final.add(sample.key)
        elif sample.key in self.wanted:
            self.answered.add(sample.key)
            self.failed.discard(sample.key)
        return len(self.failed) != before


@dataclass(slots=True)
class _Pass:
    """Everything owed is asked once."""

    plan: Plan
    engine: Engine
    flusher: Flusher
    tally: _Tally
    max_errors: int | None
    progress: Progress
    trouble: Trouble
    reported: int = field(init=False)
    """Answers that `progress` has been told of."""
    reported_at: float = field(init=False)

    def ask_owed(self) -> None:
        """Ask, and store and tell what comes."""
        self.reported, self.reported_at = len(self.tally.answered), monotonic()
        owed = owed_requests(
            self.plan, self.tally.answered | self.tally.final, fixed_batch_of(self.engine)
        )
        choices = {r.key: len(r.choices) for batch in owed for r in batch if r.choices}
        asks_again = self.engine if isinstance(self.engine, AsksAgain) else None
        self.tally.again = 0
        if asks_again is not None:
            before, asks_again.on_trouble = asks_again.on_trouble, self._hear
        try:
            for sample in (_checked(given, choices) for given in ask(self.engine, owed)):
                self.flusher.add(sample)
                is_final = asks_again is not None and asks_again.is_final(sample)
                if self.tally.note(sample, is_final=is_final):
                    self.trouble(self.tally.failing, self.tally.last)
                failed = len(self.tally.failed)
                if sample.error and self.max_errors is not None and failed > self.max_errors:
                    raise ErrorLimitError(
                        self.plan.fingerprint.model, failed, self.max_errors, sample.error
                    )
                self._keep_up()
        finally:
            if asks_again is not None:  # a caller's engine would otherwise keep the plan in memory
                asks_again.on_trouble = before
            self._store_and_tell()

    def _hear(self, again: int, last: str) -> None:
        self.tally.again, self.tally.last = again, last
        self.trouble(self.tally.failing, last)
        self._keep_up()  # the next sample may be a minute away

    def _keep_up(self) -> None:
        if monotonic() - self.reported_at >= FLUSH_SECONDS:
            self._store_and_tell()

    def _store_and_tell(self) -> None:
        self.flusher.flush()
        self.progress(len(self.tally.answered) - self.reported)
        self.reported, self.reported_at = len(self.tally.answered), monotonic()


def owed_requests(plan: Plan, answered: set[str], fixed_batch: int | None) -> list[list[Request]]:
    """Requests still owed, in batches.

    If the text depends on the batch (bfloat16), `fixed_batch` cuts batches from the whole plan and
    an incomplete batch is repeated as a whole; else everything owed is one batch.
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


def _checked(sample: object, choices: Mapping[str, int]) -> Sample:
    """A sample that can be stored, read and scored, else a failed one: anybody may write an
    engine."""
    if not isinstance(sample, Sample) or not isinstance(sample.key, str):
        given = "a Sample without a key" if isinstance(sample, Sample) else type(sample).__name__
        raise ModelError(f"the engine gave {given}, expected a Sample with the key of its request")
    sound = storable(sample)
    found, wanted = len(sound.choice_logprobs), choices.get(sound.key)
    if wanted is None or found == wanted or sound.error or sound.blocked:
        return sound
    error = f"found {counted(found, 'log-likelihood')}, expected {wanted}, one for each choice"
    return replace(sound, choice_logprobs=(), finish="error", error=error)
