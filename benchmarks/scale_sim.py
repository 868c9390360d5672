"""What a sweep takes on many accelerators: makespan, stragglers, failures, by discrete events.

The plan is a real one and the sharding is the product's own (`cluster.shards.Board`); workers,
speeds and failures are simulated. One table compares ways of placing one model's requests, the
other ways of running a sweep of many models. Rates come from the command line, from a run folder
(`--run`) or from docs/benchmarks.md (`--benchmarks`), and the table says from where.

    python benchmarks/scale_sim.py --decode-rate 5000 --prefill-rate 25000
    python benchmarks/scale_sim.py --run out/demo --prefill-rate 500 --models 10 --accelerators 100

``--section NAME`` writes the tables into that section of docs/scale.md.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import page
from scale_world import REFERENCE_SIZE, Job, World, simulate

from lawbound.evals.prepare import mode_of, plan_for, prepare
from lawbound.evals.run_spec import RunSpec
from lawbound.rubrics.policy.files import shipped
from lawbound.rubrics.reference.engine import ReferenceEngine
from lawbound.runners.engines.cluster.shards import Board, units
from lawbound.runners.sample import Request
from lawbound.runners.store import read_samples

SIZES = ((1, 1, 0.4), (8, 1, 0.3), (32, 2, 0.2), (70, 4, 0.1))
"""Billions of parameters, accelerators of one copy, share of the models."""


def jobs_for(line: Sequence[Request], world: World, models: int, *, one_size: bool) -> list[Job]:
    """The largest first, each with its share of the accelerators."""
    rng = np.random.default_rng(world.seed)
    sizes = [(REFERENCE_SIZE, 1)] * models if one_size else list(_sizes(models))
    total = sum(size for size, _ in sizes)
    found = []
    for number, (size, each) in enumerate(sizes):
        order = list(line)
        if not world.prefix_aware:
            order = [line[i] for i in rng.permutation(len(line))]
        share = max(1, int(world.accelerators * size / total / each))
        drawn = np.minimum(rng.exponential(world.answer_tokens, len(line)), _limit(line))
        found.append(
            Job(
                f"m{number}",
                size,
                each,
                share,
                Board(
                    units([order], whole=False),
                    workers=share,
                    largest=max(1, 256 // world.thin),
                    steal=world.steal,
                ),
                dict(zip((r.key for r in line), map(float, drawn), strict=True)),
            )
        )
    return found


def _sizes(models: int) -> Iterator[tuple[float, int]]:
    for size, each, share in reversed(SIZES):
        yield from [(size, each)] * round(models * share)


def _limit(line: Sequence[Request]) -> int:
    return line[0].settings.max_tokens


def real_plan(suite: str, policies: int) -> tuple[Request, ...]:
    """What the suite asks one model under so many shipped policies."""
    names = tuple(name for name in shipped() if name != "core")[:policies]
    spec = RunSpec(suite=suite, models=("reference:empty",), policies=names, references=False)
    engine = ReferenceEngine("empty", {})
    return plan_for(prepare(spec), engine, [mode_of(engine)]).requests


def measured(folder: Path) -> tuple[float, float]:
    """Tokens a second and tokens an answer of the generated samples of a run's real models."""
    timed = [
        (sample.completion_tokens, sample.seconds)
        for path in sorted((folder / "samples").glob("*.jsonl"))
        for sample in read_samples(path).values()
        if not sample.error and sample.finish in ("stop", "length") and sample.seconds > 0
        if sample.completion_tokens is not None
    ]
    if not timed:
        sys.exit(f"{folder}: no answers with their time and tokens, expected a run of a real model")
    tokens, seconds = (sum(one) for one in zip(*timed, strict=True))
    return tokens / seconds, tokens / len(timed)


def published(benchmarks: Path) -> float:
    """Tokens a second of the local engine in float32, as docs/benchmarks.md has it."""
    found = re.search(r"\| float32 \| generate \| ([\d.]+) tokens/s", benchmarks.read_text("utf-8"))
    if found is None:
        sys.exit(f"{benchmarks}: no rate of float32 generation, expected the table of engine.py")
    return float(found[1])


def rows_of(
    line: Sequence[Request], rows: dict[str, World], models: int, *, one_size: bool
) -> Iterator[str]:
    """The lines of one table."""
    yield (
        "| scenario | makespan | against the first | accelerator-hours asking | of those there are | "
        "policy prompts computed | asked twice | failures |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    first = None
    for name, world in rows.items():
        out = simulate(jobs_for(line, world, models, one_size=one_size), world)
        first = first or out.makespan
        asked = len(line) * world.thin * models
        yield (
            f"| {name} | {_time(out.makespan)} | {out.makespan / first - 1:+.0%} | "
            f"{out.busy / 3600:.1f} | {out.busy / out.makespan / world.accelerators:.0%} | "
            f"{out.prefixes} | {out.twice / asked:.2%} | {out.failures} |"
        )


def tables(chosen: argparse.Namespace, base: World, source: str) -> Iterator[str]:
    """The lines of both tables, with what they rest on."""
    yield f"{page.command()}, {page.today()}. In the sweep one simulated request stands for {chosen.thin}."
    yield ""
    yield (
        f"Decoding {round(base.decode_rate, 1):g} tokens/s ({source}), prefill {chosen.prefill_rate:g} tokens/s "
        f"(command line), answers of {base.answer_tokens:.0f} tokens on average; 2 % of workers three times slower."
    )
    line = real_plan(chosen.one_suite, chosen.policies)
    one = replace(base, accelerators=chosen.one_workers)
    yield ""
    yield f"One model, {len(line)} requests ({chosen.one_suite}), {chosen.one_workers} workers:"
    yield ""
    yield from rows_of(line, _placements(one), 1, one_size=True)
    whole = real_plan(chosen.suite, chosen.policies)
    kinds = "one size" if chosen.one_size else ", ".join(f"{size} B" for size, _, _ in SIZES)
    yield ""
    yield (
        f"{chosen.models} models of {kinds}, {len(whole)} requests "
        f"each ({chosen.suite}), {chosen.accelerators} accelerators:"
    )
    yield ""
    sweep = replace(base, thin=chosen.thin)
    yield from rows_of(
        whole[:: chosen.thin], _sweeps(sweep), chosen.models, one_size=chosen.one_size
    )


def _time(seconds: float) -> str:
    return f"{seconds / 3600:.2f} h" if seconds >= 3600 else f"{seconds / 60:.1f} min"


def main() -> None:
    """Print both tables, and write them down."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accelerators", type=int, default=1000)
    parser.add_argument("--models", type=int, default=100)
    parser.add_argument("--policies", type=int, default=20)
    parser.add_argument("--suite", default="full")
    parser.add_argument(
        "--thin", type=int, default=50, help="sweep: one request stands for so many"
    )
    parser.add_argument("--one-suite", default="standard", help="suite of the first table")
    parser.add_argument("--one-workers", type=int, default=16)
    parser.add_argument("--decode-rate", type=float, help="tokens/s of one accelerator (8 B)")
    parser.add_argument("--prefill-rate", type=float, required=True)
    parser.add_argument("--answer-tokens", type=float, default=250.0)
    parser.add_argument("--run", type=Path, help="take decode rate and answer length from a run")
    parser.add_argument("--benchmarks", type=Path, help="take the decode rate from this page")
    parser.add_argument(
        "--one-size", action="store_true", help="sweep: every model is of the size of the rates"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--section", choices=("sim", "measured"), help="of docs/scale.md, to write")
    chosen = parser.parse_args()
    rate, answer, source = chosen.decode_rate, chosen.answer_tokens, "command line"
    if chosen.run:
        (rate, answer), source = measured(chosen.run), f"the samples of {chosen.run}"
    elif chosen.benchmarks:
        rate, source = published(chosen.benchmarks), str(chosen.benchmarks)
    if not rate:
        parser.error("no rate: give --decode-rate, --run or --benchmarks")
    base = World(
        accelerators=chosen.accelerators,
        decode_rate=rate,
        prefill_rate=chosen.prefill_rate,
        answer_tokens=answer,
        seed=chosen.seed,
    )
    lines = []
    for text in tables(chosen, base, source):
        page.say(text)
        lines.append(text)
    if chosen.section:
        page.write_section(chosen.section, "\n".join(lines), page.DOCS / "scale.md")


def _placements(base: World) -> dict[str, World]:
    return {
        "prefix-aware, stealing": base,
        "prefix-aware, no stealing": replace(base, steal=False),
        "random, stealing": replace(base, prefix_aware=False),
        "random, room for 16 policy prompts": replace(base, prefix_aware=False, cached=16),
        "prefix-aware, room for 16": replace(base, cached=16),
        "no prefix cache": replace(base, prefix_aware=False, cached=0),
    }


def _sweeps(base: World) -> dict[str, World]:
    return {
        "elastic, stealing, no failures": base,
        "no stealing": replace(base, steal=False),
        "not elastic": replace(base, elastic=False),
        "neither": replace(base, elastic=False, steal=False),
        "a worker fails every 1,000 h": replace(base, mtbf_hours=1000),
        "every 100 h": replace(base, mtbf_hours=100),
        "every 10 h": replace(base, mtbf_hours=10),
        "every 10 h, no stealing": replace(base, mtbf_hours=10, steal=False),
    }


if __name__ == "__main__":
    main()
