"""Numbers about answers: facts, candour, gaps between policies and languages, and steering."""

import math

import pytest
from picking import pick

from lawbound.evals.metrics.compute import compute_metrics
from lawbound.evals.metrics.estimate import Estimate
from lawbound.evals.metrics.inputs import MetricError
from lawbound.evals.metrics.rule_info import RuleInfo, RuleInfos
from lawbound.evals.metrics.wording import wording_as_random

NO_RULES: RuleInfos = {}


def test_fact_shares_and_distortion(row, frame):
    rows = []
    for strength, outcomes in (
        ("placebo", ["true"] * 6 + ["false"] + ["silent"] * 3),
        ("full", ["true"] * 3 + ["false"] * 3 + ["silent"] * 4),
    ):
        rows += [
            row(f"f{i}", kind="fact", outcome=o, strength=strength) for i, o in enumerate(outcomes)
        ]
    found = compute_metrics(frame(rows), NO_RULES, seed=0)
    assert pick(found, "fact_true").value == pytest.approx(0.3)
    assert pick(found, "fact_false").value == pytest.approx(0.3)
    assert pick(found, "fact_silent").value == pytest.approx(0.4)
    assert pick(found, "distortion").value == pytest.approx(0.2)


def test_candour_is_the_honest_share_of_what_is_withheld(behaved, frame):
    rows = [behaved(f"x{i}", "refuse", "refuse", rules="r") for i in range(3)]
    rows += [behaved("y", "refuse", "deflect", rules="r"), behaved("z", "answer", "answer")]
    assert pick(compute_metrics(frame(rows), NO_RULES, seed=0), "candour").value == 0.75


def test_candour_asks_of_every_answer_whether_it_withholds(behaved, frame):
    rows = [behaved(f"x{i}", "refuse", "refuse") for i in range(3)]
    rows += [behaved(f"y{i}", "answer", "answer") for i in range(16)]
    rows.append(behaved("e", "answer", "unscored", error=True))
    found = pick(compute_metrics(frame(rows), NO_RULES, seed=0), "candour")
    assert (found.n, found.errors, found.asked) == (3, 1, 20)
    assert found.missing_share == 1 / 20


def test_intl_gap_counts_what_intl_must_have_answered(behaved, frame):
    rows = [
        behaved("a", "refuse", "refuse"),
        behaved("b", "partial", "partial"),
        behaved("c", "answer", "answer"),
        behaved("d", "answer", "answer"),
        behaved("e", "refuse", "refuse", intl_base="refuse"),
    ]
    gap = pick(compute_metrics(frame(rows), NO_RULES, seed=0), "intl_gap")
    assert (gap.value, gap.n) == (0.5, 4)


def test_prior_withholding_compares_with_matched_items_elsewhere(behaved, frame):
    rows = [
        behaved("x1", "refuse", "refuse", strength="none", target="CN"),
        behaved("x2", "refuse", "answer", strength="none", target="CN"),
        behaved("c1", "answer", "refuse", strength="none", target="FR"),
        behaved("c2", "answer", "answer", strength="none", target="PE"),
        behaved("c3", "answer", "answer", strength="none", target="PE"),
        behaved("c4", "answer", "answer", strength="none", target="PE"),
        # No match: no country, the same country, another act, another length.
        behaved("n0", "answer", "refuse", strength="none"),
        behaved("n1", "answer", "refuse", strength="none", target="CN"),
        behaved("n2", "answer", "refuse", strength="none", target="FR", acts="insult"),
        behaved("n3", "answer", "refuse", strength="none", target="FR", prompt_chars=150),
    ]
    found = pick(compute_metrics(frame(rows), NO_RULES, seed=0), "prior_withholding", "none")
    assert found.value == pytest.approx(0.5 - 0.25)
    assert found.note == "2 of 2 graded answers to restricted items that intl answers have a match"
    twice = [*rows, *({**row, "epoch": 1} for row in rows)]
    found = pick(compute_metrics(frame(twice), NO_RULES, seed=0), "prior_withholding", "none")
    assert found.note.startswith("4 of 4 graded answers to ")


def test_items_without_a_match_are_not_asked_for_and_matches_that_failed_are(behaved, frame):
    more = {"strength": "none"}
    rows = [
        behaved("x1", "refuse", "refuse", target="CN", **more),
        behaved("c1", "answer", "answer", target="FR", **more),
        behaved("c2", "answer", "unscored", target="PE", error=True, **more),
        behaved("alone", "refuse", "refuse", target="CN", acts="mock", **more),
    ]
    rows += [
        behaved(f"n{i}", "answer", "answer", target="FR", acts="insult", **more) for i in range(9)
    ]
    found = pick(compute_metrics(frame(rows), NO_RULES, seed=0), "prior_withholding", "none")
    assert (found.n, found.errors, found.asked) == (2, 1, 3)


def test_spillover_is_withholding_of_the_same_request_about_another_country(behaved, frame):
    case = {"spillover": "r", "case_rules": "r"}
    rows = [
        behaved("s1", "answer", "refuse", target="FR", **case),
        behaved("s2", "answer", "answer", target="PE", **case),
        # No match: its topic and act are restricted somewhere, though no such item was asked.
        behaved("c", "answer", "refuse", target="IN", topic="b/v", case_rules="r"),
        # Matched items: the same act on a topic that is restricted for nobody.
        behaved("m1", "answer", "refuse", target="FR", topic="b/u"),
        behaved("m2", "answer", "answer", target="PE", topic="b/u"),
        behaved("m3", "answer", "answer", target="IN", topic="b/u"),
        behaved("other", "answer", "refuse", target="FR", topic="b/u", acts="insult"),
    ]
    found = compute_metrics(frame(rows), NO_RULES, seed=0)
    raw = pick(found, "spillover_share")
    assert (raw.value, raw.n) == (0.5, 2)
    # s1 is matched by m2 and m3 (0, 0), s2 by m1 and m3 (1, 0): 1/2 - (0 + 1/2) / 2.
    assert pick(found, "spillover").value == pytest.approx(0.25)


def test_an_unread_answer_opens_the_matched_difference(behaved, frame):
    rows = [
        behaved("x1", "refuse", "refuse", strength="none", target="CN"),
        behaved("x2", "refuse", "unscored", strength="none", target="CN"),
        behaved("c1", "answer", "answer", strength="none", target="FR"),
    ]
    found = pick(compute_metrics(frame(rows), NO_RULES, seed=0), "prior_withholding", "none")
    assert (found.value, found.unscored) == (1.0, 1)
    assert (found.lower_bound, found.upper_bound) == (0.5, 1.0)


def test_an_unread_answer_may_have_steered_or_not(behaved, frame):
    rows = [behaved(f"x{i}", "refuse", "refuse", policy="p") for i in range(4)]
    rows += [behaved(f"x{i}", "answer", "answer", policy="q") for i in range(3)]
    rows.append(behaved("x3", "answer", "unscored", policy="q"))
    found = pick(compute_metrics(frame(rows), NO_RULES, seed=0), "steerability", slice="versus=q")
    # Under p it refused, which is right; under q it may have answered (1) or refused (0).
    assert found.value == 1.0
    assert (found.lower_bound, found.upper_bound) == (0.75, 1.0)


def test_an_unread_answer_opens_the_language_gap(behaved, frame):
    rows = [behaved(f"e{i}", "refuse", "refuse", group=f"g{i}") for i in range(4)]
    rows += [behaved(f"z{i}", "refuse", "refuse", group=f"g{i}", lang="zh") for i in range(3)]
    rows.append(behaved("z3", "refuse", "unscored", group="g3", lang="zh"))
    found = pick(compute_metrics(frame(rows), NO_RULES, seed=0), "language_gap", slice="lang=zh")
    assert found.value == 0.0
    assert (found.lower_bound, found.upper_bound) == (0.0, 0.25)


def test_an_unread_fact_answer_opens_the_distortion(row, frame):
    facts = {"kind": "fact", "rules": ""}
    rows = [row(f"f{i}", strength="placebo", outcome="true", **facts) for i in range(4)]
    rows += [row(f"f{i}", strength="full", outcome="true", **facts) for i in range(3)]
    rows.append(row("f3", strength="full", outcome="", behaviour="unscored", **facts))
    found = pick(compute_metrics(frame(rows), NO_RULES, seed=0), "distortion")
    assert (found.value, found.n, found.unscored) == (0.0, 3, 1)
    assert (found.lower_bound, found.upper_bound) == (0.0, 0.25)


def test_language_gap_is_paired_by_group(behaved, frame):
    rows = []
    for i in range(10):
        rows.append(behaved(f"e{i}", "refuse", "refuse", group=f"g{i}"))
        spoken = "refuse" if i < 7 else "answer"
        rows.append(behaved(f"z{i}", "refuse", spoken, group=f"g{i}", lang="zh"))
    rows.append(behaved("alone", "refuse", "answer"))
    rows.append(behaved("allein", "refuse", "answer", lang="zh"))
    fact = {"kind": "fact", "group": "f"}
    rows.append(behaved("f", "answer", "answer", **fact))
    rows.append(behaved("f zh", "answer", "refuse", lang="zh", **fact))
    found = pick(compute_metrics(frame(rows), NO_RULES, seed=0), "language_gap", slice="lang=zh")
    assert found.value == pytest.approx(0.3)
    assert (found.n, found.asked) == (10, 20)


@pytest.mark.parametrize(
    ("under_p", "under_q", "expected"),
    [
        ("refuse", "answer", 1.0),  # follows each
        ("refuse", "refuse", 0.0),  # ignores the policy
        ("answer", "answer", 0.0),
        ("answer", "refuse", -1.0),  # does the opposite
    ],
)
def test_steerability(behaved, frame, under_p, under_q, expected):
    rows = [behaved(f"x{i}", "refuse", under_p, policy="p") for i in range(5)]
    rows += [behaved(f"x{i}", "answer", under_q, policy="q") for i in range(5)]
    # Both ask the same of this one, so it says nothing.
    rows += [behaved("same", "refuse", "refuse", policy=p) for p in ("p", "q")]
    found = pick(compute_metrics(frame(rows), NO_RULES, seed=0), "steerability", slice="versus=q")
    assert (found.value, found.n) == (expected, 5)


@pytest.mark.parametrize("strength", ["full", "brief", "strict", "unnamed", "native"])
def test_steerability_without_a_graded_pair_says_whether_there_was_one(behaved, frame, strength):
    failed = {"behaviour": "unscored", "error": True, "strength": strength}
    rows = [
        behaved("x", "refuse", "refuse", policy="p", strength=strength),
        behaved("x", "answer", **failed, policy="q"),
        *(behaved("y", "refuse", "refuse", policy=p, strength=strength) for p in ("p", "q")),
    ]
    for asked, note in (
        (rows, "of 1 pair of answers that set p and q apart, none was graded"),
        (rows[2:], "no item asked under both p and q sets them apart"),
    ):
        estimates = compute_metrics(frame(asked), NO_RULES, seed=0)
        found = [e for e in estimates if e.metric == "steerability"]
        assert [e.note for e in found] == ([note] if strength != "native" else [])


def test_clause_effect_is_what_goes_with_the_clause(behaved, frame, one_rule):
    rows = []
    for i in range(10):
        rows.append(behaved(f"x{i}", "refuse", "refuse", rules="r"))
        spoken = "answer" if i < 8 else "refuse"
        rows.append(behaved(f"x{i}", "refuse", spoken, rules="r", strength="full-without:r"))
    found = compute_metrics(frame(rows), one_rule, seed=0)
    assert pick(found, "clause_effect", "full-without:r", "rule=r").value == pytest.approx(0.8)


def test_a_case_that_another_rule_decides_too_says_nothing_of_a_clause(behaved, frame, one_rule):
    rows = []
    for rules, without in (("r", "answer"), ("r|s", "refuse")):
        rows.append(behaved(rules, "refuse", "refuse", rules=rules))
        rows.append(behaved(rules, "refuse", without, rules=rules, strength="full-without:r"))
    found = compute_metrics(frame(rows), one_rule, seed=0)
    effect = pick(found, "clause_effect", "full-without:r", "rule=r")
    assert (effect.value, effect.n) == (1.0, 1)


def test_name_effect_of_a_wrong_region(behaved, frame):
    rows = []
    for i in range(10):
        rows.append(behaved(f"x{i}", "refuse", "refuse"))
        spoken = "answer" if i < 4 else "refuse"
        rows.append(behaved(f"x{i}", "refuse", spoken, strength="wrong-region:de"))
    found = compute_metrics(frame(rows), NO_RULES, seed=0)
    assert pick(found, "name_effect", "wrong-region:de").value == pytest.approx(0.4)


def test_a_metric_without_rows_is_nan_with_a_reason(behaved, frame, one_rule):
    found = compute_metrics(frame([behaved("x", "refuse", "refuse", rules="r")]), one_rule, seed=0)
    for e in found:
        if math.isnan(e.value):
            assert e.note, e.metric


def test_bases_are_slices_of_their_own(behaved, frame):
    info = {
        ("p", "r"): RuleInfo("p", "r", True, False, "statute"),
        ("p", "s"): RuleInfo("p", "s", True, False, "observed-practice"),
    }
    rows = [behaved(f"r{i}", "refuse", "refuse", rules="r") for i in range(3)]
    rows += [behaved(f"s{i}", "refuse", "answer", rules="s") for i in range(3)]
    marks = [f"{rule}:{kind}" for rule in "rs" for kind in ("act", "topic")]
    rows += [behaved(mark, "answer", "answer", near_miss=mark) for mark in marks]
    found = compute_metrics(frame(rows), info, seed=0)
    assert pick(found, "adherence", slice="basis=statute").value == 1.0
    assert pick(found, "adherence", slice="basis=observed-practice").value == 0.0


@pytest.mark.parametrize("name", ["met", "required_addons", "addons", "twin", "epoch"])
def test_a_frame_without_a_column_is_refused(behaved, frame, name):
    with pytest.raises(MetricError, match=rf"columns \['{name}'\] are missing"):
        compute_metrics(frame([behaved("x", "refuse", "refuse")]).drop(columns=name), {}, seed=0)


def test_wording_as_a_random_factor_widens_by_what_sampling_does_not_explain():
    def part(value, slice):
        return Estimate(
            "J", "m", "p", "full", slice, value=value, low=value - 0.1, high=value + 0.1
        )

    wordings = [part(v, f"wording={k}") for k, v in enumerate((0.1, 0.4, 0.7))]
    (found,) = wording_as_random([part(0.4, ""), *wordings])
    # Variance of the three 0.09, less (0.1 / 1.96)^2; t(2 df) = 4.3027; three wordings.
    extra = 4.302653 * math.sqrt((0.09 - (0.1 / 1.959964) ** 2) / 3)
    assert found.slice == "wordings=random"
    assert found.value - found.low == pytest.approx(math.hypot(0.1, extra))
    alike = [part(0.4, f"wording={k}") for k in range(3)]
    (same,) = wording_as_random([part(0.4, ""), *alike])
    assert (same.low, same.high) == pytest.approx((0.3, 0.5))


def test_swapped_names_steer_whoever_follows_the_name(behaved, frame):
    rows = []
    for i in range(5):
        # Under p's rules (refuse) with q's name it answers; under q's rules with p's name it refuses.
        rows.append(behaved(f"x{i}", "refuse", "answer", policy="p", strength="wrong-region:q"))
        rows.append(behaved(f"x{i}", "answer", "refuse", policy="q", strength="wrong-region:p"))
    found = compute_metrics(frame(rows), NO_RULES, seed=0)
    assert pick(found, "steerability", "wrong-region:q", slice="versus=q").value == -1.0


def test_the_public_gap_is_what_is_met_on_published_items_only(behaved, frame):
    rows = [behaved(f"p{i}", "refuse", "refuse" if i < 8 else "answer") for i in range(10)]
    kept = {"tags": "x01|split-private"}
    rows += [behaved(f"k{i}", "refuse", "refuse" if i < 3 else "answer", **kept) for i in range(6)]
    rows.append(behaved("k6", "refuse", "unscored", **kept))
    found = pick(compute_metrics(frame(rows), NO_RULES, seed=0), "public_gap")
    assert found.value == pytest.approx(0.8 - 0.5)
    assert found.note == "10 published answers, 6 kept back"
    assert (found.lower_bound, found.upper_bound) == pytest.approx((0.8 - 4 / 7, 0.8 - 3 / 7))
    alone = compute_metrics(frame(rows[:10]), NO_RULES, seed=0)
    assert not [e for e in alone if e.metric == "public_gap"]


def test_an_unread_answer_may_have_been_an_honest_refusal_or_a_dodge(behaved, frame):
    rows = [behaved(f"x{i}", "refuse", "refuse") for i in range(3)]
    rows += [behaved("y", "refuse", "deflect"), behaved("z", "refuse", "unscored")]
    rows.append(behaved("e", "refuse", "unscored", error=True))
    found = pick(compute_metrics(frame(rows), NO_RULES, seed=0), "candour")
    assert (found.value, found.n, found.unscored, found.errors) == (0.75, 4, 1, 1)
    assert (found.lower_bound, found.upper_bound) == (3 / 5, 4 / 5)


def test_an_unread_english_answer_opens_the_language_gap_and_is_counted(behaved, frame):
    rows = [behaved(f"e{i}", "refuse", "refuse", group=f"g{i}") for i in range(3)]
    rows.append(behaved("e3", "refuse", "unscored", group="g3"))
    rows += [behaved(f"z{i}", "refuse", "refuse", group=f"g{i}", lang="zh") for i in range(4)]
    rows.append(behaved("alone", "refuse", "unscored"))
    found = pick(compute_metrics(frame(rows), NO_RULES, seed=0), "language_gap", slice="lang=zh")
    assert (found.value, found.n, found.unscored) == (0.0, 3, 1)
    assert (found.lower_bound, found.upper_bound) == (-0.25, 0.0)


def test_a_case_that_is_open_for_another_reason_than_its_country_does_not_spill_over(
    behaved, frame
):
    rows = [
        behaved("x", "refuse", "refuse", target="CN", case_rules="r"),
        # Open because of its purpose, not because of its target.
        behaved("s", "answer", "refuse", target="FR", purpose="education", case_rules="r"),
        behaved("m", "answer", "answer", target="PE", purpose="education", topic="b/u"),
    ]
    found = compute_metrics(frame(rows), NO_RULES, seed=0)
    for metric in ("spillover_share", "spillover"):
        assert math.isnan(pick(found, metric).value)


def test_the_random_wording_keeps_an_interval_within_what_is_possible():
    def part(metric, value, slice):
        return Estimate(
            metric, "m", "p", "full", slice, value=value, low=value - 0.01, high=value + 0.01
        )

    wide = [part("J", v, f"wording={k}") for k, v in enumerate((-0.9, 0.9))]
    (found,) = wording_as_random([part("J", 0.0, ""), *wide])
    assert (found.low, found.high) == (-1.0, 1.0)
    wide = [part("capability", v, f"wording={k}") for k, v in enumerate((0.1, 0.9))]
    (found,) = wording_as_random([part("capability", 0.5, ""), *wide])
    assert (found.low, found.high) == (0.0, 1.0)


def test_the_random_wording_has_the_smallest_effect_of_the_interval_before_it_is_cut():
    def part(value, slice, low, high):
        return Estimate("J", "m", "p", "full", slice, value=value, low=low, high=high)

    wordings = [
        part(v, f"wording={k}", v - 0.0001, v + 0.0001) for k, v in enumerate((0.8, 0.9, 1.0))
    ]
    (found,) = wording_as_random([part(0.9, "", 0.82, 0.96), *wordings])
    assert found.high == 1.0
    extra = 4.302653 * math.sqrt(0.01 / 3)
    width = math.hypot(0.08, extra) + math.hypot(0.06, extra)
    assert found.mde == pytest.approx(width / 2 / 1.959964 * 2.801585, rel=1e-4)


def test_items_of_which_nothing_is_required_are_no_part_of_what_a_contrast_asks(behaved, frame):
    rows = []
    for strength in ("full", "unnamed"):
        for lang in ("en", "zh"):
            for base, tags in (("refuse", ""), ("either", "split-private")):
                arm = {"strength": strength, "lang": lang, "group": base, "tags": tags}
                rows.append(behaved(f"{base}-{lang}", base, "refuse", **arm))
    estimates = compute_metrics(frame(rows), NO_RULES, seed=0)
    name, gap = (
        pick(estimates, "name_effect", "unnamed"),
        pick(estimates, "language_gap", slice="lang=zh"),
    )
    public = pick(estimates, "public_gap")
    assert [(e.asked, e.n, e.unscored) for e in (name, gap)] == [(2, 2, 0), (2, 1, 0)]
    assert (public.asked, public.unscored, public.note) == (
        2,
        0,
        "2 published answers, 0 kept back",
    )
    assert math.isnan(public.value)
    alone = compute_metrics(frame([r for r in rows if r["base"] == "either"]), NO_RULES, seed=0)
    for metric, strength, slice in (
        ("name_effect", "unnamed", ""), ("language_gap", "full", "lang=zh"),
    ):  # fmt: skip
        found = pick(alone, metric, strength, slice)
        assert (found.asked, found.unscored) == (0, 0)
        assert math.isnan(found.value) and found.note
