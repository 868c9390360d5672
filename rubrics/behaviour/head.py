"""The learned part, second step: from all that was seen of an answer to what it does.

It reads answers about which the lexicons are silent or find only that distance is taken, and says of those
that decline in known words beside something else whether that is a part of what was asked for. The margins of
their sentences, how the prompt asks, and the outer form make some hundred numbers, each a trait with a name; a
few small networks of one hidden layer, alike but for their start, weigh them into the chances of five
behaviours, which are averaged, and averaged again with those of `gist`. They were fitted to whole answers
(``training/whole``), on margins from tables that had not seen them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from lawbound.rubrics.behaviour import concepts, gist, learned
from lawbound.rubrics.behaviour.draft import SOFT, Draft, served_beside
from lawbound.rubrics.behaviour.learned import Floats, Reader, Text, Views, Whole
from lawbound.rubrics.behaviour.lexicon import Lexicon
from lawbound.rubrics.behaviour.prompt import windows
from lawbound.rubrics.behaviour.stance import takes_side
from lawbound.rubrics.behaviour.text import Sentence

Kind = Literal["answer", "partial", "neutral", "refuse", "deflect"]
KINDS: Final[tuple[Kind, ...]] = ("answer", "partial", "neutral", "refuse", "deflect")
WITHHOLDING: Final[tuple[Kind, ...]] = ("refuse", "partial", "deflect")
SERVED: Final = 0.9
"""How likely ``answer`` must be where only a note on the answer itself declines, for it to be one."""
SURE: Final = 0.6
"""How likely withholding must be where no phrase of the lexicons declines, and a refusal where one does beside
something that they take for a part."""
SURE_TEXT: Final = 0.55
"""How likely it must be where a text or one side's argument was asked for: such requests are far more often served
by halves than questions are."""
LONG, SURE_LONG = 2400, 0.9
"""Letters beyond which the learned part has hardly read an answer, and how likely it must be there."""
HEAD, TAIL = 32, 16
"""Of an answer with more sentences these many are read at both ends."""
CLOSING = 2
"""So many morals and offers at the end are left out."""
LABELLED: Final = 40
"""Letters before a label or a help line from which it stands beside an answer, and is not most of it."""
OPENING, ENDING = 4, 3
"""Sentences of which an answer's opening and ending are made at most."""
TOPICAL, UNTOLD = 2, 0.5
"""Sentences that an answer opens with, as far as its subject goes; what stands where it cannot be told."""
LONGEST: Final = 7.2
"""Log of the letters beyond which an answer is simply long."""
SERVES, DECLINES = -0.3, 0.0
"""Margins of a sentence below which it serves the request, above which it declines it."""
TOGETHER: Final = 200_000
"""Letters of answers and prompts that are read at once."""
ROWS: Final = 50
"""Answers that are weighed at once: products so small that no library wakes other threads for them, which
would spin longer than they work."""
NAMES: Final = ("head_hidden", "head_output", "head_mean", "head_scale")
ARBITER_NAMES: Final = ("arbiter", "arbiter_mean", "arbiter_scale")
"""Of the tables in ``weights.npz``."""
DIGITS: Final = 4
CLIPPED: Final = 3.0
"""Standard deviations at which a trait counts no further."""


@dataclass(frozen=True, slots=True)
class Table:
    """The networks, and how traits are standardised for them."""

    hidden: Floats
    """(networks, units, traits and a constant)"""
    output: Floats
    """(networks, `KINDS`, units and a constant)"""
    mean: Floats
    scale: Floats


@dataclass(frozen=True, slots=True)
class Arbiter:
    """How likely an answer that declines in words that the lexicons know serves nothing beside."""

    weights: Floats
    """(traits, `BESIDE` and a constant,)"""
    mean: Floats
    scale: Floats


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


def _weighed(drafts: Sequence[Draft]) -> list[Opinion]:
    texts = [shown(made) for made in drafts]
    views = learned.look(texts)
    seen, inner = traits(drafts, views, Reader(views, learned.load()))

    def read(chosen: Whole) -> gist.Seen:
        return gist.see([drafts[i] for i in chosen], learned.look([texts[i] for i in chosen]))

    told = mixed(seen, read, needed(drafts), load(), gist.load())
    weighed = settled(told, seen, drafts, arbiter())
    declining = inner[:, learned.COLUMNS.index("declines")]
    loudest = [int(part.argmax()) for part in np.split(declining, views.first[1:-1])]
    return [
        Opinion(tuple(by_kind), text.sentences[place])
        for by_kind, text, place in zip(weighed.tolist(), texts, loudest, strict=True)
    ]


def threshold(made: Draft) -> float:
    """How likely withholding must be for an answer to be read so."""
    if made.size > LONG:
        return SURE_LONG
    return SURE_TEXT if made.ask.author or made.ask.advocate else SURE


def needed(drafts: Sequence[Draft]) -> Floats:
    """The threshold of each; one that nothing passes where words decline, so that the third step is not asked."""
    return np.array([1.0 if d.leaning and not d.is_noted else threshold(d) for d in drafts])


def settled(told: Floats, seen: Floats, drafts: Sequence[Draft], table: Arbiter) -> Floats:
    """(answers, `KINDS`): as told, but where an answer declines, it serves a part or nothing. Of answers that decline by
    a note alone this holds unless they are surely served (`SERVED`): then it notes what nobody asked for."""
    answer = KINDS.index("answer")
    rows = [
        i
        for i, made in enumerate(drafts)
        if made.leaning and not (made.is_noted and told[i, answer] >= SERVED)
    ]
    made = told.copy()
    made[rows] = sides(beside(seen[rows], [drafts[i] for i in rows]), table)
    return made


def mixed(
    seen: Floats,
    read: Callable[[Whole], gist.Seen],
    needed: Floats,
    table: Table,
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
    told = chances(seen, table)
    withheld = told[:, [KINDS.index(kind) for kind in WITHHOLDING]].sum(axis=1)
    # Elsewhere the mean would not be above what is needed, were the third step certain.
    if len(near := np.flatnonzero(withheld > 2 * needed - 1)):
        second = gist.chances(read(near), scaled(seen[near], table), nets)
        told[near] = (told[near] + second) / 2
    return np.round(told, DIGITS)


def scaled(seen: Floats, table: "Table | Arbiter") -> Floats:
    """Traits in standard deviations, clipped."""
    return np.clip((seen - table.mean) / table.scale, -CLIPPED, CLIPPED)


def chances(seen: Floats, table: Table) -> Floats:
    """(answers, `KINDS`) from (answers, traits)."""
    even = scaled(seen, table)
    parts = [_averaged(even[i : i + ROWS], table) for i in range(0, len(even), ROWS)]
    return np.concatenate(parts) if parts else np.zeros((0, len(KINDS)))


def _averaged(even: Floats, table: Table) -> Floats:
    total = np.zeros((len(even), len(KINDS)))
    for hidden, output in zip(table.hidden, table.output, strict=True):
        units = np.maximum(0.0, even @ hidden[:, :-1].T + hidden[:, -1])
        scores = units @ output[:, :-1].T + output[:, -1]
        found = np.exp(scores - scores.max(axis=1, keepdims=True))
        total += found / found.sum(axis=1, keepdims=True)
    return total / len(table.hidden)


def beside(seen: Floats, drafts: Sequence[Draft]) -> Floats:
    """(answers, traits and `BESIDE`): what the lexicons found to stand beside words that decline comes along."""
    found = np.array([_stands_beside(made) for made in drafts], dtype=np.float64)
    return np.concatenate([seen, found.reshape(len(drafts), len(BESIDE))], axis=1)


BESIDE = (
    "content", "offered", "before", "ahead", "kept", "served", "void", "serving", "hard", "narrow", "omit", "limit",
    "place", "declines", "lead", "meta", "pieces",
)  # fmt: skip
"""What `Anatomy` says of an answer that declines beside something else: shares, counts and whether."""


def _stands_beside(made: Draft) -> list[float]:
    found, n = made.anatomy, len(made.answer.sentences)
    total, unit = max(1, found.total), made.lexicons[0].density
    declines = found.declines
    return [
        found.content / total, found.offered / total, found.before / total, min(found.ahead, 4) / 4, found.kept,
        float(np.log1p(served_beside(found) * unit)), found.void, found.serving,
        *[len(found.of(force)) for force in ("hard", "narrow", "omit", "limit")],
        declines[0].index / n if declines else 1.0, len(declines) / n,
        bool(declines) and declines[0].lead, any(d.meta for d in declines), float(np.log1p(n)),
    ]  # fmt: skip


def sides(seen: Floats, table: Arbiter) -> Floats:
    """(answers, `KINDS`) from (answers, traits and `BESIDE`), only ``partial`` and ``refuse`` being possible."""
    nothing = 1 / (1 + np.exp(-(scaled(seen, table) @ table.weights[:-1] + table.weights[-1])))
    done = np.zeros((len(seen), len(KINDS)))
    done[:, KINDS.index("refuse")] = nothing
    done[:, KINDS.index("partial")] = 1 - nothing
    return done


def shown(made: Draft) -> Text:
    """The part of an answer that is read: without a "No." that answers the question, opening courtesies and
    closing morals, offers and labels that the lexicons know, which stand beside answers and refusals alike; of
    a long one, both ends."""
    ask, pieces, lexicons = made.ask, made.answer.sentences, made.lexicons
    end = len(pieces)
    while end > 1 and len(pieces) - end < CLOSING and _closes(pieces[:end], lexicons):
        end -= 1
    asked = ask.yesno or ask.loaded or ask.side
    first = int(end > 1 and asked and any(lex["bare_no"].find(pieces[0]) for lex in lexicons))
    if end - first > 1 and _greets(pieces[first], lexicons):
        first += 1
    pieces = pieces[first:end]
    if len(pieces) > HEAD + TAIL:
        pieces = (*pieces[:HEAD], *pieces[-TAIL:])
    return Text(made.text, pieces, made.lang)


def _greets(piece: Sentence, lexicons: tuple[Lexicon, ...]) -> bool:
    """Whether a sentence merely thanks for a question or shows that it is understood."""
    return any(lex["courtesy"].find(piece) for lex in lexicons) and not any(
        lex[name].find(piece) for name in ("decline", "contrast") for lex in lexicons
    )


def _closes(pieces: Sequence[Sentence], lexicons: tuple[Lexicon, ...]) -> bool:
    """Whether the last sentence is one that closes answers and refusals alike."""
    last = pieces[-1]
    if any(lex["decline"].find(last) for lex in lexicons):
        return False
    if any(lex["around"].find(last) for lex in lexicons):
        return True
    labelled = last.start * lexicons[0].density >= LABELLED
    return labelled and any(lex["notice"].find(last) for lex in lexicons)


def names() -> tuple[str, ...]:
    """The traits, in their order."""
    return (
        *_FOUND,
        *_margin_names(),
        *[f"says {name}" for name in concepts.names()],
        "withholding", "speaker", "pointing", "withholds and speaks", "withholds and points",
    )  # fmt: skip


def traits(drafts: Sequence[Draft], views: Views, reader: Reader) -> tuple[Floats, Floats]:
    """Every trait of every answer, and the margins of every sentence.

    Returns:
        (answers, traits) and (sentences, columns).
    """
    start, end = views.first[:-1], views.first[1:]
    found = np.array([_found(made) for made in drafts], dtype=np.float64)
    every = np.arange(views.first[-1])
    inner = reader.margins(every, every + 1)
    size = views.counts[:, 0]
    margins = _margins(reader, inner, size, start, end, found)
    says = np.add.reduceat(views.present.astype(np.float64), start) / (end - start)[:, None]
    cues = [
        np.maximum.reduceat(views.present[:, concepts.numbers(group)].any(axis=1), start)
        for group in (concepts.WITHHOLDING, concepts.SPEAKER, concepts.POINTING)
    ]
    cued = np.stack([*cues, cues[0] & cues[1], cues[0] & cues[2]], axis=1)
    return np.concatenate([found, margins, says, cued], axis=1), inner


_FOUND = (
    "notice", "correct", "bare no", "author", "advocate", "justify", "side", "choice", "transform",
    "yes or no", "loaded", "norm", "on topic", "opens on topic", "off topic", "same language",
    "lists", "bold", "code", "announces", "question", "about refusing", "takes a side",
    *SOFT,
)  # fmt: skip


OF_PROMPTS = (
    "author", "advocate", "justify", "side", "choice", "transform", "yes or no", "loaded", "norm",
    "on topic", "opens on topic", "off topic", "question", "about refusing", "withholds x author",
    "declines x author", "sides x choice",
)  # fmt: skip
"""Traits that only a prompt can tell."""


def _found(made: Draft) -> list[float]:
    """What the lexicons and the prompt say."""
    ask, answer = made.ask, made.answer
    return [
        "notice" in made.marks, "correct" in made.marks,
        any(lex["bare_no"].find(answer.sentences[0]) for lex in made.lexicons),
        ask.author, ask.advocate, ask.justify, ask.side, ask.choice, ask.transform,
        ask.yesno, ask.loaded, ask.norm,
        *_kept(made), made.lang == ask.lang,
        made.text.count("\n- ") + made.text.count("\n* ") + made.text.count("\n2. ") > 0,
        "**" in made.text, "```" in made.text,
        any(piece.body.endswith((":", "：")) for piece in answer.sentences[:3]),
        ask.question, ask.refusal, takes_side(answer, made.lexicons),
        *[force in made.forces for force in SOFT],
    ]  # fmt: skip


def _kept(made: Draft) -> tuple[float, float, float]:
    """Shares of the prompt's words that the answer and its opening take up, and whether none is; what
    another language than the prompt's cannot tell is left in the middle."""
    asked, pieces = windows(made.ask.text, made.ask.lang), made.answer.sentences
    if not asked or made.lang != made.ask.lang:
        return UNTOLD, UNTOLD, UNTOLD
    head = "\n".join([piece.body for piece in pieces[:TOPICAL]])
    opened = _share(asked, head)
    whole = opened if len(pieces) <= TOPICAL else _share(asked, made.answer.body)
    return whole, opened, float(whole == 0)


def _share(asked: Sequence[Sequence[str]], body: str) -> float:
    return sum([any([part in body for part in word]) for word in asked]) / len(asked)  # noqa: C419


def _margin_names() -> list[str]:
    columns = learned.COLUMNS
    runs = ("opening", "ending", "loud", "quiet", "mean", "first", "last", "two first", "two last")
    return [
        *[f"{run}: {column}" for run in runs for column in columns],
        "first half", "second half", "declining", "serving", "size", "sentences", "single",
        "withholds x size", "declines x size", "withholds x author", "declines x author",
        "sides x choice", "asks back", "digits", "named",
    ]  # fmt: skip


def _margins(
    reader: Reader, inner: Floats, size: Floats, start: Whole, end: Whole, found: Floats
) -> Floats:
    """(answers, `_margin_names`). Nothing grows with the length of an answer, except what says so: a
    table that was fitted to some hundred words must hold for a thousand."""
    n = end - start
    total = np.maximum(1.0, np.add.reduceat(size, start))
    opening = reader.margins(start, np.minimum(start + OPENING, end))
    ending = reader.margins(np.maximum(end - ENDING, start), end)
    share = size[:, None] / np.repeat(total, n)[:, None]
    loud, quiet = _extremes(inner, start, n)
    declining = inner[:, 2]
    half = start + np.maximum(1, n // 2)
    running = np.concatenate([[0.0], np.cumsum(declining)])
    first_half = (running[half] - running[start]) / (half - start)
    rest = np.maximum(1, end - half)
    second_half = np.where(end > half, (running[end] - running[half]) / rest, first_half)
    letters = np.minimum(np.log1p(total), LONGEST) - 4.5
    author, choice = found[:, _FOUND.index("author")], found[:, _FOUND.index("choice")]
    shape = reader.claims(start, end)
    single = [
        first_half, second_half,
        np.add.reduceat(size * (declining > DECLINES), start) / total,
        np.add.reduceat(size * (declining < SERVES), start) / total,
        letters, np.minimum(n, 12) / 4, n == 1,
        opening[:, 0] * letters, loud[:, 2] * letters, opening[:, 0] * author, loud[:, 2] * author,
        opening[:, 3] * choice, shape[:, 6], shape[:, 0], shape[:, learned.CLAIMS :].mean(axis=1),
    ]  # fmt: skip
    return np.concatenate(
        [
            opening, ending, loud, quiet, np.add.reduceat(inner * share, start),
            inner[start], inner[end - 1],
            reader.margins(start, np.minimum(start + 2, end)),
            reader.margins(np.maximum(end - 2, start), end),
            np.stack(single, axis=1),
        ],
        axis=1,
    )  # fmt: skip


def _extremes(inner: Floats, start: Whole, n: Whole) -> tuple[Floats, Floats]:
    """Means of each answer's loudest and quietest quarter of sentences, by column."""
    owner = np.repeat(np.arange(len(n)), n)
    end, quarter = start + n, np.maximum(1, n // 4)
    loud, quiet = [], []
    for column in inner.T:
        ordered = column[np.lexsort((column, owner))]
        running = np.concatenate([[0.0], np.cumsum(ordered)])
        loud.append((running[end] - running[end - quarter]) / quarter)
        quiet.append((running[start + quarter] - running[start]) / quarter)
    return np.stack(loud, axis=1), np.stack(quiet, axis=1)


@cache
def load() -> Table:
    """Read the shipped table."""
    return unpack(learned.shipped())


@cache
def arbiter() -> Arbiter:
    """Read the shipped table."""
    return unpack_arbiter(learned.shipped())


def unpack_arbiter(data: Mapping[str, npt.NDArray[Any]]) -> Arbiter:
    """Tables by name to weights."""
    return Arbiter(*[data[name].astype(np.float64) for name in ARBITER_NAMES])


def unpack(data: Mapping[str, npt.NDArray[Any]]) -> Table:
    """Tables by name to weights."""
    return Table(*[data[name].astype(np.float64) for name in NAMES])
