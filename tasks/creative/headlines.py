"""Headlines of a comic paper: each begins with a given letter and none is like another."""

from numpy.random import Generator

from lawbound.tasks.creative.brief import Brief, Family, anchors, demands, listed, words_in
from lawbound.tasks.creative.filler import sentence, starting_with, take, words
from lawbound.tasks.item import Constraint, Item


def _pose(rng: Generator, level: int) -> Brief:
    lines = 2 + level
    letters = "".join("ABCDEFGHILMNOPRSTW"[int(i)] for i in rng.permutation(18)[:lines])
    chosen = anchors(rng, (1, 1, 2, 2, 3)[level - 1])
    what = int(rng.integers(6))
    least, most = (3, 12) if level < 4 else (5, 8)
    text = (
        f"Invent {lines} silly headlines for a comic paper about {{things{what}}} {{scene_low}}, one a line and not numbered. "
        f"They begin with the letters {', '.join(letters)}, in this order, and have {least} to {most} words each. No two share most of their words. Use the "
        f"{'word' if len(chosen) == 1 else 'words'} {listed(chosen)} somewhere. Write only the headlines."
    )
    return Brief(
        text,
        (
            Constraint("contains", ", ".join(chosen)),
            Constraint("acrostic", letters.lower()),
            Constraint("words_a_line", f"{least}-{most}"),
            Constraint("overlap", "0.5"),
        ),
    )


def _witness(item: Item) -> str:
    asked = demands(item)
    must = words_in(asked["contains"])
    source = words(start=len(item.id))
    rows = [[starting_with(letter), *take(source, 5)] for letter in asked["acrostic"]]
    for row, word in zip(rows, must, strict=False):
        row[4] = word
    return "\n".join(sentence(row, "") for row in rows)


FAMILY = Family(
    "headlines", "Comic headlines that begin with given letters.", _pose, _witness, version=2
)
