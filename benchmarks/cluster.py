"""The cluster engine on this machine: what the driver can take, a straggler, and a kill -9.

Workers are real processes of a real Ray cluster; their model is a function that waits, so that
many of them fit on few cores. The ideal is the work divided by the speeds of the workers.

    python benchmarks/cluster.py --workers 8

Writes its section of docs/benchmarks.md.
"""

import argparse
import os
import signal
import tempfile
from functools import partial
from math import isnan
from pathlib import Path
from time import perf_counter, sleep

import page

from lawbound import FunctionEngine, Request
from lawbound.runners.engines.cluster import Cluster, ClusterEngine, joined
from lawbound.runners.engines.protocol import Engine
from lawbound.runners.sample import Message, Rendered, Settings

SLOW = 4.0


def requests(number: int) -> list[Request]:
    """Ten policy prompts of two thousand characters, and short questions."""
    found = []
    for index in range(number):
        system = f"Policy {index * 10 // number}. " * 150
        chat = (Message("system", system), Message("user", f"Question {index}?"))
        text = f"{system}\n{index}"
        found.append(Request(f"r{index}", chat, Rendered(text, "system", "t"), Settings()))
    return found


def opened(seconds: float, folder: Path, slow: bool, killed: bool) -> Engine:
    """An engine that waits; the first worker may be slow, or die after a hundred answers."""
    try:
        (folder / "first").mkdir()
        is_first = True
    except FileExistsError:
        is_first = False
    pause = seconds * (SLOW if slow and is_first else 1)
    answered = 0

    def answer(request: Request) -> str:
        nonlocal answered
        answered += 1
        if killed and is_first and answered == 100:
            os.kill(os.getpid(), signal.SIGKILL)
        if pause:
            sleep(pause)
        return "An answer of the length that small models give. " * 4

    return FunctionEngine(answer)


def measure(
    cluster: Cluster, number: int, seconds: float, workers: int, *, slow: bool, killed: bool
) -> float:
    """Wall seconds from the first request handed out to the last answer, all workers open before."""
    with tempfile.TemporaryDirectory() as folder:
        opener = partial(opened, seconds, Path(folder), slow, killed)
        engine = ClusterEngine.open(cluster, opener)
        try:
            engine.wait_for(workers)
            asked = requests(number)
            begin = perf_counter()
            answered = {sample.key for sample in engine.generate(asked)}
            passed = perf_counter() - begin
            assert len(answered) == number
            return passed
        finally:
            engine.close()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--requests", type=int, default=4000)
    parser.add_argument("--seconds", type=float, default=0.02, help="of one answer")
    chosen = parser.parse_args()
    number, workers, seconds = chosen.requests, chosen.workers, chosen.seconds
    work = number * seconds
    even = work / workers
    scenarios = {
        "no waiting: what the driver takes": (0.0, False, False, float("nan")),
        "all alike": (seconds, False, False, even),
        f"one {SLOW:.0f} times slower": (seconds, True, False, work / (workers - 1 + 1 / SLOW)),
        "one killed after 100 answers": (seconds, False, True, even),
    }
    load = page.load()
    lines = [
        "## Cluster: what sharding over Ray costs",
        "",
        f"{page.command()}, {page.today()}. {number} requests, {workers} workers, "
        f"{seconds * 1000:.0f} ms an answer; the ideal is the work divided by the speeds of the workers.",
        "",
        "| scenario | wall seconds | ideal | share of the ideal | answers/s |",
        "|---|---|---|---|---|",
    ]
    with joined("ray", workers=workers) as cluster:
        for name, (pause, slow, killed, ideal) in scenarios.items():
            passed = measure(cluster, number, pause, workers, slow=slow, killed=killed)
            reached = f"{ideal:.1f} | {ideal / passed:.0%}" if not isnan(ideal) else "|"
            lines.append(f"| {name} | {passed:.1f} | {reached} | {number / passed:.0f} |")
    section = "\n".join([*lines, "", page.where(load, "ray")])
    page.say(section)
    page.write_section("cluster", section)


if __name__ == "__main__":
    main()
