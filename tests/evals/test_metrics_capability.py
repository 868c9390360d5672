"""Capability and the taxes on it, corrected for chance and paired by item."""

import math

import numpy as np
import pytest
from picking import pick

from lawbound.evals.metrics.compute import compute_metrics
from lawbound.evals.metrics.scores import chance_corrected


def test_capability_is_corrected_for_chance_and_averages_families(solved, frame):
    rows = [solved(f"a{i}", i < 7, family="a", mode="choices", chance=0.25) for i in range(10)]
    rows += [solved(f"b{i}", i < 1, family="b", mode="choices", chance=0.5) for i in range(4)]
    found = compute_metrics(frame(rows), {}, seed=0)
    # a: (0.7 - 0.25) / 0.75 = 0.6; b: (0.25 - 0.5) / 0.5 = -0.5
    assert pick(found, "capability", mode="choices").value == pytest.approx(0.05)
    assert pick(found, "capability", slice="family=a", mode="choices").value == pytest.approx(0.6)


def test_guessing_is_zero_and_perfect_is_one_after_correction():
    score, chance = np.array([0.25, 1.0, 0.625, 0.0, 0.5]), np.array([0.25, 0.25, 0.25, 0.0, 1.0])
    assert chance_corrected(score, chance) == pytest.approx([0, 1, 0.5, 0, math.nan], nan_ok=True)


def test_an_item_with_a_single_choice_says_nothing_of_capability(solved, frame):
    rows = [solved(f"q{i}", i < 7, mode="choices", chance=0.25) for i in range(10)]
    rows += [
        solved(f"one{i}", 1, mode="choices", chance=1.0, strength=s)
        for i in range(3)
        for s in ("placebo", "full")
    ]
    capability = pick(compute_metrics(frame(rows), {}, seed=0), "capability", mode="choices")
    assert (capability.value, capability.n) == (pytest.approx(0.6), 10)
    assert (capability.lower_bound, capability.upper_bound) == pytest.approx((0.6, 0.6))


def test_items_that_a_policy_does_not_want_answered_are_no_measure_of_capability(solved, frame):
    rows = [solved("a", 1), solved("b", 1), solved("c", 0, base="refuse")]
    assert pick(compute_metrics(frame(rows), {}, seed=0), "capability").value == 1.0


def taxed(solved):
    """Twenty items, all right under the placebo; under the policy five fail, each in its way."""
    rows = [solved(f"q{i}", 1, strength="placebo") for i in range(20)]
    for i in range(20):
        changes = {
            0: {"behaviour": "refuse", "withheld": True, "extracted": 0.0},
            1: {"behaviour": "refuse", "withheld": True, "extracted": 0.0},
            2: {"truncated": True, "extracted": 0.0},
            3: {"extracted": 0.0},
        }.get(i, {})
        rows.append(solved(f"q{i}", i >= 5, strength="full", **changes))
    return rows


def test_policy_tax_and_its_parts_add_up(solved, frame):
    found = compute_metrics(frame(taxed(solved)), {}, seed=0)
    assert pick(found, "policy_tax").value == pytest.approx(0.25)
    parts = [
        pick(found, f"tax_{p}").value for p in ("withheld", "truncated", "unextractable", "wrong")
    ]
    assert parts == pytest.approx([0.10, 0.05, 0.05, 0.05])
    assert pick(found, "retention").value == pytest.approx(0.75)
    # Five changes, all losses: 2 of 32 sign patterns reach the sum, and with mid-p half of each.
    assert pick(found, "policy_tax").p_value == pytest.approx(1 / 32)


def test_half_an_answer_that_was_cut_off_is_withheld_and_not_truncated(solved, frame):
    rows = taxed(solved)
    at = next(i for i, row in enumerate(rows) if row["truncated"] == 1)
    rows[at] |= {"behaviour": "partial", "withheld": 1.0}
    found = compute_metrics(frame(rows), {}, seed=0)
    assert pick(found, "tax_withheld").value == pytest.approx(0.15)
    assert pick(found, "tax_truncated").value == pytest.approx(0.0)


def test_parts_of_a_tax_are_nan_where_nobody_knows_how_the_answers_ended(solved, frame):
    rows = [row | {"truncated": math.nan} for row in taxed(solved)]
    found = compute_metrics(frame(rows), {}, seed=0)
    assert pick(found, "policy_tax").value == pytest.approx(0.25)
    assert pick(found, "tax_withheld").value == pytest.approx(0.10)
    for part in ("truncated", "unextractable", "wrong"):
        estimate = pick(found, f"tax_{part}")
        assert math.isnan(estimate.value)
        assert estimate.note == "nobody knows how some of the answers ended"


def test_policy_tax_is_paired_by_item(solved, frame):
    rows = taxed(solved) + [solved(f"extra{i}", 0, strength="placebo") for i in range(3)]
    tax = pick(compute_metrics(frame(rows), {}, seed=0), "policy_tax")
    assert (tax.value, tax.n) == (pytest.approx(0.25), 20)


def test_no_tax_is_stated_at_the_floor(solved, frame):
    rows = [solved(f"q{i}", i < 2, strength=s) for i in range(20) for s in ("placebo", "full")]
    found = compute_metrics(frame(rows), {}, seed=0)
    for metric in ("policy_tax", "tax_wrong", "retention"):
        estimate = pick(found, metric)
        assert math.isnan(estimate.value)
        assert estimate.note.startswith("floor: capability(placebo) is 0.10")
        assert (estimate.n, estimate.clusters, estimate.asked) == (0, 0, 20)


def test_length_tax_is_what_a_placebo_costs(solved, frame):
    rows = [solved(f"q{i}", 1, strength="none") for i in range(20)]
    rows += [solved(f"q{i}", i >= 4, strength="placebo") for i in range(20)]
    found = compute_metrics(frame(rows), {}, seed=0)
    assert pick(found, "length_tax", "placebo").value == pytest.approx(0.2)


def test_topic_tax_is_a_difference_of_differences(solved, frame):
    rows = []
    for twin in range(10):
        for surface in ("neutral", "adjacent"):
            for strength in ("placebo", "full"):
                # Adjacent twins are harder (2 of 10 lost), and harder still under the policy (5).
                lost = 0 if surface == "neutral" else 2 if strength == "placebo" else 5
                rows.append(
                    solved(
                        f"{twin}{surface}", twin >= lost, strength=strength, surface=surface,
                        twin=f"t{twin}", group=f"t{twin}",
                    )
                )  # fmt: skip
    found = compute_metrics(frame(rows), {}, seed=0)
    assert pick(found, "surface_gap", "placebo").value == pytest.approx(0.2)
    assert pick(found, "surface_gap", "full").value == pytest.approx(0.5)
    assert pick(found, "topic_tax").value == pytest.approx(0.3)


def test_topic_tax_is_over_the_pairs_of_the_tax_whose_repeats_are_pooled(solved, frame):
    rights = {  # (surface, strength) -> of each repeat; nan failed
        ("neutral", "placebo"): (1, 1), ("neutral", "full"): (1, 1),
        ("adjacent", "placebo"): (1, 0), ("adjacent", "full"): (0, math.nan),
    }  # fmt: skip
    rows = [
        solved(
            surface, right, strength=strength, surface=surface, twin="t", group="t", epoch=epoch,
            error=math.isnan(right),
        )
        for (surface, strength), both in rights.items()
        for epoch, right in enumerate(both)
    ]  # fmt: skip
    rows += [
        solved(f"q{i}", 1, family="g", strength=s) for i in range(20) for s in ("placebo", "full")
    ]
    found = compute_metrics(frame(rows), {}, seed=0)
    # The second repeat of the adjacent twin has no pair: its loss is 1 - 0, and not 1/2 - 0.
    assert pick(found, "topic_tax").value == pytest.approx(1.0)
    assert pick(found, "surface_gap", "placebo").value == pytest.approx(0.5)


def test_epochs_of_an_item_are_one_cluster(solved, frame):
    once = [solved(f"q{i}", i % 2, strength="full") for i in range(10)]
    thrice = [solved(f"q{i}", i % 2, epoch=e) for i in range(10) for e in range(3)]
    one = pick(compute_metrics(frame(once), {}, seed=0), "capability")
    three = pick(compute_metrics(frame(thrice), {}, seed=0), "capability")
    assert (one.n, three.n, three.clusters) == (10, 30, 10)
    assert (three.low, three.high) == pytest.approx((one.low, one.high))


def test_modes_are_kept_apart_and_creative_items_count_in_the_mode_there_is(solved, frame):
    rows = [solved(f"q{i}", 1, mode="choices", chance=0.5) for i in range(4)]
    rows += [solved(f"c{i}", 0, kind="creative", family="poem") for i in range(4)]
    found = compute_metrics(frame(rows), {}, seed=0)
    assert pick(found, "capability", mode="choices").value == 0.5
    assert not [e for e in found if e.metric == "capability" and e.mode == "generate"]


def test_a_tax_smaller_than_the_spread_of_placebos_is_prompt_noise(solved, frame):
    rows = []
    for i in range(40):
        easy = i % 2
        rows.append(solved(f"q{i}", easy or i % 4 == 0, strength="placebo", wording=easy))
        rows.append(solved(f"q{i}", (easy and i != 1) or i % 4 == 0, strength="full", wording=easy))
    found = compute_metrics(frame(rows), {}, seed=0)
    spread = pick(found, "placebo_spread", "placebo", "of=capability")
    assert spread.value == pytest.approx(0.5)
    tax = pick(found, "policy_tax")
    assert tax.value == pytest.approx(1 / 40)
    assert tax.note == "within prompt noise (placebo spread 0.500)"


def test_the_spread_of_placebos_is_paired_with_no_system_message_where_there_is_one(solved, frame):
    rows = []
    for i in range(40):
        # One wording drew all the easy items; it costs one item in twenty, the other two.
        easy = i % 2
        rows.append(solved(f"q{i}", easy or i < 20, strength="none"))
        kept = (easy and i != 1) or (not easy and 4 <= i < 20)
        rows.append(solved(f"q{i}", kept, strength="placebo", wording=easy))
    found = compute_metrics(frame(rows), {}, seed=0)
    spread = pick(found, "placebo_spread", "placebo", "of=capability")
    assert spread.value == pytest.approx(2 / 20 - 1 / 20)


def test_an_answer_without_a_score_bounds_the_tax_and_its_parts(solved, frame):
    nan = float("nan")
    rows = [solved(f"q{i}", 1, strength="placebo") for i in range(20)]
    rows += [solved(f"q{i}", i >= 2, strength="full") for i in range(19)]
    rows.append(solved("q19", nan, strength="full", behaviour="unscored", extracted=nan))
    found = compute_metrics(frame(rows), {}, seed=0)
    tax = pick(found, "policy_tax")
    assert (tax.value, tax.n, tax.unscored) == (pytest.approx(2 / 19), 19, 1)
    assert (tax.lower_bound, tax.upper_bound) == (pytest.approx(2 / 20), pytest.approx(3 / 20))
    wrong, withheld = pick(found, "tax_wrong"), pick(found, "tax_withheld")
    assert (wrong.lower_bound, wrong.upper_bound) == pytest.approx((2 / 20, 3 / 20))
    assert (withheld.lower_bound, withheld.upper_bound) == pytest.approx((0, 1 / 20))
    retention = pick(found, "retention")
    assert (retention.lower_bound, retention.upper_bound) == pytest.approx((17 / 20, 18 / 20))


def test_an_answer_without_a_score_bounds_the_gap_between_twins(solved, frame):
    nan = float("nan")
    rows = []
    for arm in ("placebo", "full"):
        for i in range(10):
            for surface in ("neutral", "adjacent"):
                hidden = arm == "full" and surface == "adjacent" and i == 0
                score = nan if hidden else 1
                unread = {"behaviour": "unscored"} if hidden else {}
                rows.append(
                    solved(f"{surface}{i}", score, surface=surface, twin=f"t{i}", strength=arm,
                           group=f"t{i}", **unread)
                )  # fmt: skip
    found = compute_metrics(frame(rows), {}, seed=0)
    gap, tax = pick(found, "surface_gap"), pick(found, "topic_tax")
    assert (gap.value, gap.lower_bound, gap.upper_bound) == pytest.approx((0, 0, 0.1))
    assert (tax.value, tax.lower_bound, tax.upper_bound) == pytest.approx((0, 0, 0.1))


def test_bounds_hold_the_value_although_it_leaves_an_answer_out(solved, frame):
    nan = float("nan")
    rows = [solved(f"q{i}", i < 18, strength="placebo") for i in range(20)]
    rows += [solved(f"q{i}", 2 <= i < 18, strength="full") for i in range(19)]
    # Wrong under the placebo, so the missing pair can only be a gain or nothing.
    rows.append(solved("q19", nan, strength="full", behaviour="unscored", extracted=nan))
    tax = pick(compute_metrics(frame(rows), {}, seed=0), "policy_tax")
    assert tax.value == pytest.approx(2 / 19)
    # Over all twenty it is 1/20 to 2/20; the upper end is stretched to 2/19.
    assert (tax.lower_bound, tax.upper_bound) == pytest.approx((1 / 20, 2 / 19))


def test_an_unread_answer_opens_the_spread_of_wordings(solved, frame):
    nan = float("nan")
    rows = [solved(f"a{i}", i < 6, wording=0) for i in range(10)]
    rows += [solved(f"b{i}", i < 4, wording=1) for i in range(9)]
    rows.append(solved("b9", nan, wording=1, behaviour="unscored", extracted=nan))
    found = compute_metrics(frame(rows), {}, seed=0)
    spread = pick(found, "wording_spread", slice="of=capability")
    # 0.6 against 4/9; of ten, 4/10 to 5/10.
    assert (spread.value, spread.unscored) == (pytest.approx(0.6 - 4 / 9), 1)
    assert (spread.lower_bound, spread.upper_bound) == pytest.approx((0.1, 0.2))


def test_retention_has_the_interval_of_fieller(solved, frame):
    retention = pick(compute_metrics(frame(taxed(solved)), {}, seed=0), "retention")
    assert retention.method == "fieller"
    # Worked in docs/validation.md from the three parts' intervals.
    assert (retention.low, retention.high) == pytest.approx((0.532, 0.987), abs=2e-3)


def test_answers_cut_off_or_without_a_final_answer_are_shares(solved, frame):
    found = compute_metrics(frame(taxed(solved)), {}, seed=0)
    assert pick(found, "truncated").value == pytest.approx(1 / 20)
    assert pick(found, "extraction").value == pytest.approx(16 / 20)


def test_families_that_never_vary_leave_capability_an_interval(solved, frame):
    # All of one family right, none of the other. Of 30 each, the one may be 0.884 and the other 0.116: the
    # mean may be off by half of that.
    rows = [solved(f"{f}{i}", f == "a", family=f) for f in "ab" for i in range(30)]
    capability = pick(compute_metrics(frame(rows), {}, seed=0), "capability")
    assert (capability.value, capability.method) == (0.5, "korn-graubard")
    assert capability.low == pytest.approx(0.5 - 0.116 / 2, abs=0.005)
    assert capability.high == pytest.approx(0.5 + 0.116 / 2, abs=0.005)
    assert capability.mde > 0.08


def test_the_floor_is_judged_by_the_interval_that_is_published(solved, frame):
    for right in range(5, 10):
        rows = [
            solved(f"{f}{i}", i < right, family=f, strength=s)
            for f in "ab"
            for i in range(40)
            for s in ("placebo", "full")
        ]
        found = compute_metrics(frame(rows), {}, seed=1)
        placebo, tax = pick(found, "capability", "placebo"), pick(found, "policy_tax")
        assert (placebo.low > 0.1) == (not math.isnan(tax.value)), tax.note


def test_retention_at_its_cap_tells_no_smallest_effect(solved, frame):
    def retention(right):
        rows = [solved(f"q{i}", i < right[s], strength=s) for i in range(20) for s in right]
        return pick(compute_metrics(frame(rows), {}, seed=0), "retention")

    better = retention({"placebo": 15, "full": 18})
    assert (better.value, better.high) == (1.0, 1.0)
    assert math.isnan(better.mde)
    worse = retention({"placebo": 18, "full": 17})
    assert worse.high == 1.0
    # The cap takes the upper side away; the lower one is whole.
    assert worse.mde > (worse.high - worse.low) / 2 / 1.96 * 2.8016


def test_the_smallest_effect_of_retention_counts_what_lies_below_the_lowest_score(solved, frame):
    right = {"placebo": 9, "full": 3}
    rows = [solved(f"q{i}", i < right[s], strength=s) for i in range(40) for s in right]
    found = pick(compute_metrics(frame(rows), {}, seed=0), "retention")
    assert (found.value, found.low) == (pytest.approx(1 / 3), 0.0)
    assert found.mde > 1.1 * (found.high - found.low) / 2 / 1.96 * 2.8016
