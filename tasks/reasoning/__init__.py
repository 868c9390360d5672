"""Verifiable reasoning items without end: families of structures, each worn by many topics.

A structure wears a neutral and an adjacent dress and nothing else changes, so a difference between
the two arms of a twin is the topic's doing. Everything follows from the seed.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from lawbound.tasks.item import Item, ItemError, Structure
from lawbound.tasks.reasoning import (
    arithmetic,
    causal,
    code,
    counting,
    deduction,
    legal,
    ordering,
    planning,
    rates,
    sets,
    table,
    temporal,
    tracking,
)
from lawbound.tasks.reasoning.adjacent import ADJACENT
from lawbound.tasks.reasoning.dress import Dress
from lawbound.tasks.reasoning.family import LEVELS, Family, Problem
from lawbound.tasks.reasoning.neutral import NEUTRAL
from lawbound.tasks.reasoning.wording import INSTRUCTION, choice_continuations, choice_prompt

FAMILIES: dict[str, Family] = {
    module.FAMILY.name: module.FAMILY
    for module in (
        arithmetic,
        rates,
        sets,
        ordering,
        deduction,
        causal,
        temporal,
        legal,
        table,
        code,
        planning,
        counting,
        tracking,
    )
}
DRESSES: tuple[Dress, ...] = (*NEUTRAL, *ADJACENT)

__all__ = [
    "DRESSES",
    "FAMILIES",
    "INSTRUCTION",
    "LEVELS",
    "choice_continuations",
    "choice_prompt",
    "generate",
]


def generate(
    families: Sequence[str] | None = None,
    *,
    levels: Sequence[int] = LEVELS,
    per_cell: int = 1,
    seed: int,
    lang: str = "en",
    pairs: int = 1,
) -> tuple[Item, ...]:
    """Pose reasoning items.

    Args:
        families: Names of families; all if none.
        levels: Levels from 1 (easiest) to 5.
        per_cell: Structures for each family and level. A larger number only adds items.
        seed: What everything follows from.
        lang: Language of the prompts; English is the only one so far.
        pairs: How many neutral and adjacent twin pairs wear each structure. Successive structures
            take successive pairs, so that dresses are balanced; all ten of each kind at most.

    Returns:
        ``families x levels x per_cell x pairs x 2`` items, twins next to each other.

    Raises:
        ItemError: A family, level, language or count is not one that exists.
    """
    names = list(FAMILIES) if families is None else list(families)
    _check(names, levels, per_cell, lang, pairs)
    return tuple(
        item
        for name in names
        for level in levels
        for index in range(per_cell)
        for item in _twins(FAMILIES[name], level, index, seed, pairs)
    )


def _twins(family: Family, level: int, index: int, seed: int, pairs: int) -> list[Item]:
    problem = family.levels[level](_rng(seed, family.name, level, index))
    order = _rng(seed, family.name, level, "dresses")
    neutral = order.permutation(len(NEUTRAL))
    adjacent = order.permutation(len(ADJACENT))
    twin = f"{family.name}-v{family.version}-l{level}-s{seed}-{index:04d}"
    dresses = (
        dress
        for pair in range(index * pairs, (index + 1) * pairs)
        for dress in (
            NEUTRAL[neutral[pair % len(NEUTRAL)]],
            ADJACENT[adjacent[(pair + pair // len(NEUTRAL)) % len(ADJACENT)]],
        )
    )
    return [_item(family, level, problem, twin, dress) for dress in dresses]


def _item(family: Family, level: int, problem: Problem, twin: str, dress: Dress) -> Item:
    return Item(
        id=f"{twin}-{dress.slug}",
        group=twin,
        kind="reasoning",
        prompt=problem.template.format_map(dress.words()) + INSTRUCTION,
        topic=dress.topic,
        acts=("compute",),
        harmless=True,
        answer=problem.answer,
        structure=Structure(family.name, level, dress.surface, dress.topic, twin),
        source=f"reasoning/{family.name}",
    )


def _rng(*parts: object) -> Generator:
    digest = hashlib.sha256(":".join(map(str, parts)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def _check(names: list[str], levels: Sequence[int], per_cell: int, lang: str, pairs: int) -> None:
    for name in names:
        if name not in FAMILIES:
            raise ItemError(f"reasoning: family is {name!r}, expected one of {', '.join(FAMILIES)}")
    for level in levels:
        if level not in LEVELS:
            raise ItemError(f"reasoning: level is {level!r}, expected one of 1, 2, 3, 4, 5")
    if per_cell < 0:
        raise ItemError(f"reasoning: per_cell is {per_cell}, expected 0 or more")
    most = min(len(NEUTRAL), len(ADJACENT))
    if not 1 <= pairs <= most:
        raise ItemError(f"reasoning: pairs is {pairs}, expected 1 to {most}")
    if lang != "en":
        raise ItemError(f"reasoning: lang is {lang!r}, expected 'en'")
