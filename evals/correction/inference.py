"""A rate corrected for its reader: prediction-powered inference on a labelled random subsample.

The reader reads all N answers, people read n of them. The corrected rate is the reader's rate plus what
the labels say about its error, stratum by stratum (Angelopoulos et al. 2023, "Prediction-powered
inference"; the factor lambda on the reader follows Angelopoulos, Duchi and Zrnic 2023, "PPI++"):

    sum_i a_i lambda f_i  +  sum_h A_h mean_labelled,h (y_i - lambda f_i)

with f the reader's reading, y the label, a_i the weight of an answer in the raw rate, A_h the sum of
a_i in stratum h, and labelled answers weighted by a_i over their probability to be drawn. The labelled
answers are among those that the reader read, so the two sums are correlated; the variance is that of
their joint linearisation, summed by cluster.

Few labels often show no error at all, and the linearised variance is then that of a perfect reader. It
is floored by a model: in each stratum the four cells of (reading, label) are those of all labelled
answers, half an error of each kind added, updated by the stratum's own. lambda is the one that makes the
model's variance least. A reader trusted whole would be worse than none near 0 and 1, where its false
alarms vary more than what they stand for. Labels that all say the same tell nothing of a slope: if the reader
erred on none of them, half a right reading of each kind is added as well, and lambda is just below a half. At 0
the labels' own 0 would stand in place of all that the reader has seen among the other answers.

The variance gives an effective number of answers, which enters the exact binomial interval as in
`lawbound.evals.stats.intervals`: how many answers at the labels' own mean would vary as much. The corrected
value will not do in its place: it may lie beyond 0 or 1, where no answers vary. With lambda at 0 that number is
the labels' own, so it is never less.

An answer that bears on two rules stands twice in the arrays and has its weight in both places; its
label is still one, wherever labels are counted.
"""

from dataclasses import dataclass, replace
from math import nan

import numpy as np
from numpy.typing import NDArray

from lawbound.evals.stats.arrays import Codes, Floats
from lawbound.evals.stats.intervals import ALPHA, Mean, clopper_pearson

READ, LABEL = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 1.0, 0.0, 1.0])
"""Reading and label in the four cells."""
ERRORS, RIGHT = np.array([0.0, 0.5, 0.5, 0.0]), np.array([0.5, 0.0, 0.0, 0.5])
"""Half a reading of each kind, wrong or right, to be added to what was seen."""
PRIOR_LABELS = 2.0
"""How many labels the cells of all strata together are worth in one stratum."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers behind one rate, in parallel arrays."""

    read: Floats
    """0 or 1, no nan."""
    gold: Floats
    """0 or 1; nan where there is no label."""
    probability: Floats
    """Chance of being drawn for labelling; read only if there is a label."""
    weight: Floats
    """Weight in the raw rate; sums to 1."""
    stratum: Codes
    """0, 1, ... without gaps."""
    cluster: Codes
    answer: Codes
    """Which answer it is; one that bears on two rules stands here twice."""


@dataclass(frozen=True, slots=True)
class _Model:
    """What labelled answers say about reader and labels, smoothed; cells are 2 x reading + label."""

    cells: Floats
    """Chance of each cell, stratum by stratum."""
    trusting: Floats
    """The same for lambda: where labels are all alike and show no error, the reader is believed a little."""
    pooled: Floats
    """The same over all strata together."""
    all: Floats
    """For each stratum, the variance of its part of the raw rate over that of one answer."""
    extra: Floats
    """How much more it is for the labelled answers alone."""
    doubt: float
    """Least variance of one answer: labels that all say the same may have missed half an answer."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A corrected rate. Its mean is nan where a stratum is uncalibrated.

    Value and ends may lie outside [0, 1], so that differences stay right; see `clipped`.
    """

    mean: Mean
    labelled: int
    """Answers with a label."""
    lambda_: float
    """Lambda, the trust in the reader; at 0 only the labels count."""
    uncalibrated: tuple[int, ...]
    """Strata whose labels come from fewer than two clusters."""
    is_one_sided: bool = False
    """All labels say the same, but not all readings: the labels do not show how good the reader is."""


def correct(answers: Answers, *, most: float = float("inf")) -> Corrected:
    """The corrected rate with its interval.

    Args:
        answers: What the reader and the labels say.
        most: Effective number of answers behind the raw rate. Labels remove the reader's error, not
            the chance in which questions were asked.
    """
    known = ~np.isnan(answers.gold)
    labelled = _count(answers.answer[known])
    strata = int(answers.stratum.max()) + 1 if len(answers.stratum) else 0
    clusters = _labelled_clusters(answers, known, strata)
    missing = np.bincount(answers.stratum[~known], minlength=strata)
    lacking = np.flatnonzero((clusters < 2) & (missing > 0))
    n = len(answers.read)
    if n == 0 or len(lacking):
        return Corrected(Mean(n=n), labelled, nan, tuple(lacking.tolist()))
    share: Floats = np.bincount(answers.stratum, weights=answers.weight, minlength=strata).astype(
        np.float64
    )
    drawn = np.zeros(n)
    drawn[known] = answers.weight[known] / answers.probability[known]
    total = np.bincount(answers.stratum, weights=drawn, minlength=strata)
    drawn *= (share / total)[answers.stratum]
    gold = np.where(known, answers.gold, 0.0)
    model = _model(answers, gold, known, drawn, share)
    lambda_ = _lambda(model)
    rest = gold - lambda_ * answers.read
    value = float(answers.weight @ (lambda_ * answers.read) + drawn @ rest)
    variance = max(
        _linearised(answers, drawn, rest, lambda_, share, clusters), _modelled(model, lambda_)
    )
    degrees = min(float(np.sum(np.maximum(clusters - 1, 0))), _count(answers.cluster[known]) - 1)
    # Kish (1965), a cluster counted as one answer.
    least = 1 / float(np.sum(np.bincount(answers.cluster, weights=drawn) ** 2))
    labels_say = float(drawn @ gold)
    spread = max(labels_say * (1 - labels_say), model.doubt)
    mean = _interval(value, variance, spread, (least, most), max(degrees, 1.0))
    everyone = _count(answers.cluster)
    one_sided = bool(
        not known.all() and np.ptp(answers.gold[known]) == 0 and np.ptp(answers.read) > 0
    )
    return Corrected(
        replace(mean, n=n, clusters=everyone), labelled, lambda_, (), is_one_sided=one_sided
    )


def clipped(mean: Mean, *, low: float = 0.0, high: float = 1.0) -> Mean:
    """A mean as it is shown, with value and ends inside the possible range."""

    def inside(end: float) -> float:
        return min(max(end, low), high)

    return replace(mean, value=inside(mean.value), low=inside(mean.low), high=inside(mean.high))


def _labelled_clusters(answers: Answers, known: NDArray[np.bool_], strata: int) -> Floats:
    """Labelled clusters in each stratum."""
    pairs = np.unique(np.c_[answers.stratum[known], answers.cluster[known]], axis=0)
    found: Floats = np.bincount(pairs[:, 0], minlength=strata).astype(np.float64)
    return found


def _count(values: Codes) -> int:
    return len(np.unique(values))


def _within(values: Floats, answers: Answers, weight: Floats, share: Floats) -> Floats:
    """Values less the weighted mean of their stratum."""
    mean = np.bincount(answers.stratum, weights=weight * values, minlength=len(share)) / share
    centred: Floats = values - mean[answers.stratum]
    return centred


def _model(
    answers: Answers, gold: Floats, known: NDArray[np.bool_], drawn: Floats, share: Floats
) -> _Model:
    """Smoothed cells, and how far they count in each stratum; a cluster counts as one answer."""
    cell = (2 * answers.read + gold).astype(np.intp)
    seen = np.unique(np.c_[answers.stratum, answers.answer, cell][known], axis=0)
    total = np.bincount(seen[:, 2], minlength=4)
    counts = np.zeros((len(share), 4))
    np.add.at(counts, (seen[:, 0], seen[:, 2]), 1.0)

    def smoothed(added: Floats) -> tuple[Floats, Floats]:
        pooled = (total + added) / (total + added).sum()
        cells = counts + PRIOR_LABELS * pooled
        return cells / cells.sum(axis=1, keepdims=True), pooled

    chance, pooled = smoothed(ERRORS)
    is_told_nothing = np.count_nonzero(total) == 1 and total[READ == LABEL].any()
    everyone = _alike(answers, answers.weight)
    missed = 0.5 / (_count(answers.answer[known]) + 1)
    return _Model(
        chance,
        smoothed(ERRORS + RIGHT)[0] if is_told_nothing else chance,
        pooled,
        everyone,
        np.maximum(_alike(answers, drawn) - everyone, 0.0),
        missed * (1 - missed),
    )


def _lambda(model: _Model) -> float:
    """The lambda of least variance: slope of labels on readings within strata, kept in [0, 1]."""
    cells = model.trusting
    both = cells[:, 3] - (cells @ LABEL) * (cells @ READ)
    spread = float(model.extra @ _variance(cells, READ))
    return min(max(float(model.extra @ both) / spread, 0.0), 1.0) if spread > 1e-12 else 1.0


def _modelled(model: _Model, lambda_: float) -> float:
    """Variance of double sampling by the smoothed cells."""
    rest = LABEL - lambda_ * READ
    of_label = np.maximum(_variance(model.cells, LABEL), model.doubt)
    # Ten right answers in each of ten strata are still only a hundred: no stratum is surer than all
    # together.
    of_rest = np.maximum(_variance(model.cells, rest), _variance(model.pooled, rest))
    return float(of_label @ model.all + of_rest @ model.extra)


def _variance(cells: Floats, of: Floats) -> Floats:
    found: Floats = cells @ of**2 - (cells @ of) ** 2
    return found


def _linearised(
    answers: Answers,
    drawn: Floats,
    rest: Floats,
    lambda_: float,
    share: Floats,
    clusters: Floats,
) -> float:
    """Variance of the sum over clusters; a stratum of k labelled clusters is scaled by k / (k - 1)."""
    grow = np.sqrt(clusters / np.maximum(clusters - 1, 1))[answers.stratum]
    read = answers.weight * lambda_ * _within(answers.read, answers, answers.weight, share)
    label = drawn * grow * _within(rest, answers, drawn, share)
    _, cluster = np.unique(answers.cluster, return_inverse=True)
    return float(np.sum(np.bincount(cluster, weights=read + label) ** 2))


def _alike(answers: Answers, weight: Floats) -> Floats:
    """Sum of squared weights of clusters, by stratum (Kish 1965)."""
    wide = int(answers.cluster.max()) + 1
    pairs, index = np.unique(answers.stratum * wide + answers.cluster, return_inverse=True)
    total = np.bincount(index, weights=weight)
    squares: Floats = np.bincount(
        pairs // wide, weights=total**2, minlength=int(answers.stratum.max()) + 1
    ).astype(np.float64)
    return squares


def _interval(
    value: float,
    variance: float,
    spread: float,
    limits: tuple[float, float],
    degrees: float,
) -> Mean:
    """The exact binomial interval of the effective number, as wide at least as t standard errors.

    Args:
        value: The corrected value.
        variance: Its variance.
        spread: Variance of one answer.
        limits: Least and largest effective number; the largest prevails.
        degrees: Degrees of freedom of the variance.
    """
    from scipy.special import ndtri, stdtrit

    quantile = float(stdtrit(degrees, 1 - ALPHA / 2))
    widen = (quantile / float(ndtri(1 - ALPHA / 2))) ** 2
    least, most = limits
    effective = max(min(max(spread / variance / widen, least), most), 1e-9)
    shown = min(max(value, 0.0), 1.0)
    low, high = clopper_pearson(shown * effective, effective)
    # A few false alarms of the reader may be all that keeps a rate off 0, which no binomial knows.
    reach = quantile * variance**0.5
    return Mean(value, min(low, value - reach), max(high, value + reach), effective=effective)
