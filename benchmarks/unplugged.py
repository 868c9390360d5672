"""The cluster engine over three machines of which one is unplugged: ``sudo python benchmarks/unplugged.py``

The machines are network namespaces of this one, each with an address, a host name and shared memory of
its own; they meet on a bridge. The head runs the driver and no worker. Once some answers are stored, the
link of one worker's machine is cut, as a pulled cable would: its processes live on and nobody hears of
them. The CSVs must be those of a single process. Needs the right to make network namespaces, and the
extra ``ray``. Writes its section of docs/scale.md.
"""

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter, sleep

import page

BINARIES = Path(sys.executable).parent
BRIDGE = "lawbound0"
NAMES = ("head", "left", "right")
HEAD = "10.77.0.1"
CSVS = ("leaderboard.csv", "metrics.csv")
ENVIRONMENT = {**os.environ, "RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0"}


@contextmanager
def machines() -> Iterator[None]:
    """Namespaces on a bridge, and all that runs in them gone afterwards."""
    try:
        _ip("link", "add", BRIDGE, "type", "bridge")
        _ip("link", "set", BRIDGE, "up")
        for number, name in enumerate(NAMES, 1):
            _ip("netns", "add", name)
            _ip("link", "add", f"to-{name}", "type", "veth", "peer", "name", "net0", "netns", name)
            _ip("link", "set", f"to-{name}", "master", BRIDGE, "up")
            _ip("-n", name, "addr", "add", f"10.77.0.{number}/24", "dev", "net0")
            for device in ("net0", "lo"):
                _ip("-n", name, "link", "set", device, "up")
        yield
    finally:
        for name in NAMES:
            found = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True)
            subprocess.run(["kill", "-9", *found.stdout.split()], capture_output=True)
            subprocess.run(["ip", "netns", "del", name], capture_output=True)
        subprocess.run(["ip", "link", "del", BRIDGE], capture_output=True)


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"ip {' '.join(words)}: {done.stderr.strip()}")


def on(name: str, *words: str) -> list[str]:
    """A command line that runs on one of the machines."""
    inside = f"hostname {name}; mount -t tmpfs tmpfs /dev/shm; exec {shlex.join(words)}"
    return ["ip", "netns", "exec", name, "unshare", "--uts", "--mount", "sh", "-c", inside]


@contextmanager
def cluster(folder: Path) -> Iterator[None]:
    """Ray on all three, the head without a worker."""
    ray = str(BINARIES / "ray")
    head = [ray, "start", "--block", "--head", "--port=6379", f"--node-ip-address={HEAD}"]
    head += ["--num-cpus=0", "--include-dashboard=false", f"--temp-dir={folder}"]
    with ExitStack() as stack:
        started = [on("head", *head)]
        for number, name in enumerate(NAMES[1:], 2):
            words = [ray, "start", "--block", f"--address={HEAD}:6379"]
            words += [f"--node-ip-address=10.77.0.{number}", "--num-cpus=1"]
            started.append(on(name, *words))
        for words in started:
            process = subprocess.Popen(
                words, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            stack.callback(process.kill)
            sleep(8)  # the head must listen before the others call
        yield


def run(options: argparse.Namespace, out: Path, *more: str) -> Sequence[str]:
    """The command line of one run."""
    words = [str(BINARIES / "lawbound"), "run", "quick", "--model", options.model]
    return [
        *words,
        "--policy",
        options.policies,
        "--limit",
        options.limit,
        "--out",
        str(out),
        *more,
    ]


def unplug(options: argparse.Namespace, out: Path) -> tuple[float, float, list[str]]:
    """Run, cut one link when so many answers are stored; seconds of the whole and from the cut to the
    line that tells of it, and the driver's lines about workers."""
    begin, cut, told = perf_counter(), 0.0, 0.0
    lines: list[str] = []
    log = out.with_suffix(".log")
    with (
        log.open("w") as handle,
        subprocess.Popen(
            on("head", *run(options, out, "--on", f"ray://{HEAD}:6379")),
            env=ENVIRONMENT,
            stdout=subprocess.DEVNULL,
            stderr=handle,
        ) as driver,
    ):
        while driver.poll() is None:
            sleep(0.2)
            if not cut and _stored(out) >= options.cut_after:
                _ip("link", "set", "to-right", "down")
                cut = perf_counter()
            lines = [line for line in log.read_text().splitlines() if line.startswith("worker ")]
            if cut and not told and any(" on right died" in line for line in lines):
                told = perf_counter()
    if driver.returncode or not cut or not told:
        sys.exit(f"exit code {driver.returncode}, cut: {bool(cut)}: {log.read_text()[-2000:]}")
    return perf_counter() - begin, told - cut, lines


def _stored(out: Path) -> int:
    """Answers of the model that are stored; the suite's reference models are asked last."""
    files = [f for f in out.glob("samples/*.jsonl") if not f.name.startswith("reference-")]
    return sum(f.read_bytes().count(b"\n") for f in files)


def main() -> None:
    """Run both ways, compare, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--policies", default="cn,us")
    parser.add_argument("--limit", default="120")
    parser.add_argument("--cut-after", type=int, default=40, help="answers stored before the cut")
    options = parser.parse_args()
    before = page.load()
    with tempfile.TemporaryDirectory() as scratch:
        alone, there = Path(scratch) / "alone", Path(scratch) / "there"
        with machines(), cluster(Path(scratch) / "ray"):
            whole, noticed, lines = unplug(options, there)
        begin = perf_counter()
        subprocess.run(run(options, alone), check=True, capture_output=True)
        single = perf_counter() - begin
        same = all((alone / name).read_bytes() == (there / name).read_bytes() for name in CSVS)
        count = _stored(there)
    section = "\n".join(
        [
            f"{page.command()}, {page.today()}: {options.model}, float32, {count} answers; the link of one of two "
            f"workers' machines was cut once {options.cut_after} were stored. The driver reported it {noticed:.0f} s "
            f"later, sent that worker's outstanding requests to the other one, and ended after {whole:.0f} s with exit code 0 (a "
            f"single process: {single:.0f} s, on the same {os.cpu_count()} cores). `{'` and `'.join(CSVS)}` are "
            f"{'those' if same else '**not** those'} of the single process, byte for byte.",
            "",
            "The driver's lines: " + "; ".join(f"`{line}`" for line in lines) + ".",
            "",
            page.where(before, "ray", "torch", "transformers"),
        ]
    )
    page.say(section)
    page.write_section("unplugged", section, page.DOCS / "scale.md")


if __name__ == "__main__":
    main()
