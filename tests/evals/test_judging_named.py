"""How judges are named and opened, in Python and on the command line."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from run_files import frame_of, judge_of, judged_files
from scripted_judges import REFUSE

import lawbound
from lawbound.evals.conclude import conclude
from lawbound.evals.judging.spec import JudgeSpec
from lawbound.evals.run_spec import RunSpec
from lawbound.runners.engines import EngineOptions, ModelError
from lawbound.runners.engines.function import FunctionEngine

Command = Callable[..., tuple[int, str, str]]
Judges = Callable[..., str]
Seen = Callable[[str], list[str]]


@pytest.mark.parametrize("end", ["", "/", "/chat/completions"])
@pytest.mark.parametrize("guard", ["", "guard:safeguard:"])
def test_a_judge_named_twice_is_refused(guard: str, end: str) -> None:
    name = f"{guard}openai:a@http://x/v1"
    with pytest.raises(ModelError, match="named twice"):
        JudgeSpec((name, name + end))


def test_a_server_in_capitals_is_one_judge_with_the_same_in_small_letters() -> None:
    with pytest.raises(ModelError, match="named twice"):
        JudgeSpec(("openai:A@http://host/V1", "openai:A@HTTP://Host/V1/"))
    JudgeSpec(("openai:A@http://host/V1", "openai:a@http://host/V1"))
    JudgeSpec(("openai:A@http://host/V1", "openai:A@http://host/v1"))


def test_a_server_with_a_slash_at_its_end_is_the_judge_without(
    out: Path, judge: Judges, seen: Seen
) -> None:
    name = judge("tiny", ("", REFUSE))
    conclude(out, judge=JudgeSpec((name,), "all"), resamples=50)
    first, asked, record = judged_files(out), len(seen(name)), judge_of(out)
    conclude(out, judge=JudgeSpec((name + "/",), "all"), resamples=50)
    assert (judged_files(out), len(seen(name)), judge_of(out)) == (first, asked, record)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (
            {"models": "openai:a@http://x/v1"},
            "judge models are 'openai:a@http://x/v1', expected a tuple of names, such as",
        ),
        ({"models": None}, "judge models are None, expected a tuple of names"),
        ({"models": (), "unsure": 5}, "judge 'unsure' is 5, expected a confidence from 0 to 1"),
        ({"models": (), "unsure": float("nan")}, "judge 'unsure' is nan, expected"),
        ({"models": (), "unsure": "0.7"}, "judge 'unsure' is '0.7', expected"),
    ],
)
def test_a_judge_spec_of_other_types_is_refused_in_one_line(
    wrong: dict[str, Any], told: str
) -> None:
    with pytest.raises(ModelError) as caught:
        lawbound.JudgeSpec(**wrong)
    assert str(caught.value).startswith(told) and "\n" not in str(caught.value)


def test_the_command_line_names_the_panel(
    command: Command, out: Path, judge: Judges, capsys: pytest.CaptureFixture[str]
) -> None:
    from lawbound.runners.cli.results import tell_of_kept_judges

    names = [judge("a", ("", REFUSE)), judge("b", ("", REFUSE))]
    assert command("score", out, "--judge", ",".join(names), "--judge-mode", "all")[0] == 0
    assert (judge_of(out)["models"], judge_of(out)["mode"]) == (names, "all")
    file = out / "run.yaml"
    servers = [f"openai:j{n}@http://127.0.0.1:{n}/v1" for n in (1, 2)]
    record = file.read_text()
    for name, server in zip(names, servers, strict=True):
        file.write_text(file.read_text().replace(name, server))
    capsys.readouterr()
    tell_of_kept_judges(out)
    assert f"judges: {', '.join(servers)} read this run before" in capsys.readouterr().err
    file.write_text(record)
    code, _, told = command("score", out, "--judge", "gpt")
    assert code == 2 and "model 'gpt': unknown form" in told
    code, _, told = command("score", out, "--judge", "guard:lama:" + names[0])
    assert code == 2 and "no family of guards 'lama'" in told
    guard = "guard:llama-guard:" + names[0]
    code, _, told = command("score", out, "--judge", guard, "--judge-mode", "all")
    assert code == 0
    assert judge_of(out)["models"] == [guard]
    assert f"judges: {judge_of(out)['asked']} answers put to them" in told
    assert "failed 2 of the " in told
    tell_of_kept_judges(out)
    assert f"judges: {guard} read this run before" in capsys.readouterr().err
    assert command("score", out, "--judge", "none")[0] == 0
    tell_of_kept_judges(out)
    assert "read this run before" not in capsys.readouterr().err
    assert set(frame_of(out)["graded_by"]) == {"offline"}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[EngineOptions]:
    """How judges were opened."""
    found: list[EngineOptions] = []

    def opens(model: str, options: EngineOptions) -> FunctionEngine:
        found.append(options)
        return FunctionEngine(lambda request: REFUSE, name=model)

    monkeypatch.setattr("lawbound.evals.judging.one_judge.open_engine", opens)
    return found


def test_a_runs_judges_are_opened_as_its_models_are_but_for_the_revision(
    tmp_path: Path, opened: list[EngineOptions], moody: FunctionEngine
) -> None:
    spec = RunSpec(
        suite="quick", models=("m",), policies=("us",), limit=2, references=False, concurrency=3,
        device="cpu", dtype="bfloat16", batch_size=5, model_revision="r", trust_remote_code=True,
    )  # fmt: skip
    engine = moody
    lawbound.evaluate(spec, tmp_path, engines={"m": engine}, judge=JudgeSpec(("hf:j",), "all"))
    assert opened == [EngineOptions("bfloat16", "cpu", 5, 3, None, True)]


def test_score_takes_options_for_its_judges(
    command: Command, out: Path, opened: list[EngineOptions]
) -> None:
    own = "--judge-mode all --concurrency 3 --device cpu --dtype bfloat16 --batch-size 5"
    for options in ("--judge-mode all", own, own + " --trust-remote-code"):
        assert command("score", out, "--judge", "hf:j", *options.split())[0] == 0
    given = EngineOptions("bfloat16", "cpu", 5, 3)
    assert opened == [EngineOptions(), given, replace(given, trust_remote_code=True)]
