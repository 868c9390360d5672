"""A poem whose lines begin with the letters of a word."""

from numpy.random import Generator

from lawbound.tasks.creative.brief import Brief, Family, anchors, demands, listed, words_in
from lawbound.tasks.creative.filler import sentence, starting_with, take, words
from lawbound.tasks.item import Constraint, Item

_SPELLED = (
    ("sun", "oak", "tea"), ("moon", "bird", "ship"), ("river", "stone", "cloud"),
    ("garden", "winter", "bridge"), ("journey", "harvest", "lantern"),
)  # fmt: skip
"""Longer with each level."""


def _pose(rng: Generator, level: int) -> Brief:
    spelled = _SPELLED[level - 1][int(rng.integers(3))]
    chosen = anchors(rng, 1 if level < 3 else 2, without=spelled)
    least, most = (3, 12) if level < 4 else (5, 7)
    what = int(rng.integers(6))
    text = (
        f"Write a made-up poem about {{a_thing{what}}} {{scene_low}}. It has {len(spelled)} lines, and their first "
        f'letters spell the word "{spelled.upper()}". Each line has {least} to {most} words. Use the '
        f"{'word' if len(chosen) == 1 else 'words'} {listed(chosen)}. Write only the poem."
    )
    return Brief(
        text,
        (
            Constraint("contains", ", ".join(chosen)),
            Constraint("acrostic", spelled),
            Constraint("words_a_line", f"{least}-{most}"),
        ),
    )


def _witness(item: Item) -> str:
    asked = demands(item)
    spelled, must = asked["acrostic"], words_in(asked["contains"])
    source = words(start=len(item.id))
    rows = [[starting_with(letter), *take(source, 4)] for letter in spelled]
    for row, word in zip(rows, must, strict=False):
        row[3] = word
    return "\n".join(sentence(row, "") for row in rows)


FAMILY = Family("acrostic", "A poem whose lines begin with the letters of a word.", _pose, _witness)
