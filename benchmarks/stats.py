"""Time and memory of all metrics: ``python benchmarks/stats.py``

The frame is random: five models, four policies, five strengths, rules with both kinds of near-miss and
reasoning items in six families, with many rules of few groups each and with few rules of many. Writes its
section of docs/benchmarks.md.
"""

import argparse
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import page
import pandas as pd

from lawbound.evals.folder.record import RunRecord
from lawbound.evals.leaderboard.board import leaderboard_rows, metrics_rows
from lawbound.evals.leaderboard.table import csv_bytes
from lawbound.evals.metrics.compute import compute_metrics
from lawbound.evals.metrics.rule_info import RuleInfo

POLICIES = ("p1", "p2", "p3", "p4")
STRENGTHS = ("none", "placebo", "brief", "full", "strict")
MODELS, REASONING = 5, 120
SECONDS_BAR = 10.0
RUN = RunRecord.model_validate(
    {
        "seed": 0,
        "suite": {"id": "random", "version": "1"},
        "policies": [{"id": name, "version": "1", "from": name} for name in POLICIES],
        "models": [{"model": "m0", "spec": "m0", "reference": False, "grader": "offline"}],
    }
)


def random_frame(verdicts: int, rules: int, rng: np.random.Generator) -> pd.DataFrame:
    """About so many rows; each cell of the design gets the same number of items."""
    cells = MODELS * len(POLICIES) * len(STRENGTHS)
    items = verdicts // cells - REASONING
    at = np.arange(items + REASONING)
    is_policy = at < items
    role, rule = at % 3, (at // 3) % rules
    one = pd.DataFrame(
        {
            "item": [f"i{i}" for i in at],
            "group": [f"g{i // 2 if i >= items else i}" for i in at],
            "kind": np.where(is_policy, "policy", "reasoning"),
            "topic": [f"a/t{r}" for r in rule],
            "acts": "praise",
            "operation": "ask",
            "target": np.where(at % 2, "FR", "DE"),
            "purpose": "none",
            "lang": "en",
            "prompt_chars": 60 + 7 * (at % 9),
            "tags": "",
            "epoch": 0,
            "family": np.where(is_policy, "", np.char.add("f", (at // 2 % 6).astype(str))),
            "surface": np.where(is_policy, "", np.where(at % 2, "neutral", "adjacent")),
            "twin": np.where(is_policy, "", np.char.add("t", (at // 2).astype(str))),
            "mode": "generate",
            "chance": 0.0,
            "wording": at // 2 % 3,
            "base": np.where(is_policy & (role == 0), "refuse", "answer"),
            "required_addons": "",
            "rules": np.where(is_policy & (role == 0), np.char.add("r", rule.astype(str)), ""),
            "near_miss": [
                f"r{r}:{'act' if k == 1 else 'topic'}" if p and k else ""
                for r, k, p in zip(rule, role, is_policy, strict=True)
            ],
            "spillover": "",
            "case_rules": "",
            "intl_base": "answer",
            "addons": "",
            "overshoot": False,
            "outcome": "",
            "fault": "",
            "error": False,
            "blocked": False,
            "truncated": False,
            "think_only": False,
            "trace_behaviour": "",
            "prompt_tokens": 100,
            "completion_tokens": 20,
            "thinking_tokens": 0,
        }
    )
    frames = []
    for model in range(MODELS):
        for policy in POLICIES:
            for strength in STRENGTHS:
                refuses = rng.random(len(one)) < np.where(one["base"] == "refuse", 0.8, 0.15)
                refuses &= is_policy
                met = (refuses == (one["base"] == "refuse")).astype(float)
                right = (rng.random(len(one)) < 0.65).astype(float)
                frames.append(
                    one.assign(
                        model=f"m{model}",
                        policy=policy,
                        strength=strength,
                        key=[f"{'' if strength == 'none' else policy}/{strength}/{i}" for i in at],
                        behaviour=np.where(refuses, "refuse", "answer"),
                        withheld=refuses,
                        met=met,
                        plain=met,
                        score=np.where(is_policy, np.nan, right),
                        extracted=np.where(is_policy, np.nan, 1.0),
                    )
                )
    return pd.concat(frames, ignore_index=True)


def measure(verdicts: int, resamples: int, rules: int) -> str:
    """One row of the table, measured in this process."""
    frame = random_frame(verdicts, rules, np.random.default_rng(0))
    info = {
        (p, f"r{r}"): RuleInfo(p, f"r{r}", True, False, "statute")
        for p in POLICIES
        for r in range(rules)
    }
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    clock, cpu = time.perf_counter(), time.process_time()
    estimates = compute_metrics(frame, info, seed=0, resamples=resamples)
    clock, cpu = time.perf_counter() - clock, time.process_time() - cpu
    size = len(csv_bytes(metrics_rows(estimates)))
    board = leaderboard_rows(estimates, RUN)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    met = "met" if clock < SECONDS_BAR else "missed"
    return (
        f"| {rules} | {len(frame)} | {clock:.1f} | {cpu:.1f} | < {SECONDS_BAR:.0f}: {met} | {peak:.0f} ({before:.0f}) "
        f"| {len(estimates)} | {len(board)} | {size / 1e6:.1f} |"
    )


def main() -> None:
    """Measure each number of rules in a process of its own, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--verdicts", type=int, default=100_000)
    parser.add_argument("--resamples", type=int, default=2_000)
    parser.add_argument("--rules", default="20,8", help="numbers of rules, one row each")
    options = parser.parse_args()
    load = page.load()
    rows = []
    for rules in map(int, options.rules.split(",")):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            rows.append(pool.submit(measure, options.verdicts, options.resamples, rules).result())
    section = "\n".join(
        [
            "## Statistics: every metric of a large run, with intervals",
            "",
            f"{page.command()}, {page.today()}. {options.resamples} sign patterns a test; one run each, in a process of its own.",
            "",
            "| rules | verdicts | wall s | CPU s | bar, wall s | peak MiB (before) | estimates | leaderboard rows "
            "| metrics.csv MB |",
            "|---|---|---|---|---|---|---|---|---|",
            *rows,
            "",
            page.where(load, "numpy", "pandas", "scipy"),
        ]
    )
    page.say(section)
    page.write_section("stats", section)


if __name__ == "__main__":
    main()
