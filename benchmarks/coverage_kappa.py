"""Coverage of the 95 % interval of a binary kappa, for few answers.

    python benchmarks/coverage_kappa.py [DRAWS]

A setting is a share of labels on the withheld side, a sensitivity and a specificity. Every table of 10, 12
and 20 answers gets its interval once, and counts with its exact chance in each setting. Samples whose labels
are all on one side have no kappa: the first numbers leave them out, the second count them as holding the
truth. Prints the numbers of docs/calibration.md.
"""

import argparse
import sys
from itertools import product

import numpy as np
from scipy.stats import multinomial

from lawbound.evals.stats.arrays import Floats
from lawbound.rubrics.calibration.kappa import kappa, kappa_interval

SIZES = (10, 12, 20)
SHARES = np.linspace(0.05, 0.95, 9)
RIGHT = np.linspace(0, 1, 8)
"""Sensitivities, and specificities."""


def tables(n: int) -> Floats:
    """Every table of ``n`` answers by label and reading."""
    cells = [
        (a, b, c, n - a - b - c) for a, b, c in product(range(n + 1), repeat=3) if a + b + c <= n
    ]
    return np.array(cells, dtype=float).reshape(-1, 2, 2)


def settings() -> Floats:
    """Chances of the four cells, one row a setting."""
    return np.array(
        [
            (share * found, share * (1 - found), (1 - share) * (1 - left), (1 - share) * left)
            for share, found, left in product(SHARES, RIGHT, RIGHT)
        ]
    )


def ends(found: Floats, draws: int) -> Floats:
    """The lower and the upper end of each table; nan where it has none."""
    rng = np.random.default_rng(0)
    n = int(found[0].sum())
    both = []
    for table in found:
        drawn = rng.multinomial(n, table.ravel() / n, draws).reshape(-1, 2, 2).astype(float)
        interval = kappa_interval(table, drawn)
        both.append((interval.low, interval.high))
    return np.array(both)


def coverage(n: int, draws: int) -> Floats:
    """By setting: the share of samples whose interval holds kappa, among those that have one and among all."""
    found = tables(n)
    low, high = ends(found, draws).T
    has = ~np.isnan(low)
    shares = []
    for cells in settings():
        truth = kappa(cells.reshape(1, 2, 2))[0]
        chance = multinomial.pmf(found.reshape(-1, 4), n, cells)
        held = chance[has & (low - 1e-9 <= truth) & (truth <= high + 1e-9)].sum()
        shares.append((held / chance[has].sum(), held + chance[~has].sum()))
    return np.array(shares)


def main() -> None:
    """Print one line a size and way of counting."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("draws", type=int, nargs="?", default=2000, help="resamples of each table")
    draws = parser.parse_args().draws
    sys.stdout.write(
        f"| answers | labels of one side | mean | below 0.75, of {len(settings())} | lowest |\n"
        "| --- | --- | --- | --- | --- |\n"
    )
    for n in SIZES:
        for way, held in zip(("left out", "as held"), coverage(n, draws).T, strict=True):
            line = (
                f"{n} | {way} | {held.mean():.3f} | {(held < 0.75).mean():.3f} | {held.min():.3f}"
            )
            sys.stdout.write(f"| {line} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
