"""A plan's price is that of what the run then asks, whoever else is asked."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lawbound import FunctionEngine, RunSpec
from lawbound.evals.asking import ask
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.forecast.run_cost import costs_of
from lawbound.evals.observer import Silent
from lawbound.evals.prepare import Prepared, prepare
from lawbound.runners.cli import app
from lawbound.runners.engines import Engine, EngineOptions, answers_in_words
from lawbound.runners.sample import Request, Sample, sample_of
from lawbound.runners.store import read_samples

PICKS, SPEAKS, COIN = "hf:picks", "hf:speaks", "reference:coin"


class _Picks(FunctionEngine):
    """Scores given choices, as local models do."""

    def loglikelihood(self, requests: Sequence[Request]) -> Iterator[Sample]:
        for request in requests:
            values = tuple(-1.0 - place for place in range(len(request.choices)))
            yield sample_of(request, "function", text="", finish="choices", choice_logprobs=values)


@pytest.fixture(autouse=True)
def engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """One model that scores choices and one that only generates, as servers do; references are real."""

    def open_engine(model: str, options: EngineOptions) -> Engine:
        kind = _Picks if model == PICKS else FunctionEngine
        return kind(lambda request: "A.", name=model)

    monkeypatch.setattr("lawbound.evals.models.open_engine", open_engine)


@pytest.mark.parametrize(
    ("models", "references"),
    [([PICKS], True), ([SPEAKS], True), ([SPEAKS, PICKS], True), ([COIN, SPEAKS], False)],
)
def test_a_plan_counts_what_each_model_is_then_asked(
    models: list[str], references: bool, tmp_path: Path
) -> None:
    spec = _spec(*models, references=references)
    prepared = prepare(spec)
    planned = {cost.model: (cost.requests, cost.choices) for cost in costs_of(prepared, Silent())}
    assert planned == _asked(prepared, tmp_path)


def test_a_reference_model_is_asked_as_real_ones_that_are_named_after_it(tmp_path: Path) -> None:
    asked = _asked(prepare(_spec(COIN, PICKS, SPEAKS, references=False)), tmp_path)
    picked = asked[PICKS][1]
    assert picked > 0 and asked[SPEAKS][1] == 0
    assert asked[COIN] == (asked[SPEAKS][0] + picked, picked)


def test_tokens_are_called_estimates_where_nobody_knows_the_tokenizer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepared = prepare(_spec(SPEAKS, references=False))
    (guessed,) = costs_of(prepared, Silent())
    monkeypatch.setattr(FunctionEngine, "estimates_tokens", False)
    (known,) = costs_of(prepared, Silent())
    count = known.prompt_tokens
    assert known.tokens_in_words(count) == str(count)
    assert guessed.tokens_in_words(count) == f"~{count}"


def test_a_plan_says_whose_reasoning_is_asked_for_in_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = ["plan", "quick", "--policy", "de", "--limit", "1"]
    for models, told in (([SPEAKS, PICKS], True), ([PICKS], False)):
        found = CliRunner().invoke(
            app, [*command, *(word for name in models for word in ("--model", name))]
        )
        assert found.exit_code == 0, found.output
        assert (f"{SPEAKS}: reasoning is asked for in words" in found.stderr) is told
        named = [line for line in found.stderr.splitlines() if ": reasoning" in line]
        assert len(named) == told
        assert not any(PICKS in line.partition(": reasoning")[0] for line in named)
    assert [name for name in ("openai:m@http://h/v1", PICKS, COIN) if answers_in_words(name)] == [
        "openai:m@http://h/v1"
    ]


def _spec(*models: str, references: bool) -> RunSpec:
    small = {"policies": ("de",), "strengths": ("full",), "limit": 1}
    return RunSpec(suite="quick", models=models, references=references, **small)


def _asked(prepared: Prepared, out: Path) -> dict[str, tuple[int, int]]:
    """Stored answers of each model, and those of them that scored choices."""
    ask(prepared, out)
    found = {}
    for model in prepared.models:
        stored = read_samples(RunFolder(out).samples(model)).values()
        found[model] = (len(stored), sum(sample.finish == "choices" for sample in stored))
    return found
