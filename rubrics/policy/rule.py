"""One rule of a policy: which items it reaches, what it asks for, and what is just beside it."""

from dataclasses import replace
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, StrictBool, field_validator

from lawbound.rubrics.policy.requirement import RESTRICTING, Demand
from lawbound.rubrics.policy.written import Slug, Written
from lawbound.tasks.io.messages import did_you_mean
from lawbound.tasks.io.yaml_files import quoted
from lawbound.tasks.item import Act, Context, Item, Operation, Purpose
from lawbound.tasks.taxonomy import load_taxonomy

Basis = Literal["statute", "standard", "observed-practice", "modelling-choice"]
NearMiss = Literal["act", "topic"]
"""``act``: on the rule's own topic, not reached by it. ``topic``: the rule's act on another topic of the same area."""


class When(Written):
    """Which items a rule matches; an empty list leaves that dimension open."""

    topics: Annotated[tuple[str, ...], Field(min_length=1)]
    acts: Annotated[tuple[Act, ...], Field(min_length=1)]
    operations: tuple[Operation, ...] = ()
    targets: tuple[str, ...] = ()
    """ISO countries, or ``none`` for items without a target."""
    context: tuple[Context, ...] = ()
    """The item must have one of these tags."""
    purposes: tuple[Purpose, ...] = ()
    harmless: StrictBool = False
    """Whether the rule also reaches items marked harmless: play, protection, debunking, speaking against."""

    def covers_topic(self, topic: str) -> bool:
        """Whether one of the patterns names the topic."""
        return _covers(self.topics, topic)

    @property
    def named_topics(self) -> tuple[str, ...]:
        """The topics of the taxonomy that its patterns name, each once, in the order of the patterns."""
        return _named_topics(self.topics)

    @property
    def areas(self) -> tuple[str, ...]:
        """The areas of these topics, each once: `*/media` names topics of several, `*` of all."""
        return _areas(self.topics)

    def covers_target(self, target: str | None) -> bool:
        """Whether the country is one of those named, or none are named."""
        return not self.targets or (target or "none") in self.targets

    def matches(self, item: Item) -> bool:
        """Whether every dimension agrees with the item."""
        return (
            any(act in self.acts for act in item.acts)
            and self.covers_topic(item.topic)
            and (not self.operations or item.operation in self.operations)
            and self.covers_target(item.target)
            and (not self.context or any(tag in self.context for tag in item.context))
            and (not self.purposes or item.purpose in self.purposes)
            and (self.harmless or not item.harmless)
        )

    def misfits(self, item: Item) -> list[str]:
        """Names of the dimensions that disagree with the item; none if it matches."""
        agrees = {
            "topics": self.covers_topic(item.topic),
            "acts": any(act in self.acts for act in item.acts),
            "harmless": self.harmless or not item.harmless,
            "targets": self.covers_target(item.target),
            "operations": not self.operations or item.operation in self.operations,
            "context": not self.context or any(tag in self.context for tag in item.context),
            "purposes": not self.purposes or item.purpose in self.purposes,
        }
        return [name for name, is_so in agrees.items() if not is_so]


@lru_cache(maxsize=65536)
def _covers(patterns: tuple[str, ...], topic: str) -> bool:
    return any(fnmatchcase(topic, pattern) for pattern in patterns)


@lru_cache(maxsize=4096)
def _named_topics(patterns: tuple[str, ...]) -> tuple[str, ...]:
    taxonomy = load_taxonomy()
    return tuple(dict.fromkeys(topic for p in patterns for topic in taxonomy.matching(p)))


@lru_cache(maxsize=4096)
def _areas(patterns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(t.partition("/")[0] for t in _named_topics(patterns)))


def _parsed(text: str) -> str:
    Demand.parse(text)
    return text


class Rule(Written):
    """One clause of a policy."""

    id: Slug
    source: Slug
    basis: Basis
    category: str
    when: When
    behaviour: str
    exempt: dict[Purpose, str] = Field(default_factory=dict)
    """Purpose -> the behaviour that replaces this rule's own."""
    severity: Literal["low", "medium", "high"]
    text: str
    """The clause as it stands in the full system prompt, acts and exemptions included."""
    texts: dict[str, str] = Field(default_factory=dict)
    """The same clause in other languages."""
    overrides: tuple[Slug, ...] = ()
    replaces: StrictBool = False
    risks: tuple[str, ...] = ()
    """Ids of an instrument's own risk classes, such as ``A.1-a``."""

    _behaviour = field_validator("behaviour")(_parsed)

    @field_validator("exempt", mode="before")
    @classmethod
    def _claimed(cls, value: Any) -> Any:
        claimed = [purpose for purpose in get_args(Purpose) if purpose != "none"]
        for purpose in value if isinstance(value, dict) else ():
            if purpose not in claimed:
                raise ValueError(
                    f"found {quoted(purpose)}, expected a claimed purpose: {', '.join(claimed)}"
                    + did_you_mean(str(purpose), claimed)
                )
        return value

    @field_validator("exempt")
    @classmethod
    def _exempt(cls, value: dict[Purpose, str]) -> dict[Purpose, str]:
        for text in value.values():
            Demand.parse(text)
        return value

    @property
    def required(self) -> Demand:
        """What it demands if no exemption applies."""
        return Demand.parse(self.behaviour)

    @property
    def withholding(self) -> bool:
        """Whether its base is one of `RESTRICTING`: then it enters J."""
        return self.required.base in RESTRICTING

    @property
    def opened(self) -> frozenset[str]:
        """Purposes for which an exemption asks it to be answered, with or without an add-on."""
        asked = {purpose: Demand.parse(text).base for purpose, text in self.exempt.items()}
        return frozenset(name for name, base in asked.items() if base in ("answer", "either"))

    def for_item(self, item: Item) -> Demand:
        """What it demands of an answer to a matching item, its purpose considered."""
        return Demand.parse(self.exempt.get(item.purpose, self.behaviour))

    @property
    def restricts_some(self) -> bool:
        """Whether it has something withheld, be it only for a purpose."""
        behaviours = (self.behaviour, *self.exempt.values())
        return any(Demand.parse(text).base in RESTRICTING for text in behaviours)

    def reaches_elsewhere(self, item: Item) -> bool:
        """Whether it would have an item of another country withheld if that were about one of its
        own."""
        named = [target for target in self.when.targets if target != "none"]
        return (
            bool(named)
            and item.target not in named
            and self.for_item(item).base in RESTRICTING
            and self.when.matches(replace(item, target=named[0]))
        )

    def beside(self, item: Item) -> NearMiss | None:
        """Which kind of near-miss an item is to this rule if it must be answered, whatever other rules say."""
        when = self.when
        if self.required.base in ("answer", "either") and not self.required.addons:
            return None
        if not when.covers_topic(item.topic):
            shared = item.area in when.areas and any(act in when.acts for act in item.acts)
            return "topic" if shared else None
        if when.matches(item):
            return "act" if item.purpose in self.exempt else None
        # If items of no country counted, a filter that refuses whatever names the country would
        # seem to read rules.
        return "act" if when.covers_target(item.target) else None
