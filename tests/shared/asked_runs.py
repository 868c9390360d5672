"""A small run of model m, the commands that read it, and what is done to its files."""

from collections.abc import Callable
from pathlib import Path

import yaml

from lawbound import FunctionEngine, RunSpec, evaluate
from lawbound.evals.folder.digests import file_digest
from lawbound.runners.sample import Request

PLAN, VERDICTS = "plan/m-62c66a7a.jsonl", "verdicts.parquet"
READERS = {
    "score": (),
    "report": (),
    "gate": ("--that", "J.value@us>=-1"),
    "power": ("--effect", "0.1", "--metric", "J"),
    "leaderboard": (),
    "compare": ("RUN",),
    "calibrate sample": ("-o", "SHEET"),
}
RESULTS = {
    "gate": "metrics.csv",
    "power": "metrics.csv",
    "leaderboard": "leaderboard.csv",
    "compare": VERDICTS,
    "calibrate sample": VERDICTS,
}
"""What each command reads of what was concluded; the others conclude."""


def arguments(reader: str, run: Path) -> list[object]:
    """What stands behind `lawbound` for a command to read the run."""
    places = {"RUN": run, "SHEET": run.parent / "sheet.csv"}
    return [*reader.split(), run, *(places.get(word, word) for word in READERS[reader])]


def run_spec(limit: int) -> RunSpec:
    """So many items of each selection, under one policy."""
    return RunSpec(suite="quick", models=("m",), policies=("us",), limit=limit, references=False)


def ask_run(out: Path, limit: int, answer: Callable[[Request], str] = lambda _: "Yes.") -> None:
    """Ask, and conclude."""
    evaluate(run_spec(limit), out, engines={"m": FunctionEngine(answer, name="m")})


def stopped(_: Request) -> str:
    """An answer during which the run is stopped."""
    raise KeyboardInterrupt


def sign(run: Path, name: str) -> None:
    """Enter the digest of what is there now, as anybody can."""
    file = run / "run.yaml"
    record = yaml.safe_load(file.read_text(encoding="utf-8"))
    record["digests"][name] = [file_digest(run / name)]
    file.write_text(yaml.safe_dump(record, sort_keys=False), encoding="utf-8")
