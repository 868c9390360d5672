"""What the program itself costs when the model costs nothing: ``python benchmarks/overhead.py``

- lawbound: a run folder of about 100,000 samples through the real program: the suite `full` under a
  few policies, asked of the reference model `coin`, stored, judged, concluded, reported. Once as it
  is, and once with a number in every answer, so that no two are alike and each is read on its own.
- lm-eval: its `dummy` model on 10,000 documents of a local JSON task.
- Inspect AI: its mock model on 5,000 samples, if ``--inspect`` names a Python that has it. Counting
  tokens is stubbed there, because its tokenizer wants a download.
- the start: ``import lawbound`` and ``lawbound --help``, the median of several.

Each runs in a process of its own, which gives its peak memory. Writes its section of
docs/benchmarks.md.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import page

ROOT = Path(__file__).resolve().parents[1]
POLICIES = "cn,de,us,in,sa,fr"
SECONDS_BAR, MIB_BAR, IMPORT_BAR, HELP_BAR = 40.0, 1024.0, 0.3, 0.5
STARTS = 9
STAGES = {
    "prepare": "suite, policies, items",
    "loading": "situations",
    "planning": "plan, prompts",
    "asking": "ask, store",
    "judging": "read back, judge, frame",
    "concluding": "metrics, leaderboard, report",
}


def main() -> None:
    """Run everything, print the section and write it down."""
    parser = argparse.ArgumentParser(description="Benchmark of the program's own cost.")
    parser.add_argument("--policies", default=POLICIES, help="more policies, more samples")
    parser.add_argument("--docs", type=int, default=10_000, help="documents for lm-eval")
    parser.add_argument("--samples", type=int, default=5_000, help="samples for Inspect AI")
    parser.add_argument("--inspect", default="", help="a Python with inspect-ai")
    parser.add_argument("--no-report", action="store_true")
    parser.add_argument("--one", choices=sorted(WORKERS), help="run one alone; used inside")
    parser.add_argument("--folder", type=Path, help="scratch folder of --one")
    options = parser.parse_args()
    if options.one:
        page.say(json.dumps(WORKERS[options.one](options)))
        return
    names = [name for name in WORKERS if name != "inspect" or options.inspect]
    found = {}
    before = page.load()
    for name in names:
        found[name] = _measured(name, options)
        page.say(f"{name}: {json.dumps(found[name])}")
    section = _section(found, _starts(), options, before)
    page.say(section)
    if not options.no_report:
        page.write_section("overhead", section)


def run_lawbound(options: argparse.Namespace, *, distinct: bool = False) -> dict[str, Any]:
    """The whole program, with what each stage took."""
    from lawbound.evals.asking import ask
    from lawbound.evals.conclude import conclude
    from lawbound.evals.models import open_model
    from lawbound.evals.prepare import prepare
    from lawbound.evals.run_spec import RunSpec

    model, out = "reference:coin", options.folder / "run"
    stages = Stages()
    spec = RunSpec(
        suite="full", models=(model,), policies=options.policies.split(","), references=False
    )
    prepared = prepare(spec)
    engines = {}
    if distinct:
        stages.stage("loading", None)
        engines[model] = Numbered(
            open_model(model, prepared.spec, prepared.seed, prepared.situations())
        )
    ask(prepared, out, engines=engines, observer=stages)
    del prepared, engines
    stages.stage("judging", None)  # reading the folder again belongs to it
    conclude(out, observer=stages)
    stages.stage("", None)
    (samples,) = (out / "samples").iterdir()
    with samples.open("rb") as lines:
        count = sum(1 for _ in lines)
    return {
        "samples": count,
        "verdicts": stages.verdicts(out),
        "stages": stages.taken,
        "report_mib": (out / "report.html").stat().st_size / 2**20,
    }


def run_distinct(options: argparse.Namespace) -> dict[str, Any]:
    """The same where no two answers are alike."""
    return run_lawbound(options, distinct=True)


class Stages:
    """An observer that takes the time between stages."""

    def __init__(self) -> None:
        self.taken: dict[str, list[float]] = {}
        self._name, self._wall, self._cpu = "prepare", perf_counter(), process_time()

    def stage(self, name: str, total: int | None) -> None:
        """One stage ends and another begins."""
        wall, cpu = perf_counter(), process_time()
        spent = self.taken.setdefault(self._name, [0.0, 0.0])
        spent[0] += wall - self._wall
        spent[1] += cpu - self._cpu
        self._name, self._wall, self._cpu = name.split(" ")[0], wall, cpu

    def advance(self, steps: int) -> None:
        """Ignore."""

    def trouble(self, failing: int, last: str) -> None:
        """Ignore."""

    @staticmethod
    def verdicts(out: Path) -> int:
        """Rows of the frame."""
        import pyarrow.parquet

        rows: int = pyarrow.parquet.ParquetFile(out / "verdicts.parquet").metadata.num_rows
        return rows


class Numbered:
    """An engine whose answers are all different."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.render, self.fingerprint = engine.render, engine.fingerprint
        self.count_tokens, self.close = engine.count_tokens, engine.close

    def generate(self, requests: Sequence[Any]) -> Iterator[Any]:
        """Each answer with a number of its own."""
        from dataclasses import replace

        for number, sample in enumerate(self._engine.generate(requests)):
            yield replace(sample, text=f"{sample.text} This is note {number}.")

    def loglikelihood(self, requests: Sequence[Any]) -> Iterator[Any]:
        """Choices have no text."""
        yield from self._engine.loglikelihood(requests)


def run_lm_eval(options: argparse.Namespace) -> dict[str, Any]:
    """A task of questions and answers in a local JSON file, asked of the model `dummy`."""
    # Without this it tries for half a minute to fetch the tokenizer that `dummy` names.
    os.environ |= {"HF_HOME": str(options.folder), "HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"}
    docs = options.folder / "docs.jsonl"
    lines = (
        json.dumps({"question": f"What is {n} plus {n}?", "answer": str(2 * n)})
        for n in range(options.docs)
    )
    docs.write_text("\n".join(lines) + "\n", encoding="utf-8")
    task = {
        "task": "overhead",
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(docs)}},
        "test_split": "test",
        "output_type": "generate_until",
        "doc_to_text": "{{question}}",
        "doc_to_target": "{{answer}}",
        "generation_kwargs": {"until": ["\n"], "max_gen_toks": 64},
        "metric_list": [{"metric": "exact_match"}],
    }
    start, busy = perf_counter(), process_time()
    from lm_eval import simple_evaluate
    from lm_eval.tasks import TaskManager

    manager = TaskManager(include_defaults=False)
    result = simple_evaluate(model="dummy", tasks=[task], task_manager=manager, log_samples=True)
    spent = perf_counter() - start, process_time() - busy
    (samples,) = result["samples"].values()
    return {"samples": len(samples), "stages": {"evaluate": spent}}


def run_inspect(options: argparse.Namespace) -> dict[str, Any]:
    """A task of one `generate` with a scorer, its log in a scratch folder."""
    start, busy = perf_counter(), process_time()
    from inspect_ai import Task, eval
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.model import ModelAPI
    from inspect_ai.scorer import includes
    from inspect_ai.solver import generate

    async def count(self: ModelAPI, text: str) -> int:
        return len(text) // 4

    ModelAPI.count_text_tokens = count
    samples = [
        Sample(input=f"What is {n} plus {n}?", target=str(2 * n)) for n in range(options.samples)
    ]
    task = Task(dataset=MemoryDataset(samples), solver=generate(), scorer=includes())
    (log,) = eval(task, model="mockllm/model", log_dir=str(options.folder), display="none")
    spent = perf_counter() - start, process_time() - busy
    if log.status != "success" or log.results is None:
        raise SystemExit(f"Inspect AI: status {log.status}, expected success")
    found = log.results.completed_samples
    return {"samples": found, "stages": {"evaluate": spent}, "version": version("inspect-ai")}


WORKERS: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "lawbound": run_lawbound,
    "distinct": run_distinct,
    "lm-eval": run_lm_eval,
    "inspect": run_inspect,
}


def _measured(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """One worker's result, with time and memory of its whole process, its start included."""
    python = options.inspect if name == "inspect" else sys.executable
    with tempfile.TemporaryDirectory() as folder:
        command = [python, __file__, "--one", name, "--folder", folder]
        command += ["--policies", options.policies, "--docs", str(options.docs)]
        command += ["--samples", str(options.samples)]
        start = perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            lines = process.stdout.read().splitlines()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{name}: exit code {process.returncode}")
    result: dict[str, Any] = json.loads(lines[-1])
    return result | {
        "wall": perf_counter() - start,
        "cpu": usage.ru_utime + usage.ru_stime,
        "mib": usage.ru_maxrss / 1024,
    }


def _starts() -> dict[str, float]:
    """Median seconds of importing the package and of asking for help, the interpreter's own included."""
    commands = {
        "python": [sys.executable, "-c", "pass"],
        "import": [sys.executable, "-c", "import lawbound"],
        "help": [sys.executable, "-m", "lawbound", "--help"],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(STARTS):
        for name, command in commands.items():
            start = perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
            taken[name].append(perf_counter() - start)
    return {name: median(times) for name, times in taken.items()}


def _section(
    found: dict[str, dict[str, Any]],
    starts: dict[str, float],
    options: argparse.Namespace,
    before: float,
) -> str:
    ours, distinct = found["lawbound"], found["distinct"]
    inspect = found.get("inspect")
    lines = [
        "## Overhead: what the program costs when the model costs nothing",
        "",
        f"{page.command(PYTHON=options.inspect)}, {page.today()}. One run each, in a process "
        "of its own, its start included.",
        "",
        "| program | samples | wall s | CPU s | CPU µs a sample | peak MiB |",
        "|---|---|---|---|---|---|",
        _row(f"Lawbound, `reference:coin`, {ours['verdicts']} verdicts", ours),
        _row("the same, no two answers alike", distinct),
        _row("lm-eval, `dummy`, a local JSON task", found["lm-eval"]),
        _row("Inspect AI, `mockllm/model`, token counting stubbed", inspect)
        if inspect
        else "| Inspect AI, `mockllm/model` | not measured | | | | |",
        "",
        "Lawbound by stage:",
        "",
        "| stage | wall s | CPU s | no two alike: wall s | CPU s |",
        "|---|---|---|---|---|",
        *(_stage(name, ours, distinct) for name in ours["stages"]),
        "",
        f"`report.html` has {ours['report_mib']:.1f} MiB.",
        "",
        _verdicts(ours, starts),
        "",
        page.where(before, "lm-eval", also=f", inspect-ai {inspect['version']}" if inspect else ""),
    ]
    return "\n".join(lines)


def _row(label: str, result: dict[str, Any]) -> str:
    return (
        f"| {label} | {result['samples']} | {result['wall']:.1f} | {result['cpu']:.1f} "
        f"| {result['cpu'] / result['samples'] * 1e6:.0f} | {result['mib']:.0f} |"
    )


def _stage(name: str, ours: dict[str, Any], distinct: dict[str, Any]) -> str:
    cells = [*ours["stages"][name], *distinct["stages"][name]]
    return f"| {STAGES.get(name, name)} | " + " | ".join(f"{cell:.1f}" for cell in cells) + " |"


def _verdicts(ours: dict[str, Any], starts: dict[str, float]) -> str:
    def claim(value: float, bar: float, unit: str) -> str:
        return f"{value:.2f} {unit}, bar {bar:g} {unit}: {'met' if value < bar else 'missed'}"

    return (
        f"Per 100,000 samples: {claim(ours['wall'] * 1e5 / ours['samples'], SECONDS_BAR, 's')} by "
        f"wall time, {claim(ours['cpu'] * 1e5 / ours['samples'], SECONDS_BAR, 's')} by processor "
        f"time; memory: {claim(ours['mib'], MIB_BAR, 'MiB')}. Start, medians of {STARTS}: "
        f"`import lawbound` {claim(starts['import'], IMPORT_BAR, 's')}; `lawbound --help` "
        f"{claim(starts['help'], HELP_BAR, 's')} (Python alone: {starts['python']:.2f} s)."
    )


if __name__ == "__main__":
    main()
