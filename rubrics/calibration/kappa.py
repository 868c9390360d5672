"""Cohen's kappa of tables of counts, with its 95 % interval, and of pairs of readings."""

from collections import Counter
from collections.abc import Hashable, Iterable
from math import isnan, nan
from typing import TYPE_CHECKING, Final

from lawbound.rubrics.calibration.intervals import Interval

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEWEST: Final = 10
"""Fewest answers for which kappa gets an interval: a bootstrap of a handful says nothing."""


def kappa(table: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Cohen's kappa (1960) of one table or a stack of them; nan if agreement is certain by
    chance."""
    import numpy as np

    n = table.sum(axis=(-2, -1))
    with np.errstate(invalid="ignore", divide="ignore"):
        seen = np.trace(table, axis1=-2, axis2=-1) / n
        chance = (table.sum(axis=-1) * table.sum(axis=-2)).sum(axis=-1) / n**2
        found = np.where(1 - chance > 1e-12, (seen - chance) / (1 - chance), np.nan)
    return np.asarray(found, dtype=float)


def kappa_interval(table: "NDArray[np.float64]", draws: "NDArray[np.float64]") -> Interval:
    """Kappa with the percentiles of its resamples, or exact ends where these would show no width.

    Args:
        table: Answers by label and reading.
        draws: The same tables of resamples.
    """
    import numpy as np

    if np.count_nonzero(table.sum(axis=1)) < 2:
        return (
            Interval()
        )  # labels of one side: kappa is 0 whatever is read, and every resample says so
    value = float(kappa(table))
    if isnan(value) or table.sum() < FEWEST:
        return Interval(value)
    if np.count_nonzero(table.sum(axis=0)) == 1:
        return _interval_of_one_reading(table)
    found = kappa(draws)
    found = found[~np.isnan(found)]
    low, high = (float(end) for end in np.percentile(found, [2.5, 97.5]))
    n = float(table.sum())
    if np.trace(table) == n:
        # A resample cannot show an error that the sample lacks: take the most that n agreeing
        # answers leave possible (exact binomial), for 1 - kappa is disagreement over its chance rate.
        shares = table.sum(axis=0) / n
        low = max(1 - (1 - 0.025 ** (1 / n)) / (1 - float(np.sum(shares**2))), -1.0)
    return Interval(value, min(low, value), max(high, value))


def kappa_of(pairs: Iterable[tuple[Hashable, Hashable]]) -> float:
    """Cohen's kappa of two readings of the same answers; nan without answers, or if chance alone is
    certain to agree."""
    counts = Counter(pairs)
    n, same = counts.total(), sum(count for (one, other), count in counts.items() if one == other)
    ones: Counter[Hashable] = Counter()
    others: Counter[Hashable] = Counter()
    for (one, other), count in counts.items():
        ones[one] += count
        others[other] += count
    by_chance = sum(count * others[name] for name, count in ones.items())  # times n squared
    return (same * n - by_chance) / (n * n - by_chance) if by_chance < n * n else nan


def _interval_of_one_reading(table: "NDArray[np.float64]") -> Interval:
    """Kappa where everything was read alike: 0, as in every resample, so that a bootstrap shows no width.

    What such answers leave possible comes from exact ends (Clopper and Pearson 1934) of the three shares that
    kappa depends on: how many labels are of the side that was read, how many of these are read otherwise, and how
    many of the others are read as what they are.
    """
    import numpy as np
    from scipy.stats import beta

    labels = table.sum(axis=1)
    read = int(np.argmax(table.sum(axis=0)))
    of_it = float(labels[read])
    of_others = float(labels.sum()) - of_it
    first = float(beta.ppf(0.025, of_it, of_others + 1)) if of_it else 0.0
    last = float(beta.ppf(0.975, of_it + 1, of_others))
    share = np.linspace(first, last, 41)[:, np.newaxis]  # where kappa is least is inside
    theirs = (1 - share) * np.delete(labels, read) / of_others

    def at(right: "NDArray[np.float64]", elsewhere: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """1 - disagreement over its chance rate, if the rest is read as one other side, each in turn."""
        by_chance = share * (1 - elsewhere) + theirs * elsewhere
        possible: NDArray[np.float64] = 1 - (1 - right) / (1 - by_chance)
        return possible

    caught = (1 - share) * (1 - 0.025 ** (1 / of_others))
    lost = share * (1 - 0.025 ** (1 / of_it) if of_it else 1.0)
    can_be_right = np.delete(labels, read) > 0
    low = float(at(share - lost, lost).min())
    high = float(at(share + caught, caught)[:, can_be_right].max())
    return Interval(0.0, max(low, -1.0), min(high, 1.0))
