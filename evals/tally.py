"""How many answers an estimate or a threshold asked for, and why some of them are left out of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tally:
    """Answers, or pairs of them, that a metric asked for and could not use, each counted under one reason."""

    unscored: int = 0
    errors: int = 0
    blocked: int = 0
    asked: int = 0
    """Everything that was asked for, used or not."""

    @property
    def missing_share(self) -> float:
        """Share of what was asked for that failed or was blocked: no bound says what it would have been."""
        return (self.errors + self.blocked) / self.asked if self.asked else 0.0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.unscored + other.unscored,
            self.errors + other.errors,
            self.blocked + other.blocked,
            self.asked + other.asked,
        )
