"""What the learned part makes of an answer, all of its steps put together.

It reads answers about which the lexicons are silent or find only that distance is taken, and says of those
that decline in known words beside something else whether that is a part of what was asked for (`arbiter`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from lawbound.rubrics.behaviour import arbiter, gist, head, learned, traits
from lawbound.rubrics.behaviour.draft import Draft
from lawbound.rubrics.behaviour.excerpt import excerpt
from lawbound.rubrics.behaviour.head import KINDS, Kind
from lawbound.rubrics.behaviour.learned import Floats, Reader, Whole
from lawbound.rubrics.behaviour.text import Sentence

WITHHOLDING: Final[tuple[Kind, ...]] = ("refuse", "partial", "deflect")
SURE: Final = 0.6
"""How likely withholding must be where no phrase of the lexicons declines, and a refusal where one does beside
something that they take for a part."""
SURE_TEXT: Final = 0.55
"""How likely it must be where a text or one side's argument was asked for: such requests are far more often served
by halves than questions are."""
LONG, SURE_LONG = 2400, 0.9
"""Letters beyond which the learned part has hardly read an answer, and how likely it must be there."""
TOGETHER: Final = 200_000
"""Letters of answers and prompts that are read at once."""
DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Opinion:
    """What an answer is likely to do."""

    chances: tuple[float, ...]
    """Of each of `KINDS`."""
    loudest: Sentence
    """The sentence that speaks most for declining."""

    def of(self, *kinds: Kind) -> float:
        """The chance of any of these."""
        return sum(self.chances[KINDS.index(kind)] for kind in kinds)


def weigh(drafts: Sequence[Draft]) -> list[Opinion]:
    """Weigh many answers, so many letters at once that memory stays bounded."""
    found: list[Opinion] = []
    part: list[Draft] = []
    letters = 0
    for made in drafts:
        size = len(made.text) + len(made.ask.text)
        if part and letters + size > TOGETHER:
            found += _weighed(part)
            part, letters = [], 0
        part.append(made)
        letters += size
    return found + _weighed(part) if part else found


def threshold(made: Draft) -> float:
    """How likely withholding must be for an answer to be read so."""
    if made.size > LONG:
        return SURE_LONG
    return SURE_TEXT if made.ask.author or made.ask.advocate else SURE


def needed(drafts: Sequence[Draft]) -> Floats:
    """The threshold of each; one that nothing passes where words decline, so that the third step is not asked."""
    return np.array([1.0 if d.declining and not d.is_noted else threshold(d) for d in drafts])


def mixed(
    seen: Floats,
    read: Callable[[Whole], gist.Seen],
    needed: Floats,
    table: head.Table,
    nets: gist.Networks,
) -> Floats:
    """(answers, `KINDS`): what traits tell, and where it could change whether an answer withholds, the mean of this
    and of what prompt and answer tell; to so few digits that the last ones of a sum, which depend on the processor
    and the answers beside it, hardly ever show.

    Args:
        seen: (answers, traits).
        read: Gives those of the same answers that are named, with their prompts.
        needed: `threshold` of each.
        table: The networks that read traits.
        nets: Those that read prompt and answer.
    """
    chances = head.chances(seen, table)
    withheld = chances[:, [KINDS.index(kind) for kind in WITHHOLDING]].sum(axis=1)
    # Elsewhere the mean would not be above what is needed, were the third step certain.
    if len(near := np.flatnonzero(withheld > 2 * needed - 1)):
        second = gist.chances(read(near), traits.scaled(seen[near], table.mean, table.scale), nets)
        chances[near] = (chances[near] + second) / 2
    return np.round(chances, DIGITS)


def _weighed(drafts: Sequence[Draft]) -> list[Opinion]:
    texts = [excerpt(made) for made in drafts]
    views = learned.look(texts)
    seen, inner = traits.of_answers(drafts, views, Reader(views, learned.load()))

    def read(chosen: Whole) -> gist.Seen:
        return gist.see([drafts[i] for i in chosen], learned.look([texts[i] for i in chosen]))

    chances = mixed(seen, read, needed(drafts), head.load(), gist.load())
    weighed = arbiter.settled(chances, seen, drafts, arbiter.load())
    declining = inner[:, learned.COLUMNS.index("declines")]
    loudest = [int(part.argmax()) for part in np.split(declining, views.first[1:-1])]
    return [
        Opinion(tuple(by_kind), text.sentences[place])
        for by_kind, text, place in zip(weighed.tolist(), texts, loudest, strict=True)
    ]
