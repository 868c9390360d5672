"""Four options of which one is right, drawn so that the options alone do not tell which.

The right number's rank among the four is uniform, so neither "the smallest" nor "one in the middle"
beats chance; the position shown is uniform as well. Common mistakes serve as lures where their side
of the right answer has room for them.
"""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from numpy.random import Generator

from lawbound.tasks.item import Answer
from lawbound.tasks.reasoning.family import draw, sample, shuffled

OPTIONS = 4


def number(
    rng: Generator,
    value: int,
    *,
    lures: Iterable[int] = (),
    step: int = 0,
    least: int = 1,
    unit: str = "",
) -> Answer:
    """An answer that is a whole number.

    Args:
        rng: Source of the options.
        value: The right number.
        lures: What common mistakes would give.
        step: Distance between invented options; by default about a tenth of the value.
        least: No option is smaller.
        unit: Unit that an answer may carry.
    """
    options = _around(rng, value, lures, step or max(1, abs(value) // 10), least)
    return Answer("number", str(value), tuple(shuffled(rng, [str(o) for o in options])), unit)


def clock(rng: Generator, minutes: int, *, lures: Iterable[int] = ()) -> Answer:
    """An answer that is a time of day, given in minutes after midnight and written ``HH:MM``."""
    value = minutes % 1440
    step = int(rng.choice([5, 10, 15, 20, 30, 60]))
    wrapped = [lure % 1440 for lure in lures]
    options = _around(rng, value, wrapped, step, value - 10_000)
    texts = [as_clock(o) for o in options]
    return Answer("text", as_clock(value), tuple(shuffled(rng, texts)))


def as_clock(minutes: int) -> str:
    """``HH:MM`` on a clock of 24 hours."""
    return f"{minutes % 1440 // 60:02d}:{minutes % 60:02d}"


def one_of(rng: Generator, value: str, pool: Sequence[str]) -> Answer:
    """An answer that is one word of a pool of at least four."""
    others = tuple(word for word in pool if word != value)
    return Answer("text", value, tuple(shuffled(rng, [value, *sample(rng, others, OPTIONS - 1)])))


def fraction(rng: Generator, value: Fraction, lures: Iterable[Fraction]) -> Answer:
    """An answer that is a fraction in lowest terms; lures must leave three other fractions."""
    others = sorted({lure for lure in lures if lure != value and lure >= 0})
    below = [o for o in others if o < value]
    above = [o for o in others if o > value]
    rank = _rank(rng, len(below), len(above))
    picked = [*_pick(rng, below, rank), *_pick(rng, above, OPTIONS - 1 - rank)]
    return Answer("number", str(value), tuple(shuffled(rng, [str(o) for o in [value, *picked]])))


def _around(rng: Generator, value: int, lures: Iterable[int], step: int, least: int) -> list[int]:
    pool = sorted({lure for lure in lures if lure >= least and lure != value})
    room = max(0, value - least)
    rank = _rank(rng, room, OPTIONS)
    step = max(1, min(step, room // max(1, rank)))
    below = _side(
        rng, value, [p for p in pool if p < value], rank, lambda near: near - _jump(rng, step)
    )
    above = _side(
        rng,
        value,
        [p for p in pool if p > value],
        OPTIONS - 1 - rank,
        lambda near: near + _jump(rng, step),
    )
    return [value, *below, *above]


def _rank(rng: Generator, below: int, above: int) -> int:
    """How many options are smaller than the right one, as uniform as the room allows."""
    rank = draw(rng, 0, OPTIONS - 1)
    return max(min(rank, below), OPTIONS - 1 - above)


def _jump(rng: Generator, step: int) -> int:
    return draw(rng, max(1, (step + 1) // 2), step)


def _pick(rng: Generator, pool: Sequence[Fraction], count: int) -> list[Fraction]:
    return [pool[int(i)] for i in rng.permutation(len(pool))[:count]]


def _side(
    rng: Generator, value: int, lures: list[int], count: int, onward: Callable[[int], int]
) -> list[int]:
    """Options on one side of the value: at most one lure, the rest stepping away from the value."""
    chosen: list[int] = []
    near = value
    for _ in range(count):
        near = onward(near)
        chosen.append(near)
    if chosen and lures and rng.random() < 0.7:
        lure = lures[draw(rng, 0, len(lures) - 1)]
        if lure not in chosen:
            chosen[draw(rng, 0, len(chosen) - 1)] = lure
    return chosen
