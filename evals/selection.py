"""A selection says which items a suite asks, and between which cells the draw is kept even."""

from collections import deque
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import combinations
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from lawbound.rubrics.policy.banks import bank_items
from lawbound.rubrics.policy.policy import Policy, Rule
from lawbound.rubrics.policy.requirement import RESTRICTING
from lawbound.runners.prompt import Mode
from lawbound.tasks.external import Source
from lawbound.tasks.item import Act, Item, Kind

Pick = Literal["restricted", "near-miss", "open", "differ", "spillover", "any"]
Level = Annotated[int, Field(ge=1, le=5)]
MOST = 100_000
"""Items of one selection; more would be generated for hours before anything is asked."""
Cells = Mapping[str, Sequence[str]]
"""Item id -> names of the cells that the item fills; items that are not wanted are left out."""


class Selection(BaseModel):
    """How many items of one sort, under which strengths."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    pick: Pick = "any"
    """For policy items: those that the policy restricts, those just beside its rules, those that no
    rule speaks of, those on which the chosen policies differ, or a rule's case in another country."""
    count: Annotated[int, Field(gt=0, le=MOST)] | Literal["all"] = "all"
    """Items a policy; for reasoning and creative items, twin pairs; with translations, groups."""
    rules: Annotated[int, Field(gt=0)] | None = None
    """Only items in and beside so many rules, drawn by seed among those with items of every sort:
    a small suite that spread over every rule would have one item for each, and no J."""
    strengths: Annotated[tuple[str, ...], Field(min_length=1)]
    languages: tuple[str, ...] = ("en",)
    """Empty means every language."""
    prompt_language: Literal["en", "item"] = "en"
    """Language of the policy prompt: English, or the item's own where the policy has it."""
    translations: bool = False
    """Draw whole groups, and only those that stand in several of the languages."""
    bank: str = ""
    """Id of one of the policy's own question banks; a policy without it adds nothing."""
    topics: tuple[str, ...] = ()
    acts: tuple[Act, ...] = ()
    tags: tuple[str, ...] = ()
    """Shell-style patterns; the draw is even over the tags that they match."""
    targets: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    levels: Annotated[tuple[Level, ...], Field(min_length=1)] = (1, 2, 3, 4, 5)
    mode: Mode = "generate"
    external: Source | None = None
    """Items from a `datasets` source in place of the bank's or the generators'."""

    @field_validator("levels", "families")
    @classmethod
    def _once(cls, value: tuple[object, ...]) -> tuple[object, ...]:
        if len(set(value)) < len(value):
            raise ValueError("each level and family once")
        return value

    @model_validator(mode="after")
    def _kind_of_external(self) -> Self:
        if self.external is not None:
            shape = self.external.shape
            kind = "policy" if shape == "prompt" else "reasoning"
            if self.kind != kind:
                raise ValueError(f"kind is {self.kind}, expected {kind} for shape {shape!r}")
            if self.mode == "choices" and shape != "choice":
                raise ValueError(f"mode is choices, expected generate for shape {shape!r}")
        return self

    @property
    def is_same_for_all(self) -> bool:
        """Whether every policy is asked the same items."""
        return not self.bank and (self.kind != "policy" or self.pick in ("any", "differ"))


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
    if not selection.translations:
        return balanced(pool, cells, count, rng)
    groups: dict[str, list[Item]] = {}
    for item in pool:
        groups.setdefault(item.group, []).append(item)
    firsts = [members[0] for members in groups.values() if len({i.lang for i in members}) > 1]
    shared = {
        first.id: [cell for item in groups[first.group] for cell in cells[item.id]]
        for first in firsts
    }
    return [item for first in balanced(firsts, shared, count, rng) for item in groups[first.group]]


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
    pool: Sequence[Item], cells: Cells, count: int | None, rng: np.random.Generator
) -> list[Item]:
    """Draw items so that every prefix of the result fills the cells as evenly as it can.

    Each step takes an item for the emptiest cell; an item that lies in several fills them all.
    Items of a group already drawn come last, so that clusters stay small.
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
        cell = min(filled, key=lambda name: (filled[name], name))
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
