"""`lawbound lm-eval ...`: lm-eval's own command with our tasks on its path."""

import sys

import typer

from lawbound.runners.cli.console import note


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        "lm-eval",
        context_settings={
            "allow_extra_args": True,
            "ignore_unknown_options": True,
            "help_option_names": [],
        },
    )(lm_eval)


def lm_eval(context: typer.Context) -> None:
    """Run lm-eval with our tasks on its path.

    `--include_path` and `--apply_chat_template` are filled in. For example: lawbound lm-eval --model hf --model_args pretrained=NAME --tasks lawbound_cn
    --log_samples --output_path LOGS; then lawbound score LOGS.
    """
    from importlib.resources import files

    from lm_eval.__main__ import cli_evaluate

    given = list(context.args)
    subcommand = given[:1] if given[:1] and not given[0].startswith("-") else ["run"]
    rest = given[len(subcommand) :] if given[:1] == subcommand else given
    added = ["--include_path", str(files("lawbound.tasks") / "lmeval")]
    if subcommand == ["run"]:
        if "--apply_chat_template" not in rest:
            added.append("--apply_chat_template")
        if "--use_cache" in rest or "--cache_requests" in rest:
            note(
                "WARNING: lm-eval's --use_cache ignores the model and --cache_requests ignores data and "
                "policy: answers may be stale"
            )
    sys.argv = ["lm_eval", *subcommand, *rest, *added]
    cli_evaluate()
