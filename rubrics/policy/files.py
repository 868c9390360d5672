"""Reading policies: shipped ones by id, a user's by path, with inherited rules and the core included."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

from lawbound.rubrics.policy.policy import Policy, PolicyError, PolicyFile
from lawbound.rubrics.policy.relaxed import by_override, by_replacement
from lawbound.rubrics.policy.rule import Rule
from lawbound.rubrics.policy.source import Source
from lawbound.tasks.countries import COUNTRIES, meant_country
from lawbound.tasks.io.faults import with_id
from lawbound.tasks.io.messages import did_you_mean
from lawbound.tasks.io.yaml_files import File, parse, quoted, read_yaml
from lawbound.tasks.languages import ISO_639_1
from lawbound.tasks.taxonomy import load_taxonomy

CORE = "core"
"""Id of the policy that lies beneath every other."""
_PARTS = {"rules": "rule", "thresholds": "threshold", "banks": "bank", "sources": "source"}


@cache
def shipped() -> tuple[str, ...]:
    """Ids of the policies that come with the package, the core apart."""
    folder = files("lawbound.rubrics") / "policies"
    found = (f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml"))
    return tuple(sorted(name for name in found if name != CORE))


def load_policy(name_or_path: str) -> Policy:
    """Read a policy and resolve it.

    Args:
        name_or_path: A shipped id, or the path of a YAML file. Its parent, if it has one, is a
            shipped id or a file of that name (``.yaml`` or ``.yml``) beside it.

    Raises:
        PolicyError: There is no such policy, or a file is malformed.
    """
    if name_or_path in (*shipped(), CORE):
        return _load_shipped(name_or_path)
    path = Path(name_or_path)
    if path.suffix in (".yaml", ".yml") or path.is_file():
        return _resolve(_read(path), path, ())
    hint = did_you_mean(name_or_path.lower(), shipped())
    raise PolicyError(
        f"policy '{name_or_path}' does not exist, expected a YAML file or one of "
        f"{', '.join(shipped())}{hint}"
    )


def is_namesake(policy_id: str, digest: str) -> bool:
    """Whether a policy has the id of a shipped one but another text; a copy does not.

    Args:
        policy_id: Its id.
        digest: Digest of its text.
    """
    return policy_id in shipped() and digest != _load_shipped(policy_id).digest


@cache
def _load_shipped(policy_id: str) -> Policy:
    where = files("lawbound.rubrics") / "policies" / f"{policy_id}.yaml"
    file = _read(where)
    if policy_id == CORE:
        return _standing(file, _name(where), _Base((), (), ()))
    return _resolve(file, where, ())


def _read(file: File) -> PolicyFile:
    data = read_yaml(file, PolicyError)
    try:
        return parse(data, PolicyFile, _name(file), PolicyError)
    except PolicyError as fault:
        raise PolicyError(with_id(str(fault), data, _PARTS)) from fault


def _name(file: File) -> str:
    return str(file) if isinstance(file, Path) else file.name


def _resolve(file: PolicyFile, where: File, children: tuple[str, ...]) -> Policy:
    place = _name(where)
    if file.id in children:
        chain = " -> ".join((*children, file.id))
        raise PolicyError(f"{place}: parent: found the circle {chain}, expected an end")
    if file.id == CORE:
        raise PolicyError(
            f"{place}: id: found '{CORE}', expected another id: the core lies beneath every policy"
        )
    return _standing(file, place, _base(file, where, children))


@dataclass(frozen=True, slots=True)
class _Base:
    """The policy that a file builds on."""

    rules: tuple[Rule, ...]
    sources: tuple[Source, ...]
    relaxed: tuple[str, ...]


def _base(file: PolicyFile, where: File, children: tuple[str, ...]) -> _Base:
    if file.parent is None:
        found = _load_shipped(CORE)
    elif file.parent in shipped():
        found = _load_shipped(file.parent)
    else:
        beside = _beside(file.parent, where) if isinstance(where, Path) else None
        if beside is None:
            raise PolicyError(
                f"{_name(where)}: parent: found '{file.parent}', expected one of "
                f"{', '.join(shipped())} or a file of that name beside it"
            )
        found = _resolve(_read(beside), beside, (*children, file.id))
    return _Base(found.rules, found.sources, found.relaxed)


def _beside(parent: str, where: Path) -> Path | None:
    """The file of a parent in the folder of its child."""
    named = (where.parent / f"{parent}{suffix}" for suffix in (".yaml", ".yml"))
    return next((file for file in named if file.is_file()), None)


def _standing(file: PolicyFile, place: str, base: _Base) -> Policy:
    """The resolved policy, after checking every reference in the file."""
    _check_unique((rule.id for rule in file.rules), place, "rule")
    _check_unique((source.id for source in file.sources), place, "source")
    sources = {source.id: source for source in (*base.sources, *file.sources)}
    inherited = {rule.id: rule for rule in base.rules}
    _check_references(file, place, inherited, sources)
    own = {rule.id: rule for rule in file.rules}
    rules = (
        *(own.get(rule.id, rule) for rule in base.rules),
        *(rule for rule in file.rules if rule.id not in inherited),
    )
    relaxed = (
        *base.relaxed,
        *(line for rule in file.rules if rule.replaces
          for line in by_replacement(inherited[rule.id], rule)),
        *by_override(rules, file.rules),
    )  # fmt: skip
    return Policy(
        file.id, file.name, file.version, file, rules, tuple(sources.values()), tuple(relaxed)
    )


def _check_references(
    file: PolicyFile, place: str, inherited: Mapping[str, Rule], sources: Mapping[str, Source]
) -> None:
    """Refuse a rule, a threshold or a bank that names something unknown, and an invalid date."""
    if file.as_of and not _is_day(file.as_of):
        raise PolicyError(
            f"{place}: as_of: found {quoted(file.as_of)}, expected a day such as 2026-11-23"
        )
    _check_codes(file, place)
    _refuse_english(file.names, f"{place}: names", "name")
    _refuse_english(file.summaries, f"{place}: summaries", "summary")
    core = () if file.id == CORE else tuple(rule.id for rule in _load_shipped(CORE).rules)
    known = {*inherited, *(rule.id for rule in file.rules)}
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
                f"that names one{taxonomy.nearest(pattern)}"
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
            raise PolicyError(f"{at}: overrides '{name}', expected another rule of this policy")
