"""The shortest time in which jobs can be done, given what must come first and how many hands there are."""

from collections.abc import Mapping

from numpy.random import Generator

from lawbound.tasks.reasoning.family import Family, Pose, Problem, draw, indices
from lawbound.tasks.reasoning.options import number, numbers

Needs = Mapping[int, tuple[int, ...]]
"""Job -> jobs that must be over before it starts."""


def _one(rng: Generator) -> Problem:
    a, b = indices(rng, 7, 2)
    first, second = 5 * draw(rng, 2, 9), 5 * draw(rng, 2, 9)
    text = (
        f"{{scene}}, the {{task{a}}} takes {first} minutes. The {{task{b}}} takes {second} minutes and can only start "
        f"after the {{task{a}}}. How many minutes does it take at least to finish both?"
    )
    lures = [first, second, abs(first - second), max(first, second) + 5]
    return Problem(text, number(first + second, unit="minutes"), numbers(lures))


def _network(jobs: int, links: int, hands: int) -> Pose:
    """Jobs with prerequisites; without a number of hands there are as many people as needed.

    Adding up all times solves none of them. With few hands, the plan is longer than the longest
    path, and in one problem of four as long as an even split of the work; else it takes 5, 10, or
    15 minutes and more on top of that.
    """

    def pose(rng: Generator) -> Problem:
        over = 5 * draw(rng, 0, 3)
        while True:
            times = [5 * draw(rng, 2, 12) for _ in range(jobs)]
            needs: dict[int, tuple[int, ...]] = dict.fromkeys(range(jobs), ())
            for later in indices(rng, jobs, jobs)[: jobs if links else 0]:
                if later and sum(map(len, needs.values())) < links:
                    needs[later] = tuple(sorted(indices(rng, later, draw(rng, 1, min(2, later)))))
            free = _longest_path(times, needs)
            if not hands and max(times) < free < sum(times):
                return _told(rng, times, needs, hands, free)
            if hands:
                wanted = _even_split(times, hands) + over
                value = _least(times, needs, hands, short=max(free, wanted - 5))
                if value > free and (value == wanted or (over == 15 and value > wanted)):
                    return _told(rng, times, needs, hands, value)

    return pose


def _even_split(times: list[int], hands: int) -> int:
    """Minutes if all hands were busy to the end, in steps of five."""
    return -(-sum(times) // (5 * hands)) * 5


def _longest_path(times: list[int], needs: Needs) -> int:
    """Shortest plan with enough hands."""
    ends: dict[int, int] = {}
    for job, minutes in enumerate(times):
        ends[job] = minutes + max((ends[n] for n in needs[job]), default=0)
    return max(ends.values())


def _least(times: list[int], needs: Needs, hands: int, *, short: int) -> int:
    """Shortest plan, or any that takes no more than `short`.

    There is an optimal order of the jobs in which each goes to whoever is free first and starts as
    early as it can.
    """
    best = sum(times)

    def extend(free: tuple[int, ...], ends: Mapping[int, int]) -> None:
        nonlocal best
        if len(ends) == len(times):
            best = min(best, max(ends.values()))
        soonest, *others = sorted(free)
        for job in range(len(times)):
            if job in ends or any(n not in ends for n in needs[job]):
                continue
            end = max(soonest, *(ends[n] for n in needs[job]), 0) + times[job]
            if short < best > end:
                extend((*others, end), {**ends, job: end})

    extend((0,) * hands, {})
    return best


def _told(rng: Generator, times: list[int], needs: Needs, hands: int, value: int) -> Problem:
    slots = indices(rng, 7, len(times))
    sentences = []
    for job in indices(rng, len(times), len(times)):
        after = " and the ".join(f"{{task{slots[n]}}}" for n in needs[job])
        tail = f" and can only start after the {after}" if after else ""
        sentences.append(f"The {{task{slots[job]}}} takes {times[job]} minutes{tail}.")
    crew = (
        f"There are {hands} people; each job needs one person, who does it without a break."
        if hands
        else "Any number of jobs can run at the same time."
    )
    text = (
        f"{{scene}}, {len(times)} jobs are to be done. {' '.join(sentences)} {crew} "
        f"How many minutes does it take at least to finish all jobs?"
    )
    lures = [
        sum(times),
        max(times),
        _even_split(times, max(2, hands)),
        _longest_path(times, needs),
        value + 5,
    ]
    return Problem(text, number(value, unit="minutes"), numbers(lures))


FAMILY = Family(
    "planning",
    "The shortest time in which jobs can be done, given an order and a number of hands.",
    {
        1: _one,
        2: _network(3, 2, 0),
        3: _network(5, 4, 0),
        4: _network(5, 3, 2),
        5: _network(7, 6, 2),
    },
    version=2,
)
