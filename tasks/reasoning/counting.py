"""In how many ways? Choices, orders, committees, neighbours and distributions."""

from math import comb, factorial, perm

from numpy.random import Generator

from lawbound.tasks.reasoning.family import NAMES, Family, Problem, draw, indices, sample
from lawbound.tasks.reasoning.options import number


def _one(rng: Generator) -> Problem:
    (p,), (a, b) = indices(rng, 6, 1), indices(rng, 6, 2)
    first, second = draw(rng, 2, 7), draw(rng, 2, 7)
    text = (
        f"{{scene}}, there are {first} different {{things{a}}} and {second} different {{things{b}}}. "
        f"One {{person{p}}} takes one {{thing{a}}} and one {{thing{b}}}. In how many ways can this be done?"
    )
    return Problem(text, number(rng, first * second, lures=[first + second, first**second], step=3))


def _two(rng: Generator) -> Problem:
    (p,), (a, b, c) = indices(rng, 6, 1), indices(rng, 6, 3)
    size, posts = draw(rng, 5, 9), draw(rng, 2, 3)
    listed = (
        f"one {{thing{a}}} and one {{thing{b}}}"
        if posts == 2
        else f"one {{thing{a}}}, one {{thing{b}}} and one {{thing{c}}}"
    )
    text = (
        f"{{scene}}, there are {size} {{people{p}}}. {listed[0].upper() + listed[1:]} are handed out among them, and nobody gets "
        f"more than one of these. In how many ways can this be done?"
    )
    value = perm(size, posts)
    return Problem(
        text,
        number(
            rng, value, lures=[size**posts, comb(size, posts), size * posts, perm(size - 1, posts)]
        ),
    )


def _three(rng: Generator) -> Problem:
    p, q = indices(rng, 6, 2)
    first, second, take, more = draw(rng, 4, 8), draw(rng, 4, 8), draw(rng, 2, 3), draw(rng, 1, 3)
    text = (
        f"{{scene}}, there are {first} {{people{p}}} and {second} {{people{q}}}. A committee is formed of {take} of the "
        f"{{people{p}}} and {more} of the {{people{q}}}. In how many ways can this be done?"
    )
    value = comb(first, take) * comb(second, more)
    lures = [
        comb(first, take) + comb(second, more),
        comb(first + second, take + more),
        perm(first, take) * more,
    ]
    return Problem(text, number(rng, value, lures=lures))


def _four(rng: Generator) -> Problem:
    """A row with one pair kept apart and another in a fixed order."""
    (p,) = indices(rng, 6, 1)
    size = draw(rng, 5, 7)
    names = sample(rng, NAMES, size)
    text = (
        f"{{scene}}, {size} {{people{p}}} stand in a row: {', '.join(names[:-1])} and {names[-1]}. {names[0]} and "
        f"{names[1]} do not stand next to each other, and {names[2]} stands somewhere to the left of {names[3]}. "
        f"How many different rows are possible?"
    )
    apart = factorial(size) - 2 * factorial(size - 1)
    lures = [apart, factorial(size) // 2, factorial(size - 1), apart // 4]
    return Problem(text, number(rng, apart // 2, lures=lures))


def _five(rng: Generator) -> Problem:
    """Different things into numbered holders, none empty, one pair apart and one holder limited."""
    (p,) = indices(rng, 6, 1)
    size = draw(rng, 6, 7)
    most = draw(rng, 2, 3)
    names = sample(rng, NAMES, size)
    text = (
        f"{{scene}}, {size} {{people{p}}} are split among rooms 1, 2 and 3: {', '.join(names[:-1])} and {names[-1]}. "
        f"No room stays empty, {names[0]} and {names[1]} are in different rooms, and room 1 holds at most {most} persons. "
        f"In how many ways can they be split?"
    )
    value = _splits(size, most)
    lures = [
        3**size - 3 * 2**size + 3,
        _splits(size, size),
        value // 3,
        value + _splits(size - 1, most),
    ]
    return Problem(text, number(rng, value, lures=lures))


def _splits(size: int, most: int) -> int:
    """By how many of the free others go into room 1, counting what the two separated ones do there."""
    free = size - 2
    total = 0
    for extra in range(free + 1):
        rest = free - extra
        halves = 2**rest
        if extra + 1 <= most:
            # One of the pair is in room 1, the other in room 2 or 3; the remaining room must not stay empty.
            total += 2 * 2 * comb(free, extra) * (halves - 1)
        if 1 <= extra <= most:
            # The pair fills rooms 2 and 3 between them.
            total += 2 * comb(free, extra) * halves
    return total


FAMILY = Family(
    "counting",
    "In how many ways: choices, orders, committees, neighbours and distributions.",
    {1: _one, 2: _two, 3: _three, 4: _four, 5: _five},
)
