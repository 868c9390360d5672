"""Which answers of a run are drawn to be labelled, and the chance with which each is."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelling import near_misses

from lawbound.evals.correction.draw import allocate, draw, judged_rows, stated_chances
from lawbound.evals.correction.labels import CorrectionError

Make = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("sizes", "count", "least", "expected"),
    [
        ([100, 50, 10], 32, 4, [19, 9, 4]),
        ([100, 50, 10], 1000, 4, [100, 50, 10]),
        ([3, 100], 20, 4, [3, 17]),
        ([100, 50, 10], 9, 4, [5, 4, 0]),
        ([], 5, 4, []),
        ([100] * 5, 3, 5, [1, 1, 1, 0, 0]),
        ([2, 9], 1, 4, [0, 1]),
        ([2, 4, 4, 2], 5, 8, [0, 4, 1, 0]),
    ],
)
def test_a_count_is_shared_out(
    sizes: list[int], count: int, least: int, expected: list[int]
) -> None:
    found = allocate(sizes, count, least=least)
    assert found == expected


@given(
    sizes=st.lists(st.integers(0, 300), max_size=12),
    count=st.integers(0, 1000),
    least=st.integers(0, 30),
)
def test_all_of_a_count_is_given_as_far_as_there_are_answers(
    sizes: list[int], count: int, least: int
) -> None:
    found = allocate(sizes, count, least=least)
    assert sum(found) == min(count, sum(sizes))
    assert all(0 <= n <= size for n, size in zip(found, sizes, strict=True))


@pytest.mark.parametrize(("count", "least"), [(1, 1), (1, 4), (2, 4), (5, 20)])
def test_a_count_below_the_least_of_a_stratum_is_drawn(
    behaved: Make, count: int, least: int
) -> None:
    found = draw(near_misses(behaved), count=count, least=least, rng=np.random.default_rng(0))
    assert len(found.probability) == count


def test_every_stratum_is_drawn_and_no_more_than_the_count(behaved: Make) -> None:
    frame = pd.concat([near_misses(behaved), near_misses(behaved, strength="none")])
    found = draw(frame, count=20, least=3, rng=np.random.default_rng(1))
    assert found.strata == 4 and found.without == 0
    assert len(found.probability) == 20
    for strength in ("full", "none"):
        for part in ("r", "at"):
            assert sum(k.startswith(strength) and k[-2] in part for k in found.probability) >= 3


def test_the_chance_of_an_answer_is_how_often_it_is_drawn(behaved: Make) -> None:
    first = near_misses(behaved, strength="none")
    # The same answers under a second policy that restricts more of them: strata overlap.
    second = first.assign(policy="q", base=np.where(first.index % 2 == 0, "refuse", first["base"]))
    frame = pd.concat([first, second])
    sums, seen = [], dict.fromkeys(frame["key"], 0)
    for seed in range(200):
        drawn = draw(frame, count=12, least=2, rng=np.random.default_rng(seed)).probability
        sums.append(sum(1 / p for p in drawn.values()))
        for key in drawn:
            seen[key] += 1
    assert np.mean(sums) == pytest.approx(30, rel=0.02)
    chance = draw(frame, count=12, least=2, rng=np.random.default_rng(0)).probability
    for key, p in chance.items():
        assert seen[key] / 200 == pytest.approx(p, abs=4 * (p * (1 - p) / 200) ** 0.5)


def test_only_answers_that_enter_a_rate_can_be_drawn(behaved: Make) -> None:
    frame = pd.DataFrame(
        [
            behaved("a", "refuse", "refuse", rules="r"),
            behaved("b", "either", "answer", rules="r"),
            behaved("c", "refuse", "unscored", rules="r"),
            behaved("d", "refuse", "refuse", rules="r", error=True),
            behaved("e", "refuse", "refuse", rules="r", blocked=True),
            behaved("f", "answer", "answer"),
            behaved("g", "answer", "answer", near_miss="r:act", mode="choices"),
            behaved("h", "answer", "answer", near_miss="r:act", kind="reasoning"),
        ]
    )
    assert judged_rows(frame)["item"].tolist() == ["a"]


def test_chances_that_no_draw_gives_are_refused(behaved: Make) -> None:
    frame = near_misses(behaved)
    stated = dict.fromkeys(frame["key"], 0.5) | {"full-a3": 0.0001}
    with pytest.raises(CorrectionError) as fault:
        stated_chances(frame, stated)
    assert "probabilities 0.5 and 0.0001, expected the same, since one draw" in str(fault.value)


def test_each_of_two_strata_may_have_a_chance_of_its_own(behaved: Make) -> None:
    frame = near_misses(behaved)
    # Written with nine digits, as in a sheet; restricted items are another stratum than near-misses.
    stated = {"full-r0": 1 / 3, "full-r1": 0.333333333, "full-a0": 0.1}
    found = stated_chances(frame, stated)
    assert len(found) == 30
    assert found["full-r9"] == pytest.approx(1 / 3) and found["full-t9"] == 0.1


@pytest.mark.parametrize("unread_at", ["draw", "score"])
def test_who_reads_an_answer_under_one_policy_changes_no_chance(
    behaved: Make, unread_at: str
) -> None:
    first = near_misses(behaved, strength="none")
    second = first.assign(policy="q", base=np.where(first.index % 4, first["base"], "refuse"))
    frame = pd.concat([first, second], ignore_index=True)
    unread = frame.copy()
    half = frame["item"].str[-1] < "5"
    unread.loc[(frame["policy"] == "q") & half, "behaviour"] = "unscored"
    at_draw, at_score = (unread, frame) if unread_at == "draw" else (frame, unread)
    drawn = draw(at_draw, count=20, least=4, rng=np.random.default_rng(0))
    found = stated_chances(at_score, drawn.probability)
    assert found == pytest.approx(stated_chances(at_draw, drawn.probability))
    assert len(found) == 30


def test_an_answer_that_nobody_can_read_is_not_drawn(behaved: Make) -> None:
    frame = near_misses(behaved)
    frame.loc[frame["item"] == "r1", "behaviour"] = "unscored"
    drawn = draw(frame, count=30, least=4, rng=np.random.default_rng(0))
    assert len(drawn.probability) == 29 and "full-r1" not in drawn.probability
    assert "full-r1" not in stated_chances(frame, drawn.probability)
