"""Failing requests: when each is asked again, who is told, and whether another try could help.

A server that says 500 may be down for a minute, or may fail on this one request for ever. One
response does not tell which. The same response at every try does, if the server answered other
requests between the last two: then it was not down. If it answered none in between, it may have
been down, and one more try is owed.
"""

from dataclasses import dataclass, field
from random import Random

from lawbound.runners.engines.endpoint.reply import Fault
from lawbound.runners.engines.protocol import Trouble

_AN_ID = 8
"""A word this long with a digit in it may be an id or a time, which differ from try to try."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often to wait for one answer."""

    timeout: float = 600.0
    """Seconds for one try, from connecting to the last byte: slow servers are cut off."""
    retries: int = 6
    probes: int = 2
    """Further tries of the probe if the connection to a server was lost; where there is none, nobody waits."""
    pause: float = 1.0
    """Seconds before the second try; doubled with each further one."""
    longest_pause: float = 120.0
    """Longest pause, unless a server asks for a longer one."""
    longest_asked: float = 3600.0
    """Longest wait that a server may ask for; beyond it the request is not repeated."""
    max_bytes: int = 16 * 2**20
    """Most bytes of a response; a larger one is an error."""

    @property
    def connecting(self) -> float:
        """Seconds for the connection of one try, TLS included."""
        return min(30.0, self.timeout)

    def after(self, fault: Fault, retry: int, *, is_silent: bool, rng: Random) -> float | None:
        """Seconds to wait before repeating the request; None if it is not repeated.

        Args:
            fault: The outcome of the last try.
            retry: How often it has been repeated.
            is_silent: Whether the server has been silent for long: a request without a response is
                then given up.
            rng: Jitter.
        """
        if not fault.again or retry >= self.retries or (is_silent and not fault.status):
            return None
        if self._is_too_long(fault):
            return None
        return self.before(retry, fault.wait, rng)

    def limit_told(self, fault: Fault) -> str:
        """What to add to the message of a request that is given up for the wait that its server asks for."""
        if not fault.again or not self._is_too_long(fault):
            return ""
        return f", asks to wait {fault.wait:.10g} s, expected at most {self.longest_asked:.10g} s"

    def before(self, retry: int, asked: float | None, rng: Random) -> float:
        """Seconds to wait before a retry (the first is 0): never sooner than the server asks."""
        grown: float = self.pause * 2**retry * rng.uniform(0.5, 1.0)
        least = 0.0 if asked is None else asked + self.pause * rng.uniform(0.0, 0.5)
        return max(min(self.longest_pause, grown), least)

    def _is_too_long(self, fault: Fault) -> bool:
        return fault.wait is not None and fault.wait > self.longest_asked


@dataclass(slots=True)
class Failing:
    """How many requests of one batch are being repeated."""

    tell: Trouble = lambda again, last: None
    again: int = 0

    def note(self, more: int, last: str) -> None:
        """Add `more` (may be negative) to the number of repeated requests; `last` is the latest
        error."""
        self.again += more
        self.tell(self.again, last)


@dataclass(slots=True)
class Course:
    """The failures of one request so far."""

    failing: Failing
    worn: str = ""
    """What it said at every try when it was asked before, if only one more try is owed."""
    faults: int = 0
    same: str = ""
    """What it said at every try; empty if that varied, or the request is not to blame."""
    _said: str = ""
    _is_told: bool = False
    _answered: list[int] = field(default_factory=list)
    """How many requests the server had answered at the time of each fault."""

    def add(self, fault: Fault, answered: int) -> None:
        """Note one more fault, in words fit to show, and how many requests were answered by now."""
        form = form_of(fault.message) if fault.cause == "either" else ""
        self.same = form if not self.faults or form == self.same else ""
        self.faults += 1
        self._said = fault.message
        self._answered.append(answered)

    def is_worn(self) -> bool:
        """Whether it fails as it did at every try before."""
        return self.same == self.worn != ""

    def is_passed_over(self) -> bool:
        """Whether it said the same at every try, and the server answered others between the last two."""
        return self.same != "" and self.faults > 1 and self._answered[-1] > self._answered[-2]

    def wait(self) -> None:
        """Note that it is about to be repeated."""
        self.failing.note(0 if self._is_told else 1, self._said)
        self._is_told = True

    def end(self) -> None:
        """Note that it is answered or given up."""
        if self._is_told:
            self.failing.note(-1, self._said)


def form_of(said: str) -> str:
    """A server's message without what may differ from try to try."""
    words = said.split()
    return " ".join(w for w in words if len(w) < _AN_ID or not any(map(str.isdigit, w)))
