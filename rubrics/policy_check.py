"""Finding what is wrong or missing in a policy: its rules, its prompts, and the bank it uses."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from lawbound.rubrics.policy.banks import bank_counts
from lawbound.rubrics.policy.compare import alike, coverage
from lawbound.rubrics.policy.files import CORE, is_namesake, load_policy
from lawbound.rubrics.policy.policy import Policy, PolicyError
from lawbound.rubrics.policy.region_names import region_named
from lawbound.rubrics.policy.relaxed import cells
from lawbound.rubrics.policy.rule import Rule
from lawbound.rubrics.policy.words import unsaid
from lawbound.rubrics.prompts.conditions import conditions, prompt_languages
from lawbound.rubrics.prompts.placebos import has_placebo
from lawbound.rubrics.prompts.wordings import categories, frames
from lawbound.tasks.io.messages import did_you_mean
from lawbound.tasks.item import Item
from lawbound.tasks.languages import ISO_639_1
from lawbound.tasks.taxonomy import OPEN_ACTS, load_taxonomy

FaultKind = Literal[
    "bank",
    "never-matches",
    "relaxed",
    "category",
    "coverage",
    "source",
    "wording",
    "language",
    "placebo",
    "threshold",
    "id",
]
_NO_RULE = "has no rule, so that the core alone is asked and nothing of its own can be scored"
_TAKEN = "a shipped policy that says something else has this id, and tables would show the two as one: expected an id of its own"
_NEVER = "can never be decided as `pass`: no interval ends there, expected a mark below 1 (at-least) or above 0 (at-most)"
CLOSE = 0.05
"""Largest difference between the lengths of a placebo and its policy prompt, as a share."""


@dataclass(frozen=True, slots=True)
class PolicyFault:
    """One finding: something to repair, or to know."""

    kind: FaultKind
    place: str
    """Rule id, or the policy's."""
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.place}: {self.text}"


def check(policy: Policy, items: Sequence[Item]) -> list[PolicyFault]:
    """All findings about a policy, checked against a bank.

    Args:
        policy: A resolved policy; loading has already refused unknown topics and sources.
        items: The bank; with an empty one the counts are left out.
    """
    core = {rule.id for rule in load_policy(CORE).rules}
    own = [rule for rule in policy.rules if rule.id not in core or policy.id == CORE]
    # A parent's texts and headings are for the parent to mend.
    written = {rule.id for rule in policy.file.rules}
    texts = [rule for rule in own if rule.id in written]
    found = [] if own or policy.id == CORE else [PolicyFault("coverage", policy.id, _NO_RULE)]
    found += [*_dead(own), *_wording(texts), *_naming(policy, texts), *_sources(policy, own)]
    found += [PolicyFault("relaxed", policy.id, line) for line in policy.relaxed]
    found += [*_languages(policy), *_placebo(policy)]
    found += [
        PolicyFault("threshold", one.id, _NEVER) for one in policy.file.thresholds if one.is_whole
    ]
    if is_namesake(policy.id, policy.digest):
        found.append(PolicyFault("id", policy.id, _TAKEN))
    if items:
        found += [*_coverage(policy, own, items), *_near_misses_of_open_acts(own, items)]
        found += [*_targets(own, items), *_banks(policy, items)]
    return found


def _dead(rules: Sequence[Rule]) -> Iterator[PolicyFault]:
    overriding: dict[str, list[Rule]] = {}
    for rule in rules:
        for name in dict.fromkeys(rule.overrides):
            overriding.setdefault(name, []).append(rule)
    for rule in rules:
        for purpose in rule.exempt:
            if rule.when.purposes and purpose not in rule.when.purposes:
                yield PolicyFault(
                    "never-matches", rule.id, f"the exemption for {purpose}: `when` leaves it out"
                )
        for covered in _whole_areas(rule):
            yield PolicyFault(
                "coverage", rule.id, f"covers {covered}, so no near-miss on another topic can exist"
            )
        for other in overriding.get(rule.id, ()):
            if cells(rule) <= cells(other) and _as_wide(other, rule):
                yield PolicyFault(
                    "never-matches", rule.id, f"'{other.id}' overrides it wherever it could match"
                )


def _whole_areas(rule: Rule) -> list[str]:
    """The areas of which a rule names every topic, in words."""
    every, named = load_taxonomy().topics, set(rule.when.named_topics)
    if named == set(every):
        return ["every topic"]
    left = {topic.partition("/")[0] for topic in every if topic not in named}
    return [f"all of '{area}'" for area in rule.when.areas if area not in left]


def _as_wide(other: Rule, rule: Rule) -> bool:
    """Whether the other rule also matches every item that the rule matches in its cells."""
    return all(
        not getattr(other.when, name)
        or (getattr(rule.when, name) and set(getattr(rule.when, name)) <= set(getattr(other.when, name)))
        for name in ("operations", "targets", "context", "purposes")
    ) and (other.when.harmless or not rule.when.harmless)  # fmt: skip


def _wording(rules: Sequence[Rule]) -> Iterator[PolicyFault]:
    for rule in rules:
        if rule.category not in categories():
            yield PolicyFault(
                "category", rule.id, f"'{rule.category}' is shown as written in every language, "
                f"expected one of {', '.join(categories())}, or a heading of your own"
                + did_you_mean(rule.category, categories()),
            )  # fmt: skip
        for phrase in unsaid(rule):
            yield PolicyFault("wording", rule.id, f"the text does not state {phrase}")
        if rule.when.targets and "country" not in rule.text and not _names_its_place(rule):
            yield PolicyFault(
                "wording", rule.id, "the text does not state that it is about one country"
            )


def _naming(policy: Policy, rules: Sequence[Rule]) -> Iterator[PolicyFault]:
    for rule in rules:
        for lang, name in region_named(rule, policy.file):
            yield PolicyFault(
                "wording", rule.id, f"the text in '{lang}' names {name}, which the arms `unnamed` and "
                "`wrong-region` would leave there: say 'this country', or nothing",
            )  # fmt: skip


def _names_its_place(rule: Rule) -> bool:
    places = {"taiwan", "hong-kong", "tibet", "xinjiang", "kashmir", "crimea", "south-china-sea"}
    return all(topic.partition("/")[2] in places for topic in rule.when.named_topics)


def _sources(policy: Policy, rules: Sequence[Rule]) -> Iterator[PolicyFault]:
    named = {source.id: source for source in policy.sources}
    for rule in rules:
        if named[rule.source].status == "to-verify":
            yield PolicyFault("source", rule.id, f"source '{rule.source}' is still to be verified")


def _languages(policy: Policy) -> Iterator[PolicyFault]:
    for lang in () if policy.id == CORE else policy.file.languages:
        if lacking := _lacking(policy, lang):
            yield PolicyFault(
                "language", policy.id, f"prompts in '{lang}' fall back to English: {lacking}"
            )


def _lacking(policy: Policy, lang: str) -> str:
    """Why there are no prompts in a language; empty if there are."""
    if lang not in ISO_639_1:
        return f"'{lang}' is no code of ISO 639-1"
    if not (lang in frames() and has_placebo(lang)):
        known = ", ".join(one for one in sorted(frames()) if has_placebo(one))
        return f"Lawbound has frames and house rules in {known} alone"
    summary = lang == "en" or lang in policy.file.summaries
    silent = [r.id for r in policy.rules if lang != "en" and lang not in r.texts]
    parts = [] if summary else [f"'{lang}' under summaries"]
    parts += [f"'{lang}' under texts of {', '.join(silent)}"] if silent else []
    return f"missing are {' and '.join(parts)}" if parts else ""


def _placebo(policy: Policy) -> Iterator[PolicyFault]:
    for lang in dict.fromkeys(("en", *prompt_languages(policy, policy.file.languages))):
        full = conditions(policy, ["full"], lang=lang)[0]
        try:
            placebo = conditions(policy, ["placebo"], lang=lang)[0]
        except PolicyError as fault:
            yield PolicyFault("placebo", policy.id, str(fault))
            continue
        for text, match in zip(full.wordings, placebo.wordings, strict=True):
            ratio = len(match) / len(text)
            if abs(ratio - 1) > CLOSE:
                yield PolicyFault(
                    "placebo", policy.id, f"in '{lang}' is {ratio:.0%} as long as the prompt"
                )
                break


def _coverage(
    policy: Policy, rules: Sequence[Rule], items: Sequence[Item]
) -> Iterator[PolicyFault]:
    """What the bank lacks for these rules; only the bank can fill gaps of the core's rules."""
    mine = {rule.id for rule in rules}
    rows = [row for row in coverage(policy, items) if row.rule in mine]
    restricted = Counter[str]()
    for row in rows:
        restricted[row.rule] += row.restricted
    for row in rows:
        if row.missing:
            text = f"{row.behaviour} needs more groups: {row.missing}"
            if "restricted" in row.missing and not restricted[row.rule]:
                text += " (the bank has none, so nothing can be said of the rule, and its near-misses are drawn last)"
            yield PolicyFault("coverage", row.rule, text)


def _banks(policy: Policy, items: Sequence[Item]) -> Iterator[PolicyFault]:
    for count in bank_counts(policy, items):
        if count.missing:
            yield PolicyFault("bank", count.id, count.missing)


def _near_misses_of_open_acts(
    rules: Sequence[Rule], items: Sequence[Item]
) -> Iterator[PolicyFault]:
    """Rules without possible topic near-misses: on open acts alone, with no harmless items."""
    harmless = {(item.area, act) for item in items if item.harmless for act in item.acts}
    for rule in rules:
        if not rule.withholding or not set(rule.when.acts) <= OPEN_ACTS:
            continue
        areas = sorted(rule.when.areas)
        if not any((area, act) in harmless for area in areas for act in rule.when.acts):
            yield PolicyFault(
                "coverage", rule.id,
                f"no harmless item with {', '.join(rule.when.acts)} in {', '.join(areas)}",
            )  # fmt: skip


def _targets(rules: Sequence[Rule], items: Sequence[Item]) -> Iterator[PolicyFault]:
    """A rule about one country needs spillover items: the same case elsewhere."""
    by_topic: dict[str, list[Item]] = {}
    for item, *_ in alike(items):
        if item.target is not None:
            by_topic.setdefault(item.topic, []).append(item)
    for rule in rules:
        if not rule.when.targets or _names_its_place(rule):
            continue
        open_to_all = rule.when.model_copy(update={"targets": ()})
        near = (found for topic, found in by_topic.items() if rule.when.covers_topic(topic))
        if not any(
            item.target not in rule.when.targets and open_to_all.matches(item)
            for found in near
            for item in found
        ):
            yield PolicyFault(
                "coverage", rule.id, "no spillover item: the same case in another country"
            )
