"""An estimate: one number that a run gives, with its interval, its counts and everything else needed to question it."""

from dataclasses import dataclass, replace
from math import nan
from typing import Literal

from lawbound.evals.metrics.tally import Tally

Direction = Literal["higher", "lower", "none"]
Family = Literal["primary", "exploratory"]


@dataclass(frozen=True, slots=True)
class Subject:
    """What estimates are about, apart from their metrics."""

    model: str
    policy: str
    strength: str
    slice: str = ""
    mode: str = "generate"

    def sliced(self, slice: str) -> "Subject":
        """A part of it."""
        return replace(self, slice=slice)


@dataclass(frozen=True, slots=True)
class Estimate:
    """One metric of one model under one policy and strength, on one slice of its verdicts."""

    metric: str
    model: str
    policy: str
    strength: str
    slice: str = ""
    """Empty for the whole, else a part: ``rule=ID``, ``lang=zh``, ``clusters=topic`` and so on."""
    mode: str = "generate"
    """How reasoning items were asked; the two modes are never compared."""
    value: float = nan
    low: float = nan
    """Lower end of the 95 % interval."""
    high: float = nan
    n: int = 0
    """Answers behind the value, each counted once; some metrics count pairs, twins or others
    (docs/metrics.md)."""
    clusters: int = 0
    """Item groups among those answers, each counted once."""
    asked: int = 0
    """Answers, or pairs, that the metric asked for, used or not; includes the next three counts."""
    unscored: int = 0
    """Answers that could not be graded: not in the denominator."""
    errors: int = 0
    """Requests that failed: not in the denominator."""
    blocked: int = 0
    """Answers that a provider's filter withheld: not in the denominator."""
    missing_share: float = 0.0
    """The largest share that failed or was blocked: among the answers, among the rules or families
    that dropped out, or within one component."""
    lower_bound: float = nan
    """The value if every unscored answer were of the kind that lowers it most."""
    upper_bound: float = nan
    direction: Direction = "none"
    """Whether higher or lower is better; ``none`` leaves that to the reader."""
    method: str = ""
    """How the interval was computed."""
    family: Family = "exploratory"
    """Primary estimates share their model's Holm correction; all others are exploratory."""
    p_value: float = nan
    p_holm: float = nan
    mde: float = nan
    """Smallest true effect that this many clusters would detect (alpha .05, power .8)."""
    note: str = ""

    @property
    def bounds(self) -> tuple[float, float]:
        """Its lower and upper bound."""
        return self.lower_bound, self.upper_bound

    @property
    def left_out(self) -> Tally:
        """Its four counts of answers that were asked for and of those not used."""
        return Tally(self.unscored, self.errors, self.blocked, self.asked)
