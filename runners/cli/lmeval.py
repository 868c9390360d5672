"""`lawbound lm-eval ...`: lm-eval's own command with our tasks on its path."""

import os
import sys
from argparse import Namespace
from collections.abc import Collection, Sequence
from importlib.resources.abc import Traversable
from signal import SIGINT
from types import TracebackType

import typer

from lawbound.runners.cli.console import note, show
from lawbound.runners.engines.extras import remedy
from lawbound.tasks.io.errors import LawboundError
from lawbound.tasks.io.messages import did_you_mean, one_line
from lawbound.tasks.io.yaml_files import quoted


class HarnessError(LawboundError, ValueError):
    """lm-eval was given arguments that it cannot run with."""


CHECKS = ("lm_eval.config.", "lm_eval._cli.", "lm_eval.api.registry", "lm_eval.evaluator")
"""Modules in which lm-eval refuses its arguments; errors raised elsewhere keep their traceback."""

INTERRUPTED = (
    "interrupted: lm-eval writes its logs at the end, so no answer is kept; "
    "`lawbound run --model lm-eval:TYPE:ARGS` keeps each and goes on where it stopped"
)

MODELS = "lm_eval.models."
"""Where lm-eval says that a model needs a package that its own install leaves out."""


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

    Our tasks are available in addition to those of your own `--include_path`, and `--apply_chat_template` is added.
    For example: lawbound lm-eval --model hf --model_args pretrained=NAME --tasks lawbound_cn --log_samples
    --output_path LOGS; then lawbound score LOGS. --tasks lawbound runs all shipped policies. --help lists lm-eval's
    options.
    """
    from importlib.resources import files

    given = list(context.args)
    subcommand = given[:1] if given[:1] and not given[0].startswith("-") else ["run"]
    rest = given[len(subcommand) :] if given[:1] == subcommand else given
    folder = files("lawbound.tasks") / "lmeval"
    added = []
    if subcommand == ["run"]:
        if {"-h", "--help"} & set(rest):
            show(f"{context.get_help()}\n\nThe options are lm-eval's own:\n")
        options = {argument.partition("=")[0] for argument in rest}
        if "--apply_chat_template" not in options:
            added.append("--apply_chat_template")
    before, sys.argv = (
        sys.argv,
        ["lm_eval", *subcommand, *rest, *added],
    )  # it takes them from nowhere else
    ours = [file.name.removesuffix(".yaml") for file in folder.iterdir()]
    try:
        _evaluate(folder, ours)
    except KeyboardInterrupt:
        note(INTERRUPTED)
        # main() answers typer.Exit with a line of its own.
        raise SystemExit(128 + SIGINT) from None
    except ModuleNotFoundError as fault:
        if not _raised_in(fault.__traceback__).startswith(MODELS):
            raise
        raise HarnessError(f"lm-eval: {one_line(fault, 300)}{remedy(fault)}") from fault
    except (ValueError, FileNotFoundError) as fault:
        if not _raised_in(fault.__traceback__).startswith(CHECKS):
            raise
        raise HarnessError(_said(str(fault), [name for name in ours if name[0] != "_"])) from fault
    finally:
        sys.argv = before


def _evaluate(folder: Traversable, ours: Collection[str]) -> None:
    """lm-eval's own entry point, with our folder put after what was read from command line and
    config: the option takes one path and its last mention wins, but the function that receives it
    takes a list.

    If two folders have the same name, lm-eval takes the later folder's, also for a tag with all its
    tasks: a user's task that includes one of ours has our tag `lawbound`, which is meant to name
    all of ours.
    """
    from lm_eval._cli import HarnessCLI
    from lm_eval.utils import setup_logging

    from lawbound.runners.engines.harness_log import hide_keys_in_logs

    setup_logging()
    hide_keys_in_logs()
    parser = HarnessCLI()
    arguments = parser.parse_args()
    if hasattr(arguments, "include_path"):
        own = [path for path in _included(arguments) if not _is_same(path, str(folder))]
        _refuse_our_names(own, ours)
        arguments.include_path = [*own, str(folder)]
    parser.execute(arguments)


def _refuse_our_names(own: Sequence[str], ours: Collection[str]) -> None:
    """Refuse a user's task with the name of one of ours, which would silently not run."""
    from lm_eval.tasks import TaskManager

    for path in own:
        found = TaskManager(include_path=path, include_defaults=False).all_tasks
        if taken := sorted(set(found) & set(ours)):
            raise HarnessError(
                f"{path}: has a task {quoted(taken[0])}, which is one of ours (they are found without "
                "--include_path), expected a name of its own"
            )


def _included(arguments: Namespace) -> list[str]:
    """The folders that the user names; the command line comes before the config, as in lm-eval."""
    from lm_eval.config.evaluate_config import EvaluatorConfig

    found = arguments.include_path
    if not found and (config := getattr(arguments, "config", None)):
        found = EvaluatorConfig.load_yaml_config(config).get("include_path")
    return [str(path) for path in (found if isinstance(found, list) else [found]) if path]


def _is_same(path: str, folder: str) -> bool:
    return os.path.realpath(path) == os.path.realpath(folder)


def _raised_in(trace: TracebackType | None) -> str:
    """The module that raised."""
    name = ""
    while trace is not None:
        name = str(trace.tb_frame.f_globals.get("__name__", ""))
        trace = trace.tb_next
    return name


def _said(fault: str, tasks: list[str]) -> str:
    """lm-eval's message; for a task that does not exist, also the existing ones."""
    missing, found, names = fault.partition("Tasks not found: ")
    if missing or not found:
        return f"lm-eval: {fault}"
    hint = did_you_mean(names.split(", ")[0], tasks)
    return (
        f"lm-eval: found no task {names}, expected one of its own (lawbound lm-eval ls tasks) or of "
        f"{', '.join(sorted(tasks))}{hint}"
    )
