"""Counting problems: in how many ways? Choices, orders, committees, neighbours and distributions."""

from itertools import permutations, product
from math import comb, perm

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from lawbound.tasks.reasoning.family import NAMES, Family, Problem, draw, indices, sample
from lawbound.tasks.reasoning.options import number, numbers


def _one(rng: Generator) -> Problem:
    (p,), (a, b) = indices(rng, 6, 1), indices(rng, 6, 2)
    first, second = draw(rng, 2, 7), draw(rng, 2, 7)
    text = (
        f"{{scene}}, there are {first} different {{things{a}}} and {second} different {{things{b}}}. "
        f"One {{person{p}}} takes one {{thing{a}}} and one {{thing{b}}}. In how many ways can this be done?"
    )
    return Problem(text, number(first * second), numbers([first + second, first**second]))


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
    lures = [size**posts, comb(size, posts), size * posts, perm(size - 1, posts)]
    return Problem(text, number(value), numbers(lures))


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
    return Problem(text, number(value), numbers(lures))


def _four(rng: Generator) -> Problem:
    """A row under two conditions of different kinds."""
    (p,) = indices(rng, 6, 1)
    size = draw(rng, 5, 7)
    names = sample(rng, NAMES, size)
    rows = np.array(list(permutations(range(size))))
    conditions = _row_conditions(names, rows)
    one, two = (conditions[i] for i in indices(rng, len(conditions), 2))
    text = (
        f"{{scene}}, {size} {{people{p}}} stand in a row: {', '.join(names[:-1])} and {names[-1]}. {one[0]}. {two[0]}. "
        f"How many different rows are possible?"
    )
    value = int((one[1] & two[1]).sum())
    if value < 4:
        return _four(rng)
    lures = [int(one[1].sum()), int(two[1].sum()), len(rows) // 4, value // 2, 2 * value]
    return Problem(text, number(value), numbers(lures))


def _row_conditions(
    names: list[str], rows: NDArray[np.int64]
) -> list[tuple[str, NDArray[np.bool_]]]:
    """Sentences about different people, and which rows (place of each person) they allow."""
    last = rows.shape[1] - 1
    gap = np.abs(rows[:, 0] - rows[:, 1])
    return [
        (f"{names[0]} and {names[1]} do not stand next to each other", gap > 1),
        (f"{names[0]} and {names[1]} stand next to each other", gap == 1),
        (f"{names[2]} stands somewhere to the left of {names[3]}", rows[:, 2] < rows[:, 3]),
        (f"{names[4]} does not stand at either end", (rows[:, 4] > 0) & (rows[:, 4] < last)),
        (f"{names[3]} does not stand at the left end", rows[:, 3] > 0),
        (
            f"Exactly one person stands between {names[1]} and {names[2]}",
            np.abs(rows[:, 1] - rows[:, 2]) == 2,
        ),
    ]


def _five(rng: Generator) -> Problem:
    """Different people into numbered rooms, none empty, with pairs and limits."""
    (p,) = indices(rng, 6, 1)
    size = draw(rng, 5, 8)
    names = sample(rng, NAMES, size)
    most, least = draw(rng, 2, size // 2), draw(rng, 1, 2)
    together = rng.random() < 0.5
    splits = np.array(list(product(range(3), repeat=size)))
    heads = np.stack([(splits == room).sum(axis=1) for room in range(3)])
    free = (heads[0] <= most) & (heads[1] >= least) & (heads[0] > 0) & (heads[2] > 0)
    apart = splits[:, 0] != splits[:, 1]
    pair = (splits[:, 2] == splits[:, 3]) == together
    text = (
        f"{{scene}}, {size} {{people{p}}} are split among rooms 1, 2 and 3: {', '.join(names[:-1])} and {names[-1]}. "
        f"No room stays empty. Room 1 holds at most {most} persons and room 2 at least {least}. {names[0]} and {names[1]} are in "
        f"different rooms, {names[2]} and {names[3]} are in {'the same room' if together else 'different rooms'}. "
        f"In how many ways can they be split?"
    )
    value = int((free & apart & pair).sum())
    lures = [
        int((free & apart).sum()),
        int((free & pair).sum()),
        int((apart & pair).sum()),
        int(free.sum()),
    ]
    return Problem(text, number(value), numbers(lures))


FAMILY = Family(
    "counting",
    "In how many ways: choices, orders, committees, neighbours and distributions.",
    {1: _one, 2: _two, 3: _three, 4: _four, 5: _five},
    version=2,
)
