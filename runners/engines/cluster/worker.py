"""What runs in each worker process of a cluster: an ordinary engine, which is opened and asked there."""

import hashlib
import platform
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic

from lawbound.runners.engines.protocol import (
    PROBE,
    Engine,
    EstimatesTime,
    ModelError,
    ScoresChoices,
    ask,
    fixed_batch_of,
    is_declared,
)
from lawbound.runners.sample import Fingerprint, Message, Rendered, Request, Sample
from lawbound.tasks.io.messages import one_line

BLOCK_SECONDS = 0.02
"""Longest that a finished sample waits for others to travel with it; a `kill -9` loses those that wait."""
BLOCK = 64

Opener = Callable[[], Engine]


@dataclass(frozen=True, slots=True)
class Versions:
    """What must be the same in every process before anything is opened."""

    lawbound: str
    code: str
    """First digits of a sha256 over the modules that ask: a version number can lie."""
    python: str


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a worker reports when it has started."""

    host: str
    versions: Versions


@dataclass(frozen=True, slots=True)
class Opened:
    """What a worker reports when its engine is ready: everything that decides what it will answer."""

    fingerprint: Fingerprint
    probe: Rendered
    """A chat that every worker must render alike."""
    fixed_batch: int | None
    scores: bool
    """Whether the engine can score choices."""
    declared: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a worker's engine cannot be opened, for a reason that another try would not change."""

    reason: str


def versions() -> Versions:
    """The versions of this process."""
    code = hashlib.sha256()
    for name, module in _modules(files("lawbound.runners")):
        code.update(name.encode() + b"\0" + module.read_bytes())
    return Versions(version("lawbound"), code.hexdigest()[:12], platform.python_version())


def _modules(package: Traversable, within: str = "") -> Iterator[tuple[str, Traversable]]:
    """All modules of a package and of those in it, by path; but for the command line, which asks nothing."""
    for entry in sorted(package.iterdir(), key=lambda entry: entry.name):
        path = within + entry.name
        if entry.name.endswith(".py"):
            yield path, entry
        elif path != "cli" and (entry / "__init__.py").is_file():
            yield from _modules(entry, f"{path}/")


def _pass_signals_on() -> None:
    """Let processes that an engine starts heed SIGTERM even if this one ignores it (see
    `joining`)."""
    if hasattr(signal, "pthread_sigmask") and signal.SIGTERM in signal.pthread_sigmask(
        signal.SIG_BLOCK, ()
    ):
        signal.signal(signal.SIGTERM, lambda *_: None)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


class Worker:
    """The body of a Ray actor. It reads the weights; only prompts and samples are sent."""

    def __init__(self) -> None:
        """Load nothing before `open`."""
        self._engine: Engine | None = None
        _pass_signals_on()

    def greet(self) -> Greeting:
        """Report where and what this is."""
        return Greeting(socket.gethostname(), versions())

    def open(self, opener: Opener) -> Opened | Refusal:
        """Load the model, as a single process would."""
        try:
            engine = opener()
            self._engine = engine
            return Opened(
                fingerprint=engine.fingerprint(),
                probe=engine.render(PROBE),
                fixed_batch=fixed_batch_of(engine),
                scores=isinstance(engine, ScoresChoices),
                declared=is_declared(engine),
            )
        except (ModelError, ImportError, OSError) as error:
            return Refusal(one_line(error))

    def render(self, chats: Sequence[Sequence[Message]]) -> list[Rendered]:
        """Apply the model's chat template to each."""
        return [self._ready.render(chat) for chat in chats]

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text."""
        return [self._ready.count_tokens(text) for text in texts]

    def estimate(self, requests: Sequence[Request]) -> float | None:
        """Seconds that this worker alone would take, if its engine can tell."""
        engine = self._ready
        return engine.estimate_seconds(requests) if isinstance(engine, EstimatesTime) else None

    def ask(self, batches: Sequence[Sequence[Request]]) -> Iterator[list[Sample]]:
        """Yield samples in small blocks, as soon as they are done."""
        asking = _Asking(self._ready, batches)
        asking.start()
        while block := asking.block():
            yield block
        asking.join()
        if asking.fault is not None:
            raise asking.fault

    @property
    def _ready(self) -> Engine:
        if self._engine is None:
            raise ModelError("a worker was asked before its engine was open")
        return self._engine


class _Asking(Thread):
    """Asks in a thread of its own, so that what is done can be sent while the engine is busy with the next."""

    def __init__(self, engine: Engine, batches: Sequence[Sequence[Request]]) -> None:
        super().__init__(name="lawbound asking", daemon=True)
        self.fault: BaseException | None = None
        """What ended the asking early."""
        self._engine = engine
        self._batches = batches
        self._done = SimpleQueue[Sample | None]()
        """Finished samples, and None once there are no more."""
        self._is_over = False

    def run(self) -> None:
        try:
            for sample in ask(self._engine, self._batches):
                self._done.put(sample)
        except BaseException as fault:
            self.fault = fault  # raised again where the blocks are taken
        finally:
            self._done.put(None)

    def block(self) -> list[Sample]:
        """What is done next; empty if there is no more."""
        block: list[Sample] = []
        patience: float | None = None  # the wait for the first keeps nothing waiting
        while not self._is_over and len(block) < BLOCK:
            try:
                sample = self._done.get(timeout=patience)
            except Empty:
                break
            if sample is None:
                self._is_over = True
                break
            if not block:
                end = monotonic() + BLOCK_SECONDS
            block.append(sample)
            patience = max(0.0, end - monotonic())
        return block
