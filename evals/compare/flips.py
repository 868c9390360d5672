"""Pairs of answers that flipped between two runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lawbound.evals.compare.graders import Readers
from lawbound.evals.compare.pairs import Pairs
from lawbound.evals.metrics.inputs import Mask, Rows

if TYPE_CHECKING:
    import pandas as pd


def flips_of(pairs: Pairs) -> Mask:
    """Pairs whose requirement was met in one run only, whose answer was right in one only, or that
    claim different things about a fact."""
    changed = turned(pairs)
    for name in ("met", "score"):
        one, two = pairs.first.floats(name), pairs.second.floats(name)
        changed |= ~np.isnan(one) & ~np.isnan(two) & ((one >= 0.5) != (two >= 0.5))
    return changed


def turned(pairs: Pairs) -> Mask:
    """Pairs whose claims about a fact were checked in both runs and differ."""
    one, two = outcomes(pairs.first), outcomes(pairs.second)
    found: Mask = (one != "") & (two != "") & (one != two)
    return found


def outcomes(rows: Rows) -> NDArray[np.object_]:
    """What each answer claims about a fact; empty if it failed or was blocked, and of other items."""
    found: NDArray[np.object_] = np.where(rows.lost, "", rows["outcome"])
    return found


def flips_table(
    pairs: Pairs, differs: Mask, changed: Mask, readers: tuple[Readers, Readers]
) -> pd.DataFrame:
    """One row for each flipped pair x policy."""
    import pandas as pd

    columns: dict[str, list[object]] = {}
    first, second = pairs.first.where(changed), pairs.second.where(changed)
    for name in ("policy", "strength", "mode", "item", "kind", "epoch"):
        columns[name] = first[name].tolist()
    for name in ("base", "rules", "behaviour", "met", "score", "outcome"):
        columns[f"{name}_first"] = first[name].tolist()
        columns[f"{name}_second"] = second[name].tolist()
    columns["graded_by_first"] = [*readers[0].of(pairs.policy, first)]
    columns["graded_by_second"] = [*readers[1].of(pairs.policy, second)]
    return pd.DataFrame(columns | {"requirement_differs": differs[changed]})
