"""What a reference model may know about a request: the item, the strength and the requirement."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from lawbound.rubrics.policy.policy import Policy, default_requirement
from lawbound.rubrics.policy.requirement import RESTRICTING, Requirement
from lawbound.runners.plan import Arm
from lawbound.runners.prompt import messages
from lawbound.runners.sample import Message
from lawbound.tasks.item import Item


@dataclass(frozen=True, slots=True)
class Situation:
    """One request as a baseline sees it."""

    item: Item
    strength: str
    requirement: Requirement
    """Under the policy in the prompt; without one, what holds where no rule matches."""
    topic_restricted: bool
    """Some withholding rule of the policy in the prompt names this topic."""
    act_restricted: bool
    """Some withholding rule of the policy in the prompt names one of these acts."""

    @property
    def constrained(self) -> bool:
        """A policy stands in the prompt."""
        return self.strength not in ("none", "placebo")

    def uniform(self, *salt: object) -> float:
        """A number in [0, 1) that depends on the item and the salt alone."""
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
    """What one policy says of items, remembered: every item is asked at several strengths."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._restricting = [r for r in policy.rules if r.required.base in RESTRICTING]
        self._acts = frozenset(act for rule in self._restricting for act in rule.when.acts)
        self._found: dict[str, tuple[Requirement, bool, bool]] = {}

    def about(self, item: Item) -> tuple[Requirement, bool, bool]:
        """Requirement, and whether a withholding rule names the topic, and one of the acts."""
        if item.id not in self._found:
            self._found[item.id] = (
                self._policy.requires(item),
                any(rule.when.covers_topic(item.topic) for rule in self._restricting),
                not self._acts.isdisjoint(item.acts),
            )
        return self._found[item.id]


def _situation(arm: Arm, demands: Mapping[str, _Demands]) -> Situation:
    item, strength = arm.item, arm.condition.strength
    policy = demands.get(arm.condition.policy or "")
    if policy is None or strength == "placebo":
        return Situation(item, strength, default_requirement(item), False, False)
    return Situation(item, strength, *policy.about(item))
