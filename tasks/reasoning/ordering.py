"""A queue and clues about it: who stands where?"""

from collections.abc import Callable
from itertools import combinations, pairwise, permutations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from lawbound.tasks.reasoning.family import NAMES, Family, Pose, Problem, draw, indices, sample
from lawbound.tasks.reasoning.options import one_of

_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
Rule = Callable[[NDArray[np.int64]], NDArray[np.bool_]]
"""Which rows of a table of positions are allowed."""
Clue = tuple[str, Rule]


def _one(rng: Generator) -> Problem:
    names = sample(rng, NAMES, 4)
    clues = [f"{a} stands directly before {b}." for a, b in pairwise(names)]
    place = draw(rng, 0, 3)
    return _problem(rng, names, clues, place, names[place])


def _queue(size: int, kinds: int) -> Pose:
    """A queue of that many people, with the easiest kinds of clue up to the given number."""

    def pose(rng: Generator) -> Problem:
        names = sample(rng, NAMES, size)
        truth = np.array([indices(rng, size, size)])
        arrangements = np.array(list(permutations(range(size))))
        pool = [clue for clue in _clues(names, kinds) if clue[1](truth)[0]]
        chosen = _enough(arrangements, [pool[i] for i in indices(rng, len(pool), len(pool))])
        place = draw(rng, 0, size - 1)
        winner = names[int(np.flatnonzero(truth[0] == place)[0])]
        return _problem(rng, names, [text for text, _ in chosen], place, winner)

    return pose


def _clues(names: list[str], kinds: int) -> list[Clue]:
    everyone = range(len(names))
    before = [
        (f"{names[i]} stands somewhere before {names[j]}.", _gap(i, j, 1, len(names)))
        for i, j in permutations(everyone, 2)
    ]
    directly = [
        (f"{names[i]} stands directly before {names[j]}.", _gap(i, j, 1, 1))
        for i, j in permutations(everyone, 2)
    ]
    apart = [
        (f"Exactly {_people(gap)} between {names[i]} and {names[j]}.", _apart(i, j, gap + 1))
        for i, j in combinations(everyone, 2)
        for gap in range(1, len(names) - 2)
    ]
    inside = [(f"{names[i]} is neither first nor last.", _inside(i)) for i in everyone]
    middle = [
        (f"{names[k]} stands somewhere between {names[i]} and {names[j]}.", _between(k, i, j))
        for i, j in combinations(everyone, 2)
        for k in everyone
        if k not in (i, j)
    ]
    return [clue for group in (directly, before, apart, inside, middle)[:kinds] for clue in group]


def _gap(i: int, j: int, least: int, most: int) -> Rule:
    return lambda table: (table[:, j] - table[:, i] >= least) & (table[:, j] - table[:, i] <= most)


def _apart(i: int, j: int, distance: int) -> Rule:
    return lambda table: np.abs(table[:, i] - table[:, j]) == distance


def _inside(i: int) -> Rule:
    return lambda table: (table[:, i] > 0) & (table[:, i] < table.shape[1] - 1)


def _between(k: int, i: int, j: int) -> Rule:
    return lambda table: (table[:, k] - table[:, i]) * (table[:, k] - table[:, j]) < 0


def _people(count: int) -> str:
    return "1 person stands" if count == 1 else f"{count} people stand"


def _enough(arrangements: NDArray[np.int64], clues: list[Clue]) -> list[Clue]:
    """The first clues that leave one arrangement, without those that the others make needless."""
    tables = [allowed(arrangements) for _, allowed in clues]
    left = np.ones(len(arrangements), dtype=bool)
    used: list[int] = []
    for i, table in enumerate(tables):
        if (left & ~table).any():
            used.append(i)
            left &= table
        if left.sum() == 1:
            break
    for i in list(used):
        without = [tables[j] for j in used if j != i]
        if without and np.logical_and.reduce(without).sum() == 1:
            used.remove(i)
    return [clues[i] for i in used]


def _problem(
    rng: Generator, names: list[str], clues: list[str], place: int, winner: str
) -> Problem:
    (p,) = indices(rng, 6, 1)
    listed = ", ".join(sorted(names)[:-1]) + " and " + sorted(names)[-1]
    text = (
        f"{{scene}}, {len(names)} {{people{p}}} stand in a queue: {listed}. {' '.join(clues)} "
        f"Who is {_PLACES[place]} in the queue?"
    )
    return Problem(text, one_of(rng, winner, names))


FAMILY = Family(
    "ordering",
    "A queue and clues about it: who stands where?",
    {1: _one, 2: _queue(4, 2), 3: _queue(5, 3), 4: _queue(6, 4), 5: _queue(7, 5)},
)
