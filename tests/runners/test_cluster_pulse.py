"""A cluster that goes away under a run, and a run that is told to stop: one line, an exit code, no trace of Ray's."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lawbound.runners.engines.cluster.joining import _children_deaf, _handlers_kept
from lawbound.runners.engines.cluster.pulse import ClusterLostError, Pulse
from lawbound.runners.engines.cluster.worker import Worker

PULSE = "lawbound.runners.engines.cluster.pulse"


class _RayError(Exception):
    pass


@pytest.fixture
def places() -> Iterator[dict[str, socket.socket]]:
    """Two ports that take connections, for the head and for this machine's own process."""
    with socket.create_server(("127.0.0.1", 0)) as head, socket.create_server(("127.0.0.1", 0)) as here:  # fmt: skip
        yield {"head": head, "here": here}


@pytest.fixture
def cluster(places: dict[str, socket.socket]) -> Any:
    """Ray, joined to a cluster at these places."""
    ports = {name: place.getsockname()[1] for name, place in places.items()}
    joined = SimpleNamespace(gcs_address=f"127.0.0.1:{ports['head']}", get_node_id=lambda: "me")
    nodes = [
        {"NodeID": "other", "NodeManagerAddress": "127.0.0.1", "NodeManagerPort": 1},
        {"NodeID": "me", "NodeManagerAddress": "127.0.0.1", "NodeManagerPort": ports["here"]},
    ]
    return SimpleNamespace(
        exceptions=SimpleNamespace(RayError=_RayError),
        get_runtime_context=lambda: joined,
        nodes=lambda: nodes,
    )


@pytest.fixture
def pulse(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> Pulse:
    """Of that cluster, looked at whenever it is asked for."""
    monkeypatch.setattr(f"{PULSE}.BEAT_SECONDS", 0.0)
    return Pulse(cluster)


def test_a_cluster_that_is_there_is_whole(pulse: Pulse) -> None:
    pulse.beat()
    assert pulse.has_head() and pulse.is_whole()


def test_a_cluster_that_does_not_know_this_machine_any_more_is_lost(cluster: Any) -> None:
    del cluster.nodes()[-1]
    with pytest.raises(ClusterLostError, match="run again to go on"):
        Pulse(cluster)


def test_the_loss_of_the_own_process_is_told_at_once(
    pulse: Pulse, places: dict[str, socket.socket]
) -> None:
    places["here"].close()
    with pytest.raises(ClusterLostError, match=r"on this machine has ended; .* run again to go on"):
        pulse.beat()
    assert not pulse.is_whole()


def test_a_head_may_be_away_for_a_while(
    pulse: Pulse, places: dict[str, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = places["head"].getsockname()[1]
    places["head"].close()
    pulse.beat()
    assert not pulse.has_head() and not pulse.is_whole()
    with socket.create_server(("127.0.0.1", port)):
        assert pulse.has_head()
    assert not pulse.has_head()
    monkeypatch.setattr(f"{PULSE}.HEAD_SECONDS", -1.0)
    with pytest.raises(ClusterLostError, match=rf"its head at 127\.0\.0\.1:{port} is gone for 0 s"):
        pulse.has_head()


def test_an_error_of_ray_is_one_line_and_another_stays_what_it_is(pulse: Pulse) -> None:
    with pytest.raises(ClusterLostError, match=r"^the cluster is lost: a b; "), pulse.heeded():
        raise _RayError("a\nb")
    with pytest.raises(KeyError), pulse.heeded():
        raise KeyError


def test_a_stop_while_ray_starts_leaves_a_second_one_its_way() -> None:
    def ray_stops(*_: Any) -> None:
        raise SystemExit(15)

    def stop(number: int, _: Any) -> None:
        signal.signal(number, signal.SIG_DFL)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        with _handlers_kept():
            signal.signal(signal.SIGTERM, ray_stops)
        assert signal.getsignal(signal.SIGTERM) is stop
        with pytest.raises(KeyboardInterrupt), _handlers_kept():
            signal.signal(signal.SIGTERM, ray_stops)
            signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="no masks of signals here")
def test_what_ray_starts_is_deaf_to_sigterm_and_what_an_engine_starts_in_a_worker_is_not() -> None:
    def is_deaf() -> bool:
        ask = "import signal; print(signal.SIGTERM in signal.pthread_sigmask(signal.SIG_BLOCK, ()))"
        return subprocess.check_output([sys.executable, "-c", ask], text=True).strip() == "True"

    before = signal.getsignal(signal.SIGTERM)
    try:
        with _children_deaf():
            assert is_deaf()
            Worker()
            signal.raise_signal(signal.SIGTERM)
            assert not is_deaf()
    finally:
        signal.signal(signal.SIGTERM, before)
    Worker()
    assert not is_deaf() and signal.getsignal(signal.SIGTERM) is before


SLOW = """
import sys, time
from lawbound.__main__ import main
from lawbound.evals import models
from lawbound.runners.engines.cluster import pulse

make = models.ReferenceEngine
pulse.HEAD_SECONDS = 1.0

def slow(*given, **named):
    engine = make(*given, **named)
    kind = type(engine)

    def generate(self, requests):
        for sample in kind.generate(self, requests):
            time.sleep(0.7)
            yield sample

    engine.__class__ = type("Slow", (kind,), {"generate": generate})
    return engine

models.ReferenceEngine = slow
sys.argv[0] = "lawbound"
main()
"""
"""The command, with reference models that take their time, in the workers too."""


def _started(tmp_path: Path) -> "subprocess.Popen[str]":
    """A run on two workers of a cluster of its own, with its first answers stored."""
    home, out = tmp_path / "home", tmp_path / "out"
    home.mkdir()
    options = ["--policy", "us", "--limit", "6", "--no-references", "--out", str(out)]
    place = ["--on", "ray", "--workers", "2"]
    run = subprocess.Popen(
        [sys.executable, "-c", SLOW, "run", "quick", "--model", "reference:coin", *options, *place],
        env={**os.environ, "HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while run.poll() is None and not _stored(tmp_path):
        time.sleep(0.05)
    return run


def _stored(tmp_path: Path) -> int:
    return sum(f.read_bytes().count(b"\n") for f in tmp_path.glob("out/samples/*.jsonl"))


def _process(session: int, name: str) -> int:
    """Of Ray's, in the session of a run."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                # After the name in parentheses: state, parent, group, session.
                command, _, rest = (entry / "stat").read_text().partition(" (")[2].rpartition(") ")
            except OSError:
                continue
            if command == name and int(rest.split()[3]) == session:
                return int(entry.name)
    raise LookupError(name)


def _end(run: "subprocess.Popen[str]") -> Any:
    """Exit code and last line; nothing of Ray's own may stand before it."""
    _, err = run.communicate(timeout=60)
    assert "Traceback" not in err and "***" not in err and "died" not in err
    return run.returncode, err.splitlines()[-1]


@pytest.mark.cluster
@pytest.mark.parametrize("to_all", [False, True])
def test_sigterm_stops_a_run_on_a_cluster_as_ctrl_c_does(to_all: bool, tmp_path: Path) -> None:
    with _started(tmp_path) as run:
        if to_all:  # as some schedulers do: Ray's processes get it, too
            os.killpg(run.pid, signal.SIGTERM)
        else:
            run.terminate()
        code, line = _end(run)
    assert (code, line) == (
        143,
        "interrupted: everything answered so far is kept; run again to go on",
    )
    assert _stored(tmp_path)


@pytest.mark.cluster
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are found in /proc")
@pytest.mark.parametrize(
    ("name", "told"),
    [("raylet", "Ray's process on this machine has ended"), ("gcs_server", "its head at ")],
)
def test_a_lost_cluster_is_one_line(name: str, told: str, tmp_path: Path) -> None:
    with _started(tmp_path) as run:
        os.kill(_process(run.pid, name), signal.SIGKILL)
        code, line = _end(run)
    assert (code, line.startswith(f"error: the cluster is lost: {told}")) == (2, True)
    assert "run again to go on" in line and _stored(tmp_path)
