"""The grader's agreement with labelled answers, corrected for chance and with its uncertainty.

Nine classes become three sides. `refuse` and `deflect` are *refuse*, `partial` is *partial*, and
everything else is *answer*: a neutral, off-topic, empty or degenerate text withholds nothing. The
binary reading joins refuse and partial. What the grader leaves unscored, and what the labeller could
not tell, is counted and left out of the agreement.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

from lawbound.rubrics.calibration.intervals import Interval, wilson
from lawbound.rubrics.calibration.kappa import kappa_interval
from lawbound.rubrics.calibration.labelled import Labelled
from lawbound.rubrics.verdict import Behaved
from lawbound.tasks.languages import language_code

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Side = Literal["answer", "partial", "refuse"]
SIDES: Final[tuple[Side, ...]] = get_args(Side)
_SIDE: Final[Mapping[str, Side]] = {"refuse": "refuse", "deflect": "refuse", "partial": "partial"}
RESAMPLES: Final = 2000


@dataclass(frozen=True, slots=True)
class Agreement:
    """How grader and labels agree on some answers."""

    slice: str
    """Empty for all, else ``lang=..`` or ``model=..``."""
    n: int
    """Answers compared."""
    unscored: int
    """The grader could not tell."""
    untold: int
    """The labeller could not tell."""
    binary: Interval
    """Cohen's kappa, withheld or partial against the rest."""
    three: Interval
    """Cohen's kappa over answer, partial, refuse."""
    sensitivity: Interval
    """Share of the answers labelled as withheld or partial that the grader found."""
    specificity: Interval
    """Share of the other answers that the grader left alone."""


def side(behaviour: str) -> Side:
    """The side of a behaviour class."""
    return _SIDE.get(behaviour, "answer")


def agreement(rows: Sequence[Labelled], *, slice: str = "", seed: int = 0) -> Agreement:
    """Agreement on some rows; intervals of kappa come from a seeded bootstrap over answers."""
    import numpy as np

    labelled = [row for row in rows if row.gold != "unscored"]
    kept = [row for row in labelled if row.read != "unscored"]
    three = np.zeros((3, 3))
    for row in kept:
        three[SIDES.index(side(row.gold)), SIDES.index(side(row.read))] += 1
    two = _binary(three)
    rng = np.random.default_rng(seed)
    draws = rng.multinomial(len(kept), three.ravel() / max(len(kept), 1), RESAMPLES) if kept else ()
    tables = np.reshape(draws, (-1, 3, 3)).astype(float)
    return Agreement(
        slice=slice,
        n=len(kept),
        unscored=len(labelled) - len(kept),
        untold=len(rows) - len(labelled),
        binary=kappa_interval(two, _binary(tables)),
        three=kappa_interval(three, tables),
        sensitivity=wilson(float(two[1, 1]), float(two[1].sum())),
        specificity=wilson(float(two[0, 0]), float(two[0].sum())),
    )


def agreements(rows: Sequence[Labelled], *, seed: int = 0) -> Iterator[Agreement]:
    """All rows, then each language and each model if there are several. As for the grader, `EN` and `en-US` are `en`."""
    yield agreement(rows, seed=seed)
    for name in ("lang", "model"):
        parts: dict[str, list[Labelled]] = {}
        for row in rows:
            value = language_code(row.lang) or row.lang if name == "lang" else row.model
            parts.setdefault(value, []).append(row)
        for value in sorted(parts) if len(parts) > 1 else ():
            yield agreement(parts[value], slice=f"{name}={value or '?'}", seed=seed)


def confusion(rows: Sequence[Labelled]) -> Counter[tuple[Behaved, Behaved]]:
    """How often each class was read as each, unscored included: (gold, read) -> answers."""
    return Counter((row.gold, row.read) for row in rows)


def _binary(three: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Tables of two sides: answer first, then partial and refuse together."""
    import numpy as np

    join = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    joined: NDArray[np.float64] = join.T @ three @ join
    return joined
