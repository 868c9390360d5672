"""`kill -9` in the middle of a run, and run again: the same CSV, byte for byte."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from run_files import csvs

PROGRAM = Path(__file__).with_name("slow_run.py")


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


@pytest.mark.faults
def test_killed_in_the_middle_a_run_ends_with_the_same_csv(tmp_path: Path) -> None:
    _run(tmp_path / "undisturbed")
    assert _run(tmp_path / "killed", kill_when_stored=40)
    assert not (tmp_path / "killed" / "leaderboard.csv").exists()
    _run(tmp_path / "killed")
    assert csvs(tmp_path / "killed") == csvs(tmp_path / "undisturbed")


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
    assert csvs(out) == csvs(tmp_path / "undisturbed")


@pytest.mark.faults
@pytest.mark.parametrize(("told", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_and_sigterm_stop_cleanly_and_the_run_resumes(
    told: signal.Signals, code: int, tmp_path: Path
) -> None:
    def command(out: Path) -> list[str]:
        options = ["--model", "reference:coin", "--policy", "us", "--out", str(out)]
        return [sys.executable, "-m", "lawbound", "run", "quick", *options]

    out = tmp_path / "stopped"
    subprocess.run(command(tmp_path / "undisturbed"), check=True, capture_output=True)
    with subprocess.Popen(command(out), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as run:
        while run.poll() is None and not list(out.glob("samples/*.jsonl")):
            time.sleep(0.01)
        run.send_signal(told)
        _, err = run.communicate()
    assert run.returncode == code
    assert b"Traceback" not in err
    subprocess.run(command(out), check=True, capture_output=True)
    assert csvs(out) == csvs(tmp_path / "undisturbed")


@pytest.mark.faults
def test_a_full_disk_is_one_line_and_keeps_what_was_stored(tmp_path: Path) -> None:
    code = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, resource.RLIM_INFINITY))\n"
        "sys.argv = ['lawbound', *sys.argv[1:]]\n"
        "from lawbound.__main__ import main\nmain()\n"
    )
    options = ["run", "quick", "--model", "reference:coin", "--policy", "us", "--no-references"]
    command = [*options, "--out", str(tmp_path / "full")]
    limited = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True)
    assert limited.returncode == 2
    assert "cannot be written" in limited.stderr and "Traceback" not in limited.stderr
    assert not list((tmp_path / "full").rglob("*.draft"))
    subprocess.run([sys.executable, "-m", "lawbound", *command], check=True, capture_output=True)
    again = [*options, "--out", str(tmp_path / "undisturbed")]
    subprocess.run([sys.executable, "-m", "lawbound", *again], check=True, capture_output=True)
    assert csvs(tmp_path / "full") == csvs(tmp_path / "undisturbed")
