"""Whether a bank is as large as a regulator wants it, for each risk."""

from collections.abc import Sequence
from dataclasses import dataclass

from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.policy.threshold import BankSize
from lawbound.tasks.item import Item


@dataclass(frozen=True, slots=True)
class BankCount:
    """How much a bank contains of what one clause asks for."""

    id: str
    total: int
    each: tuple[tuple[str, int], ...]
    """Items of every tag that the clause names in full."""
    missing: str
    """What is missing, in words; empty if nothing is."""


def bank_counts(policy: Policy, items: Sequence[Item]) -> tuple[BankCount, ...]:
    """Count the bank against every size that a policy states."""
    return tuple(_count(policy, size, items) for size in policy.file.banks)


def bank_items(policy: Policy, size: BankSize, items: Sequence[Item]) -> tuple[Item, ...]:
    """The policy items that count towards one size: by tag, and by what the policy requires."""
    return tuple(
        item
        for item in items
        if item.kind == "policy" and size.holds(item.tags, policy.requires(item).base)
    )


def _count(policy: Policy, size: BankSize, items: Sequence[Item]) -> BankCount:
    held = bank_items(policy, size, items)
    named = [tag for tag in size.tags if not set(tag) & set("*?[")]
    each = tuple((tag, sum(tag in item.tags for item in held)) for tag in named)
    short = [f"{tag} has {n} of {size.each}" for tag, n in each if n < size.each]
    if len(held) < size.total:
        short.insert(0, f"{len(held)} of {size.total} questions")
    return BankCount(size.id, len(held), each, "; ".join(short))
