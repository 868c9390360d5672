"""Sets and proportions: who has this, that, both or neither, and what share that is."""

from fractions import Fraction

from numpy.random import Generator

from lawbound.tasks.reasoning.family import Family, Problem, draw, indices
from lawbound.tasks.reasoning.options import number, numbers


def _one(rng: Generator) -> Problem:
    (p,), (a,) = indices(rng, 6, 1), indices(rng, 6, 1)
    having, without = draw(rng, 4, 15), draw(rng, 3, 15)
    text = (
        f"{{scene}}, there are {having + without} {{people{p}}}. {having} of them have {{a_thing{a}}}. "
        f"How many of the {{people{p}}} have no {{thing{a}}}?"
    )
    return Problem(text, number(without), numbers([having, 2 * having + without]))


def _two(rng: Generator) -> Problem:
    (p,), (a, b) = indices(rng, 6, 1), indices(rng, 6, 2)
    only_a, only_b, both, neither = (draw(rng, 4, 19) for _ in range(4))
    text = _crowd(only_a + only_b + both + neither, p) + (
        f" {only_a + both} have {{a_thing{a}}}, {only_b + both} have {{a_thing{b}}}, and {both} have both. "
        f"How many of the {{people{p}}} have neither?"
    )
    total = only_a + only_b + both + neither
    lures = [neither + both, abs(neither - both), total - only_a]
    return Problem(text, number(neither), numbers(lures))


def _three(rng: Generator) -> Problem:
    """A share of a share, back to a count."""
    (p,), (a, b) = indices(rng, 6, 1), indices(rng, 6, 2)
    share, part = (
        int(rng.choice([20, 25, 40, 60, 75, 80])),
        int(rng.choice([10, 20, 30, 40, 60, 70])),
    )
    total = 1000 * draw(rng, 1, 9)
    value = total * share * (100 - part) // 10_000
    text = _crowd(total, p) + (
        f" {share} percent of them have {{a_thing{a}}}. Of those with {{a_thing{a}}}, {part} percent "
        f"also have {{a_thing{b}}}. How many of the {{people{p}}} have {{a_thing{a}}} but no {{thing{b}}}?"
    )
    lures = [total * share * part // 10_000, total * (share - part) // 100, total * share // 100]
    return Problem(text, number(value), numbers(lures))


def _four(rng: Generator) -> Problem:
    """Three sets by inclusion and exclusion."""
    (p,), (a, b, c) = indices(rng, 6, 1), indices(rng, 6, 3)
    ab, ac, bc, abc, only_a, only_b, only_c, none = (draw(rng, 5, 20) for _ in range(8))
    total = ab + ac + bc + abc + only_a + only_b + only_c + none
    text = _crowd(total, p) + (
        f" {only_a + ab + ac + abc} have {{a_thing{a}}}, {only_b + ab + bc + abc} have {{a_thing{b}}} "
        f"and {only_c + ac + bc + abc} have {{a_thing{c}}}. "
        f"{ab + abc} have both {{a_thing{a}}} and {{a_thing{b}}}, {ac + abc} have both {{a_thing{a}}} and "
        f"{{a_thing{c}}}, and {bc + abc} have both {{a_thing{b}}} and {{a_thing{c}}}. "
        f"{abc} have all three. How many of the {{people{p}}} have none of the three?"
    )
    lures = [none + abc, abs(none - abc), none + ab + ac + bc, none + 2 * abc]
    return Problem(text, number(none), numbers(lures))


def _five(rng: Generator) -> Problem:
    """Shares of two groups reversed: which fraction of those who have it is in the first group?"""
    (p, q), (a,) = indices(rng, 6, 2), indices(rng, 6, 1)
    total = 200 * draw(rng, 3, 20)  # so that every share is a whole number of persons
    first = int(rng.choice([15, 20, 25, 30, 35, 40, 45]))
    rate_p, rate_q = (int(r) for r in rng.permutation([10, 20, 30, 40, 50, 60, 70, 80])[:2])
    have_p, have_q = Fraction(first * rate_p, 100), Fraction((100 - first) * rate_q, 100)
    value = have_p / (have_p + have_q)
    text = (
        f"{{scene}}, there are {total} persons: {first} percent are {{people{p}}} and the others are {{people{q}}}. "
        f"{rate_p} percent of the {{people{p}}} have {{a_thing{a}}}, and so do {rate_q} percent of the {{people{q}}}. "
        f"One person is drawn at random from all those who have {{a_thing{a}}}. What is the probability that this "
        f"person is {{a_person{p}}}? Give a fraction in lowest terms."
    )
    lures = [
        Fraction(first, 100),
        Fraction(rate_p, 100),
        1 - value,
        Fraction(rate_p, rate_p + rate_q),
        have_p / 100,
    ]
    return Problem(text, number(value), numbers(lures))


def _crowd(total: int, person: int) -> str:
    return f"{{scene}}, there are {total} {{people{person}}}."


FAMILY = Family(
    "sets",
    "Sets and proportions: who has this, that, both or neither, and what share that is.",
    {1: _one, 2: _two, 3: _three, 4: _four, 5: _five},
    version=2,
)
