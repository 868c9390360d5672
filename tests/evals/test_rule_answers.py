"""The worse kind of near-miss, and what choosing it adds: values worked by hand."""

import numpy as np
import pytest

from lawbound.evals.metrics.rule_answers import NEAR_ACT, NEAR_TOPIC, Entries, worst_excess

FIRST, SECOND = 0, 0b1111  # every halving puts a group of one and a group of the other apart


def near_misses(*answers):
    """Near-misses (rule, kind, half, served plainly), each a group of its own."""
    rule, role, half, good = (np.array(column) for column in zip(*answers, strict=True))
    at = np.arange(len(answers))
    return Entries(
        row=at, rule=rule, role=role, good=good.astype(float), withheld=1.0 - good, cluster=at,
        draw=half, topic=at, unit=at, wording=at * 0, lang=np.full(len(at), "en", dtype=object),
        status=np.zeros(len(at), dtype=np.int8),
    )  # fmt: skip


def one_rule(rule, first_act, second_act, first_topic, second_topic):
    """Whether each of two near-misses of a kind was served, in each half."""
    places = ((NEAR_ACT, FIRST), (NEAR_ACT, SECOND), (NEAR_TOPIC, FIRST), (NEAR_TOPIC, SECOND))
    served = (first_act, second_act, first_topic, second_topic)
    return [
        (rule, kind, half, good)
        for (kind, half), both in zip(places, served, strict=True)
        for good in both
    ]


TIED = ((0, 0), (1, 1), (1, 1), (0, 0))
"""Each kind is half bad: `act` in the first half of the groups, `topic` in the second."""
UNTIED = ((0, 0), (0, 1), (1, 1), (0, 0))


def gap(*answers):
    entries = near_misses(*answers)
    found = worst_excess(entries, entries.good)
    return found.value - found.honest


def test_kinds_that_are_equally_bad_have_the_gap_of_a_choice_made_elsewhere():
    # The kind that is worse in one half is never bad in the other: 0 where the value says 1/2.
    assert gap(*one_rule(0, *TIED)) == pytest.approx(0.5)


def test_a_rule_brings_the_same_gap_to_its_own_row_and_to_a_mean_over_rules():
    tied, untied = one_rule(0, *TIED), one_rule(1, *UNTIED)
    # Untied: `act` 3/4. The second half picks `topic`, 0 in the first; the first picks `act`, 1/2.
    assert gap(*untied) == pytest.approx(0.75 - 0.25)
    assert gap(*tied, *untied) == pytest.approx((0.5 + 0.5) / 2)


def test_nothing_was_chosen_where_a_rule_has_one_kind():
    assert gap((0, NEAR_ACT, FIRST, 0), (0, NEAR_ACT, SECOND, 1)) == 0


def test_kinds_that_are_alike_in_every_half_have_no_gap():
    assert gap(*one_rule(0, (0, 1), (0, 1), (0, 1), (0, 1))) == 0
