"""House rules applied to a case: fees, exemptions, exceptions to exemptions, surcharges and caps."""

from dataclasses import dataclass, field

from numpy.random import Generator

from lawbound.tasks.reasoning.family import NAMES, Family, Pose, Problem, draw, indices, sample
from lawbound.tasks.reasoning.options import number, numbers


@dataclass(slots=True)
class _Code:
    """The rules as they are drawn up: sentences in order, and the effect of each."""

    fees: dict[int, int] = field(default_factory=dict)
    """Thing -> crowns for each."""
    relief: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    """Rule number -> (person, thing, divisor; 0 means free)."""
    late: set[int] = field(default_factory=set)
    """Relief that ends in the evening."""
    surcharge: tuple[int, int] | None = None
    """(number of things, crowns)."""
    cap: int | None = None
    cap_lost: int | None = None
    """People whom the cap does not protect."""
    sentences: list[str] = field(default_factory=list)

    def add(self, sentence: str) -> int:
        """Append a rule and return its number."""
        self.sentences.append(f"Rule {len(self.sentences) + 1}: {sentence}")
        return len(self.sentences)

    def owed(self, person: int, bag: dict[int, int], hour: int) -> int:
        """Crowns owed by somebody who brings these things at this hour."""
        total = 0
        for thing, count in bag.items():
            fee = self.fees[thing]
            for rule, (who, what, divisor) in self.relief.items():
                ended = rule in self.late and hour >= 18
                if who == person and what == thing and not ended:
                    fee = fee // divisor if divisor else 0
            total += fee * count
        if self.surcharge and sum(bag.values()) > self.surcharge[0]:
            total += self.surcharge[1]
        if self.cap is not None and self.cap_lost != person:
            total = min(total, self.cap)
        return total


def _code(
    things: int,
    *,
    reliefs: int = 0,
    late: int = 0,
    extra: bool = False,
    cap: bool = False,
    cases: int = 1,
) -> Pose:
    def pose(rng: Generator) -> Problem:
        goods, people = indices(rng, 6, things), indices(rng, 6, 3)
        code = _Code()
        for thing in goods:
            code.fees[thing] = 2 * draw(rng, 2, 9)
            code.add(f"Whoever brings {{things{thing}}} pays {code.fees[thing]} crowns for each.")
        for i in range(reliefs):
            _add_relief(rng, code, people[i % 2], goods[i % things])
        for rule in list(code.relief)[:late]:
            code.late.add(rule)
            code.add(f"Rule {rule} does not apply from 18:00 on.")
        if extra:
            code.surcharge = (draw(rng, 5, 8), draw(rng, 5, 15))
            code.add(
                f"Whoever brings more than {code.surcharge[0]} items in all pays {code.surcharge[1]} crowns on top."
            )
        if cap:
            code.cap, code.cap_lost = (
                10 * draw(rng, 6, 12),
                people[1] if rng.random() < 0.5 else people[2],
            )
            number_of_cap = code.add(f"Nobody pays more than {code.cap} crowns in all.")
            code.add(f"Rule {number_of_cap} does not protect {{people{code.cap_lost}}}.")
        return _posed(rng, code, goods, people, cases)

    return pose


def _add_relief(rng: Generator, code: _Code, person: int, thing: int) -> None:
    divisor = int(rng.choice([0, 2]))
    words = "nothing" if divisor == 0 else "half the fee"
    rule = code.add(f"{{People{person}}} pay {words} for {{things{thing}}}.")
    code.relief[rule] = (person, thing, divisor)


def _posed(rng: Generator, code: _Code, goods: list[int], people: list[int], cases: int) -> Problem:
    names = sample(rng, NAMES, cases)
    facts, owed, naive = [], 0, 0
    for i, name in enumerate(names):
        person = people[draw(rng, 0, 2 if i else 1)]  # relief is for the first two
        bag = {thing: draw(rng, 2, 5) for thing in goods}
        hour = int(rng.choice([11, 14, 16, 19, 20, 21]))
        listed = [f"{count} {{things{thing}}}" for thing, count in bag.items()]
        joined = listed[0] if len(listed) == 1 else ", ".join(listed[:-1]) + " and " + listed[-1]
        facts.append(
            f"{name} is {{a_person{person}}} and brings {joined} at {hour}:{5 * draw(rng, 1, 11):02d}."
        )
        owed += code.owed(person, bag, hour)
        naive += sum(code.fees[thing] * count for thing, count in bag.items())
    asked = f"does {names[0]} owe" if cases == 1 else f"do {' and '.join(names)} owe together"
    text = f"{{scene}}, these rules apply. {' '.join(code.sentences)} {' '.join(facts)} How many crowns {asked}?"
    return Problem(
        text,
        number(owed, unit="crowns"),
        numbers([naive, naive // 2, owed + sum(code.fees.values())]),
    )


FAMILY = Family(
    "legal",
    "House rules applied to a case: fees, exemptions, exceptions, surcharges and caps.",
    {
        1: _code(1),
        2: _code(2, reliefs=1),
        3: _code(2, reliefs=2, late=1),
        4: _code(3, reliefs=2, late=2, extra=True),
        5: _code(3, reliefs=4, late=2, extra=True, cap=True, cases=2),
    },
    version=2,
)
