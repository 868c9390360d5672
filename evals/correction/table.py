"""The rows of ``corrected.csv``: a run's rates and their corrected values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import nan
from typing import TYPE_CHECKING, Any

import numpy as np

from lawbound.evals.columns import CORRECTED
from lawbound.evals.correction.corrected_rate import CorrectedRate, minus
from lawbound.evals.correction.inference import Answers, correct
from lawbound.evals.correction.labels import Label
from lawbound.evals.leaderboard.table import table_of
from lawbound.evals.metrics.estimate import Estimate
from lawbound.evals.metrics.inputs import (
    OK,
    WITHOUT_POLICY,
    Cut,
    Mask,
    Rows,
    cuts,
    parts_of,
    read_frame,
)
from lawbound.evals.metrics.plain import plain_rate
from lawbound.evals.metrics.rule_answers import (
    RESTRICTED,
    Entries,
    complete_rules,
    rule_entries,
    worst_excess,
)
from lawbound.evals.metrics.rule_info import RuleInfos
from lawbound.evals.metrics.rules import rules_icc
from lawbound.evals.stats.arrays import Codes, Floats
from lawbound.evals.stats.intervals import Mean, codes, rate
from lawbound.rubrics.policy.requirement import Requirement
from lawbound.rubrics.verdict import Reading, is_met, is_served_plainly, withholds
from lawbound.runners.condition import FULL_WITHOUT, WRONG_REGION, arm_kind

if TYPE_CHECKING:
    import pandas as pd

UNCORRECTED = (FULL_WITHOUT, WRONG_REGION)
"""Kinds of the strengths at which no rate is corrected."""


@dataclass(frozen=True, slots=True)
class _Gold:
    """What labels say, for every row of a cut; nan if there is no label."""

    met: Floats
    plain: Floats
    withheld: Floats
    probability: Floats
    answer: Codes
    """Which answer it is."""
    chance: Floats
    """Chance of being drawn, labelled or not; 0 in strata that were not drawn from."""

    def drawn(self, rows: Codes) -> float:
        """Expected number of drawn answers among some rows."""
        _, first = np.unique(self.answer[rows], return_index=True)
        return float(self.chance[rows][first].sum())


@dataclass(frozen=True, slots=True)
class _Rate:
    """One rate over entries of a cut, as the reader and as the labels have it."""

    metric: str
    mask: Mask
    """Which entries it is over."""
    read: Floats
    label: Floats
    """What the label says for each entry; nan if there is none."""
    gap: float = 0.0
    """The bias gap of the raw rate."""


def corrected_table(
    frame: pd.DataFrame,
    rules: RuleInfos,
    labels: Mapping[str, Label],
    estimates: Sequence[Estimate],
    *,
    chance: Mapping[str, float],
) -> pd.DataFrame:
    """One row for each model x policy x strength x rate; the columns are in
    ``docs/calibration.md``.

    Args:
        frame: Verdicts of the run.
        rules: The rules of its policies.
        labels: Request key -> label.
        estimates: The raw estimates.
        chance: Request key -> chance of being drawn, labelled or not; 0 if it could not be.
    """
    raw = {(e.model, e.policy, e.strength, e.metric): e for e in estimates if not e.slice}
    pieces = cuts(read_frame(frame), rules)
    rows = [row for cut in pieces for row in _cut_rows(cut, labels, chance, raw)]
    return table_of(rows, CORRECTED)


def _cut_rows(
    cut: Cut,
    labels: Mapping[str, Label],
    chance: Mapping[str, float],
    raw: Mapping[tuple[str, str, str, str], Estimate],
) -> Iterator[dict[str, Any]]:
    gold = _gold(cut.rows, labels, chance)
    entries = rule_entries(cut)
    of_entry = cut.rows["strength"][entries.row]
    icc = rules_icc(cut, entries)
    shares: dict[str, CorrectedRate] = {}
    for strength in cut.strengths:
        if arm_kind(strength) in UNCORRECTED:
            continue
        for one in _rates(cut, strength, entries.where(of_entry == strength), gold, icc):
            known = raw.get((cut.model, cut.policy, strength, one.metric))
            if known is not None:
                one = replace(one, raw=Mean(known.value, known.low, known.high))
            yield one.row(cut, strength)
        for one in _withheld(cut, strength, gold):
            yield one.row(cut, strength)
            if not one.slice:
                shares[strength] = one
    for strength, share in shares.items():
        if strength not in WITHOUT_POLICY and "placebo" in shares:
            yield minus("withheld_change", share, shares["placebo"]).row(cut, strength)


def _gold(rows: Rows, labels: Mapping[str, Label], chance: Mapping[str, float]) -> _Gold:
    keys = rows["key"]
    _, answer = np.unique(keys.astype(str), return_inverse=True)
    unknown = np.full(len(rows), nan)
    drawn = np.array([chance.get(str(key), 0.0) for key in keys.tolist()])
    arrays = _Gold(
        unknown, unknown.copy(), unknown.copy(), unknown.copy(), answer=answer, chance=drawn
    )
    for at in np.flatnonzero(np.isin(keys.astype(str), list(labels))).tolist():
        label = labels[str(keys[at])]
        base = str(rows["base"][at])
        addons = label.addons
        if addons is None:
            addons = frozenset(parts_of(str(rows["addons"][at])))  # type: ignore[arg-type]
        required = frozenset(parts_of(str(rows["required_addons"][at])))
        requirement = Requirement(base, required)  # type: ignore[arg-type]
        reading = Reading(label.gold, addons)
        met, plain = is_met(requirement, reading), is_served_plainly(requirement, reading)
        arrays.met[at] = nan if met is None else met
        arrays.plain[at] = nan if plain is None else plain
        arrays.withheld[at] = withholds(label.gold, requirement.base)
        arrays.probability[at] = label.probability
    return arrays


def _rates(
    cut: Cut, strength: str, entries: Entries, gold: _Gold, icc: float
) -> Iterator[CorrectedRate]:
    """Adherence, excess, over-refusal and J over the withholding rules, the same ones as in the raw
    headline."""
    mine = entries.of_rules(cut.withholding)
    whole = complete_rules(mine)
    if len(whole) == 0:
        return
    used = mine.of_rules(whole)
    met = (used.role == RESTRICTED) & ~np.isnan(used.good)
    worst = worst_excess(used, used.good)
    # The worse kind of near-miss stays the one that the reader's readings chose.
    gap = worst.value - worst.honest
    names = ("prior_match", "prior_J") if strength in WITHOUT_POLICY else ("adherence", "J")
    rates = (
        _Rate(names[0], met, used.good, gold.met[used.row]),
        _Rate("excess", worst.chosen, 1 - used.good, 1 - gold.plain[used.row], gap),
        _Rate("over_refusal", worst.chosen, used.withheld, gold.withheld[used.row], gap),
    )
    adherence, excess, over = (_corrected(one, cut, used, gold, icc) for one in rates)
    yield from (adherence, excess, over)
    j = minus(names[1], adherence, excess)
    mean = used.counted(j.found.mean, met | worst.chosen)
    # An answer can be a case of one rule and a near-miss of another, and counts once.
    both = np.r_[
        used.row[met & ~np.isnan(gold.met[used.row])],
        used.row[worst.chosen & ~np.isnan(gold.plain[used.row])],
    ]
    found = replace(j.found, mean=mean, labelled=len(np.unique(gold.answer[both])))
    yield replace(j, found=found, drawn=gold.drawn(used.row[met | worst.chosen]))


def _corrected(this: _Rate, cut: Cut, entries: Entries, gold: _Gold, icc: float) -> CorrectedRate:
    mask = this.mask
    row = entries.row[mask]
    stratum, names = _strata(cut.rows.take(row))
    design = entries.design(mask, macro=True)
    weight = design.weights() if len(row) else np.empty(0)
    raw = rate(this.read[mask], design, icc=icc)
    found = correct(
        Answers(
            this.read[mask], this.label[mask], gold.probability[row], weight, stratum,
            design.cluster, gold.answer[row],
        ),
        most=raw.effective,
    )  # fmt: skip
    mean = entries.counted(replace(found.mean, low=found.mean.low - this.gap), mask)
    return CorrectedRate(this.metric, raw, replace(found, mean=mean), names, gold.drawn(row))


def _withheld(cut: Cut, strength: str, gold: _Gold) -> Iterator[CorrectedRate]:
    """The withheld share of answers at or beside a rule, overall and by stratum."""
    rows = cut.rows
    mask = (rows["strength"] == strength) & (rows["kind"] == "policy") & (rows.status == OK)
    mask &= (rows["base"] != "either") & (rows["mode"] == "generate")
    at = np.flatnonzero(mask & ((rows["rules"] != "") | (rows["near_miss"] != "")))
    if len(at) == 0:
        return
    stratum, names = _strata(rows.take(at))
    yield _share(rows, at, stratum, names, gold)
    for code, name in enumerate(names):
        some = at[stratum == code]
        yield replace(_share(rows, some, np.zeros_like(some), (name,), gold), slice=name)


def _share(
    rows: Rows, at: Codes, stratum: Codes, names: tuple[str, ...], gold: _Gold
) -> CorrectedRate:
    part = rows.take(at)
    y = part.floats("withheld")
    raw = plain_rate(part, y, stratum)
    weight = np.full(len(at), 1 / len(at))
    found = correct(
        Answers(
            y, gold.withheld[at], gold.probability[at], weight, stratum, part.codes("group"),
            gold.answer[at],
        ),
        most=raw.effective,
    )  # fmt: skip
    return CorrectedRate("withheld", raw, found, names, gold.drawn(at))


def _strata(rows: Rows) -> tuple[Codes, tuple[str, ...]]:
    """Requirement base x language; strength, model and policy are fixed in a cut."""
    pairs = zip(rows["base"].tolist(), rows["lang"].tolist(), strict=True)
    names = np.array([f"base={base},lang={lang}" for base, lang in pairs], dtype=object)
    if len(names) == 0:
        return np.empty(0, dtype=np.intp), ()
    return codes(names.astype(str)), tuple(sorted(set(names.tolist())))
