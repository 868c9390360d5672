"""Logs of lm-eval that could not be defended: damaged, asked in two ways, or of which nobody knows what was asked."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lm_eval_logs import copied, edited

from lawbound.evals.folder.files import FolderError
from lawbound.evals.lmeval.logs import import_logs
from lawbound.evals.lmeval.samples import read_run

# lm-eval itself warns a great deal; what we promise is that it works, not that it is silent.
pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.model]


def _answer_lost(line: dict[str, Any]) -> None:
    line["resps"] = [[None]]


def _longer(line: dict[str, Any]) -> None:
    if line["doc_id"] == 1:
        line["arguments"]["gen_args_0"]["arg_1"]["max_gen_toks"] = 256


def _older_policy(line: dict[str, Any]) -> None:
    about = json.loads(line["doc"]["lawbound"])
    line["doc"]["lawbound"] = json.dumps(about | {"policy_digest": "0123456789abcdef"})


def test_logs_that_were_asked_in_two_ways_are_no_run(logs: Path, tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="max_tokens is 48 in one log and 256 in another"):
        import_logs(edited(logs, tmp_path / "logs", _longer), tmp_path / "out")


def test_a_policy_that_has_changed_since_the_log_judges_nothing(logs: Path, tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="says something else than when it was asked"):
        import_logs(edited(logs, tmp_path / "logs", _older_policy), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_log_with_a_system_instruction_before_the_policy_is_refused(
    logs: Path, tmp_path: Path
) -> None:
    change = ('"system_instruction": null', '"system_instruction": "Be brief."')
    with pytest.raises(FolderError, match="system_instruction"):
        import_logs(copied(logs, tmp_path / "logs", replace=change), tmp_path / "out")


def test_a_damaged_log_is_named_by_file_and_leaves_no_run(logs: Path, tmp_path: Path) -> None:
    folder = copied(logs, tmp_path / "logs", replace=('"arg_0": "[{', '"arg_0": "[{"x'))
    with pytest.raises(FolderError, match=r"samples_lawbound_cn.*is no JSON"):
        import_logs(folder, tmp_path / "out")
    assert not (tmp_path / "out" / "run.yaml").exists()


def _other_version(line: dict[str, Any]) -> None:
    line["doc"]["lawbound"] = line["doc"]["lawbound"].replace(
        '"doc_version": 2', '"doc_version": 9'
    )


def _policy_dropped(line: dict[str, Any]) -> None:
    chat = [{"role": "user", "content": line["doc"]["question"]}]
    line["arguments"]["gen_args_0"]["arg_0"] = json.dumps(chat)


def _no_arguments(line: dict[str, Any]) -> None:
    line["arguments"] = None


def _glued(line: dict[str, Any]) -> None:
    doc = line["doc"]
    line["arguments"]["gen_args_0"]["arg_0"] = doc["system_policy"] + doc["question"]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (_other_version, "doc version is 9, expected 2"),
        (_policy_dropped, "is not in the prompt"),
        (_glued, "expected --apply_chat_template"),
        (
            _no_arguments,
            r"jsonl:\d+: cannot be read \(has another form\), expected a logged sample",
        ),
        (_answer_lost, "found None, expected a logged text"),
    ],
)
def test_a_log_that_could_not_be_defended_is_refused(
    logs: Path, tmp_path: Path, edit: Callable[[dict[str, Any]], None], message: str
) -> None:
    folder = edited(logs, tmp_path / "logs", edit)
    with pytest.raises(FolderError, match=message):
        import_logs(folder, tmp_path / "out")
    assert not (tmp_path / "out" / "run.yaml").exists()


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b'{"config": {"model_args": "hunter2"\xff}}', "is no JSON (byte 36 is not UTF-8), expected lm-eval results"),
        (b'{"config":\n {"model_args": "hunter2"', "is no JSON (Expecting ',' delimiter, line 2, character 26), exp"),
        (b"[" * 100_000, "is no JSON (is nested too deeply), expected lm-eval results"),
        (b"9" * 5000, "is no JSON (holds a number of too many digits), expected lm-eval results"),
        (b"[1]", "cannot be read (has another form), expected lm-eval results"),
        (b'{"config": {"model_args": "hunter2"}}', "cannot be read (found no 'model'), expected lm-eval results"),
    ],
)  # fmt: skip
def test_damaged_results_are_told_by_the_fault_and_not_by_what_they_hold(
    tmp_path: Path, raw: bytes, told: str
) -> None:
    results = tmp_path / "results_2026.json"
    results.write_bytes(raw)
    with pytest.raises(FolderError) as caught:
        read_run(results)
    assert str(caught.value).startswith(f"{results}: {told}")
    assert "hunter2" not in str(caught.value) and len(str(caught.value)) < len(str(results)) + 100


def test_a_log_without_lines_is_called_empty_and_not_missing(logs: Path, tmp_path: Path) -> None:
    folder = copied(logs, tmp_path / "logs")
    samples = next(folder.glob("samples_*.jsonl"))
    samples.write_bytes(b"")
    with pytest.raises(FolderError) as caught:
        import_logs(folder, tmp_path / "out")
    assert str(caught.value) == f"{samples}: is empty, expected logged samples"


def _no_doc(line: dict[str, Any]) -> None:
    del line["doc"]


def test_a_sample_without_its_document_is_told_by_the_missing_field(
    logs: Path, tmp_path: Path
) -> None:
    with pytest.raises(
        FolderError, match=r":1: cannot be read \(found no 'doc'\), expected a logg"
    ):
        import_logs(edited(logs, tmp_path / "logs", _no_doc), tmp_path / "out")
