"""Stock keeping: things arrive, leave, double, halve and are exchanged."""

from numpy.random import Generator

from lawbound.tasks.reasoning.family import Family, Problem, draw, indices
from lawbound.tasks.reasoning.options import number, numbers

_PARTS = {2: "Half of the", 3: "A third of the", 4: "A quarter of the", 5: "A fifth of the"}


def _one(rng: Generator) -> Problem:
    (a,) = indices(rng, 6, 1)
    start, more = draw(rng, 3, 9), draw(rng, 2, 9)
    text = (
        f"{{scene}}, there are {start} {{things{a}}}. Then {more} more {{things{a}}} arrive. "
        f"How many {{things{a}}} are there now?"
    )
    return Problem(text, number(start + more), numbers([abs(start - more), start * more]))


def _two(rng: Generator) -> Problem:
    (a,) = indices(rng, 6, 1)
    start, more = draw(rng, 20, 60), draw(rng, 11, 39)
    gone = draw(rng, 5, start - 5)
    text = (
        f"{{scene}}, there are {start} {{things{a}}}. Then {more} more {{things{a}}} arrive. "
        f"Then {gone} {{things{a}}} are taken away. How many {{things{a}}} are there now?"
    )
    value = start + more - gone
    lures = [start + more + gone, value + 10, value - 10, start + gone - more]
    return Problem(text, number(value), numbers(lures))


def _three(rng: Generator) -> Problem:
    return _stock(rng, steps=3, kinds=1, harder=False)


def _four(rng: Generator) -> Problem:
    return _stock(rng, steps=6, kinds=2, harder=False)


def _five(rng: Generator) -> Problem:
    return _stock(rng, steps=11, kinds=3, harder=True)


def _stock(rng: Generator, *, steps: int, kinds: int, harder: bool) -> Problem:
    slots = indices(rng, 6, kinds)
    counts = [draw(rng, 30, 90) for _ in slots]
    listing = _listed(
        [f"{count} {{things{slot}}}" for count, slot in zip(counts, slots, strict=True)]
    )
    sentences = [f"{{scene}}, there are {listing}."]
    last = ""
    for _ in range(steps):
        options = [o for o in _moves(rng, counts, slots, harder=harder) if o[0] != last]
        last, sentence, counts = options[draw(rng, 0, len(options) - 1)]
        sentences.append(sentence)
    asked = " and ".join(f"{{things{slot}}}" for slot in slots[:2])
    value = sum(counts[:2])
    tail = "altogether now" if kinds > 1 else "now"
    sentences.append(f"How many {asked} are there {tail}?")
    lures = [sum(counts), counts[0], value + 10, value - 10, value + 1, value - 1]
    return Problem(" ".join(sentences), number(value), numbers(lures))


def _moves(
    rng: Generator, counts: list[int], slots: list[int], *, harder: bool
) -> list[tuple[str, str, list[int]]]:
    """Every possible next event: its kind, its sentence and the counts after it."""
    i = draw(rng, 0, len(slots) - 1)
    have, thing = counts[i], f"{{things{slots[i]}}}"
    more, crates, each = draw(rng, 11, 40), draw(rng, 3, 9), draw(rng, 4, 12)
    moves = [
        ("more", f"Then {more} more {thing} arrive.", _changed(counts, i, have + more)),
        (
            "crates",
            f"Then {crates} {{crates}} with {each} {thing} each arrive.",
            _changed(counts, i, have + crates * each),
        ),
    ]
    if have > 20:
        gone = draw(rng, 5, have - 10)
        moves.append(
            ("gone", f"Then {gone} {thing} are taken away.", _changed(counts, i, have - gone))
        )
    moves += [
        ("part", f"{words} {thing} are taken away.", _changed(counts, i, have - have // part))
        for part, words in _PARTS.items()
        if have % part == 0 and have > 15
    ]
    if harder and 0 < have < 60:
        moves.append(
            ("double", f"Then the number of {thing} doubles.", _changed(counts, i, 2 * have))
        )
    if harder and len(slots) > 1:
        j = (i + draw(rng, 1, len(slots) - 1)) % len(slots)
        for give, get in ((2, 3), (3, 2), (5, 1), (4, 7)):
            if have % give == 0 and have > 15:
                after = _changed(_changed(counts, i, 0), j, counts[j] + have // give * get)
                other = f"{{things{slots[j]}}}"
                text = f"All {thing} are exchanged, every {give} of them for {get} new {other}."
                moves.append(("exchange", text, after))
    return moves


def _changed(counts: list[int], index: int, value: int) -> list[int]:
    return [value if i == index else count for i, count in enumerate(counts)]


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


FAMILY = Family(
    "arithmetic",
    "Keeping count while things arrive, leave, double and are exchanged.",
    {1: _one, 2: _two, 3: _three, 4: _four, 5: _five},
    version=2,
)
