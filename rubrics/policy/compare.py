"""Comparing two policies with each other, and a policy with the bank."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lawbound.rubrics.policy.files import CORE, load_policy
from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.policy.requirement import Demand, Requirement
from lawbound.rubrics.policy.rule import NearMiss, Rule
from lawbound.tasks.item import Item

ENOUGH = 10
"""Independent groups that every rule and behaviour needs, restricted and of each near-miss kind."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An item on which two policies require different behaviour."""

    item: Item
    first: Requirement
    second: Requirement


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many groups the bank contains for one behaviour of one rule."""

    rule: str
    behaviour: str
    restricted: int
    near_act: int
    near_topic: int
    languages: tuple[str, ...]
    """Languages of the restricted items."""
    missing: str
    """How the counts fall short of `ENOUGH`, in words; empty if they do not."""


def diff(first: Policy, second: Policy, items: Sequence[Item]) -> tuple[Difference, ...]:
    """Items for which the two require different behaviour; unscored on one side counts too."""
    return tuple(
        Difference(item, one, two)
        for item in items
        if str(one := first.requires(item)) != str(two := second.requires(item))
    )


def coverage(policy: Policy, items: Sequence[Item]) -> tuple[Coverage, ...]:
    """Groups of items by rule and behaviour.

    A rule that restricts nothing has no near-misses, and a rule of the core needs no restricted
    items: the bank has only near-misses for it.
    """
    core = {rule.id for rule in load_policy(CORE).rules}
    found = _tally(policy, items)
    return tuple(
        _covered(found, rule, behaviour, in_core=rule.id in core)
        for rule in policy.rules
        for behaviour in behaviours(rule)
    )


def behaviours(rule: Rule) -> tuple[str, ...]:
    """What a rule can require beyond a plain answer: its own behaviour first, then its exemptions'."""
    found = dict.fromkeys([rule.behaviour, *rule.exempt.values()])
    return tuple(text for text in found if text != "answer" or text == rule.behaviour)


def alike(items: Iterable[Item]) -> tuple[tuple[Item, ...], ...]:
    """Items that no rule can tell apart, grouped: a bank asks the same case in many words."""
    found: dict[tuple[object, ...], list[Item]] = {}
    for item in items:
        case = (
            item.topic, item.acts, item.operation, item.target, item.purpose, item.context,
            item.harmless,
        )  # fmt: skip
        found.setdefault(case, []).append(item)
    return tuple(map(tuple, found.values()))


@dataclass(frozen=True, slots=True)
class _Tally:
    """What a bank holds for the rules of a policy."""

    hit: dict[tuple[str, Demand], list[Item]] = field(default_factory=lambda: defaultdict(list))
    """Rule and behaviour -> items on which the rule decides and asks for it."""
    beside: dict[tuple[str, NearMiss], set[str]] = field(default_factory=lambda: defaultdict(set))
    """Rule and kind -> groups of its near-misses."""


def _tally(policy: Policy, items: Sequence[Item]) -> _Tally:
    """Go through the bank once, not once for each rule: few of many rules concern an item."""
    found = _Tally()
    rules = {rule.id: rule for rule in policy.rules}
    for same in alike([item for item in items if item.kind == "policy"]):
        for name in policy.requires(same[0]).rules:
            found.hit[name, rules[name].for_item(same[0])].extend(same)
        groups = {item.group for item in same}
        for near in policy.near_misses(same[0]):
            found.beside[near].update(groups)
    return found


def _covered(found: _Tally, rule: Rule, behaviour: str, *, in_core: bool) -> Coverage:
    wanted = Demand.parse(behaviour)
    hit = found.hit.get((rule.id, wanted), ())
    is_own = behaviour == rule.behaviour
    kinds: tuple[NearMiss, ...] = ("act", "topic")
    beside = {k: len(found.beside.get((rule.id, k), ())) if is_own else 0 for k in kinds}
    groups = len({item.group for item in hit})
    scored = wanted.base not in ("answer", "either") or bool(wanted.addons)
    short = []
    if scored and not in_core and groups < ENOUGH:
        short.append(f"{ENOUGH - groups} restricted")
    if scored and is_own:
        short.extend(f"{ENOUGH - n} near-miss {kind}" for kind, n in beside.items() if n < ENOUGH)
    return Coverage(
        rule=rule.id,
        behaviour=behaviour,
        restricted=groups,
        near_act=beside["act"],
        near_topic=beside["topic"],
        languages=tuple(sorted({item.lang for item in hit})),
        missing=", ".join(short),
    )
