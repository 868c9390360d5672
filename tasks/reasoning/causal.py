"""What follows from what: causes, joint and alternative causes, hindrances and an intervention."""

from dataclasses import dataclass

from numpy.random import Generator

from lawbound.tasks.reasoning.family import Family, Pose, Problem, draw, indices
from lawbound.tasks.reasoning.options import count


@dataclass(frozen=True, slots=True)
class _Law:
    causes: tuple[int, ...]
    """Causes, all of which or any of which must happen."""
    effect: int
    unless: int | None = None
    """A hindrance, which must not happen."""
    either: bool = False


def _world(
    events: int, starts: int, *, joint: int = 0, hindered: int = 0, prevented: bool = False
) -> Pose:
    """Events in causal order, the first few of which start by themselves."""

    def pose(rng: Generator) -> Problem:
        most = events - bool(hindered or prevented)
        target = draw(rng, 1, most)
        while True:
            laws = _laws(rng, events, starts, joint, hindered)
            given = {e for e in range(starts) if rng.random() < 0.7}
            barred = draw(rng, starts, events - 1) if prevented else None
            happening = _run(events, given, laws, barred)
            named = {e for law in laws for e in (*law.causes, law.effect)} | given
            matters = not prevented or len(_run(events, given, laws, None)) != len(happening)
            if len(happening) == target and len(named) == events and matters:
                return _told(rng, events, laws, given, barred, happening, most)

    return pose


def _laws(rng: Generator, events: int, starts: int, joint: int, hindered: int) -> list[_Law]:
    effects = list(range(starts, events))
    special = [effects[i] for i in indices(rng, len(effects), len(effects))]
    twofold, blocked = set(special[:joint]), set(special[joint : joint + hindered])
    laws = []
    for effect in effects:
        causes = indices(rng, effect, min(effect, 3))
        if effect in twofold:
            laws.append(_Law(tuple(causes[:2]), effect))
        elif effect in blocked:
            laws.append(_Law((causes[0],), effect, causes[1]))
        elif rng.random() < 0.4:
            laws.append(_Law(tuple(causes[:2]), effect, either=True))
        else:
            laws.append(_Law((causes[0],), effect))
    return laws


def _run(events: int, given: set[int], laws: list[_Law], barred: int | None) -> set[int]:
    happening = given - {barred}
    for effect in range(events):
        for law in laws:
            enough = any if law.either else all
            fires = law.effect == effect != barred and enough(c in happening for c in law.causes)
            if fires and law.unless not in happening:
                happening = happening | {effect}
    return happening


def _told(
    rng: Generator,
    events: int,
    laws: list[_Law],
    given: set[int],
    barred: int | None,
    happening: set[int],
    most: int,
) -> Problem:
    slots = indices(rng, 8, events)
    clause = [f"{{clause{slot}}}" for slot in slots]
    rules = []
    for i in indices(rng, len(laws), len(laws)):
        law = laws[i]
        causes = (" or " if law.either else " and ").join(clause[c] for c in law.causes)
        tail = f", unless {clause[law.unless]}" if law.unless is not None else ""
        rules.append(f"If {causes}, then {clause[law.effect]}{tail}.")
    start = " and ".join(clause[e] for e in sorted(given))
    stop = (
        f" Someone prevents one event, whatever its causes: it never comes about that {clause[barred]}."
        if barred is not None
        else ""
    )
    text = (
        f"{{scene}}, {events} events are linked by rules. {' '.join(rules)} Nothing happens without a cause that is "
        f"named here. Today, by themselves, {start}.{stop} How many of the {events} events happen in the end, those "
        f"that happen by themselves included?"
    )
    return Problem(text, count(rng, len(happening), most))


FAMILY = Family(
    "causal",
    "What follows from what: causes, joint and alternative causes, hindrances and an intervention.",
    {
        1: _world(4, 2),
        2: _world(5, 2),
        3: _world(6, 3, joint=2),
        4: _world(7, 3, joint=2, hindered=2),
        5: _world(8, 3, joint=2, hindered=2, prevented=True),
    },
)
