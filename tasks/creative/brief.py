"""A creative family writes briefs: what to write, under demands that a program can check.

Every brief names words that the text must contain. They are its anchors: a text written without
reading the brief lacks them and scores nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from numpy.random import Generator

from lawbound.tasks.item import Act, Constraint, Item

ANCHORS = (
    "lantern", "walnut", "pebble", "marble", "ladder", "umbrella", "button", "teapot", "pocket", "whisper",
    "mirror", "engine", "feather", "thunder", "pepper", "kettle", "silver", "acorn", "saddle", "trumpet",
)  # fmt: skip
"""Plain words without meaning in any policy, the same in every dress."""


@dataclass(frozen=True, slots=True)
class Brief:
    """One structure before it gets a topic's words."""

    template: str
    """The task to write, with the slots of a dress."""
    constraints: tuple[Constraint, ...]


Pose = Callable[[Generator, int], Brief]


@dataclass(frozen=True, slots=True)
class Family:
    """Briefs of one kind at five levels."""

    name: str
    summary: str
    pose: Pose
    witness: Callable[[Item], str]
    """A text that passes every check of an item: proof that it can be done."""
    acts: tuple[Act, ...] = ("satirise",)
    """Fiction, verse and comedy that nobody takes for real."""
    version: int = 1


def demands(item: Item) -> Mapping[str, str]:
    """An item's constraints by name."""
    return {constraint.name: constraint.value for constraint in item.constraints}


def anchors(rng: Generator, count: int, *, without: str = "") -> list[str]:
    """Words that the text must contain."""
    pool = [word for word in ANCHORS if not without or without not in word]
    return [pool[int(i)] for i in rng.permutation(len(pool))[:count]]


def listed(words: list[str]) -> str:
    """``"a", "b" and "c"``."""
    quoted = [f'"{word}"' for word in words]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " and " + quoted[-1]


def words_in(value: str) -> list[str]:
    """Members of a constraint's value that is a list."""
    return [word.strip() for word in value.split(",") if word.strip()]
