"""An estimate as it is built: what is missing from it, its bounds, and its family of tests."""

import numpy as np

from lawbound.evals.metrics.build import build
from lawbound.evals.metrics.estimate import Subject
from lawbound.evals.metrics.registry import REPORTED
from lawbound.evals.metrics.tally import Tally
from lawbound.evals.stats.intervals import Mean


def test_the_part_that_lacks_most_decides_what_is_missing():
    whole = Tally(errors=1, asked=10)
    assert whole.with_part(0.05).missing_share == 0.1
    assert whole.with_part(0.5).with_part(0.2).missing_share == 0.5
    assert (whole.with_part(0.5) + Tally(asked=10)).missing_share == 0.5
    assert (whole + Tally(asked=10)).missing_share == 0.05


def test_bounds_that_nobody_gives_are_open_as_soon_as_an_answer_is_unscored():
    about, mean = Subject("m", "p", "full"), Mean(0.5, 0.4, 0.6, n=2)
    assert build(about, "J", mean, Tally(asked=2)).bounds == (0.5, 0.5)
    assert np.isnan(build(about, "J", mean, Tally(unscored=1, asked=3)).bounds).all()


def test_only_the_whole_headlines_under_the_full_policy_are_primary():
    full = Subject("m", "p", "full")
    primary = {name for name in REPORTED if build(full, name, Mean(), Tally()).family == "primary"}
    assert primary == {"J", "policy_tax"}
    for other in (Subject("m", "p", "brief"), full.sliced("lang=zh")):
        assert build(other, "J", Mean(), Tally()).family == "exploratory"
