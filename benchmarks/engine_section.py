"""The benchmark's section of the page: one row a task, and what bounds its ratio."""

import argparse
import os
from importlib.metadata import version
from typing import Any

import page
from engine_prompts import MAX_TOKENS

BARS = {("float32", "generate"): 12, ("float32", "choices"): 40}
BARS |= {("bfloat16", "generate"): 10, ("bfloat16", "choices"): 25}


def section(
    options: argparse.Namespace, dtype: str, rows: list[dict[str, Any]], load: float
) -> str:
    """Of these rows; `load` is the machine's load average before the run."""
    lines = [
        f"## Local engine against lm-eval `hf`, {dtype}",
        "",
        f"{page.today()}; {page.processor()}, {os.cpu_count()} cores, "
        f"{_where(options)}; "
        + ", ".join(f"{name} {version(name)}" for name in ("torch", "transformers", "lm-eval"))
        + f". {options.items} generations of at most {MAX_TOKENS} tokens and {options.items} "
        f"four-way choices after a shared policy of {rows[0]['prefix']} tokens. Load average of "
        f"the machine before the run: {load:.1f}"
        + (
            " (others used it too: wall times are rough, processor times with one thread much less so)."
            if load > 0.5
            else "."
        ),
        "",
        "| dtype | task | Lawbound | lm-eval, best batch (items) | ratio | ratio by processor time | bar | peak MiB, ours "
        "/ theirs | same text |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    units = {"generate": "tokens/s", "choices": "items/s"}
    for row in rows:
        bar = BARS.get((row["dtype"], row["task"]))
        # On a busy machine either ratio may flatter; the smaller one counts.
        worst = min(row["ratio"], row["cpu_ratio"])
        met = f">= {bar}: {'met' if worst >= bar else 'missed'}" if bar else ""
        lines.append(
            f"| {row['dtype']} | {row['task']} | {row['ours']:.1f} {units[row['task']]} | "
            f"{row['theirs']:.2f}, batch {row['batch']} ({row['items']}) | {row['ratio']:.1f} | "
            f"{row['cpu_ratio']:.1f} | "
            f"{met} | {row['our_peak']:.0f} / {row['their_peak']:.0f} | {row['same']} |"
        )
    lines += [
        "",
        f"Asked again because of near-ties: {rows[0]['replayed']}. For generation, sharing the "
        f"prefix takes {rows[0]['spared']:.1f} times fewer tokens through the model: where "
        "arithmetic is the limit in both engines, no ratio can be far above.",
    ]
    if rows[0]["openvino"]:
        lines += ["", rows[0]["openvino"]]
    if rows[0]["roofline"]:
        lines += ["", rows[0]["roofline"]]
    lines += ["", page.command(FOLDER=options.openvino)]
    return "\n".join(lines)


def _where(options: argparse.Namespace) -> str:
    if options.device != "cpu":
        import torch

        return f"both on one {torch.cuda.get_device_name(options.device)}"
    if not options.threads:
        return "each engine's own choice of threads"
    return f"{options.threads} thread{'s' * (options.threads > 1)} for both"
