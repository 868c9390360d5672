"""`lawbound lm-eval ...`: lm-eval's own command with our tasks on its path."""

import sys
from difflib import get_close_matches
from types import TracebackType

import typer

from lawbound.runners.cli.console import note


class HarnessError(ValueError):
    """lm-eval was given what it cannot run."""


CHECKS = ("lm_eval.config.", "lm_eval._cli.", "lm_eval.api.registry", "lm_eval.evaluator")
"""Where lm-eval refuses what it was given; what it raises elsewhere keeps its traceback."""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        "lm-eval",
        no_args_is_help=True,
        context_settings={
            "allow_extra_args": True,
            "ignore_unknown_options": True,
            "help_option_names": [],
        },
    )(lm_eval)


def lm_eval(context: typer.Context) -> None:
    """Run lm-eval with our tasks on its path.

    `--include_path` and `--apply_chat_template` are filled in. For example: lawbound lm-eval --model hf --model_args pretrained=NAME --tasks lawbound_cn
    --log_samples --output_path LOGS; then lawbound score LOGS. With --help it lists lm-eval's options.
    """
    from importlib.resources import files

    from lm_eval.__main__ import cli_evaluate

    given = list(context.args)
    subcommand = given[:1] if given[:1] and not given[0].startswith("-") else ["run"]
    rest = given[len(subcommand) :] if given[:1] == subcommand else given
    folder = files("lawbound.tasks") / "lmeval"
    added = ["--include_path", str(folder)]
    if subcommand == ["run"]:
        options = {argument.partition("=")[0] for argument in rest}
        if "--apply_chat_template" not in options:
            added.append("--apply_chat_template")
        if options & {"--use_cache", "--cache_requests"}:
            note(
                "WARNING: lm-eval's --use_cache ignores the model and --cache_requests ignores data and "
                "policy: answers may be stale"
            )
    sys.argv = ["lm_eval", *subcommand, *rest, *added]
    ours = [file.name.removesuffix(".yaml") for file in folder.iterdir()]
    try:
        cli_evaluate()
    except (ValueError, FileNotFoundError) as fault:
        if not _raised_in(fault.__traceback__).startswith(CHECKS):
            raise
        raise HarnessError(_said(str(fault), [name for name in ours if name[0] != "_"])) from fault


def _raised_in(trace: TracebackType | None) -> str:
    """The module that raised."""
    name = ""
    while trace is not None:
        name = str(trace.tb_frame.f_globals.get("__name__", ""))
        trace = trace.tb_next
    return name


def _said(fault: str, tasks: list[str]) -> str:
    """What lm-eval says; of a task that does not exist, also what there is."""
    missing, found, names = fault.partition("Tasks not found: ")
    if missing or not found:
        return f"lm-eval: {fault}"
    near = get_close_matches(names.split(", ")[0], tasks, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return (
        f"lm-eval: found no task {names}, expected one of its own (lawbound lm-eval ls tasks) or of "
        f"{', '.join(sorted(tasks))}{hint}"
    )
