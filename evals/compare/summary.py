"""The result of comparing two runs, in sentences."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan

from lawbound.evals.compare.difference import Difference
from lawbound.evals.metrics.capability import FLOOR

PRIMARY = ("J", "capability", "policy_tax")
SHOWN = 0.0005
"""Bounds narrower than this are not worth showing."""
_UNREAD = {
    "J": "no rule has cases and near-misses of both kinds that were read in both runs",
    "capability": "no pair was read in both runs",
    "policy_tax": "no item was read in both runs under the policy and under its placebo",
}
"""Why a metric has bounds but no value."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of pairs of stored answers, each once however many policies judge it; `unpaired` counts answers."""

    pairs: int
    unpaired: int
    """Answers that the other run does not have."""
    failed: int
    """An answer failed or was blocked."""
    unscored: int
    """No answer failed or was blocked, but one could not be read."""
    differing: int
    """The runs' policies require different things."""
    flipped: int
    flipped_unlike: int
    """Flipped pairs for which the policies also require different things."""
    regraded: int
    """The grader read one answer and a panel of judges the other."""
    facts: Mapping[tuple[str, str], int]
    """Flipped pairs that claim different things about a fact, by the first answer's outcome and the second's."""


def summary(
    found: Sequence[Difference],
    counts: Counts,
    names: tuple[str, str],
    shared: Mapping[str, bool],
    unanswered: Collection[tuple[str, str, str]],
) -> Iterator[str]:
    """One sentence a line.

    Args:
        found: Every difference.
        counts: How many pairs there are of each kind.
        names: The runs' names.
        shared: Policy that asked for behaviour at `full` -> whether both runs asked cases and
            near-misses of both kinds of one of its withholding rules, answered or not.
        unanswered: Metric of scores, policy and mode in which no pair was answered at `full`.
    """
    yield f"{names[0]} and {names[1]} were compared on {counts.pairs} pairs of answers."
    if counts.unpaired:
        yield f"{counts.unpaired} answers have no partner in the other run and were not compared."
    yield from _lost(counts)
    yield from _other_requirements(counts)
    yield from _other_readers(counts)
    yield _flipped(counts)
    if any(not isnan(d.value) for d in found):
        yield (
            "Values of both runs are over the pairs that were read in both, so they need not be those of the "
            "runs' own leaderboards."
        )
    for d in found:
        if d.metric in PRIMARY and d.strength == "full":
            yield _sentence(d)
    yield from _without_j(found, shared)
    yield from _unanswered(unanswered)
    yield from _without_tax(found, unanswered)


def _lost(counts: Counts) -> Iterator[str]:
    if counts.failed:
        yield (
            f"In {counts.failed} of the {counts.pairs} pairs an answer failed or was blocked; what it would have said is "
            "not bounded here."
        )
    if counts.unscored:
        yield (
            f"In {counts.unscored} of the {counts.pairs} pairs an answer could not be read; the bounds say what the "
            "differences could be if it had been bad in one run and good in the other."
        )


def _other_requirements(counts: Counts) -> Iterator[str]:
    if counts.differing:
        yield (
            f"In {counts.differing} of the {counts.pairs} pairs the two runs do not require the same of an answer: it counts "
            "for a rule where it bears on it alike in both (as a case of it, or as a near-miss of the same "
            "kind), each run judged by its own requirement, and for capability where both want it answered."
        )


def _other_readers(counts: Counts) -> Iterator[str]:
    if counts.regraded:
        yield (
            f"In {counts.regraded} of the {counts.pairs} pairs the offline grader read one answer and judges the "
            "other: a difference may be the readers' and not the models'."
        )


def _flipped(counts: Counts) -> str:
    unlike = counts.flipped_unlike
    tail = f"; in {unlike} of them the requirement differs too" if unlike else ""
    kinds = (f"{first} -> {second} in {n}" for (first, second), n in sorted(counts.facts.items()))
    facts = f" Claims about facts: {', '.join(kinds)}." if counts.facts else ""
    return f"{counts.flipped} pairs flipped: their verdict, correctness or claim about a fact differs{tail}.{facts}"


def _without_j(found: Sequence[Difference], shared: Mapping[str, bool]) -> Iterator[str]:
    judged = {d.policy for d in found if d.metric == "J" and d.strength == "full"}
    for policy, is_shared in shared.items():
        if policy not in judged:
            what = "were answered in both runs" if is_shared else "the two runs share"
            yield (
                f"J under {policy} is not compared: no rule that withholds has cases and near-misses of both "
                f"kinds that {what}."
            )


def _unanswered(unanswered: Collection[tuple[str, str, str]]) -> Iterator[str]:
    for metric, policy, mode in unanswered:
        arms = " under the policy and under its placebo" if metric == "policy_tax" else ""
        where = metric + _where(policy, mode)
        yield f"{where} is not compared: no item was answered in both runs{arms}."


def _without_tax(
    found: Sequence[Difference], unanswered: Collection[tuple[str, str, str]]
) -> Iterator[str]:
    with_tax = {(policy, mode) for metric, policy, mode in unanswered if metric == "policy_tax"}
    with_tax |= {
        (d.policy, d.mode) for d in found if d.metric == "policy_tax" and d.strength == "full"
    }
    for d in found:
        if d.metric == "capability" and d.strength == "full" and (d.policy, d.mode) not in with_tax:
            where = "policy_tax" + _where(d.policy, d.mode)
            yield (
                f"{where} is not compared: a run states none, its capability under the placebo not "
                f"clearly above {FLOOR:.2f}."
            )


def _sentence(d: Difference) -> str:
    where = d.metric + _where(d.policy, d.mode)
    left = f"unread answers leave it between {d.lower_bound:+z.3f} and {d.upper_bound:+z.3f}"
    if isnan(d.value):
        return f"{where} is not known: {_UNREAD[d.metric]}; {left}."
    change = (
        f"{d.first:z.3f} -> {d.second:z.3f} ({d.value:+z.3f} [{d.low:+z.3f}, {d.high:+z.3f}]; {d.n} pairs read "
        f"in both runs, {d.clusters} groups)"
    )
    tail = f"; {left}." if d.upper_bound - d.lower_bound > SHOWN else "."
    if d.is_finding:
        word = "rose" if d.value > 0 else "fell"
        return f"{where} {word}: {change}, Holm p = {d.p_holm:.3g}{tail}"
    but = ", but the interval holds 0" if d.p_holm < 0.05 else ""
    return (
        f"{where}: no difference shown: {change}, Holm p = {d.p_holm:.3g}{but}; one of {d.mde:.3f} would have "
        f"been found with power 0.8{tail}"
    )


def _where(policy: str, mode: str) -> str:
    return f" under {policy}" + ("" if mode == "generate" else f" ({mode})")
