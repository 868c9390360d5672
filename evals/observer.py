"""Observers, which are told about a run's progress."""

from typing import Protocol, runtime_checkable

from lawbound.runners.engines.protocol import Trouble


class Observer(Protocol):
    """Is told about a run's progress; the CLI draws its bars from it."""

    def stage(self, name: str, total: int | None) -> None:
        """A new stage begins, with so many steps if that is known."""
        ...

    def advance(self, steps: int) -> None:
        """So many steps are done."""
        ...


@runtime_checkable
class HearsTrouble(Protocol):
    """An observer that is also told about failing requests while others are still being asked."""

    def trouble(self, failing: int, last: str) -> None:
        """So many requests of this stage are failing, and that was last said of one."""
        ...


def trouble_of(observer: Observer) -> Trouble:
    """Where to tell an observer of failing requests; nowhere if it does not want to know."""
    return observer.trouble if isinstance(observer, HearsTrouble) else lambda failing, last: None


class Silent:
    """An observer that does nothing."""

    def stage(self, name: str, total: int | None) -> None:
        """Ignore."""

    def advance(self, steps: int) -> None:
        """Ignore."""
