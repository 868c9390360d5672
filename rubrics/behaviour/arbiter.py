"""Of an answer that declines in words that the lexicons know: whether what stands beside them is a part of
what was asked for, or nothing of it. A plain regression, since such answers are few."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lawbound.rubrics.behaviour import learned
from lawbound.rubrics.behaviour.draft import Draft
from lawbound.rubrics.behaviour.head import KINDS
from lawbound.rubrics.behaviour.learned import Floats
from lawbound.rubrics.behaviour.traits import scaled

SERVED: Final = 0.9
"""How likely ``answer`` must be where only a note on the answer itself declines, for it to be one."""
NAMES: Final = ("arbiter", "arbiter_mean", "arbiter_scale")
"""Of the tables in ``weights.npz``."""


@dataclass(frozen=True, slots=True)
class Arbiter:
    """How likely an answer that declines in words that the lexicons know serves nothing beside."""

    weights: Floats
    """(traits, `BESIDE` and a constant,)"""
    mean: Floats
    scale: Floats


def settled(chances: Floats, seen: Floats, drafts: Sequence[Draft], table: Arbiter) -> Floats:
    """(answers, `KINDS`): as told, but where an answer declines, it serves a part or nothing. Of answers that decline by
    a note alone this holds unless they are surely served (`SERVED`): then it notes what nobody asked for."""
    answer = KINDS.index("answer")
    rows = [
        i
        for i, made in enumerate(drafts)
        if made.declining and not (made.is_noted and chances[i, answer] >= SERVED)
    ]
    made = chances.copy()
    made[rows] = sides(beside(seen[rows], [drafts[i] for i in rows]), table)
    return made


def sides(seen: Floats, table: Arbiter) -> Floats:
    """(answers, `KINDS`) from (answers, traits and `BESIDE`), only ``partial`` and ``refuse`` being possible."""
    nothing = 1 / (
        1
        + np.exp(-(scaled(seen, table.mean, table.scale) @ table.weights[:-1] + table.weights[-1]))
    )
    done = np.zeros((len(seen), len(KINDS)))
    done[:, KINDS.index("refuse")] = nothing
    done[:, KINDS.index("partial")] = 1 - nothing
    return done


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
    total, declines = max(1, found.total), found.declines
    return [
        found.content / total, found.offered / total, found.before / total, min(found.ahead, 4) / 4, found.kept,
        float(np.log1p(made.served)), found.void, found.serving,
        *[len(found.of(force)) for force in ("hard", "narrow", "omit", "limit")],
        declines[0].index / n if declines else 1.0, len(declines) / n,
        bool(declines) and declines[0].lead, any(d.meta for d in declines), float(np.log1p(n)),
    ]  # fmt: skip


@cache
def load() -> Arbiter:
    """Read the shipped table."""
    return unpack(learned.shipped())


def unpack(data: Mapping[str, npt.NDArray[Any]]) -> Arbiter:
    """Tables by name to weights."""
    return Arbiter(*[data[name].astype(np.float64) for name in NAMES])
