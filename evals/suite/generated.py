"""Questions that are made for a suite rather than drawn from a bank: reasoning and creative tasks."""

from collections.abc import Callable, Sequence

import numpy as np

from lawbound.evals.suite.even_draw import shuffled
from lawbound.evals.suite.suite_file import Selection, known_families
from lawbound.tasks.item import Item, Kind


def is_generated(selection: Selection) -> bool:
    """Whether the items of a selection are generated."""
    return selection.kind in ("reasoning", "creative") and selection.external is None


def generated(selection: Selection, seed: int, count: int | None) -> Sequence[Item]:
    """Twin pairs, in rounds over levels and families in an order set by the seed, so that any
    prefix is balanced."""
    generate = _generator(selection.kind)
    rng = np.random.default_rng([seed, 1])
    families = shuffled(selection.families or known_families(selection.kind), rng)
    cells = len(families) * len(selection.levels)
    per_cell = 1 if count is None else -(-count // cells)
    twins: dict[str, list[Item]] = {}
    for item in generate(families, levels=selection.levels, per_cell=per_cell, seed=seed):
        twins.setdefault(item.group, []).append(item)
    pairs = list(twins.values())
    # Families x levels arrive cell by cell, and a round has one pair of each cell. It is dealt in
    # turns of all families, each family at another level, and one level further in the next turn.
    levels = len(selection.levels)
    rounds = [pairs[start::per_cell] for start in range(per_cell)]
    ordered = [
        dealt[family * levels + (turn + family) % levels]
        for dealt in rounds
        for turn in range(levels)
        for family in range(len(families))
    ]
    return [item for pair in ordered[:count] for item in pair]


Generate = Callable[..., Sequence[Item]]


def _generator(kind: Kind) -> Generate:
    if kind == "reasoning":
        from lawbound.tasks import reasoning

        return reasoning.generate
    from lawbound.tasks import creative

    return creative.generate
