"""Two verdict frames compared, as tests of comparisons look at them."""

import pandas as pd

from lawbound.evals.compare.difference import Difference
from lawbound.evals.compare.runs import Comparison, compare_frames
from lawbound.evals.metrics.rule_info import RuleInfos


def compared(
    first: pd.DataFrame, second: pd.DataFrame, rules: RuleInfos
) -> tuple[dict[str, Difference], Comparison]:
    """The differences at full strength by metric, and all of it."""
    found = compare_frames(first, second, rules, seed=0, resamples=50)
    return {d.metric: d for d in found.differences if d.strength == "full"}, found
