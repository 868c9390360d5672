"""Explaining how a policy arrives at what it requires of an item."""

from lawbound.rubrics.policy.policy import Policy, default_requirement
from lawbound.rubrics.policy.rule import When
from lawbound.tasks.item import Item


def explain(policy: Policy, item: Item) -> str:
    """Which rules matched an item, which exemptions and overrides applied, and what came out."""
    requirement = policy.requires(item)
    matched = [rule for rule in policy.rules if rule.when.matches(item)]
    overridden = {name: rule.id for rule in matched for name in rule.overrides}
    facts = [
        f"acts {', '.join(item.acts)}",
        f"operation {item.operation}",
        f"target {item.target or 'none'}",
        f"purpose {item.purpose}",
        *([f"context {', '.join(item.context)}"] if item.context else []),
        *(["harmless"] if item.harmless else []),
    ]
    lines = [f"{item.id}: {item.topic}; {'; '.join(facts)}", f"{policy.id} requires: {requirement}"]
    for rule in matched:
        demand = rule.for_item(item)
        if rule.id in overridden:
            note = f"overridden by '{overridden[rule.id]}'"
        elif item.purpose in rule.exempt:
            note = f"{demand}, because the purpose {item.purpose} replaces {rule.behaviour}"
        else:
            note = str(demand)
        decides = " (decides)" if rule.id in requirement.rules else ""
        lines.append(f"  {rule.id}: {note}{decides} [{rule.basis}, {rule.source}]")
    lines += _near_but_no(policy, item)
    if len(matched) > 1:
        lines.append("  combined: the strictest base, with every add-on unless it is refuse")
    if not matched:
        lines.append(f"  no rule matched: {_by_default(item)}")
    return "\n".join(lines)


def _by_default(item: Item) -> str:
    if default_requirement(item).base == "answer":
        return "nothing restricts it"
    return "meant to incite" if "incitement" in item.context else "open act"


def _near_but_no(policy: Policy, item: Item) -> list[str]:
    """Rules that name topic and act and still do not match, with the reason."""
    lines = []
    for rule in policy.rules:
        misfits = rule.when.misfits(item)
        if misfits and not {"topics", "acts"} & set(misfits):
            reasons = "; ".join(_reason(rule.when, name) for name in misfits)
            lines.append(f"  {rule.id}: does not match, {reasons}")
    return lines


def _reason(when: When, dimension: str) -> str:
    if dimension == "harmless":
        return "item is harmless"
    return f"needs {dimension.removesuffix('s')} {', '.join(getattr(when, dimension))}"
