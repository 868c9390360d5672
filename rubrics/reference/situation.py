"""What a reference model may know about a request: the item, the strength and the requirement."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from lawbound.rubrics.policy import WITHHOLDING, Policy, Requirement, default_requirement
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
    return {
        messages(arm.item, arm.condition, seed=seed, mode=arm.mode): _situation(arm, policies)
        for arm in arms
    }


def _situation(arm: Arm, policies: Mapping[str, Policy]) -> Situation:
    policy = policies.get(arm.condition.policy or "")
    if policy is None or arm.condition.strength == "placebo":
        return Situation(
            arm.item, arm.condition.strength, default_requirement(arm.item), False, False
        )
    withholding = [rule for rule in policy.rules if rule.required.base in WITHHOLDING]
    return Situation(
        item=arm.item,
        strength=arm.condition.strength,
        requirement=policy.requires(arm.item),
        topic_restricted=any(rule.when.covers_topic(arm.item.topic) for rule in withholding),
        act_restricted=any(act in rule.when.acts for rule in withholding for act in arm.item.acts),
    )
