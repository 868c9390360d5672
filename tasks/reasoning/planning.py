"""The shortest time in which jobs can be done, given what must come first and how many hands there are."""

from collections.abc import Mapping
from itertools import permutations

from numpy.random import Generator

from lawbound.tasks.reasoning.family import Family, Pose, Problem, draw, indices
from lawbound.tasks.reasoning.options import number

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
    return Problem(text, number(rng, first + second, lures=lures, step=15, unit="minutes"))


def _network(jobs: int, links: int, hands: int) -> Pose:
    """So many jobs with so many prerequisites; no hands means as many people as it takes."""

    def pose(rng: Generator) -> Problem:
        while True:
            times = [5 * draw(rng, 2, 12) for _ in range(jobs)]
            needs: dict[int, tuple[int, ...]] = dict.fromkeys(range(jobs), ())
            for later in indices(rng, jobs, jobs)[: jobs if links else 0]:
                if later and sum(map(len, needs.values())) < links:
                    needs[later] = tuple(sorted(indices(rng, later, draw(rng, 1, min(2, later)))))
            value = _least(times, needs, hands or jobs)
            free = _least(times, needs, jobs)
            # With few hands the plan must be more than the longest path and more than an even split.
            if value > max(times) and (not hands or value > free):
                return _told(rng, times, needs, hands, value)

    return pose


def _least(times: list[int], needs: Needs, hands: int) -> int:
    """Shortest plan: some order of the jobs, each started as early as it can, is optimal."""
    if hands >= len(times):
        ends: dict[int, int] = {}
        for job, minutes in enumerate(times):
            ends[job] = minutes + max((ends[n] for n in needs[job]), default=0)
        return max(ends.values())
    best = sum(times)
    for order in permutations(range(len(times))):
        position = {job: i for i, job in enumerate(order)}
        if any(position[n] > position[job] for job in order for n in needs[job]):
            continue
        best = min(best, _listed(order, times, needs, hands))
    return best


def _listed(order: tuple[int, ...], times: list[int], needs: Needs, hands: int) -> int:
    free = [0] * hands
    ends: dict[int, int] = {}
    for job in order:
        hand = free.index(min(free))
        start = max(free[hand], max((ends[n] for n in needs[job]), default=0))
        ends[job] = free[hand] = start + times[job]
    return max(ends.values())


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
        -(-sum(times) // max(2, hands)),
        _least(times, needs, len(times)),
        value + 5,
    ]
    return Problem(
        text, number(rng, value, lures=[5 * (lure // 5) for lure in lures], step=20, unit="minutes")
    )


FAMILY = Family(
    "planning",
    "The shortest time in which jobs can be done, given an order and a number of hands.",
    {
        1: _one,
        2: _network(3, 2, 0),
        3: _network(5, 4, 0),
        4: _network(5, 2, 2),
        5: _network(7, 5, 2),
    },
)
