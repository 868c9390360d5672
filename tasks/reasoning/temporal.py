"""When does it end, or when must it start: durations, breaks, wrong clocks and other time zones."""

from numpy.random import Generator

from lawbound.tasks.reasoning.family import Family, Problem, draw, indices
from lawbound.tasks.reasoning.options import as_clock, clock, clocks

_FORM = "Give the time as HH:MM on a clock of 24 hours."


def _one(rng: Generator) -> Problem:
    (a,) = indices(rng, 7, 1)
    start, hours = 60 * draw(rng, 6, 14), draw(rng, 2, 6)
    text = (
        f"{{scene}}, the {{task{a}}} starts at {as_clock(start)} and takes {hours} hours. "
        f"At what time does it end? {_FORM}"
    )
    end = start + 60 * hours
    return Problem(text, clock(end), clocks([start, end + 60, end - 60, start - 60 * hours]))


def _two(rng: Generator) -> Problem:
    (a,) = indices(rng, 7, 1)
    start, minutes = 5 * draw(rng, 80, 200), 5 * draw(rng, 13, 37)
    text = (
        f"{{scene}}, the {{task{a}}} starts at {as_clock(start)} and takes {minutes} minutes. "
        f"At what time does it end? {_FORM}"
    )
    end = start + minutes
    return Problem(text, clock(end), clocks([end + 60, end - 60, end + 40, end - 40]))


def _three(rng: Generator) -> Problem:
    a, b, c = indices(rng, 7, 3)
    start = 5 * draw(rng, 80, 160)
    one, two, three = (5 * draw(rng, 5, 25) + draw(rng, 0, 4) for _ in range(3))
    rest, other = 5 * draw(rng, 2, 9), 5 * draw(rng, 2, 9)
    text = (
        f"{{scene}}, the {{task{a}}} starts at {as_clock(start)} and takes {one} minutes. After a break of {rest} "
        f"minutes comes the {{task{b}}}, which takes {two} minutes. After another break of {other} minutes comes the "
        f"{{task{c}}}, which takes {three} minutes. At what time does the {{task{c}}} end? {_FORM}"
    )
    end = start + one + two + three + rest + other
    lures = [end - rest, end - other, end + 60, end - 60, end - rest - other]
    return Problem(text, clock(end), clocks(lures))


def _four(rng: Generator) -> Problem:
    """Backwards from a deadline; the second job runs beside the first."""
    a, b, c = indices(rng, 7, 3)
    end = 5 * draw(rng, 180, 280)
    long, third = 5 * draw(rng, 14, 30) + draw(rng, 0, 4), 5 * draw(rng, 6, 20) + draw(rng, 0, 4)
    lag, short = 5 * draw(rng, 2, 6), 5 * draw(rng, 5, 30) + draw(rng, 0, 4)
    rest = 5 * draw(rng, 2, 7)
    both = max(long, lag + short)
    text = (
        f"{{scene}}, everything must be over at {as_clock(end)}. The {{task{a}}} takes {long} minutes. The {{task{b}}} "
        f"takes {short} minutes and starts {lag} minutes after the start of the {{task{a}}}, beside it. "
        f"When both are done, there is a break of {rest} minutes, and then the {{task{c}}} takes {third} minutes. "
        f"What is the latest time at which the {{task{a}}} can start? {_FORM}"
    )
    start = end - third - rest - both
    lures = [
        end - third - rest - long,
        end - third - rest - long - short,
        start + rest,
        end - third - rest - short,
    ]
    return Problem(text, clock(start), clocks(lures))


def _five(rng: Generator) -> Problem:
    """A wrong clock, proportions, midnight and another time zone."""
    a, b, c = indices(rng, 7, 3)
    shown, fast = draw(rng, 1140, 1380), draw(rng, 4, 19)
    first = 12 * draw(rng, 6, 17)
    share = int(rng.choice([2, 3, 4]))
    rest, behind = draw(rng, 17, 58), draw(rng, 3, 9)
    second, third = first + first // share, 2 * first
    text = (
        f"{{scene}}, the {{task{a}}} starts when the wall clock shows {as_clock(shown)}; that clock is {fast} minutes fast. "
        f"The {{task{a}}} takes {first} minutes. The {{task{b}}} follows at once and takes longer than the {{task{a}}} "
        f"by { {2: 'half', 3: 'a third', 4: 'a quarter'}[share] }. After a break of {rest} minutes "
        f"comes the {{task{c}}}, which takes twice as long as the {{task{a}}}. A partner office follows on a screen; its "
        f"local time is {behind} hours behind. What is the correct local time in the partner office when the "
        f"{{task{c}}} ends? {_FORM}"
    )
    end = shown - fast + first + second + rest + third - 60 * behind
    lures = [end + fast, end + 2 * fast, end + 120 * behind, end - rest, end + 60 * behind]
    return Problem(text, clock(end), clocks(lures))


FAMILY = Family(
    "temporal",
    "When it ends or must start: durations, breaks, wrong clocks and other time zones.",
    {1: _one, 2: _two, 3: _three, 4: _four, 5: _five},
    version=2,
)
