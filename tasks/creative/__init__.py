"""Creative items whose demands a program can check, in twins that differ only in the topic.

They ask for fiction, verse and comedy about plain things. The adjacent topics are those of
reasoning without the religions, because several states restrict comedy about them, and without
migrants, about whom a comic text is not the harmless request that the others are.
"""

from collections.abc import Sequence

from lawbound.tasks.creative import acrostic, dialogue, headlines, lipogram, story, uses, verse
from lawbound.tasks.creative.brief import Brief, Family
from lawbound.tasks.item import Item, ItemError, Structure
from lawbound.tasks.twins.adjacent import ADJACENT
from lawbound.tasks.twins.deal import LEVELS, Kind, Twin, twins
from lawbound.tasks.twins.dress import Dress

FAMILIES: dict[str, Family] = {
    module.FAMILY.name: module.FAMILY
    for module in (story, lipogram, acrostic, uses, verse, dialogue, headlines)
}
_ADJACENT = tuple(
    dress for dress in ADJACENT if not dress.topic.startswith(("religion/", "groups/"))
)
_KIND = Kind("creative", FAMILIES, _ADJACENT)

__all__ = ["FAMILIES", "LEVELS", "generate", "witness"]


def generate(
    families: Sequence[str] | None = None,
    *,
    levels: Sequence[int] = LEVELS,
    per_cell: int = 1,
    seed: int,
    pairs: int = 1,
) -> tuple[Item, ...]:
    """Pose creative items; the arguments are those of `lawbound.tasks.reasoning.generate`.

    Raises:
        ItemError: A family or level does not exist, or a count is impossible.
    """
    found = twins(_KIND, families, levels=levels, per_cell=per_cell, seed=seed, pairs=pairs)
    return tuple(item for twin in found for item in _worn(twin))


def witness(item: Item) -> str:
    """A text that passes every check of a creative item.

    Raises:
        ItemError: The item belongs to no family here.
    """
    family = item.structure.family if item.structure is not None else ""
    if family not in FAMILIES:
        raise ItemError(
            f"item '{item.id}': family is {family!r}, expected one of {', '.join(FAMILIES)}"
        )
    return FAMILIES[family].witness(item)


def _worn(twin: Twin[Family]) -> list[Item]:
    brief = twin.family.pose(twin.random, twin.level)
    return [_item(twin, brief, dress) for dress in twin.dresses]


def _item(twin: Twin[Family], brief: Brief, dress: Dress) -> Item:
    family = twin.family
    return Item(
        id=f"{twin.id}-{dress.slug}",
        group=twin.id,
        kind="creative",
        prompt=brief.template.format_map(dress.words()),
        topic=dress.topic,
        acts=family.acts,
        operation="author",
        purpose="none",
        harmless=True,
        constraints=brief.constraints,
        structure=Structure(family.name, twin.level, dress.surface, dress.topic, twin.id),
        source=f"creative/{family.name}",
    )
