"""A password or key that somebody types into an address reaches no file and no log."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lawbound.evals.run_spec import RunSpec
from lawbound.evals.suite.suite_file import SuiteError
from lawbound.rubrics.judges.named import read_name
from lawbound.runners.cli.console import bars, note
from lawbound.runners.engines import ModelError, check_name
from lawbound.tasks.external.items import load_external
from lawbound.tasks.io.urls import holds_secret, without_secrets
from lawbound.tasks.io.yaml_files import parse
from lawbound.tasks.item import ItemError

Command = Callable[..., tuple[int, str, str]]


def _refused(ended: tuple[int, str, str]) -> str:
    code, out, err = ended
    assert code == 2
    assert not out
    return err


@pytest.mark.parametrize(
    "model",
    [
        "OpenAI:a@http://u:hunter2@h/v1",
        "http://u:hunter2@h/v1",
        "openai:http://h/v1?key=hunter2",
        "openai:@http://u:hunter2@h/v1",
        "openai:a@u:hunter2@h/v1",
        "openai:a@http://h/v1?code=hunter2",
        "openai:a@http://h/v1#hunter2",
        "openai:a@http://h/v1?model=sk-hunter2hunter2",
        "openai:a@http://h/v1?version=sk-proj-hunter2",
        "vllm:https:/u:hunter2@h/name",
        "openai:a@http://h/v1?key=hunter2,openai:a@http://h2/v1?key=hunter2",
        "hf:https://u:hunter2@h/name",
        "openai:@@http://hunter2@h/v1",
        "vllm:https://hunter2@h/name",
        "vllm:s3://bucket/name?tensor_parallel_size=4&hunter2",
        "vllm:s3://bucket/name?signature=hunter2",
        "vllm:s3://bucket/name?tokenizer=https://u:hunter2@h/name",
        "gguf:https://h/file.gguf?sig=hunter2",
        "lm-eval:local-chat-completions:model=a,base_url=http://u:hunter2@h/v1",
        "lm-eval:local-chat-completions:model=a,api_key=hunter2",
        "reference:http://u:hunter2@h",
    ],
)
def test_a_model_with_a_secret_in_its_name_is_refused_before_anybody_is_asked(
    command: Command, tmp_path: Path, model: str
) -> None:
    out = tmp_path / "out"
    options = ("--policy", "us", "--limit", 1, "--no-references", "--out", out)
    # Behind another model: what that is asked would be recorded with the names of all.
    said = _refused(
        command("run", "quick", "--model", "reference:coin", "--model", model, *options)
    )
    assert said.startswith("error: ")
    assert "hunter2" not in said
    assert not out.exists()


@pytest.mark.parametrize("start", ["", "guard:llama:openai:", "guard:safeguard:openai:", "openai:"])
@pytest.mark.parametrize("url", ["http://u:hunter2@h/v1", "http://h/v1?pwd=hunter2"])
def test_a_judge_with_a_secret_in_its_name_is_refused(start: str, url: str) -> None:
    with pytest.raises(ModelError) as caught:
        read_name(f"{start}a@{url}")
    assert "hunter2" not in str(caught.value)


def test_other_places_of_a_command_show_no_secret_either(command: Command, tmp_path: Path) -> None:
    config = tmp_path / "run.yaml"
    config.write_text('models: "openai:a@http://user-of-mine:hunter2@h/v1"\n', encoding="utf-8")
    url = "http://u:hunter2@h"
    coin = ("--model", "reference:coin")
    for arguments in (
        ("plan", "quick", "--config", config),
        ("plan", "quick", "--model", "reference:coin", "--on", f"ray://u:hunter2@{'h' * 9}:1"),
        ("plan", url),
        ("plan", "quick", url),
        ("plan", "quick", "--policy", url),
        ("plan", f"{url}/suite.yaml", *coin),
        ("plan", "quick", *coin, "--policy", f"{url}/policy.yaml"),
        ("plan", "quick", *coin, "--bank", url),
        ("plan", "quick", *coin, "--model-revision", url),
        ("plan", "quick", *coin, "--config", url),
        ("score", url),
        ("leaderboard", url),
        ("calibrate", "sample", url, "--out", tmp_path / "sheet.csv"),
    ):
        assert "hunter2" not in _refused(command(*arguments))


def test_a_secret_that_a_long_name_cuts_off_is_hidden_too(command: Command, tmp_path: Path) -> None:
    config = tmp_path / "run.yaml"
    config.write_text(f'models: "openai:{"a" * 20}@https://{"hunter2" * 9}@h/v1"\n')
    assert "hunter2" not in _refused(command("plan", "quick", "--config", config))


@pytest.mark.usefixtures("watched")
def test_remarks_and_bars_show_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    note("asked as openai:a@http://u:hunter2@h/v1")
    with bars() as observer:
        observer.stage("loading x@http://u:hunter2@h", 1)
        observer.trouble(1, "no upstream at http://u:hunter2@h")
    assert "hunter2" not in capsys.readouterr().err


@pytest.mark.parametrize("field", ["suite", "policies", "banks", "model_revision"])
def test_no_field_of_a_run_that_is_stored_may_hold_a_secret(field: str) -> None:
    url = "https://u:hunter2@h/x"
    given = {"suite": url, "model_revision": url}.get(field, (url,))
    with pytest.raises(SuiteError, match="user name") as caught:
        parse({"models": ("reference:coin",), field: given}, RunSpec, "here", SuiteError)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("field", ["source", "config", "split", "revision"])
def test_no_field_of_an_external_source_that_is_stored_may_hold_a_secret(field: str) -> None:
    given = {"source": "a/b", field: "https://u:hunter2@h/x.csv"}
    with pytest.raises(ItemError, match=f"{field}: found what may be a key") as caught:
        load_external(given)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"no {Path('https://u:hunter2@h/x')}", "no https:/[hidden]@h/x"),
        (f"no {Path('s3://hunter2@h/x')}/y", "no s3:/[hidden]@h/x/y"),
        (f"no {Path('https://h/x?sig=hunter2')}", "no https:/h/x?[hidden]"),
        ("https://h/v1?model=sk-hunter2hunter2", "https://h/v1?model=[hidden]"),
        ("https://h/v1?version=sk-proj-hunter2", "https://h/v1?version=[hidden]"),
        ("https://h/keys/sk-hunter2hunter2/v1", "https://h/keys/[hidden]/v1"),
        ("C:/Users/u:hunter2@h", "C:/Users/u:hunter2@h"),
        ("gguf:/models/task-of-the-year@2/a.gguf", "gguf:/models/task-of-the-year@2/a.gguf"),
        ("https://h/v1?model=risk-assessment-7b", "https://h/v1?model=risk-assessment-7b"),
    ],
)
def test_what_may_be_a_secret_in_a_url_is_hidden_and_the_rest_shown(text: str, shown: str) -> None:
    assert without_secrets(text) == shown
    assert holds_secret(text) == (text != shown)


def test_names_without_a_secret_pass() -> None:
    for name in (
        "openai:meta/llama@2024@http://h/v1",
        "openai:a@https://h/openai/deployments/a?api-version=2024-12-01-preview",
        "lm-eval:local-chat-completions:model=a,base_url=http://h:8000/v1,eos_string=<|end|>",
        "vllm:a/b?dtype=bfloat16",
        "gguf:a?b#c.gguf",
        "openai:@cf/meta/llama@https://h/accounts/0/ai/v1",
        "openai:a@https://h/v1?model=meta-llama/Llama-3.1-8B",
        "vllm:s3://bucket/model?tensor_parallel_size=4&dtype=bfloat16",
        "vllm:gs://bucket/model@2?tokenizer=gs://bucket/other",
        "lm-eval:vllm:pretrained=s3://bucket/model@2",
    ):
        check_name(name)
