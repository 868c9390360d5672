"""Whether a cluster that was joined is still there: Ray ends a process that has lost it, with exit code 1.

No ``except`` can catch that. So it is noticed here before, by checking whether Ray's own process on this machine
and the cluster's head still accept connections.
"""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from lawbound.runners.engines.protocol import ModelError
from lawbound.tasks.io.messages import one_line

Place = tuple[str, int]

HEAD_SECONDS = 30.0
"""How long the head may be away: it may come back, and Ray waits twice as long before it ends this process."""
REACH_SECONDS = 2.0
BEAT_SECONDS = 1.0
"""Between looks at one of them."""


class ClusterLostError(ModelError):
    """The cluster cannot be reached any more; stored answers are kept."""


class Pulse:
    """Watches a cluster while its workers are being asked."""

    def __init__(self, ray: Any) -> None:
        """Note where the cluster's processes are.

        Args:
            ray: The module, joined to a cluster.

        Raises:
            ClusterLostError: It does not know this machine any more.
        """
        self._error: type[Exception] = ray.exceptions.RayError
        joined = ray.get_runtime_context()
        host, _, port = joined.gcs_address.rpartition(":")
        self._head = host.strip("[]"), int(port)
        own = joined.get_node_id()
        here = next((node for node in ray.nodes() if node["NodeID"] == own), None)
        if here is None:
            raise _lost("this machine is not among its own")
        self._here = here["NodeManagerAddress"], int(here["NodeManagerPort"])
        self._looked = monotonic()
        self._has_head = True
        self._looked_at_head = 0.0
        self._answered = monotonic()
        """The last time that the head accepted a connection."""

    def beat(self) -> None:
        """Look at this machine's own process, if it is time to.

        Raises:
            ClusterLostError: It has gone.
        """
        if monotonic() - self._looked >= BEAT_SECONDS:
            self.look()

    def look(self) -> None:
        """Look at this machine's own process now.

        Raises:
            ClusterLostError: It has gone.
        """
        self._looked = monotonic()
        if _is_gone(self._here):
            raise _lost("Ray's process on this machine has ended")

    def has_head(self) -> bool:
        """Whether the head can be asked something; asking it while it is away would block for a
        minute.

        Raises:
            ClusterLostError: It has been away for too long.
        """
        if monotonic() - self._looked_at_head < BEAT_SECONDS:
            return self._has_head
        self._has_head = _answers(self._head)
        self._looked_at_head = monotonic()
        if self._has_head:
            self._answered = monotonic()
            return True
        away = monotonic() - self._answered
        if away > HEAD_SECONDS:
            raise _lost(f"its head at {self._head[0]}:{self._head[1]} is gone for {away:.0f} s")
        return False

    def is_whole(self) -> bool:
        """Whether everything is there at this moment."""
        return _answers(self._here) and _answers(self._head)

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Ray's errors about a cluster in here are one line.

        Raises:
            ClusterLostError: Ray had one.
        """
        try:
            yield
        except self._error as error:
            raise _lost(one_line(error, 300)) from error


def _lost(why: str) -> ClusterLostError:
    return ClusterLostError(
        f"the cluster is lost: {why}; everything answered so far is kept, run again to go on"
    )


def _answers(place: Place) -> bool:
    return _knock(place) == 0


def _is_gone(place: Place) -> bool:
    """Whether nobody listens there; a process that is only slow keeps its port."""
    return _knock(place) == errno.ECONNREFUSED


def _knock(place: Place) -> int | None:
    """Connect and hang up: 0 if somebody listens, else the reason as far as it is known."""
    family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
    with socket.socket(family) as knocking:
        knocking.settimeout(REACH_SECONDS)
        try:
            return knocking.connect_ex(place)
        except OSError as error:  # of the name
            return error.errno
