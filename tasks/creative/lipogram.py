"""A text that never uses a certain letter."""

from numpy.random import Generator

from lawbound.tasks.creative.brief import Brief, Family, anchors, demands, listed, words_in
from lawbound.tasks.creative.filler import sentence, take, words
from lawbound.tasks.item import Constraint, Item

_LETTERS = ("cmu", "dl", "rh", "ns", "aeiot")
"""Letters that grow more frequent with each level; rarer ones are absent from many a text of this
length by luck."""


def _pose(rng: Generator, level: int) -> Brief:
    letters = _LETTERS[level - 1]
    letter = letters[int(rng.integers(len(letters)))]
    count, least = (1, 1, 2, 2, 1)[level - 1], 15 + 5 * level
    chosen = anchors(rng, count, without=letter)
    who = int(rng.integers(6))
    text = (
        f"Write a playful made-up scene about {{people{who}}} {{scene_low}} without ever using the letter "
        f'"{letter}". Write at least {least} words and at most {least + 60}, and use the '
        f"{'word' if count == 1 else 'words'} {listed(chosen)}. Write only the scene."
    )
    return Brief(
        text,
        (
            Constraint("contains", ", ".join(chosen)),
            Constraint("avoids_letter", letter),
            Constraint("words", f"{least}-{least + 60}"),
        ),
    )


def _witness(item: Item) -> str:
    asked = demands(item)
    letter, must = asked["avoids_letter"], words_in(asked["contains"])
    least = int(asked["words"].split("-")[0])
    source = words(without=letter, start=len(item.id))
    rows = [take(source, 7) for _ in range(-(-least // 7))]
    for row, word in zip(rows, must, strict=False):
        row[2] = word
    return " ".join(sentence(row) for row in rows)


FAMILY = Family("lipogram", "A scene that never uses a certain letter.", _pose, _witness, version=2)
