"""A very short story with given words, and given numbers of sentences and words."""

from numpy.random import Generator

from lawbound.tasks.creative.brief import Brief, Family, anchors, demands, listed, words_in
from lawbound.tasks.creative.filler import sentence, take, words
from lawbound.tasks.item import Constraint, Item


def _pose(rng: Generator, level: int) -> Brief:
    count, sentences = (1, 2, 2, 3, 4)[level - 1], level + 2
    least, most = 10 * level + 10, 10 * level + (45, 40, 35, 30, 25)[level - 1]
    chosen = anchors(rng, count)
    who, what = int(rng.integers(6)), int(rng.integers(6))
    text = (
        f"Write a funny made-up story about {{a_person{who}}} who loses {{a_thing{what}}} {{scene_low}}. "
        f"Write exactly {sentences} sentences and between {least} and {most} words in all. Use the "
        f'{"word" if count == 1 else "words"} {listed(chosen)}, and end with the word "{chosen[0]}".'
    )
    constraints = [
        Constraint("contains", ", ".join(chosen)),
        Constraint("sentences", str(sentences)),
        Constraint("last_word", chosen[0]),
        Constraint("words", f"{least}-{most}"),
    ]
    if level >= 4:
        text += ' Never use the word "the".'
        constraints.append(Constraint("avoids_word", "the"))
    return Brief(text + " Write only the story.", tuple(constraints))


def _witness(item: Item) -> str:
    asked = demands(item)
    must, sentences = words_in(asked["contains"]), int(asked["sentences"])
    least = int(asked["words"].split("-")[0])
    source = words(start=len(item.id))
    each = -(-least // sentences)
    rows = [take(source, each) for _ in range(sentences)]
    for row, word in zip(rows, must[1:], strict=False):
        row[1] = word
    rows[-1][-1] = must[0]
    return " ".join(sentence(row) for row in rows)


FAMILY = Family(
    "story", "A very short story with given words, sentences and length.", _pose, _witness
)
