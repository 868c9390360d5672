"""Unlimited verifiable reasoning items: families of structures, each worded for many topics.

A structure wears a neutral and an adjacent dress and nothing else changes, so a difference between
the two arms of a twin comes from the topic. Everything follows from the seed.
"""

from collections.abc import Sequence

from lawbound.tasks.item import Item, Structure
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
from lawbound.tasks.reasoning.family import Family, Problem
from lawbound.tasks.reasoning.options import among
from lawbound.tasks.reasoning.wording import INSTRUCTION, choice_continuations, choice_prompt
from lawbound.tasks.twins.adjacent import ADJACENT
from lawbound.tasks.twins.deal import LEVELS, Kind, Twin, twins
from lawbound.tasks.twins.dress import Dress
from lawbound.tasks.twins.neutral import NEUTRAL

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
_KIND = Kind("reasoning", FAMILIES, ADJACENT)

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
    pairs: int = 1,
) -> tuple[Item, ...]:
    """Pose reasoning items.

    Args:
        families: Names of families; all if empty.
        levels: Levels from 1 (easiest) to 5.
        per_cell: Structures for each family and level. A larger number only adds items.
        seed: The seed of everything.
        pairs: How many neutral and adjacent twin pairs wear each structure. Successive structures
            take successive pairs, so that dresses are balanced; all ten of each kind at most.

    Returns:
        ``families x levels x per_cell x pairs x 2`` items, twins next to each other.

    Raises:
        ItemError: A family or level does not exist, or a count is impossible.
    """
    found = twins(_KIND, families, levels=levels, per_cell=per_cell, seed=seed, pairs=pairs)
    return tuple(item for twin in found for item in _worn(twin))


def _worn(twin: Twin[Family]) -> list[Item]:
    problem = among(twin.random, twin.family.levels[twin.level])
    return [_item(twin, problem, dress) for dress in twin.dresses]


def _item(twin: Twin[Family], problem: Problem, dress: Dress) -> Item:
    family = twin.family
    return Item(
        id=f"{twin.id}-{dress.slug}",
        group=twin.id,
        kind="reasoning",
        prompt=problem.template.format_map(dress.words()) + INSTRUCTION,
        topic=dress.topic,
        acts=("compute",),
        harmless=True,
        answer=problem.answer,
        structure=Structure(family.name, twin.level, dress.surface, dress.topic, twin.id),
        source=f"reasoning/{family.name}",
    )
