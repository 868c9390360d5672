"""Reading policies: shipped ones by id, a user's by path, with inherited rules and the core included."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from lawbound.rubrics.policy.file_checks import check_circles, check_references
from lawbound.rubrics.policy.policy import Policy, PolicyError, PolicyFile
from lawbound.rubrics.policy.record import from_record, is_record
from lawbound.rubrics.policy.relaxed import by_override, by_replacement
from lawbound.rubrics.policy.rule import Rule
from lawbound.rubrics.policy.source import Source
from lawbound.tasks.io.faults import with_id
from lawbound.tasks.io.messages import did_you_mean
from lawbound.tasks.io.yaml_files import File, parse, read_yaml

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


def read_policy(name_or_path: str) -> Policy:
    """Read a policy only to look at it: as `load_policy`, and also a text that a run stored in its folder.

    Such a text is complete: neither a parent nor the core is added to it, so nobody is asked under it.

    Raises:
        PolicyError: There is no such policy, or a file is malformed.
    """
    path = Path(name_or_path)
    if name_or_path not in (*shipped(), CORE) and path.is_file():
        data = read_yaml(path, PolicyError)
        if is_record(data):
            return from_record(data, _name(path))
    return load_policy(name_or_path)


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
                + did_you_mean(file.parent, shipped())
            )
        found = _resolve(_read(beside), beside, (*children, file.id))
    return _Base(found.rules, found.sources, found.relaxed)


def _beside(parent: str, where: Path) -> Path | None:
    """The file of a parent in the folder of its child."""
    named = (where.parent / f"{parent}{suffix}" for suffix in (".yaml", ".yml"))
    return next((file for file in named if file.is_file()), None)


def _standing(file: PolicyFile, place: str, base: _Base) -> Policy:
    """The resolved policy, after checking every reference in the file."""
    sources = {source.id: source for source in (*base.sources, *file.sources)}
    inherited = {rule.id: rule for rule in base.rules}
    core = () if file.id == CORE else tuple(rule.id for rule in _load_shipped(CORE).rules)
    check_references(file, place, inherited=inherited, sources=sources, core=core)
    own = {rule.id: rule for rule in file.rules}
    rules = (
        *(own.get(rule.id, rule) for rule in base.rules),
        *(rule for rule in file.rules if rule.id not in inherited),
    )
    check_circles(rules, place)
    relaxed = (
        *base.relaxed,
        *(line for rule in file.rules if rule.replaces
          for line in by_replacement(inherited[rule.id], rule)),
        *by_override(rules, file.rules),
    )  # fmt: skip
    return Policy(
        file.id, file.name, file.version, file, rules, tuple(sources.values()), tuple(relaxed)
    )
