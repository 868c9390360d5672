"""Who holds what after a number of exchanges?"""

from numpy.random import Generator

from lawbound.tasks.reasoning.family import NAMES, Family, Pose, Problem, draw, indices, sample
from lawbound.tasks.reasoning.options import one_of

_COLOURS = ("red", "blue", "green", "yellow", "white", "black", "brown")


def _moves(people: int, rounds: int, kinds: int) -> Pose:
    """Exchanges of the easiest kinds: a swap, by colour, a round, on a condition."""

    def pose(rng: Generator) -> Problem:
        names, colours = sample(rng, NAMES, people), sample(rng, _COLOURS, people)
        (t,) = indices(rng, 6, 1)
        held = list(colours)
        sentences = []
        last: set[int] = set()
        for _ in range(rounds):
            kind = draw(rng, 0, kinds - 1)
            sentence, held, last = _MOVES[kind](rng, names, held, last)
            sentences.append(sentence)
        asked = _asked(rng, colours, held)
        listed = [
            f"{name} has a {colour} {{thing{t}}}"
            for name, colour in zip(names, colours, strict=True)
        ]
        text = (
            f"{{scene}}, {', '.join(listed[:-1])} and {listed[-1]}. {' '.join(sentences)} "
            f"Which colour is the {{thing{t}}} that {names[asked]} has in the end?"
        )
        return Problem(text, one_of(rng, held[asked], colours))

    return pose


def _asked(rng: Generator, colours: list[str], held: list[str]) -> int:
    """Somebody; in one case of four, as by chance, somebody who ends where they began."""
    moved = [i for i, colour in enumerate(colours) if held[i] != colour]
    still = [i for i, colour in enumerate(colours) if held[i] == colour]
    pool = still if still and (rng.random() < 0.25 or not moved) else moved
    return pool[draw(rng, 0, len(pool) - 1)]


Move = tuple[str, list[str], set[int]]


def _swap(rng: Generator, names: list[str], held: list[str], last: set[int]) -> Move:
    i, j = indices(rng, len(names), 2)
    while {i, j} == last:
        i, j = indices(rng, len(names), 2)
    return f"Then {names[i]} and {names[j]} swap.", _swapped(held, i, j), {i, j}


def _by_colour(rng: Generator, names: list[str], held: list[str], last: set[int]) -> Move:
    i, j = indices(rng, len(names), 2)
    return (
        f"Then {names[i]} swaps with whoever has the {held[j]} one.",
        _swapped(held, i, j),
        {i, j},
    )


def _round(rng: Generator, names: list[str], held: list[str], last: set[int]) -> Move:
    order = indices(rng, len(names), 3)
    a, b, c = order
    after = list(held)
    after[b], after[c], after[a] = held[a], held[b], held[c]
    text = f"Then {names[a]} gives to {names[b]}, {names[b]} to {names[c]} and {names[c]} to {names[a]}, all at once."
    return text, after, set(order)


def _on_condition(rng: Generator, names: list[str], held: list[str], last: set[int]) -> Move:
    i, j, k, m = indices(rng, len(names), 4)
    colour = held[i] if rng.random() < 0.5 else held[k]
    pair = (j, k) if held[i] == colour else (j, m)
    text = (
        f"Then, if {names[i]} has the {colour} one, {names[j]} and {names[k]} swap; "
        f"otherwise {names[j]} and {names[m]} swap."
    )
    return text, _swapped(held, *pair), set(pair)


def _swapped(held: list[str], i: int, j: int) -> list[str]:
    after = list(held)
    after[i], after[j] = held[j], held[i]
    return after


_MOVES = (_swap, _by_colour, _round, _on_condition)

FAMILY = Family(
    "tracking",
    "Who holds what after a number of exchanges.",
    {
        1: _moves(4, 1, 1),
        2: _moves(4, 3, 1),
        3: _moves(5, 5, 2),
        4: _moves(6, 8, 3),
        5: _moves(7, 14, 4),
    },
)
