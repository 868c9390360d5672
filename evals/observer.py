"""Observers, which are told about a run's progress."""

from typing import Protocol, runtime_checkable

from lawbound.runners.engines.protocol import Trouble


class Observer(Protocol):
    """Is told about a run's progress; the CLI draws its bars from it."""

    def stage(self, name: str, total: int | None) -> None:
        """A new stage begins, with `total` steps if their number is known."""
        ...

    def advance(self, steps: int) -> None:
        """`steps` more steps are done."""
        ...


@runtime_checkable
class HearsTrouble(Protocol):
    """An observer that is also told about failing requests while others are still being asked."""

    def trouble(self, failing: int, last: str) -> None:
        """`failing` requests of this stage are failing; `last` is the latest error."""
        ...


def trouble_of(observer: Observer) -> Trouble:
    """The observer's method for failing requests, or one that does nothing if it has none."""
    return observer.trouble if isinstance(observer, HearsTrouble) else lambda failing, last: None


class Silent:
    """An observer that does nothing."""

    def stage(self, name: str, total: int | None) -> None:
        """Do nothing."""

    def advance(self, steps: int) -> None:
        """Do nothing."""
