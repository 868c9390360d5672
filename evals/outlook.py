"""What can be said of a run's numbers before anything is asked: which rules J can rest on, and which answers nobody here reads."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lawbound.rubrics.behaviour.lexicon import shipped
from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.policy.requirement import RESTRICTING
from lawbound.runners.plan import Arm
from lawbound.tasks.item import Item
from lawbound.tasks.messages import counted

HEADLINE = "full"
"""The strength of the J that stands in a leaderboard."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How many of a policy's rules its J can rest on."""

    policy: str
    withholding: int
    """Rules that could, had the items been drawn for them."""
    whole: int
    """Those asked with restricted items and with near-misses of both kinds."""

    def __str__(self) -> str:
        return (
            f"{self.policy}: {self.whole} of {counted(self.withholding, 'withholding rule')} can enter J "
            "(asked with restricted items and both kinds of near-miss)"
        )

    @property
    def is_small(self) -> bool:
        """Whether more than half of the rules are asked about for a J that does not take them in."""
        return self.whole < self.withholding / 2


def reaches(arms: Iterable[Arm], policies: Sequence[Policy]) -> tuple[Reach, ...]:
    """Reach of each policy that is asked at the headline's strength.

    Args:
        arms: What is asked.
        policies: The run's.
    """
    asked: dict[str, dict[str, Item]] = {}
    for arm in arms:
        if arm.item.kind == "policy" and arm.condition.strength == HEADLINE:
            for policy_id in arm.policies:
                asked.setdefault(policy_id, {})[arm.item.id] = arm.item
    return tuple(
        _reach(policy, asked[policy.id].values()) for policy in policies if policy.id in asked
    )


def unread_languages(items: Iterable[Item]) -> Mapping[str, int]:
    """Items by language, of those in which the offline grader reads no answer."""
    return Counter(item.lang for item in items if item.lang not in shipped())


def unread_in_words(counts: Mapping[str, int]) -> str:
    """One line of what becomes of them."""
    named = ", ".join(f"{count} in '{lang}'" for lang, count in sorted(counts.items()))
    return (
        f"the offline grader has no lexicon for the language of {counted(sum(counts.values()), 'item')} ({named}): "
        "answers there stay unscored, or are read as those of a close relative; --judge has a model read them"
    )


def _reach(policy: Policy, items: Iterable[Item]) -> Reach:
    withholding = {rule.id for rule in policy.rules if rule.required.base in RESTRICTING}
    found: dict[str, set[str]] = {"restricted": set(), "act": set(), "topic": set()}
    for item in items:
        requirement = policy.requires(item)
        if requirement.base not in ("answer", "either"):
            found["restricted"].update(requirement.rules)
        for rule, kind in policy.near_misses(item):
            found[kind].add(rule)
    whole = withholding.intersection(*found.values())
    return Reach(policy.id, len(withholding), len(whole))
