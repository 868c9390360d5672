"""A resolved policy from plain data (`Policy.record`): its full text, without its files."""

from collections.abc import Sequence
from typing import Any, TypeVar

from lawbound.rubrics.policy.policy import Policy, PolicyError, PolicyFile
from lawbound.rubrics.policy.rule import Rule
from lawbound.rubrics.policy.source import Source
from lawbound.rubrics.policy.written import Slug, Written
from lawbound.tasks.io.yaml_files import parse

Part = TypeVar("Part", Rule, Source)


class _Own(Written):
    rules: tuple[Slug, ...]
    sources: tuple[Slug, ...]


class _Whole(PolicyFile):
    own: _Own
    """Ids of the rules and sources that the policy's own file holds; the others are inherited."""


def is_record(data: Any) -> bool:
    """Whether a file's content is that of `Policy.record`, and not what people write."""
    return isinstance(data, dict) and "own" in data


def from_record(data: Any, where: str) -> Policy:
    """Rebuild the policy, with the digest that it had; the record does not say which cells it
    relaxes.

    Args:
        data: The output of `Policy.record`.
        where: Its name in messages.

    Raises:
        PolicyError: The first fault.
    """
    whole = parse(data, _Whole, where, PolicyError)
    fields: dict[str, Any] = {name: getattr(whole, name) for name in PolicyFile.model_fields}
    fields["rules"] = _named(whole.own.rules, whole.rules, f"{where}: own.rules")
    fields["sources"] = _named(whole.own.sources, whole.sources, f"{where}: own.sources")
    file = PolicyFile(**fields)
    return Policy(file.id, file.name, file.version, file, whole.rules, whole.sources)


def _named(names: Sequence[str], parts: Sequence[Part], where: str) -> tuple[Part, ...]:
    by_id = {part.id: part for part in parts}
    for name in names:
        if name not in by_id:
            raise PolicyError(f"{where}: found '{name}', expected one of {', '.join(by_id)}")
    return tuple(by_id[name] for name in names)
