"""Samples on their way to disk, stopped half-way."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from lawbound.runners.flusher import Flusher
from lawbound.runners.sample import Sample
from lawbound.runners.store import Store, read_samples


class _Interrupted(Store):
    """Ctrl-C or SIGTERM comes while the first samples are written."""

    def append(self, samples: Iterable[Sample]) -> None:
        """Be stopped, once."""
        if not hasattr(self, "told"):
            self.told = True
            raise KeyboardInterrupt
        super().append(samples)


def test_a_sample_that_comes_while_others_are_written_is_written_next(tmp_path: Path) -> None:
    class Slow(Store):
        """An engine's thread adds a sample while the first are written."""

        def append(self, samples: Iterable[Sample]) -> None:
            super().append(samples)
            if not hasattr(self, "told"):
                self.told = True
                flusher.add(Sample("l", "no", "stop"))

    path = tmp_path / "s.jsonl"
    with Slow(path) as store:
        flusher = Flusher(store)
        flusher.add(Sample("k", "yes", "stop"))
        flusher.flush()
        assert list(read_samples(path)) == ["k"]
        flusher.flush()
    assert list(read_samples(path)) == ["k", "l"]


def test_samples_whose_writing_was_stopped_are_written_by_the_next_flush(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    with _Interrupted(path) as store:
        flusher = Flusher(store)
        flusher.add(Sample("k", "yes", "stop"))
        with pytest.raises(KeyboardInterrupt):
            flusher.flush()
        flusher.add(Sample("l", "no", "stop"))
        flusher.flush()
        flusher.flush()
    assert list(read_samples(path)) == ["k", "l"]
    assert path.read_bytes().count(b"\n") == 2
