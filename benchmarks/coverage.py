"""Coverage and width of the 95 % intervals of rates, macro means and taxes, by simulation.

    python benchmarks/coverage.py [RUNS]

First rates, over clusters, rates and correlations; cluster sizes are 1 to 8 at random, cluster rates
beta-distributed. Then macro means over strata: as they are made here, with all strata pooled whatever
their size, and by a stratified cluster bootstrap where it might be trusted (20 clusters in each stratum,
ten hits and ten misses in all). Last, taxes: paired differences of two answers, and of four where two runs
are compared, with what the test of signs finds and what both test and interval do. Prints the three tables
of docs/validation.md.
"""

import argparse
import sys
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from lawbound.evals.stats import strata
from lawbound.evals.stats.arrays import Floats
from lawbound.evals.stats.correlation import pooled_icc
from lawbound.evals.stats.intervals import Design, rate
from lawbound.evals.stats.paired import signed_mean
from lawbound.evals.stats.significance import sign_flip

CLUSTERS, RATES, CORRELATIONS = (5, 10, 30, 200), (0.01, 0.1, 0.5, 0.9, 0.99), (0.0, 0.3, 0.6)
RESAMPLES = 1000


class Strata(NamedTuple):
    """Strata with the same rate and the same number of clusters."""

    number: int
    rate: float
    clusters: int


DESIGNS: tuple[tuple[float, tuple[Strata, ...]], ...] = (
    (0.0, (Strata(5, 0.97, 15),)),
    (0.0, (Strata(4, 0.5, 20),)),
    (0.0, (Strata(12, 0.95, 20),)),
    (0.3, (Strata(6, 0.9, 20),)),
    (0.0, (Strata(13, 0.8, 46),)),
    (0.3, (Strata(13, 0.8, 46),)),
    (0.0, tuple(Strata(2, p, 20) for p in (0.1, 0.3, 0.5, 0.7, 0.9))),
    (0.0, (Strata(1, 0.98, 20), Strata(1, 0.02, 20))),
    (0.0, (Strata(1, 0.98, 40), Strata(1, 0.02, 40))),
    (0.0, (Strata(4, 0.99, 20), Strata(4, 0.02, 20))),
    (0.0, (Strata(11, 0.995, 46), Strata(2, 0.01, 46))),
    (0.0, (Strata(1, 0.6, 2), Strata(1, 0.99, 20), Strata(1, 0.99, 60))),
    (0.0, (Strata(1, 0.8, 3), Strata(1, 0.99, 20), Strata(1, 0.99, 60))),
    (0.0, (Strata(1, 0.7, 2), Strata(3, 0.98, 15))),
    (0.0, (Strata(1, 0.9, 1), Strata(1, 0.9, 10), Strata(1, 0.9, 40))),
    (0.0, (Strata(1, 0.6, 5), Strata(1, 0.99, 40), Strata(1, 0.99, 80))),
    (0.0, (Strata(1, 0.6, 2), Strata(8, 0.99, 6))),
    (0.0, (Strata(1, 0.7, 2), Strata(8, 0.98, 4))),
    (0.0, (Strata(1, 0.5, 3), Strata(9, 0.99, 6))),
    (0.0, (Strata(1, 0.5, 4), Strata(9, 0.99, 6))),
    (0.0, (Strata(1, 0.8, 20), Strata(9, 0.99, 40))),
    (0.3, (Strata(1, 0.7, 3), Strata(4, 0.95, 20))),
    (0.0, (Strata(2, 0.9, 1), Strata(2, 0.9, 2))),
    (0.0, (Strata(12, 0.95, 3), Strata(7, 0.95, 4), Strata(1, 0.95, 7), Strata(2, 0.95, 10))),
    (0.0, (Strata(8, 0.95, 6), Strata(2, 0.95, 12), Strata(2, 0.95, 20))),
    (0.0, (Strata(8, 0.7, 6), Strata(2, 0.7, 12), Strata(2, 0.7, 20))),
    (0.0, (Strata(1, 1.0, 10), Strata(1, 1.0, 20), Strata(1, 1.0, 40))),
    (0.0, (Strata(12, 1.0, 3), Strata(7, 1.0, 4), Strata(1, 1.0, 7), Strata(2, 1.0, 10))),
    (0.0, (Strata(8, 1.0, 6), Strata(2, 1.0, 12), Strata(2, 1.0, 20))),
)


def answers(
    rng: np.random.Generator, clusters: int, p: float, icc: float, largest: int
) -> tuple[Floats, NDArray[np.intp]]:
    """Answers and their clusters."""
    sizes = rng.integers(1, largest + 1, size=clusters)
    cluster = np.repeat(np.arange(clusters), sizes)
    kappa = (1 - icc) / icc if icc else 0.0
    rates = rng.beta(p * kappa, (1 - p) * kappa, clusters) if icc else np.full(clusters, p)
    return (rng.random(len(cluster)) < rates[cluster]).astype(float), cluster


def cell(clusters: int, p: float, icc: float, runs: int) -> tuple[float, float]:
    """Share of intervals that hold the rate, and their mean width."""
    rng = np.random.default_rng([clusters, int(p * 100), int(icc * 10)])
    held = width = 0.0
    for _ in range(runs):
        y, cluster = answers(rng, clusters, p, icc, 8)
        pooled = pooled_icc(y, cluster, np.zeros(len(y), dtype=np.intp))
        mean = rate(y, Design(np.arange(len(y)), cluster), icc=pooled)
        held += mean.low <= p <= mean.high
        width += mean.high - mean.low
    return held / runs, width / runs


def rates_table(runs: int) -> None:
    """Print one line a cell, then the lowest coverage."""
    lowest = 1.0
    sys.stdout.write(
        "| clusters | rate | ICC 0 | ICC 0.3 | ICC 0.6 |\n| --- | --- | --- | --- | --- |\n"
    )
    for clusters in CLUSTERS:
        for p in RATES:
            cells = [cell(clusters, p, icc, runs) for icc in CORRELATIONS]
            lowest = min(lowest, *(covered for covered, _ in cells))
            shown = " | ".join(f"{covered:.3f}, {width:.3f}" for covered, width in cells)
            sys.stdout.write(f"| {clusters} | {p:g} | {shown} |\n")
            sys.stdout.flush()
    sys.stdout.write(f"lowest coverage {lowest:.3f} over {runs} runs a cell\n")


def stratified(
    rng: np.random.Generator, design: tuple[Strata, ...], icc: float
) -> tuple[Floats, Design]:
    """One draw of all strata; with a correlation, clusters hold 1 to 3 answers."""
    y, cluster, stratum = [], [], []
    at = 0
    for index, (p, clusters) in enumerate(
        (s.rate, s.clusters) for s in design for _ in range(s.number)
    ):
        mine, own = answers(rng, clusters, p, icc, 3 if icc else 1)
        y.append(mine)
        cluster.append(own + at)
        stratum.append(np.full(len(mine), index))
        at += clusters
    of = np.concatenate(cluster)
    return np.concatenate(y), Design(np.arange(len(of)), of, np.concatenate(stratum))


def bootstrap(y: Floats, design: Design, weights: Floats) -> tuple[float, float] | None:
    """Percentiles of a Bayesian bootstrap of clusters; None where it might not be trusted."""
    assert design.stratum is not None
    if min(y.sum(), (1 - y).sum()) < 10:
        return None
    wide = int(design.stratum.max()) + 1
    place, sums = design.cluster * wide + design.stratum, []
    for of in (y, None):
        table = np.bincount(place, weights=of, minlength=weights.shape[1] * wide)
        sums.append(weights @ table.reshape(-1, wide))
    low, high = np.quantile((sums[0] / sums[1]).mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def compared(design: tuple[Strata, ...], icc: float, runs: int) -> str:
    """Coverage and width by each way, and the share of draws that the bootstrap took."""
    rng = np.random.default_rng(11)
    truth = sum(s.number * s.rate for s in design) / sum(s.number for s in design)
    fewest = min(s.clusters for s in design)
    size = (RESAMPLES, sum(s.number * s.clusters for s in design))
    # The gamma's shape gives a stratum of `fewest` clusters the unbiased variance.
    weights = rng.standard_gamma(max(fewest - 2, 1) / fewest, size=size)
    found: dict[str, list[tuple[float, float]]] = {"here": [], "pooled": [], "bootstrap": []}
    for _ in range(runs):
        y, drawn = stratified(rng, design, icc)
        assert drawn.stratum is not None
        correlation = pooled_icc(y, drawn.cluster, drawn.stratum)
        for name, alike in (("here", strata.ALIKE), ("pooled", 10**9)):
            usual, strata.ALIKE = strata.ALIKE, alike
            mean = rate(y, drawn, icc=correlation)
            strata.ALIKE = usual
            found[name].append((mean.low, mean.high))
        ends = bootstrap(y, drawn, weights) if fewest >= 20 else None
        found["bootstrap"] += [] if ends is None else [ends]
    shown = []
    for ends_of in found.values():
        low, high = np.array(ends_of).reshape(-1, 2).T
        held = (low - 1e-9 <= truth) & (truth <= high + 1e-9)
        shown.append(f"{held.mean():.3f}, {(high - low).mean():.3f}" if len(low) else "")
    used = len(found["bootstrap"]) / runs
    return " | ".join([*shown, f"{used:.2f}" if used else ""])


def strata_table(runs: int) -> None:
    """Print one line a design."""
    sys.stdout.write(
        "| strata: number x rate (clusters) | ICC | here | all pooled | bootstrap | used in |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
    )
    for icc, design in DESIGNS:
        name = ", ".join(f"{s.number} x {s.rate:g} ({s.clusters})" for s in design)
        sys.stdout.write(f"| {name} | {icc:g} | {compared(design, icc, runs)} |\n")
        sys.stdout.flush()


class Taxed(NamedTuple):
    """How many items are asked how often, and the rates of their arms."""

    families: int
    groups: int
    """Of each family; two items each, as twins are."""
    epochs: int
    rates: tuple[float, ...]
    """Placebo and policy; of two runs, first and second."""


TAXES = tuple(
    Taxed(*size, rates)
    for size in ((5, 5, 2), (5, 12, 1), (8, 20, 1))
    for rates in (
        (0.7, 0.7), (0.8, 0.65), (0.95, 0.85), (0.99, 0.99),
        (0.8, 0.7, 0.8, 0.7), (0.8, 0.6, 0.8, 0.8), (0.95, 0.9, 0.95, 0.75), (0.99, 0.97, 0.99, 0.9),
    )
)  # fmt: skip


def taxed(rng: np.random.Generator, design: Taxed) -> tuple[Floats, Design]:
    """One draw of the differences: arms are alike in an item and in its group, and repeats in an arm."""
    groups = design.families * design.groups
    group = np.repeat(np.arange(groups), 2)
    item = np.repeat(np.arange(2 * groups), design.epochs)
    ours, its = rng.standard_normal(groups), rng.standard_normal(2 * groups)
    arms = []
    for p in design.rates:
        of_group = np.sqrt(0.7) * ours + np.sqrt(0.3) * rng.standard_normal(groups)
        of_item = np.sqrt(0.7) * its + np.sqrt(0.3) * rng.standard_normal(2 * groups)
        own = rng.standard_normal(len(item))
        z = (
            np.sqrt(0.15) * of_group[group][item]
            + np.sqrt(0.3) * of_item[item]
            + np.sqrt(0.55) * own
        )
        arms.append((z < ndtri(p)).astype(float))
    losses = [a - b for a, b in zip(arms[::2], arms[1::2], strict=True)]
    cluster = group[item]
    return losses[-1] - (losses[0] if len(losses) > 1 else 0), Design(
        item, cluster, cluster // design.groups
    )


def of_taxes(design: Taxed, runs: int) -> str:
    """Coverage and width over that of a known variance, here and read as one step; what is found."""
    rng = np.random.default_rng(12)
    taxes = [a - b for a, b in zip(design.rates[::2], design.rates[1::2], strict=True)]
    truth, bound = taxes[-1] - (taxes[0] if len(taxes) > 1 else 0), float(len(taxes))
    values, ends, p_values = [], [], []
    for _ in range(runs):
        d, drawn = taxed(rng, design)
        assert drawn.stratum is not None
        icc = pooled_icc(np.abs(d) / bound, drawn.cluster, drawn.stratum)
        found = [signed_mean(d, drawn, bound=bound, icc=icc, steps=n) for n in (len(taxes), 1)]
        ends.append([(mean.low, mean.high) for mean in found])
        values.append(found[0].value)
        weighted = drawn.weights() * d
        p_values.append(sign_flip(weighted, drawn.cluster, rng=rng, resamples=999))
    known = 2 * 1.96 * np.std(values)
    shown = []
    for low, high in np.array(ends).transpose(1, 2, 0)[: len(taxes)]:
        held = (low - 1e-9 <= truth) & (truth <= high + 1e-9)
        shown.append(f"{held.mean():.3f}, {(high - low).mean() / known:.2f}")
    low, high = np.array(ends)[:, 0].T
    by_test, by_interval = np.array(p_values) < 0.05, (low > 0) | (high < 0)
    return " | ".join(
        [f"{truth:g}", shown[0], shown[1] if len(shown) > 1 else ""]
        + [f"{found.mean():.3f}" for found in (by_test, by_interval, by_test & by_interval)]
    )


def taxes_table(runs: int) -> None:
    """Print one line a design."""
    sys.stdout.write(
        "| families x groups x repeats | rates | true | here | as one step | test | interval | both |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- |\n"
    )
    for design in TAXES:
        size = f"{design.families} x {design.groups} x {design.epochs}"
        rates = ", ".join(f"{p:g}" for p in design.rates)
        sys.stdout.write(f"| {size} | {rates} | {of_taxes(design, runs)} |\n")
        sys.stdout.flush()


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("runs", type=int, nargs="?", default=1000, help="draws behind each number")
    runs = parser.parse_args().runs
    rates_table(runs)
    sys.stdout.write("\n")
    strata_table(runs)
    sys.stdout.write("\n")
    taxes_table(runs)


if __name__ == "__main__":
    main()
