"""`lawbound run` and `lawbound plan`: ask, judge and conclude, or only say what would be asked."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from lawbound.runners.cli.console import bars, note, noted, show, table
from lawbound.runners.cli.options import (
    Banks,
    BatchSize,
    Concurrency,
    Config,
    Device,
    DryRun,
    Dtype,
    Epochs,
    JudgeModes,
    Judges,
    JudgeTokens,
    Limit,
    MaxErrors,
    MaxTokens,
    Models,
    On,
    Out,
    Policies,
    References,
    RemoteCode,
    Revision,
    Seed,
    Strengths,
    SuiteArg,
    Temperature,
    Workers,
    judge_spec,
    split,
    warn_of_unused,
)
from lawbound.runners.cli.outlook import print_outlook, tell_of_choices, warn_of_unread_languages
from lawbound.tasks.io.messages import counted

if TYPE_CHECKING:
    from lawbound.evals.judging.spec import JudgeSpec
    from lawbound.evals.prepare import Prepared
    from lawbound.evals.run_spec import RunSpec

TIED = 3
"""Exit code of a run in which a real model ties a baseline on every column."""


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
    judge_max_tokens: JudgeTokens = None,
    dry_run: DryRun = False,
) -> None:
    """Ask models a suite's items and judge the answers."""
    panel = judge_spec(judge, judge_mode, max_tokens=judge_max_tokens)
    spec = _spec(
        config,
        suite=suite,
        models=split(model),
        policies=split(policy),
        strengths=split(strength),
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
        _print_plan(spec, panel)
        return
    from lawbound.evals.evaluate import evaluate_prepared
    from lawbound.evals.folder.origins import MovedWarning
    from lawbound.runners.cli.remarks import (
        models_of,
        tell_of_judges,
        tell_of_kept_judges,
        tell_of_models,
        tell_of_uncorrected,
        warn,
    )
    from lawbound.runners.cli.results import print_leaderboard
    from lawbound.runners.lock import lock

    panel = panel and panel.beside(spec)
    waiting = [_prepared(spec, panel)]
    with bars() as observer, lock(out), noted(MovedWarning):
        before = models_of(out)
        # Popped, for it would stay in memory here while the answers are judged.
        conclusion = evaluate_prepared(waiting.pop(), out, judge=panel, observer=observer)
    print_leaderboard(conclusion.leaderboard)
    tell_of_models(out, before)
    warn(conclusion.caveats)
    if panel is None:
        tell_of_kept_judges(out)
    elif panel.models:
        tell_of_judges(out)
    tell_of_uncorrected(out, conclusion)
    show(f"\nrun folder: {out} (report.html, leaderboard.csv, metrics.csv, verdicts.parquet)")
    if conclusion.gaps.silent:
        for silent in conclusion.gaps.silent:
            note(
                f"error: {silent}: not one request was answered, expected some; run again to go on"
            )
        raise typer.Exit(2)
    if conclusion.ties:
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
    judge_max_tokens: JudgeTokens = None,
) -> None:
    """Print what a run would ask, like `run --dry-run`."""
    run(**locals(), dry_run=True)  # all that it was given; nothing else has a name yet


def _spec(config: Path | None, **options: Any) -> "RunSpec":
    from lawbound.evals.run_spec import RunSpec
    from lawbound.evals.suite.suite_file import SuiteError
    from lawbound.tasks.io.yaml_files import parse, read_yaml

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


def _engine_options(spec: "RunSpec") -> dict[str, Any]:
    """The engine options that were set, on the command line or in a file."""
    from lawbound.runners.engines import OPTION_NAMES

    # On a cluster, the device says what its workers are given.
    heeded = {"device"} if spec.on is not None else set()
    given = spec.model_fields_set - heeded
    return {name: getattr(spec, name) for name in OPTION_NAMES.values() if name in given}


def _prepared(spec: "RunSpec", panel: "JudgeSpec | None") -> "Prepared":
    """What will be asked, after all that there is to remark on it."""
    from lawbound.evals.prepare import prepare
    from lawbound.evals.suite.draw_warnings import DrawWarning
    from lawbound.runners.engines import answers_in_words

    with bars() as observer, noted(DrawWarning):
        prepared = prepare(spec, observer=observer)
    warn_of_unused(_engine_options(spec), spec.models, panel.models if panel else ())
    tell_of_choices(prepared, filter(answers_in_words, prepared.models))
    warn_of_unread_languages(prepared, panel)
    return prepared


def _print_plan(spec: "RunSpec", panel: "JudgeSpec | None" = None) -> None:
    from lawbound.evals.forecast.run_cost import costs_of
    from lawbound.evals.models import joined_cluster
    from lawbound.evals.prepare import prepare
    from lawbound.evals.suite.draw_warnings import DrawWarning

    with bars() as observer, noted(DrawWarning):
        prepared = prepare(spec, observer=observer)
    warn_of_unused(_engine_options(spec), spec.models, panel.models if panel else ())
    with bars() as observer, joined_cluster(spec) as cluster:
        found = costs_of(prepared, observer, cluster)
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
                row.tokens_in_words(row.prompt_tokens),
                row.tokens_in_words(row.shared_tokens),
                str(row.new_tokens),
                row.time,
            ]
            for row in found
        ],
    )
    show(
        f"\n{counted(len(prepared.items), 'item')}, {counted(len(prepared.arms), 'arm')}, "
        f"total {counted(sum(r.requests for r in found), 'request')}"
    )
    if any(row.is_estimated for row in found):
        show(
            "~: estimated without the model's tokenizer (four ASCII characters a token, any other character one; "
            "of reference models and functions, words)"
        )
    by_model = zip(prepared.models, found, strict=True)
    tell_of_choices(prepared, [model for model, row in by_model if not row.choices])
    print_outlook(prepared, panel)
