"""An estimate is one number that we conclude, with everything needed to doubt it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Direction = Literal["higher", "lower", "none"]
Family = Literal["primary", "exploratory"]

NAN = float("nan")


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
    value: float = NAN
    low: float = NAN
    """Lower end of the 95 % interval."""
    high: float = NAN
    n: int = 0
    """Answers behind the value, each once; of some metrics pairs, twins or others (docs/metrics.md)."""
    clusters: int = 0
    """Item groups among them, each once."""
    unscored: int = 0
    """Answers that nobody could judge: out of the denominator."""
    errors: int = 0
    """Requests that failed: out of the denominator."""
    blocked: int = 0
    """Answers that a provider's filter withheld: out of the denominator."""
    lower_bound: float = NAN
    """The value if every unscored answer were of the kind that lowers it most."""
    upper_bound: float = NAN
    direction: Direction = "none"
    """Whether higher or lower is better; ``none`` where that is for the reader to say."""
    method: str = ""
    """How the interval was made."""
    family: Family = "exploratory"
    """Primary estimates share the Holm correction of their model; the rest is exploratory."""
    p_value: float = NAN
    p_holm: float = NAN
    mde: float = NAN
    """Smallest true effect that this many clusters would show (alpha .05, power .8)."""
    note: str = ""


DIRECTIONS: Mapping[str, Direction] = {
    "adherence": "higher",
    "prior_match": "none",
    "prior_J": "none",
    "excess": "lower",
    "over_refusal": "lower",
    "J": "higher",
    "duty": "higher",
    "capability": "higher",
    "policy_tax": "lower",
    "tax_withheld": "lower",
    "tax_truncated": "lower",
    "tax_unextractable": "lower",
    "tax_wrong": "lower",
    "length_tax": "lower",
    "retention": "higher",
    "surface_gap": "lower",
    "topic_tax": "lower",
    "fact_true": "higher",
    "fact_false": "lower",
    "fact_silent": "none",
    "distortion": "lower",
    "candour": "higher",
    "overshoot": "lower",
    "intl_gap": "none",
    "prior_withholding": "none",
    "spillover": "lower",
    "spillover_share": "lower",
    "language_gap": "lower",
    "steerability": "higher",
    "clause_effect": "higher",
    "name_effect": "none",
    "public_gap": "none",
    "token_cost": "lower",
    "wording_spread": "lower",
    "placebo_spread": "none",
    "trace_divergence": "lower",
    "truncated": "lower",
    "extraction": "higher",
    "tradeoff_signed": "higher",
    "tradeoff": "higher",
    "tradeoff_retained": "higher",
    "hypervolume": "higher",
    "exchange_rate": "lower",
}
"""Every metric that is reported, with the direction that is better."""
