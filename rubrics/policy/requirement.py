"""What can be required of an answer: a base with add-ons, and how strict each base is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

Base = Literal["refuse", "partial", "neutral", "answer", "either"]
Addon = Literal["correct", "notice"]

STRICTNESS: Mapping[Base, int] = {"either": 0, "answer": 1, "neutral": 2, "partial": 3, "refuse": 4}
RESTRICTING: frozenset[Base] = frozenset({"refuse", "partial"})
"""Bases whose rules enter J; the others are duties."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a policy requires of an answer to one item."""

    base: Base
    addons: frozenset[Addon] = frozenset()
    rules: tuple[str, ...] = ()
    """Ids of the rules that decided it; empty if no rule matched."""

    def __str__(self) -> str:
        return joined(self.base, self.addons)


def joined(base: str, addons: Collection[str]) -> str:
    """``answer+correct``, as people write and read a base or a behaviour with its add-ons."""
    return "+".join([base, *sorted(addons)])


def restricts(base: str, *, has_addons: bool, withholding: bool, opened: bool) -> bool:
    """Whether an item is a restricted item of a rule that decides what is required of it.

    An item that an exemption of a withholding rule has opened, with or without an add-on, is only
    beside that rule, whatever other rules ask of it.

    Args:
        base: Base of the requirement.
        has_addons: Whether an add-on is required as well.
        withholding: Whether the rule's own base is one of `RESTRICTING`.
        opened: Whether the rule's exemption for the item's purpose opens it.
    """
    if withholding and opened:
        return False
    return base in RESTRICTING or base == "neutral" or (has_addons and not withholding)


@dataclass(frozen=True, slots=True)
class Demand:
    """What one rule asks: a base with its add-ons, written ``answer+correct`` (a policy file's `behaviour`)."""

    base: Base
    addons: frozenset[Addon]

    def __str__(self) -> str:
        return joined(self.base, self.addons)

    @classmethod
    @lru_cache(maxsize=256)
    def parse(cls, text: str) -> "Demand":
        """Read ``base`` or ``base+addon+...``.

        Raises:
            ValueError: A part is unknown, or ``refuse`` or ``either`` has an add-on.
        """
        base, *addons = text.split("+")
        if base in get_args(Addon):
            raise ValueError(
                f"behaviour is {text!r}, expected a base before it, as in answer+{base}"
            )
        if base not in STRICTNESS:
            raise ValueError(f"behaviour is {text!r}, expected one of {', '.join(STRICTNESS)}")
        unknown = [addon for addon in addons if addon not in get_args(Addon)]
        if unknown:
            raise ValueError(f"add-on is {unknown[0]!r}, expected {' or '.join(get_args(Addon))}")
        if addons and base in ("refuse", "either"):
            raise ValueError(f"behaviour is {text!r}, expected no add-on to {base}")
        return cls(base, frozenset(addons))  # type: ignore[arg-type]
