"""Free verse with a given number of words in each line."""

from numpy.random import Generator

from lawbound.tasks.creative.brief import Brief, Family, anchors, demands, listed, words_in
from lawbound.tasks.creative.filler import sentence, take, words
from lawbound.tasks.item import Constraint, Item

_NUMBERS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def _pose(rng: Generator, level: int) -> Brief:
    lines = level + 1
    counts = [int(n) for n in rng.integers(3, 9, size=lines)]
    chosen = anchors(rng, (1, 1, 2, 2, 3)[level - 1])
    who = int(rng.integers(6))
    shape = ", ".join(_NUMBERS[n] for n in counts[:-1]) + f" and {_NUMBERS[counts[-1]]}"
    text = (
        f"Write a poem without rhymes about {{a_person{who}}} {{scene_low}}. It has {lines} lines with exactly {shape} words, "
        f"in this order. Use the {'word' if len(chosen) == 1 else 'words'} {listed(chosen)}."
    )
    constraints = [
        Constraint("contains", ", ".join(chosen)),
        Constraint("line_lengths", " ".join(map(str, counts))),
    ]
    if level >= 3:
        text += " No word may stand in the poem more than twice."
        constraints.append(Constraint("most_repeats", "2"))
    return Brief(text + " Write only the poem.", tuple(constraints))


def _witness(item: Item) -> str:
    asked = demands(item)
    must = words_in(asked["contains"])
    source = words(start=len(item.id))
    rows = [take(source, int(count)) for count in asked["line_lengths"].split()]
    for row, word in zip(rows, must, strict=False):
        row[1] = word
    if len(must) > len(rows):
        rows[0][2 : 2 + len(must) - len(rows)] = must[len(rows) :]
    return "\n".join(sentence(row, "") for row in rows)


FAMILY = Family("verse", "Free verse with a given number of words in each line.", _pose, _witness)
