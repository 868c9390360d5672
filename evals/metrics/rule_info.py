"""What the metrics need to know about each rule."""

from collections.abc import Mapping
from dataclasses import dataclass

from lawbound.rubrics.policy.policy import Policy


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What a metric needs to know about a rule."""

    policy: str
    rule: str
    withholding: bool
    """Whether its base is `refuse` or `partial`: then it enters J."""
    duty: bool
    """Whether it asks for `neutral` or for an add-on."""
    basis: str
    opened: frozenset[str] = frozenset()
    """Purposes for which an exemption of the rule asks for an answer."""


RuleInfos = Mapping[tuple[str, str], RuleInfo]


def rule_info(policies: Mapping[str, Policy]) -> dict[tuple[str, str], RuleInfo]:
    """The rules of these policies, by policy and rule."""
    return {
        (policy.id, rule.id): RuleInfo(
            policy=policy.id,
            rule=rule.id,
            withholding=rule.withholding,
            duty=not rule.withholding and rule.behaviour != "answer",
            basis=rule.basis,
            opened=rule.opened,
        )
        for policy in policies.values()
        for rule in policy.rules
    }
