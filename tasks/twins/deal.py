"""Which structure gets which dresses: one neutral and one adjacent, dealt evenly by seed."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.random import Generator

from lawbound.tasks.item import ItemError
from lawbound.tasks.twins.dress import Dress
from lawbound.tasks.twins.neutral import NEUTRAL

LEVELS = (1, 2, 3, 4, 5)
"""From the easiest to the hardest."""


class Family(Protocol):
    """Structures of one kind."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> int:
        """Raised when the same seed would give other items, so that ids stay valid for ever."""
        ...


AnyFamily = TypeVar("AnyFamily", bound=Family)


@dataclass(frozen=True, slots=True)
class Kind(Generic[AnyFamily]):
    """A kind of items: the structures that it has, and what they wear."""

    name: str
    families: Mapping[str, AnyFamily]
    """All families by name."""
    adjacent: Sequence[Dress]
    """All adjacent dresses; the neutral ones are the same for each kind."""


@dataclass(frozen=True, slots=True)
class Twin(Generic[AnyFamily]):
    """One structure that is to be asked, and its two dresses."""

    family: AnyFamily
    level: int
    id: str
    random: Generator
    """Poses the structure: its numbers depend only on seed, family, level and place."""
    dresses: tuple[Dress, ...]
    """Neutral and adjacent dresses in turn."""


def twins(
    kind: Kind[AnyFamily],
    names: Sequence[str] | None,
    *,
    levels: Sequence[int],
    per_cell: int,
    seed: int,
    pairs: int,
) -> Iterator[Twin[AnyFamily]]:
    """Every requested structure.

    Args:
        kind: The kind of the items.
        names: The wanted families; None takes all.
        levels: Levels from 1 (easiest) to 5.
        per_cell: Structures for each family and level. A larger number only adds structures.
        seed: The seed of everything.
        pairs: How many pairs of dresses wear each structure; successive ones take successive pairs.

    Raises:
        ItemError: A family or level does not exist, or a count is impossible.
    """
    wanted = list(kind.families) if names is None else list(names)
    _check(kind, wanted, levels=levels, per_cell=per_cell, pairs=pairs)
    for name in wanted:
        for level in levels:
            for index in range(per_cell):
                dresses = deal(
                    name, level=level, index=index, seed=seed, pairs=pairs,
                    neutral=NEUTRAL, adjacent=kind.adjacent,
                )  # fmt: skip
                yield Twin(
                    kind.families[name],
                    level,
                    f"{name}-v{kind.families[name].version}-l{level}-s{seed}-{index:04d}",
                    stream(seed, name, level, index),
                    tuple(dresses),
                )


def stream(*parts: object) -> Generator:
    """Random numbers that depend only on these parts."""
    digest = hashlib.sha256(":".join(map(str, parts)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def deal(
    family: str,
    *,
    level: int,
    index: int,
    seed: int,
    pairs: int,
    neutral: Sequence[Dress],
    adjacent: Sequence[Dress],
) -> Iterator[Dress]:
    """Dresses of one structure, neutral and adjacent in turn.

    Args:
        family: Name of the family; like level and seed, it decides the order of the dresses.
        level: From 1 to 5.
        index: Which structure of the family and level; successive ones take successive pairs.
        seed: The seed of everything.
        pairs: How many pairs wear the structure.
        neutral: All neutral dresses.
        adjacent: All adjacent dresses.
    """
    order = stream(seed, family, level, "dresses")
    plain, near = order.permutation(len(neutral)), order.permutation(len(adjacent))
    # With equal numbers of both, the same two would meet in every round.
    slip = len(neutral) == len(adjacent)
    for pair in range(index * pairs, (index + 1) * pairs):
        turn = pair + (pair // len(neutral) if slip else 0)
        yield neutral[plain[pair % len(neutral)]]
        yield adjacent[near[turn % len(adjacent)]]


def _check(
    kind: Kind[AnyFamily],
    names: Sequence[str],
    *,
    levels: Sequence[int],
    per_cell: int,
    pairs: int,
) -> None:
    for name in names:
        if name not in kind.families:
            raise ItemError(
                f"{kind.name}: family is {name!r}, expected one of {', '.join(kind.families)}"
            )
    for level in levels:
        if level not in LEVELS:
            raise ItemError(f"{kind.name}: level is {level!r}, expected one of 1, 2, 3, 4, 5")
    if per_cell < 0:
        raise ItemError(f"{kind.name}: per_cell is {per_cell}, expected 0 or more")
    most_pairs = min(len(NEUTRAL), len(kind.adjacent))
    if not 1 <= pairs <= most_pairs:
        raise ItemError(f"{kind.name}: pairs is {pairs}, expected 1 to {most_pairs}")
