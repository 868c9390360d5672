"""Write the README's result table from a run: ``python benchmarks/result.py out/demo``.

Real models stand under every policy, and a few reference models under the first: what knows every answer, what
knows none, and the two constants. What the table means is written by hand below it and not touched.
"""

import argparse
import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from lawbound.evals.leaderboard.merge import read_board
from lawbound.evals.number_text import estimate_text

README = Path(__file__).parents[1] / "README.md"
COLUMNS = (
    ("J", "J"), ("over_refusal", "over_refusal"), ("duty", "duty"), ("capability", "capability_full"),
    ("policy_tax", "policy_tax"), ("tradeoff", "tradeoff"), ("intl_gap", "intl_gap"),
)  # fmt: skip
BASELINES = tuple(
    f"reference:{name}" for name in ("oracle", "coin", "always-comply", "always-refuse")
)


def main() -> None:
    """Read, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="a finished run")
    parser.add_argument("--asked", default="", help="how long asking took, as the bars said")
    options = parser.parse_args()
    board = read_board(options.folder / "leaderboard.csv")
    run = yaml.safe_load((options.folder / "run.yaml").read_text(encoding="utf-8"))
    frame = pd.read_parquet(options.folder / "verdicts.parquet")
    lines = [*_about(run, options.asked), *_table(board), "", _truncated(frame)]
    text = README.read_text(encoding="utf-8")
    block = re.compile(r"(<!-- results:start -->\n).*?(\n<!-- results:end -->)", re.DOTALL)
    README.write_text(
        block.sub(lambda found: found[1] + "\n".join(lines) + found[2], text), encoding="utf-8"
    )


def _about(run: dict[str, Any], asked: str) -> Sequence[str]:
    models = run["models"]
    requests = next((m["requests"] for m in models if not m["reference"]), None)
    if requests is None:
        raise SystemExit(f"found {len(models)} reference models, expected a run of a real model")
    took = f", asked in {asked}" if asked else ""
    return (
        f"`make demo` on {os.cpu_count()} {platform.machine()} cores, float32, {run['written'][:10]}: {requests} "
        f"requests to the real model{took}.",
        "Four of its reference models are shown, for one policy; `out/demo/leaderboard.csv` has all for every policy,",
        "and `out/demo/report.html` every answer. The table is written by `python benchmarks/result.py out/demo [--asked TIME]`;",
        "`n` is the answers behind `J` and `capability`, brackets hold 95 % intervals.",
        "",
    )


def _table(board: pd.DataFrame) -> Sequence[str]:
    first = board["policy"].iloc[0]
    baseline = board["model"].isin(BASELINES) & (board["policy"] == first)
    shown = board[~board["is_reference"] | baseline]
    shown = pd.concat([shown[~shown["is_reference"]], shown[shown["is_reference"]]])
    names = " | ".join(title for title, _ in COLUMNS)
    rows = [f"| model | policy | {names} | n |", "|---" * (len(COLUMNS) + 3) + "|"]
    for row in shown.to_dict(orient="records"):
        cells = [_cell(row, column) for _, column in COLUMNS]
        rows.append(f"| {row['model']} | {row['policy']} | {' | '.join(cells)} | {row['n']} |")
    return rows


def _cell(row: dict[str, float], column: str) -> str:
    return estimate_text(*(row[column + end] for end in ("", "_low", "_high")))


def _truncated(frame: pd.DataFrame) -> str:
    real = frame[~frame["model"].str.startswith("reference:") & (frame["mode"] == "generate")]
    shares = real.drop_duplicates("key").groupby("strength", sort=False)["truncated"].mean()
    told = ", ".join(f"{share:.0%} under `{strength}`" for strength, share in shares.items())
    return f"Answers that ran into the token limit: {told}."


if __name__ == "__main__":
    main()
