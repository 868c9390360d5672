"""Checks of a policy file that its fields cannot make alone: what it names must exist, and what it overrides must end."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from graphlib import CycleError, TopologicalSorter

from lawbound.rubrics.policy.policy import PolicyError, PolicyFile
from lawbound.rubrics.policy.rule import Rule
from lawbound.rubrics.policy.source import Source
from lawbound.tasks.countries import COUNTRIES, meant_country
from lawbound.tasks.io.messages import did_you_mean
from lawbound.tasks.io.yaml_files import quoted
from lawbound.tasks.languages import ISO_639_1, meant_language
from lawbound.tasks.taxonomy import load_taxonomy


def check_references(
    file: PolicyFile,
    place: str,
    *,
    inherited: Mapping[str, Rule],
    sources: Mapping[str, Source],
    core: Sequence[str],
) -> None:
    """Refuse an id that stands twice, a rule, a threshold or a bank that names something unknown, and an invalid date.

    Args:
        file: The file alone.
        place: Its name in messages.
        inherited: Rules of its parent and of the core, by id.
        sources: Its sources and its parent's, by id.
        core: Ids of the core's rules, none if the file is the core.

    Raises:
        PolicyError: At the first fault.
    """
    for what, entries in (
        ("rule", file.rules),
        ("source", file.sources),
        ("threshold", file.thresholds),
        ("bank", file.banks),
    ):
        _check_unique((entry.id for entry in entries), place, what)
    if file.as_of and not _is_day(file.as_of):
        raise PolicyError(
            f"{place}: as_of: found {quoted(file.as_of)}, expected a day such as 2026-11-23"
        )
    _check_codes(file, place)
    _refuse_english(file.names, f"{place}: names", "name")
    _refuse_english(file.summaries, f"{place}: summaries", "summary")
    known = dict.fromkeys([*inherited, *(rule.id for rule in file.rules)])
    for rule in file.rules:
        at = f"{place}: rule '{rule.id}'"
        _check_when(rule, at)
        _check_texts(rule, file, at)
        _check_inheritance(rule, inherited, core, at)
        _check_overrides(rule, known, core, at)
        if rule.source not in sources:
            raise PolicyError(
                f"{at}: source is '{rule.source}', expected one of {', '.join(sorted(sources))}"
            )
    stated = [("threshold", one.id, one.source) for one in file.thresholds]
    stated += [("bank", size.id, size.source) for size in file.banks]
    for what, name, source_id in stated:
        if source_id not in sources:
            raise PolicyError(
                f"{place}: {what} '{name}': source is '{source_id}', "
                f"expected one of {', '.join(sorted(sources))}"
            )
    banks = [size.id for size in file.banks]
    for one in file.thresholds:
        if one.bank and one.bank not in banks:
            raise PolicyError(
                f"{place}: threshold '{one.id}': bank is '{one.bank}', "
                f"expected one of {', '.join(banks) or 'the banks of this file, which has none'}"
            )


def check_circles(rules: Iterable[Rule], place: str) -> None:
    """Refuse rules that override each other in a circle: each would cancel the next, and none would be left.

    Args:
        rules: Every rule of the resolved policy, since a child may close a circle of its parent's rules.
        place: The file's name in messages.

    Raises:
        PolicyError: There is a circle.
    """
    try:
        TopologicalSorter({rule.id: rule.overrides for rule in rules}).prepare()
    except CycleError as fault:
        # `graphlib` lists each name before the one that overrides it.
        chain = " -> ".join(reversed(fault.args[1]))
        raise PolicyError(
            f"{place}: overrides: found the circle {chain}, expected an end"
        ) from fault


def _check_codes(file: PolicyFile, place: str) -> None:
    """Refuse unknown languages; one without a two-letter code must have texts of its own."""
    spoken = ISO_639_1.union(*(rule.texts for rule in file.rules))
    for field, wanted, known in (
        ("languages", file.languages, spoken),
        ("names", file.names, spoken.union(file.languages)),
        ("summaries", file.summaries, spoken.union(file.languages)),
    ):
        for lang in wanted:
            if lang not in known:
                raise PolicyError(
                    f"{place}: {field}: found '{lang}', expected codes of ISO 639-1 such as en"
                    + meant_language(lang)
                )


def _refuse_english(texts: Mapping[str, str], at: str, field: str) -> None:
    """Refuse English texts here: English has fields of its own, and two texts would be used in
    different places."""
    if "en" in texts:
        raise PolicyError(
            f"{at}: found 'en', expected other languages: English stands under '{field}'"
        )


def _is_day(text: str) -> bool:
    """Whether it is a day in ISO 8601, or a month or year if no more is known."""
    rest = {len("2026"): "-01-01", len("2026-11"): "-01"}.get(len(text), "")
    try:
        date.fromisoformat(text + rest)
    except ValueError:
        return False
    return True


def _check_unique(names: Iterable[str], place: str, what: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise PolicyError(f"{place}: {what} '{name}' stands twice, expected ids once")
        seen.add(name)


def _check_when(rule: Rule, at: str) -> None:
    taxonomy = load_taxonomy()
    for pattern in rule.when.topics:
        if not taxonomy.matching(pattern):
            raise PolicyError(
                f"{at}: topics: found '{pattern}', expected a topic of the taxonomy or a pattern "
                f"that names one{taxonomy.nearest(pattern, is_pattern=True)}"
            )
    for target in rule.when.targets:
        if target != "none" and target not in COUNTRIES:
            raise PolicyError(
                f"{at}: targets: found '{target}', expected a country code of ISO 3166-1 such as TH, EU, or none"
                + meant_country(target)
            )


def _check_texts(rule: Rule, file: PolicyFile, at: str) -> None:
    _refuse_english(rule.texts, f"{at}: texts", "text")
    texts: Mapping[str, str] = {"en": rule.text, **rule.texts}
    for lang, text in texts.items():
        if not text.strip():
            raise PolicyError(f"{at}: text in '{lang}' is empty, expected the clause in words")
    for lang in file.languages:
        if lang not in texts:
            raise PolicyError(
                f"{at}: texts has {', '.join(sorted(texts))}, expected '{lang}' too, "
                "which the policy lists under languages"
            )


def _check_inheritance(
    rule: Rule, inherited: Mapping[str, Rule], core: Sequence[str], at: str
) -> None:
    if rule.id in core:
        raise PolicyError(f"{at}: is a rule of the core, expected another id: the core stands")
    if rule.id in inherited and not rule.replaces:
        raise PolicyError(f"{at}: stands in the parent too, expected 'replaces: true'")
    if rule.replaces and rule.id not in inherited:
        raise PolicyError(f"{at}: replaces nothing, expected the id of a rule of the parent")


def _check_overrides(rule: Rule, known: Iterable[str], core: Sequence[str], at: str) -> None:
    for name in rule.overrides:
        if name in core:
            raise PolicyError(f"{at}: overrides '{name}', expected no rule of the core")
        if name == rule.id or name not in known:
            others = [other for other in known if other != rule.id and other not in core]
            raise PolicyError(
                f"{at}: overrides '{name}', expected another rule of this policy"
                f"{': ' if others else ''}{', '.join(others)}{did_you_mean(name, others)}"
            )
