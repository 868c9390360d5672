"""How many CPU threads to use: one per core, unless other processes use the cores.

Threads of one matrix product wait for each other. If another process uses one of the cores, two
threads can be five times slower than one, so the choice is measured rather than assumed.
"""

import os
from dataclasses import dataclass
from importlib import import_module
from time import perf_counter
from typing import Any

WIDTH, ROUNDS = 384, 12
EVERY_SECONDS = 10.0


@dataclass(slots=True)
class Threads:
    """Adapts torch's number of threads to the cores that are free."""

    measured_at: float = float("-inf")

    def adjust(self) -> None:
        """Measure again if the last time was a while ago."""
        import torch

        if perf_counter() - self.measured_at >= EVERY_SECONDS:
            torch.set_num_threads(measured_threads())
            self.measured_at = perf_counter()

    def fix(self, threads: int) -> None:
        """Use this many until `adjust` is called again."""
        import torch

        torch.set_num_threads(threads)
        self.measured_at = float("-inf")


def measured_threads() -> int:
    """The number of threads with which a small product is fastest just now; takes some 50 ms."""
    import torch

    most = physical_cores()
    before = torch.get_num_threads()
    square = torch.ones(WIDTH, WIDTH)
    seconds: dict[int, float] = {}
    try:
        for threads in sorted({most, max(1, most // 2), 1}):
            torch.set_num_threads(threads)
            torch.mm(square, square)
            started = perf_counter()
            for _ in range(ROUNDS):
                torch.mm(square, square)
            seconds[threads] = perf_counter() - started
    finally:
        torch.set_num_threads(before)
    return min(seconds, key=lambda threads: (seconds[threads], -threads))


def physical_cores() -> int:
    """Cores that this process may use; two threads of one core share its arithmetic."""
    psutil: Any = import_module("psutil")

    affinity = getattr(os, "sched_getaffinity", None)
    allowed = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, min(allowed, psutil.cpu_count(logical=False) or allowed))
