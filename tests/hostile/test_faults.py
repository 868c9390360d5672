"""Whole programs under faults: other users' folders, jumping clocks, two at once, damage in the middle."""

import ctypes
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from run_files import csvs

pytestmark = pytest.mark.faults

SLOW = Path(__file__).parents[1] / "evals" / "slow_run.py"
RUN = ("run", "quick", "--model", "reference:coin", "--policy", "us", "--no-references", "--out")
DROP, OVERRIDE, READ_ANYWAY = 24, 1, 2
"""PR_CAPBSET_DROP, CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH of Linux."""
JUMPING = """
import datetime, random, runpy, sys, time
import lawbound.evals.conclude, lawbound.evals.asking
draw, real = random.Random(7), time.time
time.time = lambda: real() + draw.uniform(-1e9, 1e9)
class Jumping(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(draw.uniform(0, 4e9), tz)
lawbound.evals.asking.datetime = Jumping
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Runs a program whose wall clock jumps years to and fro with every look."""


def _lawbound(*arguments: object, obeying: bool = False) -> "subprocess.CompletedProcess[str]":
    """The command as a process; obeying permissions even where it runs as root."""
    command = [sys.executable, "-m", "lawbound", *map(str, arguments)]
    limit = _obey if obeying else None
    return subprocess.run(command, capture_output=True, text=True, preexec_fn=limit, check=False)


def _obey() -> None:
    libc = ctypes.CDLL(None)
    libc.prctl(DROP, OVERRIDE, 0, 0, 0)  # any other user lacks these and may not drop them
    libc.prctl(DROP, READ_ANYWAY, 0, 0, 0)


def _refused(done: "subprocess.CompletedProcess[str]", *parts: str) -> None:
    last = (done.stderr.splitlines() or [""])[-1]
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert last.startswith("error: ") and all(part in last for part in parts), last


def _tree(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def test_a_read_only_run_folder_is_one_line_and_stays_as_it_is(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert _lawbound(*RUN, out).returncode == 0
    for path in (out, *out.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = _tree(out)
    _refused(_lawbound(*RUN, out, obeying=True), str(out), "cannot be written")
    _refused(_lawbound("score", out, obeying=True), str(out), "cannot be written")
    _refused(_lawbound(*RUN, out / "below", obeying=True), str(out), "cannot be written")
    assert _lawbound("compare", out, out, obeying=True).returncode == 0
    assert _tree(out) == before


def test_files_that_may_not_be_read_are_one_line(tmp_path: Path) -> None:
    answers, policy = tmp_path / "a.jsonl", tmp_path / "p.yaml"
    for file in (answers, policy):
        file.write_text("{}\n", encoding="utf-8")
        file.chmod(0)
    told = "cannot be read (Permission denied)"
    unread = _lawbound("grade", answers, obeying=True)
    assert unread.returncode == 2 and f"'{answers}' is not readable" in unread.stderr
    _refused(_lawbound("policy", "check", policy, obeying=True), str(policy), told)


def test_a_second_run_in_the_same_folder_is_refused_and_the_first_ends_well(tmp_path: Path) -> None:
    out, alone, go = tmp_path / "out", tmp_path / "alone", tmp_path / "go"
    with subprocess.Popen([sys.executable, str(SLOW), str(out), str(go)]) as first:
        while first.poll() is None and not list(out.glob("samples/*.jsonl")):
            time.sleep(0.01)
        _refused(_lawbound(*RUN, out), "another run is writing here")
        assert first.poll() is None
        go.touch()
        assert first.wait() == 0
    subprocess.run([sys.executable, str(SLOW), str(alone)], check=True)
    assert csvs(out) == csvs(alone)


def test_a_clock_that_jumps_changes_no_number(tmp_path: Path) -> None:
    jumped, alone = tmp_path / "jumped", tmp_path / "alone"
    command = [sys.executable, "-c", JUMPING, str(SLOW)]
    with subprocess.Popen([*command, str(jumped)]) as run:
        while run.poll() is None and not list(jumped.glob("samples/*.jsonl")):
            time.sleep(0.01)
        run.send_signal(signal.SIGKILL)
    subprocess.run([*command, str(jumped)], check=True)
    subprocess.run([sys.executable, str(SLOW), str(alone)], check=True)
    assert csvs(jumped) == csvs(alone)


def _hurt(raw: bytes, draw: random.Random) -> bytes:
    """Lines flipped, cut, glued, blanked and doubled all over a file, and its end torn off."""
    lines = raw.splitlines(keepends=True)
    for at in draw.sample(range(len(lines)), 12):
        line = bytearray(lines[at])
        match draw.randrange(5):
            case 0:
                line[draw.randrange(len(line) - 1)] ^= 1 << draw.randrange(7)
            case 1:
                del line[draw.randrange(len(line)) :]
            case 2:
                line = bytearray(b"\0" * (len(line) - 1) + b"\n")
            case 3:
                line *= 2
            case 4:
                line = bytearray(b"\xff\xfe[[[[\n")
        lines[at] = bytes(line)
    return b"".join(lines)[: -draw.randrange(1, 40)]


@pytest.mark.parametrize("seed", range(5))
def test_damage_in_the_middle_is_owed_again(tmp_path: Path, seed: int) -> None:
    out, alone = tmp_path / "out", tmp_path / "alone"
    for folder in (out, alone):
        assert _lawbound(*RUN, folder).returncode == 0
    store = next(out.glob("samples/*.jsonl"))
    store.write_bytes(_hurt(store.read_bytes(), random.Random(seed)))
    warned = _lawbound("score", out)
    assert warned.returncode == 0 and "have no answer" in warned.stderr
    assert _lawbound(*RUN, out).returncode == 0
    assert store.with_suffix(".quarantine.jsonl").stat().st_size > 0
    assert csvs(out) == csvs(alone)


def test_a_file_is_written_to_a_folder_that_may_not_be_listed(tmp_path: Path) -> None:
    answers, folder = tmp_path / "a.jsonl", tmp_path / "letters"
    answers.write_text('{"id": "1", "prompt": "Why?", "response": "So."}\n', encoding="utf-8")
    folder.mkdir()
    folder.chmod(0o333)
    done = _lawbound("grade", answers, "--out", folder / "out.jsonl", obeying=True)
    folder.chmod(0o777)
    assert done.returncode == 0, done.stderr
    (written,) = folder.iterdir()
    assert written.name == "out.jsonl" and written.stat().st_size


def _interrupted(command: Sequence[object], folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a command and stop it when it writes into the folder."""
    words = [sys.executable, "-m", "lawbound", *map(str, command)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        while run.poll() is None and not _writes_into(folder, run.pid):
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate()
    return subprocess.CompletedProcess(words, run.returncode, out, err)


def _writes_into(folder: Path, process: int) -> bool:
    """Whether a process holds a file open for writing there, with a name or without."""
    about = Path(f"/proc/{process}")
    with suppress(FileNotFoundError):  # closed, or ended, in the meantime
        for handle in (about / "fd").iterdir():
            if folder in handle.readlink().parents:
                flags = (about / "fdinfo" / handle.name).read_text(encoding="utf-8").split()[3]
                if int(flags, 8) & os.O_ACCMODE:
                    return True
    return False


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="tells no open files")
def test_ctrl_c_while_grading_leaves_no_half_file(tmp_path: Path) -> None:
    answers = tmp_path / "a.jsonl"
    line = '{"id": "1", "prompt": "Why is that so?", "response": "Because it is so, and so on."}\n'
    answers.write_text(line * 200_000, encoding="utf-8")
    done = _interrupted(("grade", answers, "--out", tmp_path / "out.jsonl"), tmp_path)
    assert done.returncode == 130, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1] == "interrupted: nothing is written"
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]
