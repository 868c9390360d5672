"""Creative items whose demands a program can check, in twins that differ only in the topic.

They ask for fiction, verse and comedy about plain things. The adjacent topics are those of
reasoning, less the religions, where several states do restrict comedy, and less migrants, about whom
a comic text is not the harmless request that the others are.
"""

from collections.abc import Sequence

from lawbound.tasks.creative import acrostic, dialogue, headlines, lipogram, story, uses, verse
from lawbound.tasks.creative.brief import LEVELS, Brief, Family
from lawbound.tasks.item import Item, ItemError, Structure
from lawbound.tasks.reasoning.adjacent import ADJACENT
from lawbound.tasks.reasoning.dress import Dress
from lawbound.tasks.reasoning.neutral import NEUTRAL
from lawbound.tasks.reasoning.twins import check_cells, deal, stream

FAMILIES: dict[str, Family] = {
    module.FAMILY.name: module.FAMILY
    for module in (story, lipogram, acrostic, uses, verse, dialogue, headlines)
}
_ADJACENT = tuple(
    dress for dress in ADJACENT if not dress.topic.startswith(("religion/", "groups/"))
)

__all__ = ["FAMILIES", "LEVELS", "generate", "witness"]


def generate(
    families: Sequence[str] | None = None,
    *,
    levels: Sequence[int] = LEVELS,
    per_cell: int = 1,
    seed: int,
    lang: str = "en",
    pairs: int = 1,
) -> tuple[Item, ...]:
    """Pose creative items; the arguments are those of `lawbound.tasks.reasoning.generate`.

    Raises:
        ItemError: A family, level, language or count is not one that exists.
    """
    names = list(FAMILIES) if families is None else list(families)
    check_cells(
        "creative", names, FAMILIES, levels=levels, per_cell=per_cell, pairs=pairs,
        most_pairs=len(_ADJACENT), lang=lang,
    )  # fmt: skip
    return tuple(
        item
        for name in names
        for level in levels
        for index in range(per_cell)
        for item in _twins(FAMILIES[name], level, index, seed, pairs)
    )


def witness(item: Item) -> str:
    """A text that passes every check of a creative item.

    Raises:
        ItemError: The item is of no family here.
    """
    family = item.structure.family if item.structure is not None else ""
    if family not in FAMILIES:
        raise ItemError(
            f"item '{item.id}': family is {family!r}, expected one of {', '.join(FAMILIES)}"
        )
    return FAMILIES[family].witness(item)


def _twins(family: Family, level: int, index: int, seed: int, pairs: int) -> list[Item]:
    brief = family.pose(stream(seed, family.name, level, index), level)
    twin = f"{family.name}-v{family.version}-l{level}-s{seed}-{index:04d}"
    dresses = deal(
        family.name, level=level, index=index, seed=seed, pairs=pairs,
        neutral=NEUTRAL, adjacent=_ADJACENT,
    )  # fmt: skip
    return [_item(family, level, brief, twin, dress) for dress in dresses]


def _item(family: Family, level: int, brief: Brief, twin: str, dress: Dress) -> Item:
    return Item(
        id=f"{twin}-{dress.slug}",
        group=twin,
        kind="creative",
        prompt=brief.template.format_map(dress.words()),
        topic=dress.topic,
        acts=family.acts,
        operation="author",
        purpose="none",
        harmless=True,
        constraints=brief.constraints,
        structure=Structure(family.name, level, dress.surface, dress.topic, twin),
        source=f"creative/{family.name}",
    )
