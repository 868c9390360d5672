"""An estimate is one number that we conclude, with everything needed to doubt it."""

from dataclasses import dataclass
from math import nan
from typing import Literal

Direction = Literal["higher", "lower", "none"]
Family = Literal["primary", "exploratory"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """One metric of one model under one policy and strength, on one slice of its verdicts."""

    metric: str
    model: str
    policy: str
    strength: str
    slice: str = ""
    """Empty for the whole, else ``rule=ID``, ``lang=zh``, ``clusters=topic`` and so on."""
    mode: str = "generate"
    """How verifiable answers were asked for; the two modes are never compared."""
    value: float = nan
    low: float = nan
    """Lower end of the 95 % interval."""
    high: float = nan
    n: int = 0
    """Answers behind the value, each once; of some metrics pairs, twins or others (docs/metrics.md)."""
    clusters: int = 0
    """Item groups among them, each once."""
    asked: int = 0
    """Answers, or pairs, that the metric asked for, used or not: the next three are of these."""
    unscored: int = 0
    """Answers that nobody could judge: out of the denominator."""
    errors: int = 0
    """Requests that failed: out of the denominator."""
    blocked: int = 0
    """Answers that a provider's filter withheld: out of the denominator."""
    missing_share: float = 0.0
    """Share of what was asked for that failed or was blocked, at its worst: of answers, of rules or families that left, of a part."""
    lower_bound: float = nan
    """The value if every unscored answer were of the kind that lowers it most."""
    upper_bound: float = nan
    direction: Direction = "none"
    """Whether higher or lower is better; ``none`` where that is for the reader to say."""
    method: str = ""
    """How the interval was made."""
    family: Family = "exploratory"
    """Primary estimates share the Holm correction of their model; the rest is exploratory."""
    p_value: float = nan
    p_holm: float = nan
    mde: float = nan
    """Smallest true effect that this many clusters would show (alpha .05, power .8)."""
    note: str = ""
