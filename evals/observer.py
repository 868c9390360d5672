"""Who hears how far a run is."""

from typing import Protocol


class Observer(Protocol):
    """Hears how far a run is; the CLI draws bars from it."""

    def stage(self, name: str, total: int | None) -> None:
        """A new stage begins, with so many steps if that is known."""
        ...

    def advance(self, steps: int) -> None:
        """So many steps are done."""
        ...


class Silent:
    """An observer that says nothing."""

    def stage(self, name: str, total: int | None) -> None:
        """Ignore."""

    def advance(self, steps: int) -> None:
        """Ignore."""
