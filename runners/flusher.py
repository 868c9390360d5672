"""Writing samples to disk in groups, none of which waits long, whatever the engine does."""

from collections import deque
from contextlib import suppress
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

from lawbound.runners.sample import Sample
from lawbound.runners.store import Store

FLUSH_SECONDS = 1.0
"""Longest wait of samples in memory: what a `kill -9` can cost beside the batch in flight."""
MOST_WAITING = 4096
"""Number of samples that are written at once, however fast they come."""


class Flusher:
    """Takes samples one by one. A thread watches the time, since an engine may be silent for
    minutes after a batch."""

    def __init__(self, store: Store) -> None:
        """Write to an open store; nobody else may meanwhile."""
        self._store = store
        self._waiting: deque[Sample] = deque()
        """Samples come in at one end and leave at the other, which needs no lock."""
        self._lock = Lock()
        """Held while samples are written."""
        self._is_over = Event()
        self._fault: Exception | None = None
        """Set to the first error; after it nothing is written."""
        self._thread = Thread(target=self._keep_time, name="lawbound flusher", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def add(self, sample: Sample) -> None:
        """Queue a sample to be written soon.

        Raises:
            StoreError: Samples cannot be written any more; everything before is kept.
        """
        self._waiting.append(sample)
        if self._fault is not None or len(self._waiting) >= MOST_WAITING:
            self.flush()

    def flush(self) -> None:
        """Write the waiting samples now.

        Raises:
            StoreError: Samples cannot be written any more; everything before is kept.
        """
        with self._lock:
            if self._fault is not None:
                raise self._fault
            # Whatever stops this half-way leaves them in the queue: better written twice than not
            # at all.
            ready = [self._waiting[place] for place in range(len(self._waiting))]
            try:
                if ready:
                    self._store.append(ready)
            except Exception as fault:
                self._fault = fault
                raise
            for _ in ready:
                self._waiting.popleft()

    def _keep_time(self) -> None:
        with suppress(Exception):  # kept, and raised where samples come in
            while not self._is_over.wait(FLUSH_SECONDS):
                self.flush()
