"""Work at a constant pace: how much gets done, or how long it takes."""

from math import lcm

from numpy.random import Generator

from lawbound.tasks.reasoning.family import Family, Problem, draw, indices
from lawbound.tasks.reasoning.options import number, numbers


def _one(rng: Generator) -> Problem:
    (t,), (p,) = indices(rng, 6, 1), indices(rng, 6, 1)
    pace, hours = draw(rng, 2, 9), draw(rng, 2, 6)
    text = (
        f"{{scene}}, each {{person{p}}} checks {pace} {{things{t}}} an hour. "
        f"How many {{things{t}}} does one {{person{p}}} check in {hours} hours?"
    )
    return Problem(text, number(pace * hours), numbers([pace + hours, pace * (hours + 1)]))


def _two(rng: Generator) -> Problem:
    (t,), (p,) = indices(rng, 6, 1), indices(rng, 6, 1)
    team, pace, hours = draw(rng, 3, 9), draw(rng, 4, 12), draw(rng, 2, 8)
    text = (
        f"{{scene}}, each {{person{p}}} checks {pace} {{things{t}}} an hour. "
        f"How many {{things{t}}} do {team} {{people{p}}} check in {hours} hours?"
    )
    value = team * pace * hours
    lures = [pace * hours, value + pace, value - pace, team * pace]
    return Problem(text, number(value), numbers(lures))


def _three(rng: Generator) -> Problem:
    (t,), (p,) = indices(rng, 6, 1), indices(rng, 6, 1)
    pace, team, hours = draw(rng, 4, 12), draw(rng, 3, 8), draw(rng, 3, 7)
    new_team, value = draw(rng, 2, 9), draw(rng, 4, 15)
    text = (
        f"{{scene}}, {team} {{people{p}}} check {team * pace * hours} {{things{t}}} in {hours} hours. "
        f"At the same pace, how many hours do {new_team} {{people{p}}} need "
        f"for {new_team * pace * value} {{things{t}}}?"
    )
    lures = [hours, value * 2, hours * new_team // team, value + hours]
    return Problem(text, number(value), numbers(lures))


def _four(rng: Generator) -> Problem:
    (t,), (p, q) = indices(rng, 6, 1), indices(rng, 6, 2)
    slow, fast, first, second = draw(rng, 3, 8), draw(rng, 9, 16), draw(rng, 2, 6), draw(rng, 2, 6)
    head, both = draw(rng, 2, 4), draw(rng, 3, 9)
    total = first * slow * head + (first * slow + second * fast) * both
    text = (
        f"{{scene}}, each {{person{p}}} checks {slow} {{things{t}}} an hour "
        f"and each {{person{q}}} checks {fast} an hour. "
        f"{first} {{people{p}}} start alone. After {head} hours, {second} {{people{q}}} join them. "
        f"How many hours after the start have {total} {{things{t}}} been checked?"
    )
    value = head + both
    return Problem(text, number(value), numbers([both, value + head, both - 1, head]))


def _five(rng: Generator) -> Problem:
    """Two alone-times, a pause and a share left over: the answer comes in minutes."""
    t, (p, q) = indices(rng, 6, 1)[0], indices(rng, 6, 2)
    one = int(rng.choice([3, 4, 5, 6, 8, 10, 12]))
    other = int(rng.choice([n for n in (3, 4, 6, 8, 10, 12, 15, 20) if n != one]))
    whole = lcm(one, other) * draw(rng, 2, 9)
    alone = draw(rng, 1, min(one, other) - 1)
    pause = int(rng.choice([12, 18, 24, 36, 42, 48]))
    rest = whole - alone * (whole // one)
    per_hour = whole // one + whole // other
    together = rest * 60 // per_hour
    if rest * 60 % per_hour:
        return _five(rng)
    value = alone * 60 + pause + together
    text = (
        f"{{scene}}, one {{person{p}}} alone would check a pile of {whole} {{things{t}}} in {one} hours, "
        f"and one {{person{q}}} alone would check it in {other} hours. "
        f"The {{person{p}}} starts alone and works for {alone} {_hours(alone)}. Then nobody works for {pause} minutes. "
        f"Then both work together until all {{things{t}}} are checked. "
        f"How many minutes pass between the start and the end?"
    )
    lures = [value - pause, together + pause, (one + other) * 30 + pause, one * 60 + pause]
    return Problem(text, number(value, unit="minutes"), numbers(lures))


def _hours(count: int) -> str:
    return "hour" if count == 1 else "hours"


FAMILY = Family(
    "rates",
    "Work at a constant pace: how much gets done, or how long it takes.",
    {1: _one, 2: _two, 3: _three, 4: _four, 5: _five},
    version=2,
)
