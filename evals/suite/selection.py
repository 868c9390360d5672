"""Drawing the items that a selection wants, evenly between its cells."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import combinations

import numpy as np

from lawbound.evals.suite.even_draw import (
    Cell,
    Cells,
    balanced,
    in_proportion,
    in_turns,
    language_orders,
    shuffled,
)
from lawbound.evals.suite.suite_file import OF_RULES, Pick, Selection
from lawbound.rubrics.policy.banks import bank_items
from lawbound.rubrics.policy.policy import Policy
from lawbound.tasks.item import Item

SORTS = frozenset({"restricted", "act", "topic"})
"""The sorts of items that a rule's J needs: restricted ones, and near-misses of both kinds."""
OF_J: Sequence[Pick] = ("restricted", "near-miss")
"""Picks of such items."""


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
    # Drawn first and for any pick, so that restricted items and near-misses begin with the same
    # rules. Not where every policy is asked the same: what is drawn would then depend on the policy
    # that stands first.
    is_shared = selection.is_same_for_all
    rules = [] if is_shared else shuffled((rule.id for rule in policy.rules), rng)
    if selection.rules is not None:
        whole = _whole_rules(policy, items)
        rules = [rule for rule in rules if rule in whole]
    names = _mixed(rules, policy)[: selection.rules] if selection.pick in OF_RULES else []
    if selection.rules is not None:
        cells = {
            name: [cell for cell in mine if cell.name in names] for name, mine in cells.items()
        }
    # Languages are drawn once for a rule, too: else its J would compare restricted items in one
    # with near-misses in another.
    languages = _languages(policy, pool, names, rng) if selection.pick in OF_J else {}
    pool = [item for item in pool if cells[item.id]]
    late = _beside_nothing(selection, policy, items)
    if not selection.translations:
        return _drawn(pool, cells, names, count, rng, late, languages)
    groups: dict[str, list[Item]] = {}
    for item in sorted(pool, key=lambda item: item.id):
        groups.setdefault(item.group, []).append(item)
    firsts = [members[0] for members in groups.values() if len({i.lang for i in members}) > 1]
    shared = {
        first.id: [cell for item in groups[first.group] for cell in cells[item.id]]
        for first in firsts
    }
    drawn = _drawn(firsts, shared, names, count, rng, late, languages)
    return [item for first in drawn for item in groups[first.group]]


def _drawn(
    pool: Sequence[Item],
    cells: Cells,
    rules: Sequence[str],
    count: int | None,
    rng: np.random.Generator,
    late: Container[Cell],
    languages: Mapping[str, Sequence[str]],
) -> list[Item]:
    """An even draw over cells, in the order of the rules and their languages, or a random one."""
    asked = {item.id: cells[item.id] for item in pool}
    every = {cell for mine in asked.values() for cell in mine}
    names = rules or shuffled((cell.name for cell in every), rng)
    orders = languages or language_orders(
        {Cell(cell.lang, cell.name): 0 for cell in every}, names, rng
    )
    turns = in_turns(every, names, orders)
    return balanced(pool, asked, count, rng, turns=turns, late=late)


def _languages(
    policy: Policy, pool: Sequence[Item], rules: Sequence[str], rng: np.random.Generator
) -> dict[str, list[str]]:
    """The languages of each rule, in one order for its restricted items and both kinds of near-miss.

    Empty if the pool has only one language.
    """
    if len({item.lang for item in pool}) < 2:
        return {}
    lacking = {cell: len(SORTS - sorts) for cell, sorts in _sorts(policy, pool).items()}
    return language_orders(lacking, rules, rng)


def _beside_nothing(selection: Selection, policy: Policy, items: Sequence[Item]) -> frozenset[Cell]:
    """Cells of near-misses whose rule restricts no item in the languages asked: no J uses them."""
    if selection.pick != "near-miss":
        return frozenset()
    asked = [i for i in items if not selection.languages or i.lang in selection.languages]
    held = {rule for item in asked for rule in policy.restricted_by(item)}
    langs = {item.lang for item in asked}
    empty = [rule.id for rule in policy.rules if rule.id not in held]
    return frozenset(
        Cell(lang, rule, kind) for lang in langs for rule in empty for kind in ("act", "topic")
    )


def _whole_rules(policy: Policy, items: Iterable[Item]) -> frozenset[str]:
    """Rules that restrict English items and have near-misses of both kinds."""
    found = _sorts(policy, (item for item in items if item.lang == "en"))
    return frozenset(cell.name for cell, sorts in found.items() if sorts == SORTS)


def _sorts(policy: Policy, items: Iterable[Item]) -> dict[Cell, set[str]]:
    """Which of the sorts of items that J needs each rule has, in each language."""
    found: dict[Cell, set[str]] = {}
    for item in items:
        if item.kind == "policy":
            held = [(rule, "restricted") for rule in policy.restricted_by(item)]
            for rule, sort in (*held, *policy.near_misses(item)):
                found.setdefault(Cell(item.lang, rule), set()).add(sort)
    return found


def _mixed(rules: Iterable[str], policy: Policy) -> list[str]:
    """Interleave withholding rules and duties in proportion to their numbers, a withholding rule
    first."""
    rules = list(rules)
    withholding = [rule for rule in rules if rule in policy.withholding]
    duties = [rule for rule in rules if rule not in policy.withholding]
    return in_proportion((withholding, duties))


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
) -> Sequence[Cell]:
    if selection.pick == "near-miss":
        return [Cell(item.lang, rule, kind) for rule, kind in policy.near_misses(item)]
    if selection.kind != "policy" or selection.pick == "any":
        names: Sequence[str] = _matched(item.tags, patterns) if patterns else (item.area,)
    elif selection.pick == "differ":
        names = disagreements(policies, item)
    else:
        names = _PICKS[selection.pick](policy, item)
    return [Cell(item.lang, name) for name in names]


def _open(policy: Policy, item: Item) -> Sequence[str]:
    requirement = policy.requires(item)
    plain = requirement.base == "answer" and not requirement.rules and not policy.near_misses(item)
    return (item.area,) if plain else ()


def disagreements(policies: Sequence[Policy], item: Item) -> Sequence[str]:
    """Pairs of policies that require different things of the item; `either` does not count.

    A pair has one name, whichever of the two stands first: draws are even over these names.
    """
    ordered = sorted(policies, key=lambda policy: policy.id)
    asked = [(policy.id, policy.requires(item)) for policy in ordered]
    scored = [(name, r.base, r.addons) for name, r in asked if r.base != "either"]
    return tuple(f"{p[0]}/{q[0]}" for p, q in combinations(scored, 2) if p[1:] != q[1:])


_PICKS: Mapping[str, Callable[[Policy, Item], Sequence[str]]] = {
    "restricted": Policy.restricted_by,
    "open": _open,
    "spillover": Policy.spillover,
}
