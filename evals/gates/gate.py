"""Gates for CI: limits on the bound of a metric, so that luck does not pass.

A gate reads ``METRIC[SLICE]@POLICY:STRENGTH OP NUMBER``, everything between the metric and the
operator being optional: ``J>=0.2``, ``policy_tax@cn<=0.05``, ``adherence[rule=r]@de:strict>=0.5``.
A gate also fails if more than a given share of its answers is missing: failed, or blocked by a filter.
``>=`` is held against the lower end of the interval and ``<=`` against the upper; ``J.value>=0.2`` against the value.
Unscored answers widen the bounds printed beside the value; they do not decide the gate.
A mark is the number that is to be reached, in a gate and in a threshold alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from math import isnan
from typing import Literal

from lawbound.evals.folder.plausible import ROUNDED
from lawbound.evals.gates.thresholds import MOST_MISSING, RATES, ThresholdResult
from lawbound.evals.metrics.estimate import Estimate
from lawbound.evals.metrics.inputs import MetricError
from lawbound.evals.metrics.registry import REPORTED
from lawbound.rubrics.reference import is_reference
from lawbound.tasks.io.messages import did_you_mean

PLACE = r"(?:@(?P<policy>[^:<>=\s]+))?(?::(?P<strength>[^<>=\s]+))?"
"""How the policy and the strength of a metric are written."""
_GATE = re.compile(
    r"\s*(?P<metric>[A-Za-z_]+)(?P<value>\.value)?(?:\[(?P<slice>[^\]]*)\])?"
    + PLACE
    + r"\s*(?P<op>>=|<=)\s*(?P<mark>-?[0-9.]+(?:e-?[0-9]+)?)\s*"
)


FREE = {"J": "prior_J", "adherence": "prior_match"}
"""What following a policy is called in an arm where the model was not given one."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate, parsed."""

    text: str
    metric: str
    slice: str
    policy: str
    """Empty means every policy."""
    strength: str
    side: Literal["low", "high", "value"]
    op: Literal[">=", "<="]
    mark: float

    def holds(self, number: float) -> bool:
        """Whether a number is on the right side of the mark; an unknown one is not."""
        return number >= self.mark if self.op == ">=" else number <= self.mark


@dataclass(frozen=True, slots=True)
class GateResult:
    """A gate held against one estimate."""

    gate: Gate
    estimate: Estimate
    found: float
    """The bound that was compared."""
    passed: bool
    """False if the bound is unknown or too many answers are missing."""
    is_short: bool
    """Whether too many of the answers are missing: failed, damaged, not asked or blocked."""

    @property
    def is_open(self) -> bool:
        """Whether it passes although unscored answers could move the value itself across the
        mark."""
        at_worst = self.estimate.lower_bound if self.gate.op == ">=" else self.estimate.upper_bound
        return self.passed and not isnan(at_worst) and not self.gate.holds(at_worst)


def parse_gate(text: str) -> Gate:
    """Read a gate.

    Raises:
        MetricError: It is malformed, names an unknown metric, or holds a mark that the metric cannot have.
    """
    match = _GATE.fullmatch(text)
    if match is None:
        raise MetricError(
            f"gate: found {text!r}, expected METRIC[SLICE]@POLICY:STRENGTH>=NUMBER or <=NUMBER"
        )
    metric = match["metric"]
    if metric in RATES:
        raise MetricError(
            f"gate {text!r}: '{metric}' is what a policy's thresholds are held against, expected thresholds=True, "
            "which holds those, or a metric of metrics.csv"
        )
    if metric not in REPORTED:
        hint = did_you_mean(metric, REPORTED)
        raise MetricError(
            f"gate {text!r}: metric '{metric}' does not exist, expected one of "
            f"{'metrics.csv' if hint else ', '.join(REPORTED)}{hint}"
        )
    try:
        mark = float(match["mark"])
    except ValueError as fault:
        raise MetricError(f"gate {text!r}: {match['mark']!r} is not a number") from fault
    if why := _out_of_reach(mark, metric):
        raise MetricError(f"gate {text!r}: {why}")
    op: Literal[">=", "<="] = ">=" if match["op"] == ">=" else "<="
    side: Literal["low", "high", "value"] = "low" if op == ">=" else "high"
    return Gate(
        text=text.strip(),
        metric=metric,
        slice=match["slice"] or "",
        policy=match["policy"] or "",
        strength=match["strength"] or REPORTED[metric].usual_strength,
        side="value" if match["value"] else side,
        op=op,
        mark=mark,
    )


def check_gates(
    gates: Sequence[str],
    estimates: Iterable[Estimate],
    *,
    most_missing: float = MOST_MISSING,
) -> tuple[GateResult, ...]:
    """Hold every gate against every estimate that it names.

    Args:
        gates: Gates as people write them.
        estimates: Estimates of a run.
        most_missing: Share of an estimate's answers that may be missing or blocked.

    Raises:
        MetricError: A gate is malformed or fits no estimate at all.
    """
    everything = list(estimates)
    known = [e for e in everything if not is_reference(e.model)]
    results: list[GateResult] = []
    for text in gates:
        gate = parse_gate(text)
        fitting = [e for e in known if _fits(gate, e)]
        if not fitting:
            raise MetricError(f"gate {text!r}: {_why_nothing_fits(gate, known, everything)}")
        results += [_hold(gate, e, most_missing) for e in fitting]
    return tuple(results)


def _out_of_reach(mark: float, metric: str) -> str:
    """What is wrong with a mark outside the metric's range, which would always or never hold."""
    least, most = REPORTED[metric].least, REPORTED[metric].most
    if least <= mark <= most:
        return ""
    share = mark / 100
    hint = f"; {mark:g} % is {share:g}" if abs(mark) <= 100 and least <= share <= most else ""
    return f"mark is {mark:g}, expected one from {least:g} to {most:g}, which '{metric}' can have{hint}"


def _why_nothing_fits(gate: Gate, known: Sequence[Estimate], everything: Sequence[Estimate]) -> str:
    """What was found instead of a fitting estimate, and what was expected."""
    if everything and not known:
        return (
            f"only reference models stand in this run (under {_names(e.policy for e in everything)}), "
            "expected estimates of a model's own"
        )
    if any(_fits(gate, e) for e in everything):
        return "only reference models have such an estimate, expected a model's own"
    slices = dict.fromkeys(e.slice for e in known if _fits(replace(gate, slice=e.slice), e))
    if slices:
        found = f"no slice '{gate.slice}'" if gate.slice else "no estimate without a slice"
        near = get_close_matches(gate.slice, slices, n=3, cutoff=0.0)
        return (
            f"{found} of '{gate.metric}' in this run, expected one such as "
            f"{', '.join(repr(name) for name in near)}"
        )
    free = replace(gate, metric=FREE.get(gate.metric, ""))
    if any(_fits(free, e) for e in known):
        return f"no policy is followed at '{gate.strength}', where '{gate.metric}' is called '{free.metric}', expected that"
    under = f" under {gate.policy}" if gate.policy else ""
    return (
        f"no estimate of '{gate.metric}' at '{gate.strength}'{under} in this run, expected policies "
        f"{_names(e.policy for e in known)} and strengths "
        f"{_names(e.strength for e in known if e.metric == gate.metric)}"
    )


def _names(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names)) or "none"


def _fits(gate: Gate, e: Estimate) -> bool:
    return (
        e.metric == gate.metric
        and e.slice == gate.slice
        and e.strength == gate.strength
        and (not gate.policy or e.policy == gate.policy)
    )


def _hold(gate: Gate, e: Estimate, most_missing: float) -> GateResult:
    found = float(getattr(e, gate.side))
    is_short = e.missing_share > most_missing
    return GateResult(gate, e, found, gate.holds(found) and not is_short, is_short)


def missing_text(of: Estimate | ThresholdResult) -> str:
    """How many of its answers, or pairs of them, are missing, and which share counts if it is
    another."""
    left_out = of.left_out
    parts = []
    if left_out.errors or not left_out.blocked:
        parts.append(f"{left_out.errors} of {left_out.asked} failed, damaged or not asked")
    if left_out.blocked:
        parts.append(f"{left_out.blocked} of {left_out.asked} blocked by a provider's filter")
    worst = (
        "; the share is that of the rules or families that left for it, or of the part or side that lacks most"
        if of.missing_share > left_out.missing_share + ROUNDED
        else ""
    )
    return (
        f"{100 * of.missing_share:.3g} % of what was asked of {of.model} under {of.policy} is missing "
        f"({', '.join(parts)}{worst})"
    )
