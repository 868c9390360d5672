"""`lawbound run` and `lawbound plan`: ask, judge, conclude; or only say what would be asked."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lawbound.runners.cli.console import bars, note, noted, show, table

if TYPE_CHECKING:
    from lawbound.evals.judging.panel import JudgeSpec
    from lawbound.evals.run_spec import RunSpec

TIED = 3
"""Exit code of a run in which a real model ties a baseline on every column."""

SuiteArg = Annotated[str | None, typer.Argument(help="A shipped suite or a YAML file [quick].")]
Models = Annotated[
    list[str] | None,
    typer.Option("--model", "-m", help="Model; repeat or separate by commas [smollm2]."),
]
Policies = Annotated[
    list[str] | None,
    typer.Option(
        "--policy", "-p", help="Policy id or file; repeat or separate by commas [the suite's]."
    ),
]
Strengths = Annotated[
    list[str] | None,
    typer.Option("--strength", help="Keep only these strengths of the suite."),
]
Banks = Annotated[
    list[str] | None,
    typer.Option("--bank", help="Bank folder, such as the parts of a split; repeat [shipped]."),
]
Config = Annotated[Path | None, typer.Option(help="YAML with the same fields as these options.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Items of each selection and policy.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Draws items and wordings [the suite's].")]
Epochs = Annotated[int | None, typer.Option(min=1, help="Repeats of each arm [1].")]
Temperature = Annotated[float | None, typer.Option(min=0, max=2, help="Sampling temperature [0].")]
MaxTokens = Annotated[int | None, typer.Option(min=1, help="Tokens of an answer [the suite's].")]
BatchSize = Annotated[int | None, typer.Option(min=1, help="Sequences at once [from memory].")]
Dtype = Annotated[str | None, typer.Option(help="float32, bfloat16 or float16 [float32].")]
Device = Annotated[str | None, typer.Option(help="auto, cpu, cuda, cuda:1 [auto].")]
Concurrency = Annotated[int | None, typer.Option(min=1, help="Requests in flight [64].")]
MaxErrors = Annotated[
    int | None,
    typer.Option(
        min=0, help="Stop where more requests of one model or judge than these fail [never]."
    ),
]
Revision = Annotated[str | None, typer.Option(help="Revision of the weights or endpoint.")]
References = Annotated[
    bool | None, typer.Option("--references/--no-references", help="Run reference models beside.")
]
RemoteCode = Annotated[
    bool | None, typer.Option("--trust-remote-code", help="Let a model bring its own code.")
]
On = Annotated[
    str | None, typer.Option(help="Ask on a cluster's workers: ray, or ray://HOST:PORT.")
]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Workers of the cluster [one an accelerator or machine].")
]
Judges = Annotated[
    list[str] | None,
    typer.Option(
        "--judge",
        help="Models that read the answers, or guard:FAMILY:MODEL (safeguard, llama-guard, "
        "shieldgemma); repeat or separate by commas; none drops an earlier panel.",
    ),
]
JudgeModes = Annotated[
    str | None,
    typer.Option(help="hybrid: only answers that the offline grader is unsure of; all [hybrid]."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print requests, tokens and a time estimate; ask nothing.")
]
Out = Annotated[Path, typer.Option("--out", "-o", help="Run folder; an interrupted run resumes.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("run")(run)
    app.command("plan")(plan)


def run(
    suite: SuiteArg = None,
    model: Models = None,
    policy: Policies = None,
    out: Out = Path("out"),
    strength: Strengths = None,
    bank: Banks = None,
    config: Config = None,
    limit: Limit = None,
    seed: Seed = None,
    epochs: Epochs = None,
    temperature: Temperature = None,
    max_tokens: MaxTokens = None,
    batch_size: BatchSize = None,
    dtype: Dtype = None,
    device: Device = None,
    concurrency: Concurrency = None,
    max_errors: MaxErrors = None,
    model_revision: Revision = None,
    references: References = None,
    trust_remote_code: RemoteCode = None,
    on: On = None,
    workers: Workers = None,
    judge: Judges = None,
    judge_mode: JudgeModes = None,
    dry_run: DryRun = False,
) -> None:
    """Ask models a suite's items under policies, judge, conclude."""
    panel = judge_spec(judge, judge_mode)
    spec = _spec(
        config,
        suite=suite,
        models=_split(model),
        policies=_split(policy),
        strengths=_split(strength),
        banks=tuple(bank or ()) or None,
        limit=limit,
        seed=seed,
        epochs=epochs,
        temperature=temperature,
        max_tokens=max_tokens,
        batch_size=batch_size,
        dtype=dtype,
        device=device,
        concurrency=concurrency,
        max_errors=max_errors,
        model_revision=model_revision,
        references=references,
        trust_remote_code=trust_remote_code,
        on=on,
        workers=workers,
    )
    if dry_run:
        _print_plan(spec)
        return
    from lawbound.evals.asking import ask
    from lawbound.evals.conclude import conclude
    from lawbound.evals.folder.origins import MovedWarning
    from lawbound.evals.prepare import prepare
    from lawbound.runners.cli.results import (
        print_leaderboard,
        tell_of_judges,
        tell_of_kept_judges,
        warn_of_gaps,
        warn_of_thinking,
    )
    from lawbound.runners.store import lock

    panel = panel and panel.beside(spec)
    prepared = prepare(spec)
    with bars() as observer, lock(out):
        with noted(MovedWarning):
            ask(prepared, out, observer=observer)
        del prepared  # it would stay in memory while answers are judged
        conclusion = conclude(out, judge=panel, observer=observer)
    print_leaderboard(conclusion.leaderboard)
    warn_of_gaps(conclusion)
    warn_of_thinking(conclusion)
    if panel is None:
        tell_of_kept_judges(out)
    elif panel.models:
        tell_of_judges(out)
    show(f"\nrun folder: {out} (report.html, leaderboard.csv, metrics.csv, verdicts.parquet)")
    if conclusion.silent:
        for silent in conclusion.silent:
            note(
                f"error: {silent}: not one request was answered, expected some; run again to go on"
            )
        raise typer.Exit(2)
    if conclusion.ties:
        for line in conclusion.ties:
            note(f"WARNING: {line}")
        raise typer.Exit(TIED)


def plan(
    suite: SuiteArg = None,
    model: Models = None,
    policy: Policies = None,
    strength: Strengths = None,
    bank: Banks = None,
    config: Config = None,
    limit: Limit = None,
    seed: Seed = None,
    epochs: Epochs = None,
    max_tokens: MaxTokens = None,
    references: References = None,
    on: On = None,
    workers: Workers = None,
) -> None:
    """Print what a run would ask; the same as `run --dry-run`."""
    _print_plan(
        _spec(
            config,
            suite=suite,
            models=_split(model),
            policies=_split(policy),
            strengths=_split(strength),
            banks=tuple(bank or ()) or None,
            limit=limit,
            seed=seed,
            epochs=epochs,
            max_tokens=max_tokens,
            references=references,
            on=on,
            workers=workers,
        )
    )


def judge_spec(
    models: list[str] | None,
    mode: str | None,
    *,
    max_errors: int | None = None,
    **options: int | str | bool | None,
) -> "JudgeSpec | None":
    """The panel that the options name, checked; ``none`` is a panel of nobody.

    Args:
        models: Values of --judge.
        mode: Value of --judge-mode; None was not given.
        max_errors: Failed requests of one judge to put up with; None was not given.
        **options: How the judges are opened, by the fields of `EngineOptions`; None was not given.

    Raises:
        ModelError: A name has no known form, the mode is unknown, or there is nobody to open.
    """
    from lawbound.evals.judging.panel import JudgeSpec
    from lawbound.runners.engines import EngineOptions, ModelError

    named = _split(models)
    if named == ():
        raise ModelError("--judge: found no name, expected MODEL, guard:FAMILY:MODEL or none")
    who = tuple(name for name in named or () if name != "none")
    if who and who != named:
        raise ModelError(f"judge 'none': found '{who[0]}' beside it, expected none alone")
    given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    opened = EngineOptions(**given) if given else None
    chosen: Any = "hybrid" if mode is None else mode  # `check` refuses what is no mode
    spec = JudgeSpec(who, chosen, options=opened, max_errors=max_errors)
    spec.check()
    if max_errors is not None:
        given["max_errors"] = max_errors
    if not who and (mode is not None or given):
        option = "--judge-mode" if mode is not None else "--" + next(iter(given)).replace("_", "-")
        raise ModelError(f"{option}: found no judge, expected --judge MODEL beside it")
    return None if named is None else spec


def _split(values: list[str] | None) -> tuple[str, ...] | None:
    """Repeated options that also take comma lists; a reference's query keeps its commas out anyway."""
    if not values:
        return None
    return tuple(part for value in values for part in _parts(value) if part)


def _parts(value: str) -> list[str]:
    # lm-eval's model arguments are themselves a comma list.
    whole = re.match(r"(guard:[^:,]*:)?lm-eval:", value)
    return [value] if whole else [part.strip() for part in value.split(",")]


def _spec(config: Path | None, **options: Any) -> "RunSpec":
    from lawbound.evals.run_spec import RunSpec
    from lawbound.evals.suite import SuiteError
    from lawbound.tasks.files import parse, read_yaml

    given = {name: value for name, value in options.items() if value is not None}
    written: dict[str, Any] = {}
    where = "command line"
    if config is not None:
        read = read_yaml(config, SuiteError)
        if not isinstance(read, dict):
            raise SuiteError(f"{config}: found {type(read).__name__}, expected fields of a run")
        written, where = read, str(config)
    if "models" not in given and "models" not in written:
        given["models"] = ("smollm2",)
    return parse({**written, **given}, RunSpec, where, SuiteError)


def _print_plan(spec: "RunSpec") -> None:
    from lawbound.evals.opening import place
    from lawbound.evals.prepare import prepare
    from lawbound.evals.run_cost import estimate

    prepared = prepare(spec)
    with bars() as observer, place(spec) as cluster:
        found = [estimate(model, prepared, observer, cluster) for model in prepared.models]
    table(
        [
            "model",
            "requests",
            "of these choices",
            "prompt tokens",
            "shared",
            "max new tokens",
            "time",
        ],
        [
            [
                row.model,
                str(row.requests),
                str(row.choices),
                str(row.prompt_tokens),
                str(row.shared_tokens),
                str(row.new_tokens),
                row.time,
            ]
            for row in found
        ],
    )
    show(
        f"\n{len(prepared.items)} items, {len(prepared.arms)} arms, total {sum(r.requests for r in found)} requests"
    )
