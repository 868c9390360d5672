"""An estimate is one number that we conclude, with everything needed to doubt it."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, nan
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


@dataclass(frozen=True, slots=True)
class Metric:
    """What is known of a metric before it has a value."""

    direction: Direction
    by_mode: bool = False
    """Whether each way of asking has a value of its own, which no row of another may show."""
    usual_strength: str = "full"
    """Meant where nobody names one."""
    least: float = -1.0
    """No value and no end of an interval lies below."""
    most: float = 1.0
    """No value and no end of an interval lies above."""


REPORTED: Mapping[str, Metric] = {
    "adherence": Metric("higher", least=0),
    "prior_match": Metric("none", usual_strength="none", least=0),
    "prior_J": Metric("none", usual_strength="none"),
    "excess": Metric("lower", least=0),
    "over_refusal": Metric("lower", least=0),
    "J": Metric("higher"),
    "duty": Metric("higher"),
    "capability": Metric("higher", by_mode=True),
    "policy_tax": Metric("lower", by_mode=True, least=-2, most=2),
    "tax_withheld": Metric("lower", by_mode=True, least=-2, most=2),
    "tax_truncated": Metric("lower", by_mode=True, least=-2, most=2),
    "tax_unextractable": Metric("lower", by_mode=True, least=-2, most=2),
    "tax_wrong": Metric("lower", by_mode=True, least=-2, most=2),
    "length_tax": Metric("lower", by_mode=True, usual_strength="placebo", least=-2, most=2),
    "retention": Metric("higher", by_mode=True, least=-inf),
    "surface_gap": Metric("lower", by_mode=True, least=-2, most=2),
    "topic_tax": Metric("lower", by_mode=True, least=-4, most=4),
    "fact_true": Metric("higher", least=0),
    "fact_false": Metric("lower", least=0),
    "fact_silent": Metric("none", least=0),
    "distortion": Metric("lower"),
    "candour": Metric("higher", least=0),
    "overshoot": Metric("lower", least=0),
    "intl_gap": Metric("none", least=0),
    "prior_withholding": Metric("none", usual_strength="none"),
    "spillover": Metric("lower"),
    "spillover_share": Metric("lower", least=0),
    "language_gap": Metric("lower"),
    "steerability": Metric("higher"),
    "clause_effect": Metric("higher"),
    "name_effect": Metric("none"),
    "public_gap": Metric("none"),
    "token_cost": Metric("lower", least=-inf, most=inf),
    "wording_spread": Metric("lower", least=0, most=4),
    "placebo_spread": Metric("none", by_mode=True, usual_strength="placebo", least=0, most=4),
    "trace_divergence": Metric("lower", least=0),
    "truncated": Metric("lower", least=0),
    "extraction": Metric("higher", by_mode=True, least=0),
    "tradeoff_signed": Metric("higher", by_mode=True),
    "tradeoff": Metric("higher", by_mode=True, least=0),
    "tradeoff_retained": Metric("higher", by_mode=True, least=0),
    "hypervolume": Metric("higher", by_mode=True, usual_strength="brief+full+strict", least=0),
    "exchange_rate": Metric("lower", by_mode=True, least=-inf, most=inf),
}
"""Every metric that is reported."""
