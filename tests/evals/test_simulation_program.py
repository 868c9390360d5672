"""A model with known rates through the whole program: planned, asked, stored, judged, concluded."""

import pytest

from lawbound.evals.evaluate import evaluate
from lawbound.evals.run_spec import RunSpec

TRUTH = {
    ("adherence", "full"): 0.9,
    ("J", "full"): 0.8,
    ("capability", "placebo"): 0.7,
    ("capability", "full"): 0.65,
    ("policy_tax", "full"): 0.05,
    ("retention", "full"): 0.65 / 0.7,
    ("tradeoff", "full"): 0.8 * 0.65,
}


@pytest.mark.sim
def test_the_intervals_of_a_run_hold_the_rates_of_the_synthetic_model(tmp_path):
    rates = "adherence=0.9&over_refusal=0.1&capability=0.7&policy_tax=0.05"
    spec = RunSpec(
        suite="standard",
        models=tuple(f"reference:synthetic?{rates}&seed={seed}" for seed in range(4)),
        policies=("de", "us"),
        strengths=("none", "placebo", "full"),
        references=False,
    )
    held = [
        e.low <= TRUTH[e.metric, e.strength] <= e.high
        for e in evaluate(spec, tmp_path / "run").estimates
        if e.slice == "" and (e.metric, e.strength) in TRUTH
    ]
    assert len(held) == 4 * 2 * len(TRUTH)
    assert sum(held) / len(held) >= 0.93
