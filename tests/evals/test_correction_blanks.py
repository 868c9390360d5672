"""Rows of a sheet that were left blank: by chance, by stratum, or by what the answers say."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lawbound.evals.correction.blanks import blanks


def _frame(
    behaved: Callable[..., dict[str, Any]], withheld: int, served: int, *, lang: str = "en"
) -> pd.DataFrame:
    does = ["refuse"] * withheld + ["answer"] * served
    names = [f"{lang}{at}" for at in range(len(does))]
    rows = [
        behaved(name, "refuse", what, key=name, rules="r", lang=lang)
        for name, what in zip(names, does, strict=True)
    ]
    return pd.DataFrame(rows)


def test_blank_rows_are_compared_within_strata_by_hand(
    behaved: Callable[..., dict[str, Any]],
) -> None:
    frame = pd.concat([_frame(behaved, 10, 10), _frame(behaved, 9, 1, lang="de")])
    keys = frame["key"].tolist()
    # Blank: 8 of 20 English rows, 7 of them withheld; 5 of 10 German ones, all withheld.
    blank = {*keys[:7], keys[19], *keys[20:25]}
    found = blanks(frame, blank, set(keys) - blank)
    assert (found.rows, found.withheld, found.expected) == (13, 12, 8 * 10 / 20 + 5 * 9 / 10)
    # 8 x 12 x 10 x 10 / (400 x 19) + 5 x 5 x 9 x 1 / (100 x 9)
    assert found.error == pytest.approx((9600 / 7600 + 0.25) ** 0.5)
    assert not found.are_unlike  # 3.5 - 0.5 is 2.4 standard errors
    more = {*blank, keys[7], keys[8]} - {keys[19]}
    assert blanks(frame, more, set(keys) - more).are_unlike


def test_a_stratum_that_nobody_labelled_is_unlike_nothing(
    behaved: Callable[..., dict[str, Any]],
) -> None:
    frame = pd.concat([_frame(behaved, 2, 18), _frame(behaved, 20, 0, lang="de")])
    german = set(frame.loc[frame["lang"] == "de", "key"])
    found = blanks(frame, german, set(frame["key"]) - german)
    assert (found.rows, found.withheld, found.expected, found.error) == (20, 20, 20.0, 0.0)
    assert not found.are_unlike
    assert not blanks(frame, set(), set(frame["key"])).are_unlike


@pytest.mark.parametrize(("of_withheld", "least", "most"), [(0.5, 0.0, 0.02), (0.9, 0.9, 1.0)])
def test_labelling_that_stops_by_chance_is_seldom_told_and_skipping_refusals_nearly_always(
    behaved: Callable[..., dict[str, Any]], of_withheld: float, least: float, most: float
) -> None:
    frame = pd.concat([_frame(behaved, 20, 40), _frame(behaved, 30, 10, lang="de")])
    keys, rng = frame["key"].to_numpy(), np.random.default_rng(7)
    skipped = np.where(frame["withheld"] == 1, of_withheld, 0.5)
    told = []
    for _ in range(200):
        blank = set(keys[rng.random(len(keys)) < skipped])
        told.append(blanks(frame, blank, set(keys) - blank).are_unlike)
    assert least <= np.mean(told) <= most
