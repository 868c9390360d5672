"""`lawbound lm-eval`: its help, and one line for what lm-eval cannot run."""

import logging
import sys
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest

Command = Callable[..., tuple[int, str, str]]

# lm-eval itself warns a great deal; what we promise is that it works, not that it is silent.
pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.model]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--model", "dummy", "--tasks", "lawbound_xx"],
            "lm-eval: found no task lawbound_xx, expected one of its own (lawbound lm-eval ls tasks) or "
            "of lawbound_ae, ",
        ),
        (["--model", "dummy"], "lm-eval: No tasks specified"),
        (
            ["--model", "dumy", "--tasks", "lawbound_cn"],
            "lm-eval: Attempted to load model 'dumy', but no model for this name found!",
        ),
        (
            ["--model", "dummy", "--log_samples", "--tasks", "lawbound_cn"],
            "lm-eval: Specify --output_path",
        ),
        (["--config", "nope.yaml"], "lm-eval: Config file not found"),
    ],
)
def test_what_lm_eval_cannot_run_is_one_line(
    command: Command, arguments: list[str], said: str
) -> None:
    before = sys.argv
    code, _, err = command("lm-eval", *arguments)
    assert code == 2 and sys.argv is before
    assert err.splitlines()[-1].startswith(f"error: {said}")


@pytest.mark.parametrize("words", [("--help",), ("run", "-h")])
def test_the_help_of_the_command_stands_above_lm_evals(
    command: Command, words: tuple[str, ...]
) -> None:
    code, out, _ = command("lm-eval", *words)
    ours, found, its = out.partition("The options are lm-eval's own:")
    assert code == 0 and found
    assert "lawbound lm-eval" in ours and "--include_path" in ours and "--model_args" in its


def test_a_package_that_lm_evals_models_miss_is_one_line(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = (
        """def execute(*_): raise ModuleNotFoundError("No module named 'torch'", name="torch")"""
    )
    of_lm_eval: dict[str, Any] = {"__name__": "lm_eval.models.huggingface"}
    exec(source, of_lm_eval)
    monkeypatch.setattr("lm_eval._cli.HarnessCLI.execute", of_lm_eval["execute"])
    code, _, err = command("lm-eval", "--model", "hf", "--tasks", "lawbound_cn")
    assert code == 2
    assert err.splitlines()[-1] == (
        "error: lm-eval: No module named 'torch', expected it to be installed: "
        "pip install 'lawbound[local]'"
    )


def test_lm_eval_without_anything_shows_help(command: Command) -> None:
    code, _, err = command("lm-eval")
    assert code == 2
    assert err.startswith("Usage: lawbound lm-eval") and "--tasks lawbound_cn" in err


def test_what_lm_eval_and_asyncio_log_of_a_request_shows_no_key(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "my-secret-KEY+value")
    lm_eval, tasks = logging.getLogger("lm_eval"), logging.getLogger("asyncio")
    written = StringIO()
    handler = logging.StreamHandler(written)
    monkeypatch.setattr(lm_eval, "handlers", [*lm_eval.handlers, handler])
    monkeypatch.setattr(tasks, "handlers", [handler])
    monkeypatch.setattr(tasks, "filters", [])
    header = "{'Authorization': 'Bearer my-secret-KEY+value'}"

    def execute(*_: Any) -> None:
        logging.getLogger("lm_eval.models.api_models").error("%s\n  refused, %s", header, "x" * 400)
        tasks.error("never retrieved", exc_info=ValueError(f"401 for {header}"))

    monkeypatch.setattr("lm_eval._cli.HarnessCLI.execute", execute)
    command("lm-eval", "--model", "dummy", "--tasks", "lawbound_cn")
    assert "my-secret" not in written.getvalue()
    assert f"{{'Authorization': 'Bearer [key]'}}\n  refused, {'x' * 400}\n" in written.getvalue()
    assert "ValueError: 401 for {'Authorization': 'Bearer [key]'}" in written.getvalue()
