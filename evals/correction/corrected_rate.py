"""A row of ``corrected.csv``: a rate by the reader, and the same rate corrected by labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import Any

from lawbound.evals.columns import SCHEMA_VERSION
from lawbound.evals.correction.inference import Corrected, clipped
from lawbound.evals.metrics.inputs import Cut
from lawbound.evals.stats.intervals import Mean, difference


@dataclass(frozen=True, slots=True)
class CorrectedRate:
    """A rate by the reader, and the same rate corrected by labels."""

    metric: str
    raw: Mean
    found: Corrected
    strata: tuple[str, ...]
    drawn: float
    """Expected number of labels among its answers, given the sheet's chances."""
    slice: str = ""
    range: tuple[float, float] = (0.0, 1.0)
    of_short: bool = False
    """For a difference: one of its rates has too few labels, even if both together have enough."""

    @property
    def is_short(self) -> bool:
        """Whether labels are missing; a tenth may be blank or untold, and two standard errors may
        be chance.

        If each answer were drawn by itself, their number would vary by at most the root of the
        expected number; drawn along the strata, it varies less.
        """
        return self.of_short or self.found.labelled < 0.9 * self.drawn - 2 * self.drawn**0.5

    def row(self, cut: Cut, strength: str) -> dict[str, Any]:
        """Its cells, by the columns `CORRECTED`."""
        low, high = self.range
        mean = clipped(self.found.mean, low=low, high=high)
        lacking = [self.strata[i] for i in self.found.uncalibrated]
        return {
            "schema_version": SCHEMA_VERSION,
            "model": cut.model,
            "policy": cut.policy,
            "strength": strength,
            "metric": self.metric,
            "slice": self.slice,
            "raw": self.raw.value,
            "raw_low": self.raw.low,
            "raw_high": self.raw.high,
            "corrected": mean.value,
            "corrected_low": mean.low,
            "corrected_high": mean.high,
            "n": self.found.mean.n,
            "clusters": self.found.mean.clusters,
            "drawn": self.drawn,
            "labelled": self.found.labelled,
            "lambda": self.found.lambda_,
            "strata": len(self.strata),
            "uncalibrated": len(lacking),
            "note": "; ".join(
                filter(None, (self._short(), self._one_sided(), _lacking(lacking, self.found)))
            ),
        }

    def _short(self) -> str:
        if not self.is_short:
            return ""
        if self.of_short:
            return "labels of one of the two rates fall far short"
        return f"labels fall far short of the {self.drawn:.0f} drawn"

    def _one_sided(self) -> str:
        if not self.found.is_one_sided:
            return ""
        if isnan(self.found.lambda_):
            return "all labels of one of the two rates are alike"
        if self.found.lambda_ > 0:
            return "all labels are alike and show little of the reader: lambda is assumed"
        return "all labels are alike and the reader erred on some: it is not used"


def minus(metric: str, one: CorrectedRate, other: CorrectedRate) -> CorrectedRate:
    """The difference of two rates by MOVER; uncalibrated if either rate is."""
    strata = tuple(dict.fromkeys([*one.strata, *other.strata]))
    lacking = {one.strata[i] for i in one.found.uncalibrated}
    lacking |= {other.strata[i] for i in other.found.uncalibrated}
    found = Corrected(
        difference(one.found.mean, other.found.mean),
        one.found.labelled + other.found.labelled,
        nan,
        tuple(i for i, name in enumerate(strata) if name in lacking),
        is_one_sided=one.found.is_one_sided or other.found.is_one_sided,
    )
    return CorrectedRate(
        metric,
        difference(one.raw, other.raw),
        found,
        strata,
        one.drawn + other.drawn,
        range=(-1.0, 1.0),
        of_short=one.is_short or other.is_short,
    )


def _lacking(lacking: Sequence[str], found: Corrected) -> str:
    if lacking:
        more = f" and {len(lacking) - 5} more" if len(lacking) > 5 else ""
        return "uncalibrated, fewer than two labelled groups: " + "; ".join(lacking[:5]) + more
    return "" if found.mean.n else "no answers to judge"
