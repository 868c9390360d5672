"""Four options of which one is right, drawn so that the options alone do not tell which.

If the answer is a quantity, several problems of one kind are posed. Four neighbouring answers
become the options, and which of their four problems is asked is drawn evenly. So whatever is known
about answers of that kind (how large, how round, what divides them) holds equally for all four. In
one item of three a common mistake then replaces a wrong option, if answers of that kind can have
its size. The position shown is uniform.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from numpy.random import Generator

from lawbound.tasks.item import Answer
from lawbound.tasks.reasoning.family import Pose, Problem, draw, sample, shuffled

OPTIONS = 4
_LURED = 1 / 3
"""Largest share of the items with a lure. A lure can look unlike the other options, or lie close to
the right one: the best guess from the options alone that we found is right in 0.30 of a level's
items, not in 0.25."""
_POSED = 12
"""Number of problems posed for one that is asked: with more, options lie nearer to each other."""


def among(rng: Generator, pose: Pose) -> Problem:
    """One problem with its options; those of a quantity are answers to similar problems."""
    problem = pose(rng)
    if problem.answer.choices:
        return problem
    by_value = {problem.answer.value: problem}
    posed = 1
    while posed < _POSED or len(by_value) < OPTIONS:
        problem = pose(rng)
        by_value.setdefault(problem.answer.value, problem)
        posed += 1
    ranked = sorted(by_value, key=_size)
    start = draw(rng, 0, len(ranked) - OPTIONS)
    options = ranked[start : start + OPTIONS]
    asked = by_value[options[draw(rng, 0, OPTIONS - 1)]]
    options = _with_lure(rng, asked, options, _size(ranked[0]), _size(ranked[-1]))
    return replace(asked, answer=replace(asked.answer, choices=tuple(shuffled(rng, options))))


def number(value: int | Fraction, *, unit: str = "") -> Answer:
    """An answer that is a number, a fraction in lowest terms; `among` finds the options.

    Args:
        value: The right number.
        unit: Unit that an answer may carry.
    """
    return Answer("number", str(value), (), unit)


def numbers(values: Iterable[int | Fraction]) -> tuple[str, ...]:
    """Lures that are numbers."""
    return tuple(map(str, values))


def clock(minutes: int) -> Answer:
    """An answer that is a time of day, given in minutes after midnight; `among` finds the options."""
    return Answer("text", as_clock(minutes))


def clocks(minutes: Iterable[int]) -> tuple[str, ...]:
    """Lures that are times of day."""
    return tuple(map(as_clock, minutes))


def as_clock(minutes: int) -> str:
    """``HH:MM`` on a clock of 24 hours."""
    return f"{minutes % 1440 // 60:02d}:{minutes % 60:02d}"


def count(rng: Generator, value: int, most: int) -> Answer:
    """An answer from 1 to a small number; unbiased if values are drawn uniformly."""
    others = [n for n in range(1, most + 1) if n != value]
    picked = [others[int(i)] for i in rng.permutation(len(others))[: OPTIONS - 1]]
    return Answer("number", str(value), tuple(shuffled(rng, [str(o) for o in [value, *picked]])))


def one_of(rng: Generator, value: str, pool: Sequence[str], form: str = "text") -> Answer:
    """An answer that is one word, or one number, of a pool of at least four."""
    others = tuple(word for word in pool if word != value)
    options = tuple(shuffled(rng, [value, *sample(rng, others, OPTIONS - 1)]))
    return Answer("number" if form == "number" else "text", value, options)


def _with_lure(
    rng: Generator, asked: Problem, options: list[str], least: Fraction, most: Fraction
) -> list[str]:
    """The options; in one item of three a wrong one is replaced by the result of a mistake."""
    fit = sorted({lure for lure in asked.lures if least <= _size(lure) <= most} - {*options})
    if not fit or rng.random() > _LURED:
        return options
    wrong = [option for option in options if option != asked.answer.value]
    wrong[draw(rng, 0, len(wrong) - 1)] = fit[draw(rng, 0, len(fit) - 1)]
    return [asked.answer.value, *wrong]


def _size(text: str) -> Fraction:
    """A number as it is, a time of day in minutes."""
    hours, colon, minutes = text.partition(":")
    return Fraction(60 * int(hours) + int(minutes)) if colon else Fraction(text)
