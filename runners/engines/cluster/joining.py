"""Joining a Ray cluster, named ``ray`` or ``ray://HOST:PORT``, without output, and leaving it as it was."""

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import current_thread, main_thread
from typing import Any

from lawbound.runners.engines.extras import install
from lawbound.runners.engines.protocol import ModelError
from lawbound.tasks.io.messages import one_line
from lawbound.tasks.io.urls import without_secrets

FORMS = "ray (a cluster on this machine) or ray://HOST:PORT (one that is there, or ray://auto)"
REACH_SECONDS = 5.0
JOIN_SECONDS = 60.0
OBJECT_STORE = 128 * 2**20
"""Bytes for a cluster on this machine: prompts and samples are all that travels."""
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # Ray would otherwise announce how it is going to hide accelerators from workers without one.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
_IMPATIENT = {
    "RAY_gcs_rpc_server_connect_timeout_s": "3",
    "RAY_gcs_rpc_server_reconnect_timeout_s": "5",
}
_JOIN = (
    "import sys, ray\n"
    "try:\n"
    "    ray.init(address=sys.argv[1], log_to_driver=False, logging_level='error')\n"
    "except Exception as error:\n"
    "    sys.exit('refused: ' + ' '.join(str(error).split()))\n"
)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that this process has joined; created by `joined`."""

    ray: Any
    """The module `ray`."""
    is_local: bool
    """Whether it was started here, for this run alone."""
    wanted: int | None = None
    """Workers that the user asked for."""

    def accelerators(self) -> int:
        """GPUs of all present machines."""
        return int(self.ray.cluster_resources().get("GPU", 0))

    def machines(self) -> int:
        """Machines that are present."""
        return sum(1 for node in self.ray.nodes() if node["Alive"])

    def needed(self, model: str, device: str) -> int:
        """Accelerators of one worker: none on a cluster without any, or with `device` cpu.

        Raises:
            ModelError: A cluster on this machine has too few.
        """
        there = self.accelerators()
        if device == "cpu" or (not there and device == "auto"):
            return 0
        each = parallel(model)
        if self.is_local and each > there:
            raise ModelError(
                f"model '{model}': a worker needs {each} accelerators, this machine has {there}"
            )
        return each

    def size(self, each: int) -> int:
        """Workers to keep up: as asked for, else one per accelerator, else one per machine."""
        there = self.accelerators() // each if each else self.machines()
        return self.wanted or max(1, there)


def check_place(on: str) -> None:
    """Refuse an invalid place before anything is loaded.

    Raises:
        ModelError: It has none of the known forms.
    """
    if on != "ray" and not re.fullmatch(r"ray://(auto|[^\s/@]+:\d{1,5})", on):
        raise ModelError(f"--on {without_secrets(on)}: unknown form, expected {FORMS}")


def parallel(model: str) -> int:
    """Accelerators that one copy of a model is spread over, according to its arguments."""
    found = 1
    for size in re.findall(r"(?:tensor|pipeline|data)_parallel_size=(\d+)", model):
        found *= max(1, int(size))
    return found


@contextmanager
def joined(on: str, *, workers: int | None = None) -> Iterator[Cluster]:
    """Start a cluster on this machine, or join one that is there.

    To join, this process must run on one of the cluster's machines.

    Args:
        on: See `FORMS`.
        workers: Workers to keep up; determined from the cluster if left out.

    Raises:
        ModelError: Ray is not installed, or the cluster cannot be joined.
    """
    check_place(on)
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    is_local = on == "ray"
    if is_local and not {"RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"} & set(
        os.environ
    ):
        # Ray asks for a token, and would leave one in the user's home folder.
        os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)
    ray = _ray(on)
    address = on.removeprefix("ray://")
    if not is_local:
        _try_to_reach(on, address)
    if ray.is_initialized():  # joined by the program that calls us, which also has to leave it
        _check_same(ray, on, address)
        yield Cluster(ray, is_local=False, wanted=workers)
        return
    try:
        with _handlers_kept():
            if is_local:
                with _children_deaf():
                    ray.init(
                        address="local",
                        num_cpus=max(os.cpu_count() or 1, workers or 1),
                        include_dashboard=False,
                        object_store_memory=OBJECT_STORE,
                        log_to_driver=False,
                        logging_level="error",
                    )
            else:
                ray.init(address=address, log_to_driver=False, logging_level="error")
    except (RuntimeError, OSError, ValueError, ray.exceptions.RayError) as error:
        raise ModelError(f"--on {on}: {one_line(error, 300)}") from error
    try:
        yield Cluster(ray, is_local, workers)
    finally:
        if is_local:
            _hasten_end(ray)
        ray.shutdown()


@contextmanager
def _handlers_kept() -> Iterator[None]:
    """Ray replaces the handler of SIGTERM; whoever had set one has it again afterwards.

    Otherwise Ray's handler would stay and end the process with a trace of its own and no word of
    the run.
    """
    before = signal.getsignal(signal.SIGTERM)
    if before in (None, signal.SIG_DFL) or current_thread() is not main_thread():
        yield
        return
    try:
        yield
    except SystemExit:  # by Ray's handler
        signal.signal(signal.SIGTERM, before)
        signal.raise_signal(signal.SIGTERM)
        raise
    finally:
        if (
            signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
        ):  # to which ours steps down, once told
            signal.signal(signal.SIGTERM, before)


@contextmanager
def _children_deaf() -> Iterator[None]:
    """Ray's processes on this machine ignore SIGTERM: some schedulers send it to all, and they are needed to stop.

    Ray ends them itself with a signal that cannot be ignored. One that comes meanwhile takes effect
    when they are there.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _hasten_end(ray: Any) -> None:
    """Ray would end its processes with SIGTERM first, which they do not heed, and wait a second for each.

    It may wait for the raylet, which lets the workers go meanwhile, with all that they have started.
    """
    with suppress(AttributeError):
        for kind, started in ray._private.worker._global_node.all_processes.items():
            for one in started if kind != "raylet" else ():
                one.process.terminate = one.process.kill


def _ray(on: str) -> Any:
    try:
        import ray
        import ray._private.worker as printing
    except ImportError as error:
        raise ModelError(
            f"--on {on}: Ray cannot be imported ({one_line(error, 300)}), expected it to be installed: "
            f"{install('ray')}"
        ) from error
    # Ray writes notes about dead workers to stdout, where results go, and has no switch for that.
    with suppress(AttributeError):
        printing.print_worker_logs = lambda *_, **__: None
    return ray


def _check_same(ray: Any, on: str, address: str) -> None:
    joined_already = ray.get_runtime_context().gcs_address
    if address not in ("ray", "auto", joined_already):
        raise ModelError(
            f"--on {on}: this process has joined {joined_already} already, expected that or ray"
        )


def _try_to_reach(on: str, address: str) -> None:
    """Join from another process first: Ray ends a process that cannot join, after minutes."""
    if address != "auto":
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), REACH_SECONDS).close()
        except (OSError, OverflowError) as error:
            raise ModelError(
                f"--on {on}: cannot be reached ({error}), expected the address that "
                "`ray start --head` printed"
            ) from error
    try:
        done = subprocess.run(
            [sys.executable, "-c", _JOIN, address],
            capture_output=True,
            text=True,
            timeout=JOIN_SECONDS,
            env={**os.environ, **_IMPATIENT},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ModelError(
            f"--on {on}: something listens there but is no Ray cluster that answers, expected the "
            "address that `ray start --head` printed"
        ) from error
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["Ray ended"]
        line = next((line for line in said if line.startswith("refused: ")), said[-1])
        raise ModelError(
            f"--on {on}: cannot be joined: {one_line(line.removeprefix('refused: '), 300)}"
        )
