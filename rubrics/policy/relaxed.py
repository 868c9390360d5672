"""Which cells (topic x act) a child's rule or an override relaxes, in words that fit a line."""

from collections.abc import Iterator, Sequence

from lawbound.rubrics.policy.requirement import STRICTNESS, Behaviour
from lawbound.rubrics.policy.rule import Rule
from lawbound.tasks.item import Act
from lawbound.tasks.taxonomy import load_taxonomy

Cell = tuple[str, Act]


def by_replacement(old: Rule, new: Rule) -> Iterator[str]:
    """Cells in which a child's rule asks for less than the parent's rule of the same id."""
    kept, lost = cells(old) & cells(new), cells(old) - cells(new)
    if lost:
        yield f"'{new.id}' replaced: {_grouped(lost)}: {old.behaviour} -> not covered"
    if kept and _weaker(new.required, old.required):
        yield f"'{new.id}' replaced: {_grouped(kept)}: {old.behaviour} -> {new.behaviour}"
    for purpose, behaviour in new.exempt.items():
        before = old.exempt.get(purpose, old.behaviour)
        if kept and _weaker(Behaviour.parse(behaviour), Behaviour.parse(before)):
            yield (f"'{new.id}' replaced: {_grouped(kept)} for {purpose}: {before} -> {behaviour}")
    for name in ("operations", "targets", "context", "purposes"):
        was, now = set(getattr(old.when, name)), set(getattr(new.when, name))
        if kept and now and (not was or was - now):
            yield (
                f"'{new.id}' replaced: {_grouped(kept)}: {name} {_listed(was)} -> {_listed(now)}"
            )
    if kept and old.when.harmless and not new.when.harmless:
        yield f"'{new.id}' replaced: {_grouped(kept)}: harmless items -> not covered"


def by_override(rules: Sequence[Rule], own: Sequence[Rule]) -> Iterator[str]:
    """Cells in which a rule of this file cancels another."""
    named = {rule.id: rule for rule in rules}
    for rule in own:
        for other in (named[name] for name in rule.overrides):
            shared = cells(rule) & cells(other)
            if shared and _weaker(rule.required, other.required):
                yield (
                    f"'{rule.id}' overrides '{other.id}': {_grouped(shared)}: "
                    f"{other.behaviour} -> {rule.behaviour}"
                )


def cells(rule: Rule) -> set[Cell]:
    """Topic and act pairs that a rule can match."""
    return {(topic, act) for topic in rule.when.named_topics for act in rule.when.acts}


def _weaker(new: Behaviour, old: Behaviour) -> bool:
    if STRICTNESS[new.base] != STRICTNESS[old.base]:
        return STRICTNESS[new.base] < STRICTNESS[old.base]
    return bool(old.addons - new.addons)


def _grouped(found: set[Cell]) -> str:
    """``history/a, history/b x deny, praise``: topics that share their acts are listed together."""
    taxonomy = load_taxonomy()
    named = {topic for topic, _ in found}
    acts_of = {
        topic: tuple(act for act in taxonomy.acts if (topic, act) in found)
        for topic in taxonomy.topics
        if topic in named
    }
    by_acts: dict[tuple[Act, ...], list[str]] = {}
    for topic, acts in acts_of.items():
        if acts:
            by_acts.setdefault(acts, []).append(topic)
    return "; ".join(f"{', '.join(topics)} x {', '.join(acts)}" for acts, topics in by_acts.items())


def _listed(values: set[str]) -> str:
    return ", ".join(sorted(values)) or "any"
