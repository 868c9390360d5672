"""Which cells (topic x act) a child's rule or an override relaxes, in words that fit a line."""

from collections.abc import Iterator, Sequence

from lawbound.rubrics.policy.requirement import STRICTNESS, Demand
from lawbound.rubrics.policy.rule import Rule
from lawbound.tasks.item import Act
from lawbound.tasks.taxonomy import load_taxonomy

Cell = tuple[str, Act]


def by_replacement(old: Rule, new: Rule) -> Iterator[str]:
    """Cells in which a child's rule asks for less than the parent's rule of the same id."""
    kept, lost = cells(old) & cells(new), cells(old) - cells(new)
    if lost:
        yield f"'{new.id}' replaced: {_grouped(lost)}: {old.behaviour} -> not covered"
    if kept:
        for change in _changes(old, new):
            yield f"'{new.id}' replaced: {_grouped(kept)}{change}"
    for name in ("operations", "targets", "context", "purposes"):
        was, now = set(getattr(old.when, name)), set(getattr(new.when, name))
        if kept and now and (not was or was - now):
            yield (
                f"'{new.id}' replaced: {_grouped(kept)}: {name} {_listed(was)} -> {_listed(now)}"
            )
    if kept and old.when.harmless and not new.when.harmless:
        yield f"'{new.id}' replaced: {_grouped(kept)}: harmless items -> not covered"


def by_override(rules: Sequence[Rule], own: Sequence[Rule]) -> Iterator[str]:
    """Cells in which a rule of this file cancels another, and those of the other that it cancels together with an act of
    its own: an item may name several acts, and is matched by each of them."""
    named = {rule.id: rule for rule in rules}
    for rule in own:
        for other in (named[name] for name in dict.fromkeys(rule.overrides)):
            begin = f"'{rule.id}' overrides '{other.id}': "
            shared = cells(rule) & cells(other)
            topics = {topic for topic, _ in cells(rule)}
            further = {cell for cell in cells(other) - shared if cell[0] in topics}
            acts = f" together with {' or '.join(dict.fromkeys(rule.when.acts))}"
            for change in _changes(other, rule):
                if shared:
                    yield f"{begin}{_grouped(shared)}{change}"
                if further:
                    yield f"{begin}{_grouped(further)}{acts}{change}"


def cells(rule: Rule) -> set[Cell]:
    """Topic and act pairs that a rule can match."""
    return {(topic, act) for topic in rule.when.named_topics for act in rule.when.acts}


def _changes(old: Rule, new: Rule) -> Iterator[str]:
    """What the new rule asks less than the old one: in general, and for purposes that either exempts."""
    if _weaker(new.required, old.required):
        yield f": {old.behaviour} -> {new.behaviour}"
    for purpose in dict.fromkeys([*new.exempt, *old.exempt]):
        asked = [rule.exempt.get(purpose, rule.behaviour) for rule in (old, new)]
        both_match = all(purpose in (r.when.purposes or (purpose,)) for r in (old, new))
        if both_match and _weaker(Demand.parse(asked[1]), Demand.parse(asked[0])):
            yield f" for {purpose}: {asked[0]} -> {asked[1]}"


def _weaker(new: Demand, old: Demand) -> bool:
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
