"""A list of absurd uses for a plain thing: many, and all different."""

from numpy.random import Generator

from lawbound.tasks.creative.brief import Brief, Family, anchors, demands, listed, words_in
from lawbound.tasks.creative.filler import sentence, starting_with, take, words
from lawbound.tasks.item import Constraint, Item


def _pose(rng: Generator, level: int) -> Brief:
    lines = 3 + 2 * level
    chosen = anchors(rng, (1, 1, 2, 2, 3)[level - 1])
    what = int(rng.integers(6))
    text = (
        f"For a comedy, list exactly {lines} absurd uses for {{a_thing{what}}} {{scene_low}}, one a line. Each line has "
        f"4 to 14 words and begins with a different word, and no two share most of their words. Use the {'word' if len(chosen) == 1 else 'words'} "
        f"{listed(chosen)} somewhere."
    )
    constraints = [
        Constraint("contains", ", ".join(chosen)),
        Constraint("lines", str(lines)),
        Constraint("words_a_line", "4-14"),
        Constraint("openings", "different"),
        Constraint("overlap", "0.5"),
    ]
    if level >= 4:
        text += " Put the lines in alphabetical order."
        constraints.append(Constraint("order", "alphabetical"))
    return Brief(text + " Write only the list.", tuple(constraints))


def _witness(item: Item) -> str:
    asked = demands(item)
    lines, must = int(asked["lines"]), words_in(asked["contains"])
    source = words(start=len(item.id))
    rows = [[starting_with("abcdefghijklmnopqrstuvwyz"[i]), *take(source, 5)] for i in range(lines)]
    for row, word in zip(rows, must, strict=False):
        row[3] = word
    return "\n".join(f"{i}. {sentence(row)}" for i, row in enumerate(rows, 1))


FAMILY = Family(
    "uses", "Absurd uses for a plain thing: many, and all different.", _pose, _witness, version=2
)
