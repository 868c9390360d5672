"""A family poses problems of one kind; a problem is a template with one checkable answer.

The template's slots are the words of a dress (`lawbound.tasks.twins.dress.Dress.words`). The answer never depends on the
dress, so all twins of a problem share it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from numpy.random import Generator

from lawbound.tasks.item import Answer

NAMES = (
    "Anna", "Ben", "Clara", "David", "Emma", "Felix", "Grace", "Hugo", "Iris", "Jonas", "Karim",
    "Lena", "Mira", "Noah", "Omar", "Paula", "Rosa", "Sara", "Tariq", "Vera",
)  # fmt: skip
"""First names from several languages, the same in every dress."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One structure before it is dressed."""

    template: str
    """The question with slots; literal braces are doubled."""
    answer: Answer
    """The answer, without choices if it is a quantity; `options.among` finds them."""
    lures: tuple[str, ...] = ()
    """Answers that common mistakes would give."""


Pose = Callable[[Generator], Problem]


@dataclass(frozen=True, slots=True)
class Family:
    """Problems of one kind at five levels."""

    name: str
    summary: str
    """One line for `lawbound tasks list`."""
    levels: Mapping[int, Pose]
    version: int = 1
    """Raised when the same seed would give other items, so that ids stay valid for ever."""


def draw(rng: Generator, low: int, high: int) -> int:
    """A whole number from low to high, both included."""
    return int(rng.integers(low, high + 1))


def sample(rng: Generator, pool: tuple[str, ...], count: int) -> list[str]:
    """Members of a pool without repetition, in random order."""
    return [pool[int(i)] for i in rng.permutation(len(pool))[:count]]


def indices(rng: Generator, size: int, count: int) -> list[int]:
    """Slot numbers without repetition, in random order."""
    return [int(i) for i in rng.permutation(size)[:count]]


def shuffled(rng: Generator, values: list[str]) -> list[str]:
    """The same values in random order."""
    return [values[int(i)] for i in rng.permutation(len(values))]
