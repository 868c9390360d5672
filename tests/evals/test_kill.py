"""`kill -9` in the middle of a run, and run again: the same CSV, byte for byte."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("slow_run.py")
CSVS = ("leaderboard.csv", "metrics.csv")


def _run(
    out: Path, *, kill_when_stored: int | None = None, kill_after: float | None = None
) -> bool:
    """Run the program; True if it was killed before it ended."""
    process = subprocess.Popen([sys.executable, "-W", "error", str(PROGRAM), str(out)])
    started = time.monotonic()
    while process.poll() is None:
        stored = sum(f.read_bytes().count(b"\n") for f in out.glob("samples/*.jsonl"))
        due = kill_when_stored is not None and stored >= kill_when_stored
        late = kill_after is not None and time.monotonic() - started >= kill_after
        if due or late:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return True
        time.sleep(0.01)
    assert process.returncode == 0
    return False


def _csvs(out: Path) -> list[bytes]:
    return [(out / name).read_bytes() for name in CSVS]


@pytest.mark.faults
def test_killed_in_the_middle_a_run_ends_with_the_same_csv(tmp_path: Path) -> None:
    _run(tmp_path / "undisturbed")
    assert _run(tmp_path / "killed", kill_when_stored=40)
    assert not (tmp_path / "killed" / "leaderboard.csv").exists()
    _run(tmp_path / "killed")
    assert _csvs(tmp_path / "killed") == _csvs(tmp_path / "undisturbed")


@pytest.mark.faults
def test_fifty_kills_at_random_points_change_nothing(tmp_path: Path) -> None:
    _run(tmp_path / "undisturbed")
    draw = random.Random(20261123)
    out = tmp_path / "killed"
    kills = 0
    for _ in range(50):
        kills += _run(out, kill_after=draw.uniform(0.3, 3.0))
    assert kills >= 10
    _run(out)
    assert _csvs(out) == _csvs(tmp_path / "undisturbed")
