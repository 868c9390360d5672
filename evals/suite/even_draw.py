"""Drawing items evenly from cells; among equally full ones the seed decides, never the alphabet."""

from collections import Counter, deque
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from lawbound.tasks.item import Item

T = TypeVar("T")


class Cell(NamedTuple):
    """One of the cells among which a draw is even."""

    lang: str
    name: str
    """A rule, a tag, an area of the taxonomy or a pair of policies."""
    kind: str = ""
    """Kind of near-miss."""


Cells = Mapping[str, Sequence[Cell]]
"""Item id -> the cells that the item fills; unwanted items are left out."""


def shuffled(names: Iterable[str], rng: np.random.Generator) -> list[str]:
    """Names in an order that depends on the generator alone, not on the order they came in."""
    found = sorted(set(names))
    return [found[i] for i in rng.permutation(len(found))]


def in_turns(
    every: Iterable[Cell], names: Sequence[str], languages: Mapping[str, Sequence[str]]
) -> list[Cell]:
    """All cells, in the order in which equally full ones are filled.

    Every name has its turn in one language before any has one in a second. The kinds of a name stay
    together, since a rule that lacks one of them has no J.

    Args:
        every: All cells.
        names: Names in the order in which they take turns.
        languages: Name -> its languages, in the order in which each of its kinds takes them.
    """
    left: dict[str, dict[str, set[str]]] = {}
    for cell in sorted(every):
        left.setdefault(cell.name, {}).setdefault(cell.kind, set()).add(cell.lang)
    turns: list[Cell] = []
    for _ in range(max(map(len, languages.values()), default=0)):
        for name in names:
            for kind, mine in left.get(name, {}).items():
                lang = next((lang for lang in languages[name] if lang in mine), None)
                if lang is not None:
                    mine.remove(lang)
                    turns.append(Cell(lang, name, kind))
    return turns


def in_proportion(parts: Iterable[Sequence[T]]) -> list[T]:
    """Parts interleaved, each by the share of it that has been placed: all begin at once, the first before the others,
    and end at once."""
    turns = [
        (index / len(part), place, one)
        for place, part in enumerate(parts)
        for index, one in enumerate(part)
    ]
    return [one for _, _, one in sorted(turns, key=lambda turn: turn[:2])]


def language_orders(
    lacking: Mapping[Cell, int], names: Sequence[str], rng: np.random.Generator
) -> dict[str, list[str]]:
    """The languages of each name, in the order in which it is asked in them.

    Each turn goes to the language that has had the fewest. Every sort that the name lacks in a
    language counts there as one turn had: so a name is asked first where it is complete, and no
    language is left out for what it lacks.

    Args:
        lacking: How many sorts of items each name lacks, for each language in which it has any.
        names: Names in the order in which they take turns.
        rng: Decides which language comes first among those with equally many turns.
    """
    langs = shuffled((cell.lang for cell in lacking), rng)
    had: Counter[str] = Counter()
    orders: dict[str, list[str]] = {name: [] for name in names}
    for _ in langs:
        for name, order in orders.items():
            behind = {
                lang: had[lang] + lacking[Cell(lang, name)]
                for lang in langs
                if lang not in order and Cell(lang, name) in lacking
            }
            if behind:
                lang = min(behind, key=lambda one: behind[one])
                order.append(lang)
                had[lang] += 1
    return orders


def balanced(
    pool: Iterable[Item],
    cells: Cells,
    count: int | None,
    rng: np.random.Generator,
    *,
    turns: Sequence[Cell],
    late: Container[Cell] = (),
) -> list[Item]:
    """Draw items so that every prefix of the result fills the cells as evenly as it can.

    Each step takes an item for the emptiest cell; an item that lies in several cells fills them
    all. Items of a group already drawn come last, so that clusters stay small. A larger count only
    adds items, and the order of the pool does not matter.

    Args:
        pool: Items to draw from.
        cells: The cells of each item.
        count: How many items; None means all.
        rng: Orders items within their cells.
        turns: Every cell, in the order in which equally empty ones are filled.
        late: Cells that are filled after the others have run out of items.
    """
    fresh: dict[Cell, deque[Item]] = {cell: deque() for cell in turns}
    again: dict[Cell, deque[Item]] = {cell: deque() for cell in turns}
    ordered = sorted(pool, key=lambda item: item.id)
    for i in rng.permutation(len(ordered)).tolist():
        for cell in cells[ordered[i].id]:
            fresh[cell].append(ordered[i])
    filled = dict.fromkeys(turns, 0)
    taken: dict[str, Item] = {}
    groups: set[tuple[str, str]] = set()
    while filled and (count is None or len(taken) < count):
        cell = min(filled, key=lambda name: (name in late, filled[name]))
        item = _next(fresh[cell], again[cell], taken, groups)
        if item is None:
            del filled[cell]
            continue
        taken[item.id] = item
        groups.add((item.group, item.lang))
        for other in cells[item.id]:
            if other in filled:
                filled[other] += 1
    return list(taken.values())


def _next(
    fresh: deque[Item],
    again: deque[Item],
    taken: Mapping[str, Item],
    groups: Container[tuple[str, str]],
) -> Item | None:
    """The first item of a cell that is not taken, from a new group if there is one.

    Each item leaves each queue once, so that a draw takes time in proportion to its pool.
    """
    while fresh:
        item = fresh.popleft()
        if item.id in taken:
            continue
        if (item.group, item.lang) not in groups:
            return item
        again.append(item)
    while again:
        item = again.popleft()
        if item.id not in taken:
            return item
    return None
