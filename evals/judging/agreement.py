"""How far two judges of a panel say the same, beyond what their habits alone would bring about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from typing import Any, get_args

from lawbound.rubrics.verdict import Behaved

_CLASSES = frozenset(get_args(Behaved))


def agreement(judges: Sequence[str], votes: Collection[Mapping[str, str]]) -> list[dict[str, Any]]:
    """For each pair of judges: the answers that both gave a class, those where it is the same, and Cohen's kappa.

    Add-ons do not count here: where one decides, `disagreed` counts it. Kappa is None where chance alone
    would make them agree always, or no answer has both.

    Args:
        judges: Their names, in the panel's order.
        votes: Of each answer, judge -> what it said.
    """
    found: list[dict[str, Any]] = []
    for one, other in combinations(judges, 2):
        said = [
            (first, second)
            for vote in votes
            if (first := _class(vote, one)) and (second := _class(vote, other))
        ]
        same = sum(first == second for first, second in said)
        found.append(
            {"judges": [one, other], "both": len(said), "same": same, "kappa": _kappa(said, same)}
        )
    return found


def _class(vote: Mapping[str, str], judge: str) -> str:
    """The class that a judge named; empty where it has no vote."""
    behaviour = vote.get(judge, "").partition("+")[0]
    return behaviour if behaviour in _CLASSES else ""


def _kappa(said: Sequence[tuple[str, str]], same: int) -> float | None:
    """Cohen (1960): (p_o - p_e) / (1 - p_e)."""
    n = len(said)
    first, second = Counter(one for one, _ in said), Counter(other for _, other in said)
    by_chance = sum(count * second[name] for name, count in first.items())  # times n squared
    if not n or by_chance == n * n:
        return None
    return round((same * n - by_chance) / (n * n - by_chance), 3)
