"""Observers, which are told about a run's progress."""

from typing import Protocol


class Observer(Protocol):
    """Is told about a run's progress; the CLI draws its bars from it."""

    def stage(self, name: str, total: int | None) -> None:
        """A new stage begins, with `total` steps if their number is known."""
        ...

    def advance(self, steps: int) -> None:
        """`steps` more steps are done."""
        ...

    def trouble(self, failing: int, last: str) -> None:
        """`failing` requests of this stage are failing, while others are still being asked; `last`
        is the latest error."""
        ...


class Silent:
    """An observer that does nothing."""

    def stage(self, name: str, total: int | None) -> None:
        """Do nothing."""

    def advance(self, steps: int) -> None:
        """Do nothing."""

    def trouble(self, failing: int, last: str) -> None:
        """Do nothing."""
