"""The rules by which two runs are compared: read from the first, or from the second where its text is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lawbound.evals.conclude import rule_info, run_policies
from lawbound.evals.folder import FolderError
from lawbound.evals.metrics_inputs import RuleInfo
from lawbound.rubrics.policy import Policy, PolicyError


@dataclass(frozen=True, slots=True)
class SharedRules:
    """Rules of the policies that both runs asked."""

    infos: dict[tuple[str, str], RuleInfo]
    of_second: frozenset[str]
    """Ids of the policies read from the second run: what the first was asked under is not there any more,
    as when a file was edited between the runs."""


def shared_rules(first: Mapping[str, Any], second: Mapping[str, Any]) -> SharedRules:
    """Read the policies of two runs (what their ``run.yaml`` hold).

    Raises:
        PolicyError: One can be loaded from neither run.
        FolderError: One says something else now than in either run.
    """
    others = {entry["id"]: entry for entry in second["policies"]}
    found: dict[str, Policy] = {}
    of_second = set()
    for entry in first["policies"]:
        name = entry["id"]
        if name not in others:
            continue
        try:
            found |= run_policies({"policies": [entry]})
        except (FolderError, PolicyError) as fault:
            try:
                found |= run_policies({"policies": [others[name]]})
            except (FolderError, PolicyError):
                raise fault from None
            of_second.add(name)
    return SharedRules(rule_info(found), frozenset(of_second))
