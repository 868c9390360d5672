"""Coverage and width of the 95 % intervals of rates, over clusters, rates and correlations.

    python benchmarks/coverage.py [RUNS]

Cluster sizes are 1 to 8 at random, cluster rates beta-distributed. The tests marked `sim` hold every
cell at 93 % or more; this prints the table of docs/validation.md.
"""

import sys

import numpy as np

from lawbound.evals.stats.intervals import Design, pooled_icc, rate

CLUSTERS, RATES, CORRELATIONS = (5, 10, 30, 200), (0.01, 0.1, 0.5, 0.9, 0.99), (0.0, 0.3, 0.6)


def cell(clusters: int, p: float, icc: float, runs: int) -> tuple[float, float]:
    """Share of intervals that hold the rate, and their mean width."""
    rng = np.random.default_rng([clusters, int(p * 100), int(icc * 10)])
    held = width = 0.0
    for _ in range(runs):
        sizes = rng.integers(1, 9, size=clusters)
        cluster = np.repeat(np.arange(clusters), sizes)
        kappa = (1 - icc) / icc if icc else 0.0
        rates = rng.beta(p * kappa, (1 - p) * kappa, clusters) if icc else np.full(clusters, p)
        y = (rng.random(len(cluster)) < rates[cluster]).astype(float)
        pooled = pooled_icc(y, cluster, np.zeros(len(y), dtype=np.intp))
        mean = rate(y, Design(np.arange(len(y)), cluster), icc=pooled)
        held += mean.low <= p <= mean.high
        width += mean.high - mean.low
    return held / runs, width / runs


def main(runs: int) -> None:
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


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
