"""Chains of general rules applied to one person, forwards and by ruling out."""

from numpy.random import Generator

from lawbound.tasks.reasoning.family import (
    NAMES,
    Family,
    Pose,
    Problem,
    draw,
    indices,
    sample,
    shuffled,
)
from lawbound.tasks.reasoning.options import one_of

_LAYERS: tuple[tuple[str, tuple[str, ...], str, str, str], ...] = (
    ("gets a {} ticket", ("red", "blue", "green", "yellow"), "with a {} ticket", "Which colour is {}'s ticket?", "has no {} ticket"),
    ("works in the {} room", ("north", "south", "east", "west"), "in the {} room", "In which room does {} work: north, south, east or west?", "does not work in the {} room"),
    ("carries a {} key", ("brass", "copper", "silver", "steel"), "with a {} key", "Which metal is {}'s key?", "has no {} key"),
    ("comes on {}", ("Monday", "Tuesday", "Thursday", "Friday"), "who comes on {}", "On which day does {} come?", "does not come on {}"),
    ("sits at the {} table", ("oak", "pine", "birch", "maple"), "at the {} table", "At which table does {} sit: oak, pine, birch or maple?", "does not sit at the {} table"),
)  # fmt: skip
"""Predicate, its values, who has it, the question for it, and its negation."""


def _chain(depth: int, *, ordered: bool, ruled_out: bool = False, shared: bool = False) -> Pose:
    """Rules in several layers; the person's kind is told, or found by ruling out the others."""

    def pose(rng: Generator) -> Problem:
        people, kind = indices(rng, 6, 4), draw(rng, 0, 3)
        name, friend = sample(rng, NAMES, 2)
        maps = [indices(rng, 4, 4) for _ in range(depth)]
        rules = _rules(people, maps)
        facts = [f"{name} is {{a_person{people[kind]}}}."]
        if ruled_out:
            facts, kind = _by_elimination(rng, name, people, maps)
        if shared:
            link = draw(rng, 1, depth - 2)
            facts.append(f"{friend} {_same(link)} as {name}.")
        asked = friend if shared else name
        answer = _LAYERS[depth - 1][1][_reached(maps, kind, depth - 1)]
        lines = rules if ordered else shuffled(rng, rules)
        text = f"{{scene}}, these rules hold. {' '.join(lines)} {' '.join(facts)} {_LAYERS[depth - 1][3].format(asked)}"
        return Problem(text, one_of(rng, answer, _LAYERS[depth - 1][1]))

    return pose


def _rules(people: list[int], maps: list[list[int]]) -> list[str]:
    rules = []
    for layer, targets in enumerate(maps):
        predicate, values = _LAYERS[layer][0], _LAYERS[layer][1]
        for source, target in enumerate(targets):
            if layer == 0:
                who = f"Every {{person{people[source]}}}"
            else:
                before = _LAYERS[layer - 1]
                who = "Everyone " + before[2].format(before[1][source])
            rules.append(f"{who} {predicate.format(values[target])}.")
    return rules


def _reached(maps: list[list[int]], kind: int, layer: int) -> int:
    value = kind
    for targets in maps[: layer + 1]:
        value = targets[value]
    return value


def _by_elimination(
    rng: Generator, name: str, people: list[int], maps: list[list[int]]
) -> tuple[list[str], int]:
    """Facts that rule out three of the four kinds, each at a layer of its own."""
    order = indices(rng, 4, 4)
    kind, others = order[0], order[1:]
    listed = (
        ", ".join(f"{{a_person{people[i]}}}" for i in (0, 1, 2)) + f" or {{a_person{people[3]}}}"
    )
    facts = [f"{name} is {listed}."]
    layers = indices(rng, len(maps) - 1, 3)
    for other, layer in zip(others, layers, strict=True):
        value = _LAYERS[layer][1][_reached(maps, other, layer)]
        facts.append(f"{name} {_LAYERS[layer][4].format(value)}.")
    return facts, kind


def _same(layer: int) -> str:
    return {
        1: "works in the same room",
        2: "carries a key of the same metal",
        3: "comes on the same day",
    }[layer]


FAMILY = Family(
    "deduction",
    "Chains of general rules applied to one person, forwards and by ruling out.",
    {
        1: _chain(1, ordered=True),
        2: _chain(2, ordered=True),
        3: _chain(3, ordered=False),
        4: _chain(4, ordered=False, ruled_out=True),
        5: _chain(5, ordered=False, ruled_out=True, shared=True),
    },
    version=2,
)
