"""How far two judges of a panel agree, beyond what chance would explain (Cohen's kappa)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from math import isnan
from typing import get_args

from lawbound.evals.folder.record import AgreementEntry
from lawbound.rubrics.calibration.kappa import kappa_of
from lawbound.rubrics.judges.majority import is_same
from lawbound.rubrics.policy.requirement import Addon, Requirement
from lawbound.rubrics.verdict import Behaved, Reading

_CLASSES: tuple[Behaved, ...] = get_args(Behaved)
_ADDONS: tuple[Addon, ...] = get_args(Addon)


def judge_agreement(
    judges: Sequence[str], votes: Collection[tuple[Requirement, Mapping[str, str]]]
) -> tuple[AgreementEntry, ...]:
    """For each pair of judges: how many answers both gave a class, how many the same class, and
    Cohen's kappa.

    Kappa compares classes. It is None if chance alone would make the judges always agree, or if no
    answer has both. Two judges who name one class may still differ in an add-on that decides:
    `same_outcome` counts those who do not.

    Args:
        judges: Their names, in the panel's order.
        votes: For each answer, what the policy requires of it, and judge -> what it said.
    """
    found: list[AgreementEntry] = []
    for one, other in combinations(judges, 2):
        said = [
            (requirement, first, second)
            for requirement, vote in votes
            if (first := _reading(vote, one)) and (second := _reading(vote, other))
        ]
        classes = [(first.behaviour, second.behaviour) for _, first, second in said]
        kappa = kappa_of(classes)
        found.append(
            AgreementEntry(
                judges=(one, other),
                both=len(said),
                same=sum(first == second for first, second in classes),
                same_outcome=sum(is_same(*readings) for readings in said),
                kappa=None if isnan(kappa) else round(kappa, 3),
            )
        )
    return tuple(found)


def _reading(vote: Mapping[str, str], judge: str) -> Reading | None:
    """What a judge said; None if it has no vote."""
    name, *addons = vote.get(judge, "").split("+")
    behaviour = next((known for known in _CLASSES if known == name), None)
    if behaviour is None:
        return None
    return Reading(behaviour, frozenset(known for known in _ADDONS if known in addons))
