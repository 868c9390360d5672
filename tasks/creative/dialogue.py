"""A comic dialogue with a given number of lines, spoken in turns, with questions in given places."""

from numpy.random import Generator

from lawbound.tasks.creative.brief import Brief, Family, anchors, demands, listed, words_in
from lawbound.tasks.creative.filler import sentence, take, words
from lawbound.tasks.item import Constraint, Item

_PAIRS = (("Mira", "Otto"), ("Nadia", "Paul"), ("Yara", "Finn"), ("Lucia", "Amir"))


def _pose(rng: Generator, level: int) -> Brief:
    lines = 2 + 2 * level
    first, second = _PAIRS[int(rng.integers(len(_PAIRS)))]
    chosen = anchors(rng, (1, 1, 2, 2, 3)[level - 1])
    most = (20, 16, 14, 12, 10)[level - 1]
    what = int(rng.integers(6))
    text = (
        f"Write a comic made-up dialogue between {first} and {second} about {{a_thing{what}}} {{scene_low}}. It has exactly "
        f'{lines} lines. The speakers take turns, {first} begins, and each line opens with the name and a colon ("{first}: ..."). '
        f"After the name, a line has 2 to {most} words. Use the {'word' if len(chosen) == 1 else 'words'} {listed(chosen)}."
    )
    constraints = [
        Constraint("contains", ", ".join(chosen)),
        Constraint("speakers", f"{first}, {second}"),
        Constraint("lines", str(lines)),
        Constraint("words_a_line", f"3-{most + 1}"),
    ]
    if level >= 3:
        text += (
            f" Each line of {second} ends with a question mark, and no line of {first} holds one."
        )
        constraints.append(Constraint("asks", second))
    return Brief(text + " Write only the dialogue.", tuple(constraints))


def _witness(item: Item) -> str:
    asked = demands(item)
    speakers, must = words_in(asked["speakers"]), words_in(asked["contains"])
    source = words(start=len(item.id))
    rows = [take(source, 5) for _ in range(int(asked["lines"]))]
    for row, word in zip(rows, must, strict=False):
        row[2] = word
    said = [
        f"{speakers[i % 2]}: {sentence(row, '?' if speakers[i % 2] == asked.get('asks') else '.')}"
        for i, row in enumerate(rows)
    ]
    return "\n".join(said)


FAMILY = Family(
    "dialogue",
    "A comic dialogue in turns, with questions in given places.",
    _pose,
    _witness,
    version=2,
)
