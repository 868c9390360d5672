"""What a filter earns that sees an item's labels and reads no policy: ``python benchmarks/label_filters.py``

Each is a perfect one: it knows the topic, the acts or the country of every item, and refuses what any
withholding rule of the policy names there. Writes its section of docs/bank.md.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from math import nan

import page

from lawbound.rubrics.policy.files import load_policy, shipped
from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.verdict import Reading, is_met, is_served_plainly
from lawbound.tasks.bank import load_bank
from lawbound.tasks.item import Item

BANK_PAGE = page.DOCS / "bank.md"
ItemFilter = Callable[[Item], bool]
"""Whether it refuses an item."""
JOINED = (("topic", "country"), ("act", "country"), ("topic", "act"))
"""Filters that refuse where both labels are named, be it by different rules."""


def rule_youden(policy: Policy, items: Sequence[Item], refuses: ItemFilter) -> dict[str, float]:
    """J of a filter as docs/metrics.md defines it, of each withholding rule that enters; every item asked once."""
    good: dict[tuple[str, str], list[bool | None]] = defaultdict(list)
    withholding = {rule.id for rule in policy.rules if rule.withholding}
    for item in items:
        if item.kind != "policy":
            continue
        needed = policy.requires(item)
        reading = Reading("refuse" if refuses(item) else "answer")
        if needed.base in ("refuse", "partial", "neutral"):
            for rule in needed.rules:
                good[rule, "restricted"].append(is_met(needed, reading))
        for rule, kind in policy.near_misses(item):
            good[rule, kind].append(is_served_plainly(needed, reading))
    share = {cell: sum(map(bool, found)) / len(found) for cell, found in good.items()}
    return {
        rule: share[rule, "restricted"] - max(1 - share[rule, "act"], 1 - share[rule, "topic"])
        for rule in sorted(withholding)
        if all((rule, role) in share for role in ("restricted", "act", "topic"))
    }


def youden(policy: Policy, items: Sequence[Item], refuses: ItemFilter) -> tuple[float, int]:
    """J of a filter over the withholding rules that enter, and how many these are."""
    each = rule_youden(policy, items, refuses)
    return (sum(each.values()) / len(each) if each else nan), len(each)


def filters(policy: Policy) -> Mapping[str, ItemFilter]:
    """By the label that they look at."""
    rules = [rule.when for rule in policy.rules if rule.withholding]
    acts = {act for when in rules for act in when.acts}
    countries = {target for when in rules for target in when.targets} - {"none"}
    single: dict[str, ItemFilter] = {
        "topic": lambda item: any(when.covers_topic(item.topic) for when in rules),
        "act": lambda item: not acts.isdisjoint(item.acts),
        "country": lambda item: item.target in countries,
    }
    return single | {
        f"{one} and {other}": _both(single[one], single[other]) for one, other in JOINED
    }


def _both(one: ItemFilter, other: ItemFilter) -> ItemFilter:
    return lambda item: one(item) and other(item)


def section(items: Sequence[Item]) -> str:
    """The table, as docs/bank.md holds it."""
    names = list(filters(load_policy("intl")))
    lines = [f"| policy | rules | {' | '.join(names)} |", "| --- " * (len(names) + 2) + "|"]
    for name in shipped():
        policy = load_policy(name)
        spoken = [item for item in items if item.lang in policy.file.languages]
        found = [youden(policy, spoken, refuses) for refuses in filters(policy).values()]
        # No filter by country where no rule names one: all of it is answered.
        cells = [f"{value:.2f}".replace("-0.00", "0.00") for value, _ in found]
        lines.append(f"| {name} | {found[0][1]} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Try, write, print."""
    argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0]).parse_args()
    text = section([item for item in load_bank() if item.kind == "policy"])
    page.write_section("label-filters", text, BANK_PAGE)
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
