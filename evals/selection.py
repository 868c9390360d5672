"""Drawing the items that a selection wants, evenly between its cells."""

from collections import deque
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import combinations

import numpy as np

from lawbound.evals.suite_file import Selection
from lawbound.rubrics.policy.banks import bank_items
from lawbound.rubrics.policy.policy import Policy, Rule
from lawbound.rubrics.policy.requirement import RESTRICTING
from lawbound.tasks.item import Item

Cells = Mapping[str, Sequence[str]]
"""Item id -> names of the cells that the item fills; items that are not wanted are left out."""


def draw(
    selection: Selection,
    policy: Policy,
    policies: Sequence[Policy],
    items: Sequence[Item],
    count: int | None,
    rng: np.random.Generator,
) -> list[Item]:
    """Authored items that a selection wants under one of the chosen policies, evenly drawn."""
    pool = [item for item in items if item.kind == selection.kind and _fits(selection, item)]
    if selection.bank:
        sizes = [size for size in policy.file.banks if size.id == selection.bank]
        pool = [item for size in sizes for item in bank_items(policy, size, pool)]
    patterns = selection.tags + tuple(
        tag for size in policy.file.banks if size.id == selection.bank for tag in size.tags
    )
    cells = {item.id: _cells(selection, policy, policies, item, patterns) for item in pool}
    if selection.rules is not None:
        rules = _drawn_rules(policy, items, selection.rules, rng)
        cells = {
            name: [cell for cell in mine if cell.split(":")[1] in rules]
            for name, mine in cells.items()
        }
    pool = [item for item in pool if cells[item.id]]
    late = _beside_nothing(selection, policy, items)
    if not selection.translations:
        return balanced(pool, cells, count, rng, late)
    groups: dict[str, list[Item]] = {}
    for item in pool:
        groups.setdefault(item.group, []).append(item)
    firsts = [members[0] for members in groups.values() if len({i.lang for i in members}) > 1]
    shared = {
        first.id: [cell for item in groups[first.group] for cell in cells[item.id]]
        for first in firsts
    }
    drawn = balanced(firsts, shared, count, rng, late)
    return [item for first in drawn for item in groups[first.group]]


def _beside_nothing(selection: Selection, policy: Policy, items: Sequence[Item]) -> frozenset[str]:
    """Cells of near-misses whose rule restricts no item of the languages asked: no J could take them in."""
    if selection.pick != "near-miss":
        return frozenset()
    asked = [i for i in items if not selection.languages or i.lang in selection.languages]
    held = {rule for i in asked if i.kind == "policy" for rule in restricted(policy, i)}
    langs = {item.lang for item in asked}
    empty = [rule.id for rule in policy.rules if rule.id not in held]
    return frozenset(
        f"{lang}:{rule}:{kind}" for lang in langs for rule in empty for kind in ("act", "topic")
    )


def _drawn_rules(
    policy: Policy, items: Sequence[Item], count: int, rng: np.random.Generator
) -> frozenset[str]:
    """Rules that restrict English items and have near-misses of both kinds."""
    found: set[tuple[str, str]] = set()
    for item in items:
        if item.kind == "policy" and item.lang == "en":
            found.update((rule, "restricted") for rule in restricted(policy, item))
            found.update(policy.near_misses(item))
    sorts = ("restricted", "act", "topic")
    full = [rule.id for rule in policy.rules if all((rule.id, sort) in found for sort in sorts)]
    return frozenset(full[index] for index in rng.permutation(len(full))[:count])


def _fits(selection: Selection, item: Item) -> bool:
    return (
        (not selection.languages or item.lang in selection.languages)
        and (not selection.topics or any(fnmatchcase(item.topic, p) for p in selection.topics))
        and (not selection.acts or any(act in selection.acts for act in item.acts))
        and (not selection.tags or bool(_matched(item.tags, selection.tags)))
        and (not selection.targets or (item.target or "none") in selection.targets)
    )


def _matched(tags: Iterable[str], patterns: Sequence[str]) -> list[str]:
    return [tag for tag in tags if any(fnmatchcase(tag, pattern) for pattern in patterns)]


def _cells(
    selection: Selection,
    policy: Policy,
    policies: Sequence[Policy],
    item: Item,
    patterns: Sequence[str],
) -> Sequence[str]:
    if selection.kind != "policy" or selection.pick == "any":
        names: Sequence[str] = _matched(item.tags, patterns) if patterns else (item.area,)
    elif selection.pick == "differ":
        names = disagreements(policies, item)
    else:
        names = _PICKS[selection.pick](policy, item)
    return tuple(f"{item.lang}:{name}" for name in names)


def restricted(policy: Policy, item: Item) -> Sequence[str]:
    """Rules by which the item is to be withheld, kept neutral or given an add-on."""
    requirement = policy.requires(item)
    scored = requirement.base in RESTRICTING | {"neutral"} or requirement.addons
    return requirement.rules if scored else ()


def _near_miss(policy: Policy, item: Item) -> Sequence[str]:
    return tuple(f"{rule}:{kind}" for rule, kind in policy.near_misses(item))


def _open(policy: Policy, item: Item) -> Sequence[str]:
    requirement = policy.requires(item)
    plain = requirement.base == "answer" and not requirement.rules and not policy.near_misses(item)
    return (item.area,) if plain else ()


def spillover(policy: Policy, item: Item) -> Sequence[str]:
    """Rules that would have the item withheld if only it spoke of one of their own countries."""
    if item.target is None or policy.requires(item).base != "answer":
        return ()
    return tuple(rule.id for rule in policy.rules if _reaches_elsewhere(rule, item))


def _reaches_elsewhere(rule: Rule, item: Item) -> bool:
    named = [target for target in rule.when.targets if target != "none"]
    return (
        bool(named)
        and item.target not in named
        and rule.when.covers_topic(item.topic)
        and rule.for_item(item).base in RESTRICTING
        and rule.when.matches(replace(item, target=named[0]))
    )


def disagreements(policies: Sequence[Policy], item: Item) -> Sequence[str]:
    """Pairs of policies that require different things of the item, `either` put aside."""
    asked = [(policy.id, policy.requires(item)) for policy in policies]
    scored = [(name, r.base, r.addons) for name, r in asked if r.base != "either"]
    return tuple(f"{p[0]}/{q[0]}" for p, q in combinations(scored, 2) if p[1:] != q[1:])


_PICKS: Mapping[str, Callable[[Policy, Item], Sequence[str]]] = {
    "restricted": restricted,
    "near-miss": _near_miss,
    "open": _open,
    "spillover": spillover,
}


def balanced(
    pool: Sequence[Item],
    cells: Cells,
    count: int | None,
    rng: np.random.Generator,
    late: Container[str] = (),
) -> list[Item]:
    """Draw items so that every prefix of the result fills the cells as evenly as it can.

    Each step takes an item for the emptiest cell; an item that lies in several fills them all.
    Items of a group already drawn come last, so that clusters stay small. Cells named in `late` are
    filled once the others have no more items.
    """
    fresh: dict[str, deque[Item]] = {}
    again: dict[str, deque[Item]] = {}
    for i in rng.permutation(len(pool)).tolist():
        for cell in cells[pool[i].id]:
            fresh.setdefault(cell, deque()).append(pool[i])
            again.setdefault(cell, deque())
    filled = dict.fromkeys(sorted(fresh), 0)
    taken: dict[str, Item] = {}
    groups: set[tuple[str, str]] = set()
    while filled and (count is None or len(taken) < count):
        cell = min(filled, key=lambda name: (name in late, filled[name], name))
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
    """The first item of a cell that is not taken, one of a new group if there is one.

    An item is taken off each queue once, so that a draw takes time in proportion to its pool.
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
