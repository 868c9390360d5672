"""Verifiable reasoning items without end: families of structures, each worn by many topics.

A structure wears a neutral and an adjacent dress and nothing else changes, so a difference between
the two arms of a twin is the topic's doing. Everything follows from the seed.
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
from lawbound.tasks.reasoning.adjacent import ADJACENT
from lawbound.tasks.reasoning.dress import Dress
from lawbound.tasks.reasoning.family import LEVELS, Family, Problem
from lawbound.tasks.reasoning.neutral import NEUTRAL
from lawbound.tasks.reasoning.options import among
from lawbound.tasks.reasoning.twins import check_cells, deal, stream
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
    check_cells(
        "reasoning", names, FAMILIES, levels=levels, per_cell=per_cell, pairs=pairs,
        most_pairs=min(len(NEUTRAL), len(ADJACENT)), lang=lang,
    )  # fmt: skip
    return tuple(
        item
        for name in names
        for level in levels
        for index in range(per_cell)
        for item in _twins(FAMILIES[name], level, index, seed, pairs)
    )


def _twins(family: Family, level: int, index: int, seed: int, pairs: int) -> list[Item]:
    problem = among(stream(seed, family.name, level, index), family.levels[level])
    twin = f"{family.name}-v{family.version}-l{level}-s{seed}-{index:04d}"
    dresses = deal(
        family.name, level=level, index=index, seed=seed, pairs=pairs,
        neutral=NEUTRAL, adjacent=ADJACENT,
    )  # fmt: skip
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
