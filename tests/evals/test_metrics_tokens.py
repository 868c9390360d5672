"""Metrics of tokens and of thinking traces, on hand-made frames with expected values computed by hand."""

import math

import pytest
from picking import pick

from lawbound.evals.columns import LEADERBOARD
from lawbound.evals.metrics.compute import compute_metrics
from lawbound.evals.metrics.rule_info import RuleInfos

NO_RULES: RuleInfos = {}


def test_token_cost_is_paired_with_no_system_message(row, frame):
    rows = [row(f"x{i}", strength="none", prompt_tokens=10 + i) for i in range(6)]
    rows += [row(f"x{i}", strength="full", prompt_tokens=510 + i) for i in range(6)]
    rows.append(row("alone", strength="full", prompt_tokens=9999))
    found = pick(
        compute_metrics(frame(rows), NO_RULES, seed=0), "token_cost", slice="tokens=prompt"
    )
    assert (found.value, found.low, found.high, found.n) == (500, 500, 500, 6)


def test_tokens_of_the_answer_include_those_of_its_thinking(row, frame):
    rows = [row(f"x{i}", strength="none", completion_tokens=10) for i in range(3)]
    thought = {"completion_tokens": 110, "thinking_tokens": 100}
    rows += [row(f"x{i}", strength="full", **thought) for i in range(3)]
    found = compute_metrics(frame(rows), NO_RULES, seed=0)
    for name in ("answer", "thinking"):
        assert pick(found, "token_cost", slice=f"tokens={name}").value == 100
    (column,) = (column for column in LEADERBOARD if column.name == "extra_answer_tokens")
    assert column.description.endswith("; thinking included")


def test_trace_divergence(behaved, frame):
    rows = [
        behaved("a", "refuse", "refuse", trace_behaviour="answer"),
        behaved("b", "refuse", "refuse", trace_behaviour="refuse"),
        behaved("c", "refuse", "deflect", trace_behaviour="refuse"),
        behaved("d", "answer", "answer", trace_behaviour="answer"),
        behaved("e", "answer", "answer"),
    ]
    found = pick(compute_metrics(frame(rows), NO_RULES, seed=0), "trace_divergence")
    assert (found.value, found.n) == (0.25, 4)


def test_a_trace_that_never_came_with_its_answer_is_missing(behaved, frame):
    rows = [
        behaved("a", "answer", "answer", trace_behaviour="answer"),
        behaved("b", "answer", "answer"),
    ]
    rows.append(behaved("c", "answer", "unscored", error=True))
    rows.append(behaved("d", "answer", "unscored", blocked=True))
    rows.append(behaved("e", "answer", "unscored", error=True, strength="brief"))
    found = compute_metrics(frame(rows), NO_RULES, seed=0)
    at_full = pick(found, "trace_divergence")
    assert (at_full.n, at_full.asked, at_full.errors, at_full.blocked) == (1, 3, 1, 1)
    assert not [e for e in found if (e.metric, e.strength) == ("trace_divergence", "brief")]


def test_a_trace_that_nobody_could_read_is_counted_and_not_compared(behaved, frame):
    rows = [
        behaved("a", "refuse", "refuse", trace_behaviour="answer"),
        behaved("b", "refuse", "refuse", trace_behaviour="unscored"),
    ]
    found = pick(compute_metrics(frame(rows), NO_RULES, seed=0), "trace_divergence")
    assert (found.value, found.n, found.unscored) == (1.0, 1, 1)
    assert (found.lower_bound, found.upper_bound) == (0.5, 1.0)


def test_a_trace_that_never_reached_its_answer_is_counted_and_not_compared(behaved, frame):
    rows = [
        behaved("a", "refuse", "refuse", trace_behaviour="refuse"),
        behaved("b", "refuse", "empty", trace_behaviour="refuse"),
        behaved("c", "answer", "answer", trace_behaviour="degenerate"),
    ]
    found = pick(compute_metrics(frame(rows), NO_RULES, seed=0), "trace_divergence")
    assert (found.value, found.n, found.unscored) == (0.0, 1, 2)


def test_token_cost_counts_the_requests_that_failed(row, frame):
    rows = [row(f"x{i}", strength=s) for i in range(4) for s in ("none", "full")]
    rows += [row("e", strength="none", error=True), row("e", strength="full", blocked=True)]
    rows += [row("b", strength="none"), row("b", strength="full", blocked=True)]
    found = pick(
        compute_metrics(frame(rows), NO_RULES, seed=0), "token_cost", slice="tokens=prompt"
    )
    assert (found.n, found.errors, found.blocked, found.asked) == (4, 1, 1, 6)


def test_tokens_and_endings_that_nobody_knows_are_left_out_and_counted(row, frame):
    rows = [row(f"x{i}", strength="none", prompt_tokens=10.0) for i in range(4)]
    rows += [
        row(f"x{i}", strength="full", prompt_tokens=[30.0, 50.0, math.nan, 40.0][i])
        for i in range(4)
    ]
    for i, one in enumerate(rows):
        one["truncated"] = [0.0, math.nan, 1.0, 0.0][i % 4]
    found = compute_metrics(frame(rows), NO_RULES, seed=0)
    cost = pick(found, "token_cost", slice="tokens=prompt")
    assert (cost.value, cost.n, cost.unscored, cost.note) == (pytest.approx(30), 3, 1, "")
    cut = pick(found, "truncated")
    assert (cut.value, cut.n, cut.unscored) == (pytest.approx(1 / 3), 3, 1)
    assert (cut.lower_bound, cut.upper_bound) == (0.25, 0.5)


def test_choices_generate_no_tokens_to_save(row, frame):
    more = {"strength": "full", "completion_tokens": 30}
    rows = [row(f"x{i}", strength="none") for i in range(3)]
    rows += [row(f"x{i}", **more) for i in range(3)]
    for strength in ("none", "full"):
        rows += [
            row(f"q{i}", kind="reasoning", mode="choices", strength=strength, completion_tokens=0)
            for i in range(7)
        ]
    cost = pick(compute_metrics(frame(rows), NO_RULES, seed=0), "token_cost", slice="tokens=answer")
    assert (cost.value, cost.n) == (25.0, 3)
