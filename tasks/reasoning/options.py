"""Four options of which one is right, drawn so that the options alone do not tell which.

Three giveaways are closed. The right number's rank among the four is as uniform as its size allows.
All four are equally round, or divisibility would betray a sum of fives. The position shown is uniform.
Common mistakes serve as lures where they fit these demands.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from numpy.random import Generator

from lawbound.tasks.item import Answer
from lawbound.tasks.reasoning.family import draw, sample, shuffled

OPTIONS = 4
_ROUND = (1000, 500, 100, 50, 25, 20, 10, 5, 4, 2, 1)
_ROUND_MINUTES = (60, 30, 15, 10, 5, 1)


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
        step: Largest distance between neighbouring invented options; by default about a tenth of the value.
        least: No option is smaller.
        unit: Unit that an answer may carry.
    """
    sizes = [size for size in _ROUND if size <= max(1, abs(value) // 4)]
    options = _around(rng, value, lures, step or max(3, abs(value) // 10), least, sizes)
    return Answer("number", str(value), tuple(shuffled(rng, [str(o) for o in options])), unit)


def count(rng: Generator, value: int, most: int) -> Answer:
    """An answer from 1 to a small number; unbiased where values are drawn uniformly."""
    others = [n for n in range(1, most + 1) if n != value]
    picked = [others[int(i)] for i in rng.permutation(len(others))[: OPTIONS - 1]]
    return Answer("number", str(value), tuple(shuffled(rng, [str(o) for o in [value, *picked]])))


def clock(rng: Generator, minutes: int, *, lures: Iterable[int] = ()) -> Answer:
    """An answer that is a time of day, given in minutes after midnight and written ``HH:MM``.

    Lures may lie on another day; what counts is the face of the clock.
    """
    step = int(rng.choice([15, 20, 30, 60]))
    near = [lure for lure in lures if abs(lure - minutes) < 700]
    options = _around(rng, minutes, near, step, minutes - 700, _ROUND_MINUTES)
    texts = [as_clock(o) for o in options]
    return Answer("text", as_clock(minutes), tuple(shuffled(rng, texts)))


def as_clock(minutes: int) -> str:
    """``HH:MM`` on a clock of 24 hours."""
    return f"{minutes % 1440 // 60:02d}:{minutes % 60:02d}"


def one_of(rng: Generator, value: str, pool: Sequence[str], form: str = "text") -> Answer:
    """An answer that is one word, or one number, of a pool of at least four."""
    others = tuple(word for word in pool if word != value)
    options = tuple(shuffled(rng, [value, *sample(rng, others, OPTIONS - 1)]))
    return Answer("number" if form == "number" else "text", value, options)


def fraction(rng: Generator, value: Fraction, lures: Iterable[Fraction]) -> Answer:
    """An answer that is a fraction in lowest terms; lures must leave three other fractions."""
    others = sorted({lure for lure in lures if lure != value and lure >= 0})
    below = [o for o in others if o < value]
    above = [o for o in others if o > value]
    rank = max(min(draw(rng, 0, OPTIONS - 1), len(below)), OPTIONS - 1 - len(above))
    picked = [*_pick(rng, below, rank), *_pick(rng, above, OPTIONS - 1 - rank)]
    return Answer("number", str(value), tuple(shuffled(rng, [str(o) for o in [value, *picked]])))


def _around(
    rng: Generator, value: int, lures: Iterable[int], step: int, least: int, sizes: Sequence[int]
) -> list[int]:
    grain = _roundness(value, sizes)
    fit = sorted(
        {
            lure
            for lure in lures
            if lure >= least and lure != value and _roundness(lure, sizes) == grain
        }
    )
    rank = draw(rng, 0, OPTIONS - 1)
    below = _side(rng, value, -1, rank, step, grain, sizes, [f for f in fit if f < value])
    below = [option for option in below if option >= least]
    if len(below) < rank:
        below = _tight(value, rank, least, grain, sizes)
    above = _side(
        rng, value, 1, OPTIONS - 1 - len(below), step, grain, sizes, [f for f in fit if f > value]
    )
    return [value, *below, *above]


def _roundness(value: int, sizes: Sequence[int]) -> int:
    return next((size for size in sizes if value % size == 0), 1)


def _side(
    rng: Generator,
    value: int,
    way: int,
    wanted: int,
    step: int,
    grain: int,
    sizes: Sequence[int],
    lures: list[int],
) -> list[int]:
    """Options on one side of the value: at most one lure, the rest stepping away from the value."""
    chosen: list[int] = []
    near = value
    reach = max(1, step // grain)
    while len(chosen) < wanted:
        near += way * grain * draw(rng, (reach + 1) // 2, reach)
        if _roundness(near, sizes) == grain:
            chosen.append(near)
    if chosen and lures and rng.random() < 0.7:
        lure = lures[draw(rng, 0, len(lures) - 1)]
        if lure not in chosen:
            chosen[draw(rng, 0, len(chosen) - 1)] = lure
    return chosen


def _tight(value: int, wanted: int, least: int, grain: int, sizes: Sequence[int]) -> list[int]:
    """The nearest options below, as many as there is room for."""
    room = range(value - grain, least - 1, -grain)
    return [option for option in room if _roundness(option, sizes) == grain][:wanted]


def _pick(rng: Generator, pool: Sequence[Fraction], count: int) -> list[Fraction]:
    return [pool[int(i)] for i in rng.permutation(len(pool))[:count]]
