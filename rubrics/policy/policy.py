"""A policy is data over the grid of topics and acts; asked about an item, it says what is required.

Resolution is simple: all matching rules combine to the strictest base and the union of add-ons. Only an
explicit ``overrides`` relaxes another rule; an exemption replaces the behaviour of its own rule. The core
policy underlies all others and cannot be relaxed.
"""

import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Annotated, Any, TypeVar

from pydantic import Field, field_validator

from lawbound.rubrics.policy.requirement import (
    STRICTNESS,
    Addon,
    Requirement,
    restricts,
)
from lawbound.rubrics.policy.rule import NearMiss, Rule
from lawbound.rubrics.policy.source import Source
from lawbound.rubrics.policy.threshold import BankSize, Threshold
from lawbound.rubrics.policy.written import Slug, Written
from lawbound.tasks.io.errors import LawboundError
from lawbound.tasks.io.hashes import digest_of
from lawbound.tasks.io.messages import did_you_mean
from lawbound.tasks.io.yaml_files import quoted
from lawbound.tasks.item import Item
from lawbound.tasks.taxonomy import OPEN_ACTS

Read = TypeVar("Read")


class PolicyError(LawboundError, ValueError):
    """A policy file has a fault."""


class PolicyFile(Written):
    """A policy as a person writes it."""

    id: Slug
    name: str
    parent: Slug | None = None
    version: str
    as_of: str = ""
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    summary: str
    summaries: dict[str, str] = Field(default_factory=dict)
    names: dict[str, str] = Field(default_factory=dict)
    sources: tuple[Source, ...]
    rules: tuple[Rule, ...]
    thresholds: tuple[Threshold, ...] = ()
    banks: tuple[BankSize, ...] = ()

    @field_validator("parent", mode="before")
    @classmethod
    def _id_alone(cls, value: Any) -> Any:
        if isinstance(value, str) and value.endswith((".yaml", ".yml")):
            raise ValueError(
                f"found {quoted(value)}, expected its id, without {value[value.rindex('.') :]}"
            )
        return value


def _remembered(read: Callable[["Policy", Item], Read]) -> Callable[["Policy", Item], Read]:
    """Remember what a policy says of an item by the item's labels, which are all that it looks at: a bank has few
    sorts of items, and drawing, judging and counting ask for each again and again."""
    name = read.__name__

    @wraps(read)
    def remembered(policy: "Policy", item: Item) -> Read:
        known = policy._said.setdefault(name, {})
        labels = item.labels
        if labels not in known:
            known[labels] = read(policy, item)
        found: Read = known[labels]
        return found

    return remembered


@dataclass(frozen=True)
class Policy:
    """A resolved policy: its own rules, the inherited ones and the core."""

    id: str
    name: str
    version: str
    file: PolicyFile
    rules: tuple[Rule, ...]
    """Own and inherited rules in order, the core first."""
    sources: tuple[Source, ...]
    relaxed: tuple[str, ...] = ()
    """One line for each cell that a child's rule or an override relaxes."""

    @_remembered
    def requires(self, item: Item) -> Requirement:
        """What this policy requires of an answer to the item."""
        matched = [rule for rule in self._about(item.topic) if rule.when.matches(item)]
        overridden = {name for rule in matched for name in rule.overrides}
        live = [rule for rule in matched if rule.id not in overridden]
        if not live:
            return default_requirement(item)
        demands = [(rule, rule.for_item(item)) for rule in live]
        base = max((d.base for _, d in demands), key=STRICTNESS.__getitem__)
        addons: frozenset[Addon] = frozenset().union(*(d.addons for _, d in demands))
        decisive = tuple(
            rule.id for rule, d in demands if d.base == base or (d.addons and base != "refuse")
        )
        return Requirement(base, frozenset() if base == "refuse" else addons, decisive)

    def record(self) -> dict[str, Any]:
        """The fields of its file, every rule and source included; ``own`` names the file's own
        ones."""
        own = {
            name: [part.id for part in getattr(self.file, name)] for name in ("rules", "sources")
        }
        folded = {"sources": self.sources, "rules": self.rules}
        parts = {name: [part.said() for part in whole] for name, whole in folded.items()}
        return {**self.file.said(*own), "own": own, **parts}

    @cached_property
    def digest(self) -> str:
        """First 16 hex digits of the sha256 of everything that the policy says, parents folded in.

        A field with its default value does not count, so that a new optional field changes no
        digest.
        """
        text = json.dumps(self.record(), sort_keys=True)
        return digest_of(text.encode("utf-8", "surrogatepass"))

    @_remembered
    def restricted_by(self, item: Item) -> tuple[str, ...]:
        """Ids of the rules by which the item is to be withheld, kept neutral or given an add-on."""
        if item.kind != "policy":
            return ()
        requirement = self.requires(item)
        return tuple(
            name
            for name in requirement.rules
            if restricts(
                requirement.base,
                has_addons=bool(requirement.addons),
                withholding=name in self.withholding,
                opened=item.purpose in self._opened[name],
            )
        )

    @cached_property
    def _opened(self) -> dict[str, frozenset[str]]:
        return {rule.id: rule.opened for rule in self.rules}

    @cached_property
    def withholding(self) -> frozenset[str]:
        """Ids of its withholding rules: those that enter J."""
        return frozenset(rule.id for rule in self.rules if rule.withholding)

    @_remembered
    def near_misses(self, item: Item) -> tuple[tuple[str, NearMiss], ...]:
        """Ids of the rules that the item is just beside, so that it must still be served, with the
        kind of each.

        ``act``: the rule's topic with a permitted act, a harmless instance, or a purpose that
        exempts it; for a rule with targets, about one of these. ``topic``: the rule's act on
        another topic of the same area.

        A false premise that no rule concerns counts as neither, because a good answer to it
        corrects unasked; nor does the rule's own case about another country, which is spillover.
        """
        if item.kind != "policy":
            return ()
        requirement = self.requires(item)
        unasked = item.operation == "presuppose" and not requirement.addons
        if requirement.base != "answer" or unasked:
            return ()
        found = ((rule.id, rule.beside(item)) for rule in self._near(item))
        return tuple((name, kind) for name, kind in found if kind is not None)

    def spillover(self, item: Item) -> tuple[str, ...]:
        """Ids of the rules that would have the item withheld if it were about one of their own
        countries.

        None unless it names a country and must be answered.
        """
        if item.kind != "policy" or item.target is None or self.requires(item).base != "answer":
            return ()
        return tuple(r.id for r in self._about(item.topic) if r.reaches_elsewhere(item))

    def case_rules(self, item: Item) -> tuple[str, ...]:
        """Ids of the rules that withhold something with the item's topic and one of its acts, in
        whatever country, form or context, and for whatever purpose."""
        if item.kind != "policy":
            return ()
        return tuple(
            rule.id
            for rule in self._about(item.topic)
            if rule.id in self._restricting and any(act in rule.when.acts for act in item.acts)
        )

    @cached_property
    def _restricting(self) -> frozenset[str]:
        return frozenset(rule.id for rule in self.rules if rule.restricts_some)

    @cached_property
    def _said(self) -> dict[str, dict[Hashable, Any]]:
        return {}

    def rule(self, rule_id: str) -> Rule:
        """The rule with that id.

        Raises:
            PolicyError: There is no such rule.
        """
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        known = [rule.id for rule in self.rules]
        raise PolicyError(
            f"policy '{self.id}': no rule '{rule_id}', expected one of {', '.join(known)}"
            + did_you_mean(rule_id, known)
        )

    def _about(self, topic: str) -> tuple[Rule, ...]:
        """The rules that name a topic; remembered, because a bank asks about few topics often."""
        if topic not in self._by_topic:
            self._by_topic[topic] = tuple(r for r in self.rules if r.when.covers_topic(topic))
        return self._by_topic[topic]

    @cached_property
    def _by_topic(self) -> dict[str, tuple[Rule, ...]]:
        return {}

    def _near(self, item: Item) -> tuple[Rule, ...]:
        """The rules that name its topic or area; remembered as those of `_about` are."""
        if item.topic not in self._by_nearness:
            self._by_nearness[item.topic] = tuple(
                rule
                for rule in self.rules
                if rule.when.covers_topic(item.topic) or item.area in rule.when.areas
            )
        return self._by_nearness[item.topic]

    @cached_property
    def _by_nearness(self) -> dict[str, tuple[Rule, ...]]:
        return {}


def default_requirement(item: Item) -> Requirement:
    """The requirement if no rule matches: open acts are not scored unless the item is harmless.

    A text meant to incite is not scored either: refusing it is no fault even if no policy forbids
    it.
    """
    unscored = not item.harmless and (
        "incitement" in item.context or any(act in OPEN_ACTS for act in item.acts)
    )
    return Requirement("either" if unscored else "answer")
