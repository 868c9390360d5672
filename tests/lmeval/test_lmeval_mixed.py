"""Logs of one name and of one folder: whose answers they are, and where their run goes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lm_eval_logs import write_log

from lawbound.evals.folder.files import FolderError
from lawbound.evals.lmeval.docs import build_docs
from lawbound.evals.lmeval.logs import LeftOutWarning, import_logs

Command = Callable[..., tuple[int, str, str]]

FIRST, SECOND = "2026-11-01T00-00-00.000000", "2026-11-20T00-00-00.000000"
SAME = {"model_sha": "aaaa", "model_dtype": "float32", "version": "0.4.13", "template": "t"}


def _log(folder: Path, stamp: str, policy: str, **other: str) -> Path:
    """A log of one model; `other` is what its results say otherwise."""
    folder.mkdir(exist_ok=True)
    lines: list[dict[str, Any]] = []
    for doc in build_docs(policy, limit=1):
        prompt = json.dumps([["system", doc["system_policy"]], ["user", doc["question"]]])
        arguments = {"gen_args_0": {"arg_0": prompt, "arg_1": {"max_gen_toks": 48}}}
        lines.append({"doc": doc, "arguments": arguments, "resps": [["a"]]})
    write_log(folder, stamp, "hf", "pretrained=acme/m", lines, policy=policy)
    results = folder / f"results_{stamp}.json"
    said, content = SAME | other, json.loads(results.read_text(encoding="utf-8"))
    content["config"] |= {name: said[name] for name in ("model_sha", "model_dtype")}
    content |= {"lm_eval_version": said["version"], "chat_template_sha": said["template"]}
    results.write_text(json.dumps(content), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("field", "found", "told"),
    [
        ("model_sha", "bbbb", "revision"),
        ("model_dtype", "bfloat16", "dtype"),
        ("version", "0.4.9", "version"),
        ("template", "u", "chat_template_sha"),
    ],
)
def test_logs_of_two_models_under_one_name_are_refused_in_one_line(
    command: Command, tmp_path: Path, field: str, found: str, told: str
) -> None:
    logs = _log(tmp_path / "logs", FIRST, "de")
    _log(logs, SECOND, "us", **{field: found})
    code, _, said = command("score", logs, "--out", tmp_path / "run")
    assert code == 2
    first, second = (
        logs / f"samples_lawbound_{policy}_{stamp}.jsonl"
        for policy, stamp in (("de", FIRST), ("us", SECOND))
    )
    assert said == (
        f"error: {first} and {second}: {told} of lm-eval:hf:pretrained=acme/m is {SAME[field]!r} in the one and "
        f"{found!r} in the other, expected answers of one model (or a folder for each)\n"
    )
    assert not (tmp_path / "run").exists()


def test_logs_of_one_model_are_one_run(tmp_path: Path) -> None:
    logs = _log(tmp_path / "logs", FIRST, "de")
    (entry,) = import_logs(_log(logs, SECOND, "us"), tmp_path / "run").read_run().models
    assert (entry.fingerprint["revision"], entry.fingerprint["dtype"]) == ("aaaa", "float32")


def test_a_log_that_is_left_out_for_a_newer_one_may_be_another_models(tmp_path: Path) -> None:
    logs = _log(tmp_path / "logs", FIRST, "de")
    _log(logs, SECOND, "de", model_sha="bbbb")
    with pytest.warns(LeftOutWarning, match="answers left out"):
        run = import_logs(logs, tmp_path / "run", newest=True)
    (entry,) = run.read_run().models
    assert entry.fingerprint["revision"] == "bbbb"


def test_taking_the_newest_mixes_no_models_either(tmp_path: Path) -> None:
    logs = _log(tmp_path / "logs", FIRST, "de")
    _log(logs, SECOND, "us", model_sha="bbbb")
    with pytest.raises(FolderError, match=r"revision of .* in the one"):
        import_logs(logs, tmp_path / "run", newest=True)


@pytest.mark.parametrize(("named", "inside"), [(".", "."), ("..", "sub"), ("../../logs", "sub")])
def test_the_run_of_a_folder_goes_beside_it_however_that_is_named(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str, inside: str
) -> None:
    logs = _log(tmp_path / "logs", FIRST, "de")
    (logs / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "logs" / inside)
    code, out, _ = command("score", named)
    assert code == 0 and out.rstrip().endswith("logs-scored")
    assert (tmp_path / "logs-scored" / "run.yaml").exists()
