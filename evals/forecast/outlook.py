"""What is known of a run's numbers before it asks: which rules J can use, and which answers cannot be graded."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lawbound.evals.suite.suite_file import Selection
from lawbound.rubrics.behaviour.lexicon import shipped
from lawbound.rubrics.policy.compare import alike
from lawbound.rubrics.policy.policy import Policy
from lawbound.runners.plan import Arm
from lawbound.tasks.io.messages import counted
from lawbound.tasks.item import Item

HEADLINE = "full"
"""The strength of the J on a leaderboard."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How many of a policy's rules its J can use."""

    policy: str
    withholding: int
    """Rules that J could use if their items had been drawn: those asked or the bank's."""
    whole: int
    """Rules asked with restricted items and with near-misses of both kinds."""
    empty: int
    """Further withholding rules, without such items to draw."""

    def __str__(self) -> str:
        more = f"; the bank has no such items for {self.empty} more" if self.empty else ""
        return (
            f"{self.policy}: {self.whole} of {counted(self.withholding, 'withholding rule')} can enter J "
            f"(asked with restricted items and both kinds of near-miss){more}"
        )

    @property
    def is_small(self) -> bool:
        """Whether more than half of the rules are asked about although J does not use them."""
        return self.whole < self.withholding / 2


def reaches(
    arms: Iterable[Arm], policies: Sequence[Policy], bank: Sequence[Item]
) -> tuple[Reach, ...]:
    """Reach of each policy that is asked at the headline's strength.

    Args:
        arms: What is asked.
        policies: The run's policies.
        bank: What else could be asked, in the languages that a policy is asked in.
    """
    asked: dict[str, dict[str, Item]] = {}
    for arm in arms:
        if arm.item.kind == "policy" and arm.condition.strength == HEADLINE:
            for policy_id in arm.policies:
                asked.setdefault(policy_id, {})[arm.item.id] = arm.item
    return tuple(
        _reach(policy, asked[policy.id].values(), bank) for policy in policies if policy.id in asked
    )


def could_gather(select: Iterable[Selection], limit: int | None) -> bool:
    """Whether `rules` in its selections would let a suite's counts complete rules that they now
    only begin.

    Args:
        select: The suite's selections.
        limit: The run's limit, which cuts every count.
    """
    about = [part for part in select if part.pick in ("restricted", "near-miss")]
    return (
        {part.pick for part in about} == {"restricted", "near-miss"}
        and not any(part.rules for part in about)
        and any(limit is not None or part.count != "all" for part in about)
    )


def languages_in_words(items: Iterable[Item]) -> str:
    """Items by kind and language; empty if all are in one language."""
    counts: dict[str, Counter[str]] = {}
    for item in items:
        counts.setdefault(item.kind, Counter())[item.lang] += 1
    if len({lang for langs in counts.values() for lang in langs}) < 2:
        return ""
    return "; ".join(
        f"{kind} {', '.join(f'{lang} {n}' for lang, n in sorted(langs.items()))}"
        for kind, langs in sorted(counts.items())
    )


def unread_languages(items: Iterable[Item]) -> Mapping[str, int]:
    """Items by language, for the languages in which the offline grader reads no answer."""
    return Counter(item.lang for item in items if item.lang not in shipped())


def unread_in_words(counts: Mapping[str, int]) -> str:
    """One line on what happens to them."""
    named = ", ".join(f"{count} in '{lang}'" for lang, count in sorted(counts.items()))
    return (
        f"the offline grader has no lexicon for the language of {counted(sum(counts.values()), 'item')} ({named}): "
        "answers there stay unscored, or are read as those of a close relative; --judge has a model read them"
    )


def _reach(policy: Policy, items: Collection[Item], bank: Iterable[Item]) -> Reach:
    langs = {item.lang for item in items}
    others = (item for item in bank if item.kind == "policy" and item.lang in langs)
    whole = policy.withholding & _whole(policy, items)
    possible = policy.withholding & _whole(policy, (*items, *others))
    return Reach(policy.id, len(possible), len(whole), len(policy.withholding - possible))


def _whole(policy: Policy, items: Iterable[Item]) -> set[str]:
    """Rules that have restricted items and near-misses of both kinds among these."""
    found: dict[str, set[str]] = {"restricted": set(), "act": set(), "topic": set()}
    for item, *_ in alike(items):
        found["restricted"].update(policy.restricted_by(item))
        for rule, kind in policy.near_misses(item):
            found[kind].add(rule)
    return set.intersection(*found.values())
