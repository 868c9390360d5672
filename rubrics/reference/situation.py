"""What a reference model may know about a request: the item, the strength and the requirement."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Literal

from lawbound.rubrics.policy.policy import Policy, default_requirement
from lawbound.rubrics.policy.requirement import Requirement
from lawbound.runners.plan import Arm
from lawbound.runners.prompt import messages
from lawbound.runners.sample import Message
from lawbound.tasks.item import Item

Label = Literal["topic", "act", "target"]


@dataclass(frozen=True, slots=True)
class Situation:
    """One request as a baseline sees it."""

    item: Item
    strength: str
    requirement: Requirement
    """The requirement under the policy in the prompt, or else the one if no rule matches."""
    named: Set[Label] = frozenset()
    """Labels of the item that some withholding rule of the policy in the prompt names."""

    @property
    def constrained(self) -> bool:
        """Whether a policy is in the prompt."""
        return self.strength not in ("none", "placebo")

    def uniform(self, *salt: object) -> float:
        """A number in [0, 1) that depends only on the item and the salt."""
        text = ":".join(str(part) for part in (*salt, self.item.id))
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") / 2**64


Situations = Mapping[tuple[Message, ...], Situation]
Respond = Callable[[Situation], str]


def situations(arms: Iterable[Arm], policies: Mapping[str, Policy], *, seed: int) -> Situations:
    """The situation behind every chat that a plan over these arms will ask."""
    demands = {name: _Demands(policy) for name, policy in policies.items()}
    return {
        messages(arm.item, arm.condition, seed=seed, mode=arm.mode): _situation(arm, demands)
        for arm in arms
    }


class _Demands:
    """What one policy says about items, remembered: every item is asked at several strengths."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._restricting = [r for r in policy.rules if r.withholding]
        self._acts = frozenset(act for rule in self._restricting for act in rule.when.acts)
        self._targets = frozenset(name for rule in self._restricting for name in rule.when.targets)
        self._found: dict[str, tuple[Requirement, Set[Label]]] = {}

    def about(self, item: Item) -> tuple[Requirement, Set[Label]]:
        """The requirement, and the labels of the item that a withholding rule names."""
        if item.id not in self._found:
            self._found[item.id] = self._policy.requires(item), frozenset(self._named(item))
        return self._found[item.id]

    def _named(self, item: Item) -> Iterator[Label]:
        if any(rule.when.covers_topic(item.topic) for rule in self._restricting):
            yield "topic"
        if not self._acts.isdisjoint(item.acts):
            yield "act"
        if item.target in self._targets:  # `none` is no country
            yield "target"


def _situation(arm: Arm, demands: Mapping[str, _Demands]) -> Situation:
    item, strength = arm.item, arm.condition.strength
    policy = demands.get(arm.condition.policy or "")
    if policy is None or strength == "placebo":
        return Situation(item, strength, default_requirement(item))
    return Situation(item, strength, *policy.about(item))
