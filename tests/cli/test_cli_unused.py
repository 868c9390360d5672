"""Options that no model of a command heeds: they are told of, and nothing else changes."""

from collections.abc import Mapping
from dataclasses import fields
from inspect import signature
from pathlib import Path
from typing import Any

import pytest

from lawbound.evals.run_spec import RunSpec
from lawbound.rubrics.reference import PREFIX
from lawbound.runners.cli.options import warn_of_unused
from lawbound.runners.cli.results import score
from lawbound.runners.cli.run import plan, run
from lawbound.runners.engines import OPTION_NAMES, EngineOptions, open_engine, options_of
from lawbound.runners.engines.kinds import KINDS

MODELS = {
    "smollm2": "local.engine.LocalEngine.load",
    "hf:x": "local.engine.LocalEngine.load",
    "gguf:/tmp/x.gguf": "local.engine.LocalEngine.load",
    "openai:x@http://h/v1": "endpoint.engine.EndpointEngine.open",
    "lm-eval:hf:pretrained=x": "harness.HarnessEngine.load",
    "vllm:x": "vllm_local.VllmEngine.load",
    "openvino:x": "openvino_local.OpenVinoEngine.load",
}
CHANGED: dict[str, Any] = {
    "dtype": "bfloat16", "device": "cpu", "batch_size": 3, "concurrency": 5, "revision": "r",
    "trust_remote_code": True,
}  # fmt: skip


@pytest.mark.parametrize("model", MODELS)
def test_what_an_engine_is_said_to_heed_is_what_reaches_it(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def keep(*given: Any, **named: Any) -> Any:
        return given, named

    monkeypatch.setattr(f"lawbound.runners.engines.{MODELS[model]}", keep)
    monkeypatch.setattr("lawbound.runners.engines.local.smollm2.ensure", lambda: Path("weights"))
    plain = open_engine(model, EngineOptions())
    heeded = {
        name
        for name, value in CHANGED.items()
        if open_engine(model, EngineOptions(**{name: value})) != plain
    }
    assert heeded == options_of(model)


def test_no_kind_of_model_is_left_out_above() -> None:
    assert {name.partition(":")[0] for name in MODELS} == set(KINDS)
    assert set(CHANGED) == {field.name for field in fields(EngineOptions)}


def test_a_run_takes_every_option_of_an_engine_and_hands_it_on() -> None:
    usual = EngineOptions()
    for field, name in OPTION_NAMES.items():
        assert RunSpec.model_fields[name].default == getattr(usual, field)
        assert name in signature(run).parameters and name in signature(plan).parameters
    given = {OPTION_NAMES[field]: value for field, value in CHANGED.items()}
    spec = RunSpec(models=("m",), **given)
    assert spec.engine_options == EngineOptions(**CHANGED)


def test_judges_are_opened_with_every_option_but_the_revision_of_a_models_weights() -> None:
    assert set(OPTION_NAMES.values()) - set(signature(score).parameters) == {"model_revision"}


@pytest.mark.parametrize(
    ("options", "models", "judges", "told"),
    [
        ({"dtype": "bfloat16", "device": "cuda"}, ["openai:x@http://h/v1"], [], "--dtype, --device: "),
        ({"dtype": "bfloat16"}, ["openai:x@http://h/v1", "hf:x"], [], ""),
        ({"dtype": "bfloat16"}, ["openai:x@http://h/v1"], ["guard:shieldgemma:hf:x"], ""),
        ({"dtype": None, "concurrency": 9}, ["hf:x"], [], "--concurrency: "),
        ({"model_revision": "r"}, ["smollm2"], ["hf:x"], "--model-revision: "),
        ({"model_revision": "r"}, ["hf:x"], [], ""),
        ({"batch_size": 2}, [PREFIX + "coin"], [], "--batch-size: "),
    ],
)  # fmt: skip
def test_an_option_that_nobody_heeds_is_told_of(
    options: Mapping[str, Any],
    models: list[str],
    judges: list[str],
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    warn_of_unused(options, models, judges)
    found = capsys.readouterr().err
    assert found.startswith(f"WARNING: {told}changes nothing") if told else found == ""
