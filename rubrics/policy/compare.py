"""Two policies held against each other, and one held against the bank."""

from collections.abc import Sequence
from dataclasses import dataclass

from lawbound.rubrics.policy.files import CORE, load_policy
from lawbound.rubrics.policy.policy import NearMiss, Policy, Rule, near_miss
from lawbound.rubrics.policy.requirement import Behaviour, Requirement
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
    """What the bank holds for one behaviour of one rule, counted in groups."""

    rule: str
    behaviour: str
    restricted: int
    near_act: int
    near_topic: int
    languages: tuple[str, ...]
    """Languages of the restricted items."""
    missing: str
    """What falls short of `ENOUGH`, in words; empty where nothing does."""


def diff(first: Policy, second: Policy, items: Sequence[Item]) -> tuple[Difference, ...]:
    """Items on which the two require different behaviour; unscored on one side counts too."""
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
    asked = [item for item in items if item.kind == "policy"]
    core = {rule.id for rule in load_policy(CORE).rules}
    return tuple(
        _covered(policy, rule, behaviour, asked, in_core=rule.id in core)
        for rule in policy.rules
        for behaviour in behaviours(rule)
    )


def behaviours(rule: Rule) -> tuple[str, ...]:
    """What a rule can require beyond a plain answer: its own behaviour first, then its exemptions'."""
    found = dict.fromkeys([rule.behaviour, *rule.exempt.values()])
    return tuple(text for text in found if text != "answer" or text == rule.behaviour)


def _covered(
    policy: Policy, rule: Rule, behaviour: str, items: Sequence[Item], *, in_core: bool
) -> Coverage:
    wanted = Behaviour.parse(behaviour)
    hit = [
        item
        for item in items
        if rule.when.matches(item)
        and rule.for_item(item) == wanted
        and rule.id in policy.requires(item).rules
    ]
    beside: dict[NearMiss, set[str]] = {"act": set(), "topic": set()}
    if behaviour == rule.behaviour:
        for item in items:
            kind = near_miss(policy, rule, item)
            if kind is not None:
                beside[kind].add(item.group)
    groups = len({item.group for item in hit})
    scored = wanted.base not in ("answer", "either") or bool(wanted.addons)
    short = []
    if scored and not in_core and groups < ENOUGH:
        short.append(f"{ENOUGH - groups} restricted")
    if scored and behaviour == rule.behaviour:
        short.extend(
            f"{ENOUGH - len(found)} near-miss {kind}"
            for kind, found in beside.items()
            if len(found) < ENOUGH
        )
    return Coverage(
        rule=rule.id,
        behaviour=behaviour,
        restricted=groups,
        near_act=len(beside["act"]),
        near_topic=len(beside["topic"]),
        languages=tuple(sorted({item.lang for item in hit})),
        missing=", ".join(short),
    )
