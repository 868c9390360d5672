"""How many answers an estimate or a threshold asked for, and why some of them are left out of it."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Tally:
    """Answers, or pairs of them, that a metric asked for and could not use, each counted under one reason."""

    unscored: int = 0
    errors: int = 0
    blocked: int = 0
    asked: int = 0
    """Everything that was asked for, used or not."""
    worst_part: float = 0.0
    """The largest share known to be missing from one part, such as its rules or a component."""

    @property
    def missing_share(self) -> float:
        """Share of what was asked for, or of its worst part, that failed or was blocked: no bound says what it
        would have been."""
        whole = (self.errors + self.blocked) / self.asked if self.asked else 0.0
        return max(whole, self.worst_part)

    def with_part(self, missing: float) -> "Tally":
        """The same where a part, counted otherwise, lacks this share."""
        return replace(self, worst_part=max(self.worst_part, missing))

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.unscored + other.unscored,
            self.errors + other.errors,
            self.blocked + other.blocked,
            self.asked + other.asked,
            max(self.worst_part, other.worst_part),
        )
