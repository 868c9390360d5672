"""The options that commands share, and how the options of judges become a panel."""

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lawbound.runners.cli.console import note
from lawbound.tasks.io.errors import LawboundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lawbound.evals.judging.spec import JudgeSpec

SuiteArg = Annotated[
    str | None, typer.Argument(help="A shipped suite or a YAML file. [default: quick]")
]
Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        "-m",
        help="Model to ask; repeat or separate by commas (only repeat after lm-eval:, which takes all commas). "
        "[default: smollm2]",
    ),
]
Policies = Annotated[
    list[str] | None,
    typer.Option(
        "--policy",
        "-p",
        help="Policy id or file; repeat or separate by commas. [default: the suite's]",
    ),
]
Strengths = Annotated[
    list[str] | None,
    typer.Option("--strength", help="Ask only at these strengths of the suite."),
]
Banks = Annotated[
    list[str] | None,
    typer.Option(
        "--bank",
        help="Bank folder, such as one part of a split; repeat for more. [default: shipped]",
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        help="YAML file with these options, except --out, --dry-run and judges; repeatable options have "
        "plural names: models, policies, banks, strengths."
    ),
]
Limit = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Maximum number of items per selection and policy: pairs of twins for generated items, groups "
        "with translations.",
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(min=0, help="Seed for drawing items and wordings. [default: the suite's]"),
]
Epochs = Annotated[int | None, typer.Option(min=1, help="Repeats of each arm. [default: 1]")]
Temperature = Annotated[
    float | None, typer.Option(min=0, max=2, help="Sampling temperature. [default: 0]")
]
MaxTokens = Annotated[
    int | None, typer.Option(min=1, help="Maximum tokens per answer. [default: the suite's]")
]
BatchSize = Annotated[
    int | None, typer.Option(min=1, help="Sequences per batch. [default: what fits in memory]")
]
Dtype = Annotated[str | None, typer.Option(help="float32, bfloat16 or float16. [default: float32]")]
Device = Annotated[str | None, typer.Option(help="auto, cpu, cuda, cuda:1. [default: auto]")]
Concurrency = Annotated[int | None, typer.Option(min=1, help="Requests in flight. [default: 64]")]
MaxErrors = Annotated[
    int | None,
    typer.Option(
        min=0,
        help="Stop when more than this many requests of one model or judge have failed. [default: never]",
    ),
]
Revision = Annotated[str | None, typer.Option(help="Revision of the weights or endpoint.")]
References = Annotated[
    bool | None,
    typer.Option(
        "--references/--no-references",
        help="Also run the suite's reference models. [default: references]",
    ),
]
RemoteCode = Annotated[
    bool | None, typer.Option("--trust-remote-code", help="Allow a model's own code to run.")
]
On = Annotated[
    str | None, typer.Option(help="Run on a Ray cluster: ray (this machine) or ray://HOST:PORT.")
]
Workers = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Workers of the cluster. [default: one per accelerator, or one per machine without any]",
    ),
]
Judges = Annotated[
    list[str] | None,
    typer.Option(
        "--judge",
        help="Model that judges answers, or guard:FAMILY:MODEL (safeguard, llama-guard, "
        "shieldgemma); repeat or separate by commas (only repeat after lm-eval:, which takes all commas); "
        "none removes an earlier panel.",
    ),
]
JudgeModes = Annotated[
    str | None,
    typer.Option(
        help="Which answers judges get: hybrid (those that the offline grader is unsure of) or all. "
        "[default: hybrid]"
    ),
]
JudgeTokens = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Maximum tokens per reply of a judge, thinking included. [default: 4096; 64 for llama-guard, "
        "16 for shieldgemma]",
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run", help="Print requests, tokens and a time estimate without asking anything."
    ),
]
Out = Annotated[
    Path, typer.Option("--out", "-o", help="Run folder; an interrupted run in it is resumed.")
]


@contextmanager
def naming_options(*options: str) -> "Iterator[None]":
    """The library's errors about a parameter (``model_a is ..``, ``newest=True``) end with the option that sets it.

    Args:
        options: Options that are called as their parameters are, such as ``--model-a``.

    Raises:
        LawboundError: The library's own error, with the option.
    """
    try:
        yield
    except LawboundError as fault:
        said = str(fault)
        about = [
            option
            for option in options
            if re.search(rf"(?<![\w./-]){option[2:].replace('-', '_')}(?: is |=)", said)
        ]
        if about:
            fault.args = (f"{said} ({', '.join(about)})",)
        raise


def judge_spec(
    models: list[str] | None,
    mode: str | None,
    *,
    max_errors: int | None = None,
    max_tokens: int | None = None,
    **options: int | str | bool | None,
) -> "JudgeSpec | None":
    """The panel that the options name, checked; ``none`` is a panel without judges.

    Args:
        models: Values of --judge.
        mode: Value of --judge-mode; None if not given.
        max_errors: Failed requests of one judge to tolerate; None if not given.
        max_tokens: Value of --judge-max-tokens; None if not given.
        **options: How the judges are opened, by the fields of `EngineOptions`; None if not given.

    Raises:
        ModelError: A name has no known form, the mode is unknown, or there is nobody to open.
    """
    from lawbound.evals.judging.spec import JudgeSpec
    from lawbound.runners.engines import EngineOptions, ModelError

    named = split(models)
    if named == ():
        raise ModelError("--judge: found no name, expected MODEL, guard:FAMILY:MODEL or none")
    who = tuple(name for name in named or () if name != "none")
    if who and who != named:
        raise ModelError(f"judge 'none': found '{who[0]}' beside it, expected none alone")
    given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    opened = EngineOptions(**given) if given else None
    chosen: Any = "hybrid" if mode is None else mode  # the spec refuses an unknown mode
    spec = JudgeSpec(who, chosen, options=opened, max_errors=max_errors, max_tokens=max_tokens)
    if max_errors is not None:
        given["max_errors"] = max_errors
    if max_tokens is not None:
        given["judge_max_tokens"] = max_tokens
    if not who and (mode is not None or given):
        option = "--judge-mode" if mode is not None else "--" + next(iter(given)).replace("_", "-")
        raise ModelError(f"{option}: found no judge, expected --judge MODEL beside it")
    return None if named is None else spec


def warn_of_unused(
    options: "Mapping[str, Any]", models: "Iterable[str]", judges: "Iterable[str]"
) -> None:
    """Warn of options that no engine uses: otherwise a record could name a dtype that no answer was computed in.

    Args:
        options: Engine options by their names here; None means not given.
        models: Names of the models that are opened with them; reference models use none.
        judges: Names of judges that are opened with them, except for the revision.
    """
    from lawbound.rubrics.judges.named import read_name
    from lawbound.rubrics.reference import is_reference
    from lawbound.runners.engines import OPTION_NAMES, options_of

    heeded = {field for model in models if not is_reference(model) for field in options_of(model)}
    for judge in judges:
        heeded |= options_of(read_name(judge).model) - {"revision"}
    used = {OPTION_NAMES[field] for field in heeded}
    unused = [name for name, value in options.items() if value is not None and name not in used]
    if unused:
        names = ", ".join("--" + name.replace("_", "-") for name in unused)
        note(
            f"WARNING: {names}: changes nothing, since no model or judge that is asked here heeds it"
        )


def split(values: list[str] | None) -> tuple[str, ...] | None:
    """Repeated options that also take comma lists; a reference model's query holds no commas.

    Raises:
        ModelError: Another model stands among the arguments of lm-eval.
    """
    if not values:
        return None
    return tuple(part for value in values for part in _parts(value) if part)


def _parts(value: str) -> list[str]:
    first, *others = (part.strip() for part in value.split(","))
    whole = re.match(r"(guard:[^:,]*:)?lm-eval:[^:,]*", value)
    if not whole:
        return [first, *others]
    # lm-eval's model arguments are themselves a comma list.
    if (model := next(filter(_is_model, others), None)) is not None:
        from lawbound.runners.engines import ModelError
        from lawbound.tasks.io.urls import without_secrets

        raise ModelError(
            f"model '{whole[0]}': found '{without_secrets(model)}' among its arguments, expected KEY=VALUE; "
            "repeat the option to name another model"
        )
    return [value]


def _is_model(part: str) -> bool:
    """Whether a part of a comma list begins as the names of models and judges do."""
    from lawbound.rubrics.judges.named import PREFIX as GUARD
    from lawbound.rubrics.reference import is_reference
    from lawbound.runners.engines.kinds import KINDS

    kind, colon, _ = part.partition(":")
    is_known = kind in KINDS and bool(colon) == (":" in KINDS[kind].form)
    return is_known or is_reference(part) or part.startswith(GUARD)
