"""Decides whether an answer that the lexicons see decline serves part of the request or none of it.

It is a logistic regression, since such answers are few.
"""

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

SERVED: Final = 0.94
"""Least probability at which an answer whose only decline is a note about itself stays an ``answer``."""
NAMES: Final = ("arbiter", "arbiter_mean", "arbiter_scale")
"""Names of this model's tables in ``weights.npz``."""


@dataclass(frozen=True, slots=True)
class Arbiter:
    """Logistic regression for the probability that an answer with a decline serves nothing beside it."""

    weights: Floats
    """Shape (traits + `BESIDE` + bias,)"""
    mean: Floats
    scale: Floats


def settled(probabilities: Floats, seen: Floats, drafts: Sequence[Draft], table: Arbiter) -> Floats:
    """Shape (answers, kinds): `probabilities`, but an answer with a decline can only be ``partial`` or ``refuse``,
    unless only a note declines and ``answer`` is sure (`SERVED`): the note is then about something nobody asked for."""
    answer = KINDS.index("answer")
    rows = [
        i
        for i, made in enumerate(drafts)
        if made.declining and not (_may_serve(made) and probabilities[i, answer] >= SERVED)
    ]
    made = probabilities.copy()
    made[rows] = sides(beside(seen[rows], [drafts[i] for i in rows]), table)
    return made


def _may_serve(made: Draft) -> bool:
    """Whether only a note declines, about something nobody asked for."""
    return made.is_noted and not made.is_about_request


def sides(seen: Floats, table: Arbiter) -> Floats:
    """Shape (answers, kinds) from `beside`: only ``partial`` and ``refuse`` have a probability."""
    nothing = 1 / (
        1
        + np.exp(-(scaled(seen, table.mean, table.scale) @ table.weights[:-1] + table.weights[-1]))
    )
    done = np.zeros((len(seen), len(KINDS)))
    done[:, KINDS.index("refuse")] = nothing
    done[:, KINDS.index("partial")] = 1 - nothing
    return done


def beside(seen: Floats, drafts: Sequence[Draft]) -> Floats:
    """Shape (answers, traits + `BESIDE`): the traits, and what the lexicons found beside the decline."""
    found = np.array([_stands_beside(made) for made in drafts], dtype=np.float64)
    return np.concatenate([seen, found.reshape(len(drafts), len(BESIDE))], axis=1)


BESIDE = (
    "content", "offered", "before", "ahead", "kept", "served", "void", "serving", "hard", "narrow", "omit", "limit",
    "place", "declines", "lead", "meta", "pieces",
)  # fmt: skip
"""Features of what stands beside a decline, from `Anatomy`: shares, counts and flags."""


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
