"""Long answers to a request for a text or an argument: given, weakened, or declined in friendly words?

Such answers seldom say no. They argue the other side, turn neutral, or talk about the request
instead. No phrase decides that; forty-odd shares and margins do, weighed by a table that was trained on
long answers written for this project (``training/long_*.yaml``, `benchmarks/train_grader.py`). It
speaks only of English answers, because all of the training is English.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Final, Literal

import numpy as np

from lawbound.rubrics.behaviour import concepts, learned
from lawbound.rubrics.behaviour.answer import Answer
from lawbound.rubrics.behaviour.decline import Anatomy
from lawbound.rubrics.behaviour.lexicon import Lexicon
from lawbound.rubrics.behaviour.prompt import Ask

Side = Literal["answer", "partial", "refuse"]
SIDES: Final[tuple[Side, ...]] = ("answer", "partial", "refuse")
SHORTEST: Final = 400
"""Shorter answers are passages, which `learned.judge` reads."""
MOST_SENTENCES: Final = 120
_ITEM = re.compile(r"(?m)^\s*(?:[-*•]|\d+[.)])\s")


@dataclass(frozen=True, slots=True)
class Essay:
    """What the table makes of a long answer."""

    chances: tuple[float, ...]
    """Of each of `SIDES`."""
    loudest: int
    """The sentence that speaks most for declining."""

    def of(self, side: Side) -> float:
        """The chance of one side."""
        return self.chances[SIDES.index(side)]


def applies(text: str, ask: Ask, lexicons: tuple[Lexicon, ...]) -> bool:
    """Whether the table was trained on answers of this kind."""
    asked = (ask.author or ask.advocate) and not (ask.refusal or ask.transform)
    return asked and lexicons[0].lang == "en" and len(text) > SHORTEST


def weigh(text: str, ask: Ask, answer: Answer, anatomy: Anatomy | None, lex: Lexicon) -> Essay:
    """Weigh a long answer."""
    weights = learned.load()
    reader = learned.Reader(text, answer.sentences[:MOST_SENTENCES], lex.lang, weights)
    margins = inner(reader, answer)
    seen = traits(text, ask, answer, anatomy, reader, margins)
    values = np.array(list(seen.values()))
    scaled = np.clip((values - weights.essay_mean) / weights.essay_scale, -3, 3)
    scores = weights.essay @ np.append(scaled, 1.0)
    chances = np.exp(scores - scores.max())
    return Essay(tuple((chances / chances.sum()).tolist()), int(margins.argmax()))


def traits(
    text: str,
    ask: Ask,
    answer: Answer,
    anatomy: Anatomy | None,
    reader: learned.Reader,
    margins: learned.Margins,
) -> Mapping[str, float]:
    """Everything that the table sees, by name."""
    pieces = answer.sentences[:MOST_SENTENCES]
    n = len(pieces)
    size = np.array([piece.end - piece.start for piece in pieces], dtype=float)
    total = size.sum()
    lead, close = reader.margins(0, min(2, n)), reader.margins(max(0, n - 2), n)
    loud = np.sort(margins)
    words = [found.words for found in reader.named]
    named = [found.named for found in reader.named]
    shares = {
        f"says {name}": sum(number in found.places for found in reader.named) / n
        for number, name in enumerate(concepts.names())
    }
    return {
        **_anatomy(anatomy),
        "first": float(margins[0]), "second": float(margins[min(1, n - 1)]), "last": float(margins[-1]),
        "loudest": float(loud[-1]), "three loudest": float(loud[-3:].mean()),
        "mean": float(margins @ size / total),
        "declining": float(size[margins > 0].sum() / total),
        "serving": float(size[margins < -0.5].sum() / total),
        "lead": float(margins[:3].max()), "end": float(margins[-3:].max()),
        "lead withholds": float(lead[0]), "close withholds": float(close[0]),
        "lead deflects": float(lead[1]), "close deflects": float(close[1]),
        "named": sum(named) / sum(words), "lead named": sum(named[:2]) / sum(words[:2]),
        "on topic": len(ask.terms & answer.stems) / max(1, len(ask.terms)),
        "size": log(len(text)), "sentences": log(n),
        "asks back": float(text.rstrip().endswith("?")),
        "lists": float(len(_ITEM.findall(text)) > 2),
        "quotes": float('"' in text or "“" in text), "bold": float("**" in text),
        "advocate": float(ask.advocate), "author": float(ask.author), "justify": float(ask.justify),
        **shares,
    }  # fmt: skip


def _anatomy(anatomy: Anatomy | None) -> Mapping[str, float]:
    found = anatomy or Anatomy((), 1)
    return {
        "hard": float(bool(found.of("hard"))),
        "hard lead": float(any(d.lead for d in found.of("hard"))),
        "narrow": float(bool(found.of("narrow"))),
        "doubts": float(min(3, len(found.of("reframe", "caution")))),
        "reluctant": float(bool(found.of("reluctant"))),
        "content": found.content / max(1, found.total) if found.declines else 1.0,
        "turns": float(found.serving),
    }


def inner(reader: learned.Reader, answer: Answer) -> learned.Margins:
    """How much each sentence declines."""
    n = min(len(answer.sentences), MOST_SENTENCES)
    return np.array([reader.margins(i, i + 1)[2] for i in range(n)])
