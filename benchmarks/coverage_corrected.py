"""Coverage and width of the 95 % intervals of rates corrected by labels, by simulation.

    python benchmarks/coverage_corrected.py [RUNS]

Answers with a known rate, a reader that errs on some of them, and labels of some drawn at random: first one
stratum of independent answers, then strata, clusters of two, a macro mean over rules and unequal chances of
being drawn. Beside the intervals as computed here stand those with the reader trusted whole, those of the
labels alone, and what is tempting: the labels taken as a plain binomial, and the narrower of that and ours. The bias
is that of the corrected value as computed here. Prints the table of docs/validation.md.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from lawbound.evals.correction import inference
from lawbound.evals.correction.inference import Answers, clipped, correct
from lawbound.evals.stats.arrays import Codes, Floats
from lawbound.evals.stats.correlation import pooled_icc
from lawbound.evals.stats.intervals import Design, clopper_pearson, rate

ICC = 0.3
RULES = 8
COLUMNS = ("here", "reader trusted whole", "labels alone", "as a binomial", "the narrower")


class Setting(NamedTuple):
    """Strata, their reader, and the labels drawn from each."""

    rates: tuple[float, ...]
    sizes: tuple[int, ...]
    labels: tuple[int, ...]
    right: tuple[float, float]
    """Share that the reader reads right among answers that hit, and among others."""
    is_plain: bool = True
    """Otherwise: clusters of two, a macro mean over rules of 1 to 8 parts, and a third of the answers
    three times as likely to be drawn as the others."""


READERS = ((0.75, 0.75), (0.99, 0.99))
SETTINGS = (
    *(
        Setting((p,), (200,), (n,), right)
        for p in (0.01, 0.05, 0.2, 0.5)
        for right in READERS
        for n in (10, 20, 160)
    ),
    Setting((0.17,), (20,), (13,), (0.9, 0.9)),
    Setting((0.12,), (40,), (20,), (0.9, 0.9)),
    # Labels that are often all alike, and a reader that never errs.
    *(
        Setting((p,), (size,), (n,), (1.0, 1.0))
        for size, n, p in ((52, 10, 0.17), (80, 10, 0.1), (80, 20, 0.05), (200, 40, 0.02))
    ),
    *(
        Setting(rates, (100,) * len(rates), (n,) * len(rates), right, is_plain=False)
        for rates in ((0.02, 0.02), (0.3, 0.3), (0.02, 0.6, 0.02, 0.6))
        for right in ((0.75, 0.75), (0.7, 0.97), (0.99, 0.99))
        for n in (10, 40)
    ),
    *(Setting((0.3, 0.02, 0.02), (300, 40, 40), (5, 12, 12), right) for right in READERS),
)


class Run(NamedTuple):
    """One draw."""

    answers: Answers
    most: float
    """Effective number of answers behind the raw rate."""
    truth: float


def run(rng: np.random.Generator, setting: Setting) -> Run:
    """One draw of answers, readings and labels."""
    each = 1 if setting.is_plain else 2
    stratum = np.repeat(np.arange(len(setting.sizes)), setting.sizes).astype(np.intp)
    n = len(stratum)
    answer = np.arange(n, dtype=np.intp)
    cluster = answer // each
    rates, kappa = np.array(setting.rates)[stratum[::each]], (1 - ICC) / ICC
    of_cluster = rates if setting.is_plain else rng.beta(kappa * rates, kappa * (1 - rates))
    y = (rng.random(n) < of_cluster[cluster]).astype(float)
    right = rng.random(n) < np.where(y == 1, *setting.right)
    read = np.where(right, y, 1 - y)
    rule = None
    if not setting.is_plain:
        parts = np.arange(1, RULES + 1)
        drawn = rng.choice(RULES, cluster[-1] + 1, p=parts / parts.sum())[cluster]
        _, rule = np.unique(drawn, return_inverse=True)
    design = Design(answer, cluster, rule)
    chance = _chances(rng, setting, stratum)
    order = rng.permutation(n)
    order = order[np.lexsort((chance[order], stratum[order]))]
    passed = np.floor(np.round(np.cumsum(chance[order]), 9) - rng.random())
    picked = order[np.diff(passed, prepend=-1.0) > 0]
    gold = np.full(n, np.nan)
    gold[picked] = y[picked]
    weight = design.weights()
    same = np.zeros(n, dtype=np.intp) if rule is None else rule
    most = rate(read, design, icc=pooled_icc(read, cluster, same)).effective
    answers = Answers(read, gold, chance, weight, stratum, cluster, answer)
    return Run(answers, most, float(weight @ np.array(setting.rates)[stratum]))


def _chances(rng: np.random.Generator, setting: Setting, stratum: Codes) -> Floats:
    """The chance of each answer to be drawn; they sum to the labels of each stratum."""
    n = len(stratum)
    part = np.ones(n) if setting.is_plain else np.where(rng.random(n) < 1 / 3, 3.0, 1.0)
    total = np.bincount(stratum, weights=part)
    chance: Floats = np.minimum(np.array(setting.labels)[stratum] * part / total[stratum], 1.0)
    return chance


def intervals(drawn: Run) -> Iterator[tuple[float, float]]:
    """The intervals by each way, in the order of `COLUMNS`."""
    answers, known = drawn.answers, ~np.isnan(drawn.answers.gold)
    here = _ends(drawn, answers)
    yield here
    usual, inference._lambda = inference._lambda, lambda model: 1.0
    yield _ends(drawn, answers)
    inference._lambda = usual
    # A reader who always says the same tells nothing.
    yield _ends(drawn, replace(answers, read=np.zeros_like(answers.read)))
    weight = np.where(known, answers.weight / answers.probability, 0.0)
    trials = float(known.sum())
    hits = float(weight[known] @ answers.gold[known] / weight.sum()) * trials
    binomial = clopper_pearson(hits, trials)
    yield binomial
    yield min(here, binomial, key=lambda ends: ends[1] - ends[0])


def _ends(drawn: Run, answers: Answers) -> tuple[float, float]:
    mean = clipped(correct(answers, most=drawn.most).mean)
    return mean.low, mean.high


class Compared(NamedTuple):
    """What many draws of one setting showed."""

    ways: tuple[tuple[float, float], ...]
    """Coverage and mean width by each way, in the order of `COLUMNS`."""
    bias: float
    """Mean of the corrected value less the true rate."""


def compared(setting: Setting, runs: int) -> Compared:
    """Coverage and mean width by each way, and the bias of our value."""
    rng = np.random.default_rng(13)
    held, width = np.zeros(len(COLUMNS)), np.zeros(len(COLUMNS))
    off = []
    for _ in range(runs):
        drawn = run(rng, setting)
        off.append(correct(drawn.answers, most=drawn.most).mean.value - drawn.truth)
        low, high = np.array(list(intervals(drawn))).T
        held += (low - 1e-9 <= drawn.truth) & (drawn.truth <= high + 1e-9)
        width += high - low
    ways = zip((held / runs).tolist(), (width / runs).tolist(), strict=True)
    # A stratum in which chance drew fewer than two labels leaves no value.
    return Compared(tuple(ways), float(np.nanmean(off)))


def main() -> None:
    """Print one line a setting, then the lowest coverage and the mean width."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("runs", type=int, nargs="?", default=500, help="draws behind each number")
    runs = parser.parse_args().runs
    sys.stdout.write(f"| rates | labels of | reader right | {' | '.join(COLUMNS)} | bias |\n")
    sys.stdout.write("| --- " * (4 + len(COLUMNS)) + "|\n")
    every: list[Compared] = []
    for setting in SETTINGS:
        found = compared(setting, runs)
        every.append(found)
        rates = ", ".join(f"{p:g}" for p in setting.rates)
        drawn = zip(setting.labels, setting.sizes, strict=True)
        labels = ", ".join(dict.fromkeys(f"{n} of {size}" for n, size in drawn))
        right = ", ".join(dict.fromkeys(f"{share:g}" for share in setting.right))
        mark = "" if setting.is_plain else " *"
        shown = " | ".join(f"{covered:.3f}, {width:.3f}" for covered, width in found.ways)
        sys.stdout.write(f"| {rates}{mark} | {labels} | {right} | {shown} | {found.bias:+.4f} |\n")
        sys.stdout.flush()
    ways = np.array([found.ways for found in every])
    lowest, width = ways.min(axis=0)[:, 0], ways.mean(axis=0)[:, 1]
    largest = max((found.bias for found in every), key=abs)
    shown = " | ".join(f"{a:.3f}, {b:.3f}" for a, b in zip(lowest, width, strict=True))
    sys.stdout.write(
        f"| lowest coverage, mean width, largest bias | | | {shown} | {largest:+.4f} |\n"
    )


if __name__ == "__main__":
    main()
