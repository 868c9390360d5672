"""Every reported metric, and what is fixed for it before it has a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from lawbound.evals.metrics.estimate import Direction


@dataclass(frozen=True, slots=True)
class Metric:
    """What is fixed for a metric before it has a value: direction, strength, range."""

    direction: Direction
    by_mode: bool = False
    """Whether each mode has a value of its own, which must not appear in another mode's row."""
    is_primary: bool = False
    """Whether its values under the full policy, whole, share their model's Holm correction."""
    usual_strength: str = "full"
    """The strength used if none is named."""
    least: float = -1.0
    """Lowest possible value, also for the ends of an interval."""
    most: float = 1.0
    """Highest possible value, also for the ends of an interval."""


HYPERVOLUME_STRENGTHS = ("brief", "full", "strict")
"""The strengths whose points span the hypervolume."""

REPORTED: Mapping[str, Metric] = {
    "adherence": Metric("higher", least=0),
    "prior_match": Metric("none", usual_strength="none", least=0),
    "prior_J": Metric("none", usual_strength="none"),
    "excess": Metric("lower", least=0),
    "over_refusal": Metric("lower", least=0),
    "J": Metric("higher", is_primary=True),
    "duty": Metric("higher"),
    "capability": Metric("higher", by_mode=True),
    "policy_tax": Metric("lower", by_mode=True, is_primary=True, least=-2, most=2),
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
    "hypervolume": Metric(
        "higher", by_mode=True, usual_strength="+".join(HYPERVOLUME_STRENGTHS), least=0
    ),
    "exchange_rate": Metric("lower", by_mode=True, least=-inf, most=inf),
}
"""Every metric that is reported."""
