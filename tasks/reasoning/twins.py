"""Twins: each generated structure in a neutral and an adjacent dress, dealt evenly by seed.

Reasoning and creative families share this, so that a difference between the two arms of a twin means the
same for both.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence

import numpy as np
from numpy.random import Generator

from lawbound.tasks.item import ItemError
from lawbound.tasks.reasoning.dress import Dress
from lawbound.tasks.reasoning.family import LEVELS


def stream(*parts: object) -> Generator:
    """Random numbers that depend on these parts alone."""
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
    """Dresses of one structure, neutral and adjacent in turns.

    Args:
        family: Name of the family; like level and seed, it decides the order of the dresses.
        level: From 1 to 5.
        index: Which structure of the family and level; successive ones take successive pairs.
        seed: What everything follows from.
        pairs: How many pairs wear the structure.
        neutral: All neutral dresses.
        adjacent: All adjacent ones.
    """
    order = stream(seed, family, level, "dresses")
    plain, near = order.permutation(len(neutral)), order.permutation(len(adjacent))
    # With as many of both, the same two would meet in every round.
    slip = len(neutral) == len(adjacent)
    for pair in range(index * pairs, (index + 1) * pairs):
        turn = pair + (pair // len(neutral) if slip else 0)
        yield neutral[plain[pair % len(neutral)]]
        yield adjacent[near[turn % len(adjacent)]]


def check_cells(
    kind: str,
    names: Sequence[str],
    families: Collection[str],
    *,
    levels: Sequence[int],
    per_cell: int,
    pairs: int,
    most_pairs: int,
    lang: str,
) -> None:
    """What is asked of a generator exists.

    Raises:
        ItemError: A family, level, language or count is not one that exists.
    """
    for name in names:
        if name not in families:
            raise ItemError(f"{kind}: family is {name!r}, expected one of {', '.join(families)}")
    for level in levels:
        if level not in LEVELS:
            raise ItemError(f"{kind}: level is {level!r}, expected one of 1, 2, 3, 4, 5")
    if per_cell < 0:
        raise ItemError(f"{kind}: per_cell is {per_cell}, expected 0 or more")
    if not 1 <= pairs <= most_pairs:
        raise ItemError(f"{kind}: pairs is {pairs}, expected 1 to {most_pairs}")
    if lang != "en":
        raise ItemError(f"{kind}: lang is {lang!r}, expected 'en'")
