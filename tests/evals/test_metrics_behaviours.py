"""Two writings of one definition, for a verdict and for columns of them, say the same."""

from itertools import product
from typing import get_args

import numpy as np

from lawbound.evals.metrics.behaviours import meets, withholds
from lawbound.rubrics.policy.requirement import STRICTNESS, Addon, Requirement
from lawbound.rubrics.verdict import Behaved, Reading, is_met
from lawbound.rubrics.verdict import withholds as withholds_one

CELLS = tuple(product(get_args(Behaved), STRICTNESS))


def texts(values):
    return np.array(values, dtype=object)


def test_what_withholds_is_the_same_for_a_verdict_and_for_columns():
    behaviour, base = zip(*CELLS, strict=True)
    found = withholds(texts(behaviour), texts(base))
    assert len(CELLS) == 9 * 5
    assert found.tolist() == [withholds_one(*cell) for cell in CELLS]


def test_what_is_met_is_the_same_for_a_verdict_and_for_columns():
    sets = [frozenset(), *(frozenset({name}) for name in get_args(Addon)), {*get_args(Addon)}]
    cases = list(product(CELLS, sets, sets))
    found = meets(
        texts([base for (_, base), _, _ in cases]),
        texts(["|".join(sorted(required)) for _, required, _ in cases]),
        texts([behaviour for (behaviour, _), _, _ in cases]),
        texts(["|".join(sorted(seen)) for _, _, seen in cases]),
    )
    for value, ((behaviour, base), required, seen) in zip(found.tolist(), cases, strict=True):
        met = is_met(Requirement(base, required), Reading(behaviour, seen))
        assert (None if value != value else bool(value)) is met
