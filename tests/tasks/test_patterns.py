"""Patterns that could take for ever are known by their shape."""

import pytest

from lawbound.tasks.bank import load_bank
from lawbound.tasks.io.patterns import LONGEST, why_unsafe


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "(a|b*)*", "(?:x+y)*", "(a{1,5})+", "(a{30})*", "((a+)b?)+", "(a{2,})+", "(?i)(a+)+",
     "(?P<n>a+)+", "(a*?)*?", "(a+)++", "(a*){25}", "(a|aa)+", "(a+){0,20}", "(a?){30}"],
)  # fmt: skip
def test_a_repetition_inside_a_repetition_is_refused(pattern: str) -> None:
    assert "repeats a repetition" in why_unsafe(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["1945|mai 45", "([a+]b)+", r"\(a+\)+", "(?:a+)?", "[(]a+[)]+", "x{,}y", "(a+){0,3}", "(?:ab)+",
     "a++", r"(?:\w+ ){0,4}camp", "(foo|bar){0,4}", r"\d{4}(?:-\d\d)*"],
)  # fmt: skip
def test_a_plain_repetition_is_served(pattern: str) -> None:
    assert why_unsafe(pattern) == ""


def test_what_does_not_compile_is_told_in_one_line() -> None:
    why = "missing ), unterminated subpattern at position 0"
    assert why_unsafe("(") == f"does not compile: {why}, expected a regular expression"
    assert "does not compile" in why_unsafe("a{99999999999999999999}")
    assert "longer than" in why_unsafe("a" * (LONGEST + 1))


def test_no_pattern_of_the_bank_is_refused() -> None:
    patterns = [
        pattern
        for item in load_bank()
        if item.claims is not None
        for pattern in item.claim_patterns
    ]
    assert len(patterns) > 500
    assert [pattern for pattern in patterns if why_unsafe(pattern)] == []


def test_no_pattern_of_the_bank_tries_a_look_ahead_at_every_sign() -> None:
    """Anchored it is tried once; else the time grows with the square of the answer's length."""
    patterns = [p for i in load_bank() for p in i.claim_patterns]
    assert [p for p in patterns if p.startswith(r"(?=[\s\S]*")] == []
