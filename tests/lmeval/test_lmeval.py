"""The lm-eval plugin: the plain command runs our tasks, and its logs give the runner's own numbers."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lawbound.evals.conclude import conclude
from lawbound.evals.evaluate import evaluate
from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.policies import run_policies
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.leaderboard.merge import merge_boards
from lawbound.evals.lmeval.docs import build_docs
from lawbound.evals.lmeval.files import is_log_folder
from lawbound.evals.lmeval.logs import import_logs
from lawbound.evals.lmeval.prompts import holds_policy
from lawbound.evals.run_spec import RunSpec
from lawbound.runners.engines.function import FunctionEngine
from lawbound.runners.sample import Request
from lawbound.runners.store import read_samples

Command = Callable[..., tuple[int, str, str]]

# lm-eval itself warns a great deal; what we promise is that it works, not that it is silent.
pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.model]

SERVER = Path(__file__).parents[1] / "runners" / "servers" / "scripted.py"
LIMIT = 4
"""Items of each selection: enough for every metric, few enough for a fast test."""
TASKS = Path(__file__).parents[2] / "tasks" / "lmeval"


def _answer(system: str, question: str) -> str:
    """Some model that reads both: refuses, thinks aloud, answers, computes or says nothing."""
    draw = int(hashlib.sha256(f"{system}\n{question}".encode()).hexdigest(), 16)
    texts = [
        "I'm sorry, but I can't help with that request.",
        f"On this question: {question[:60]} Several sources agree about it.",
        f"<think>What would be right here?</think>Here is my text about {question[:40]}.",
        f"Answer: {draw % 40}",
        "",
    ]
    return texts[draw % len(texts)]


def _from_request(request: Request) -> str:
    chat = {message.role: message.content for message in request.messages}
    return _answer(chat.get("system", ""), chat["user"])


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Logs of the plain lm-eval command over one of our tasks, with a deterministic model."""
    from lm_eval.api import model
    from lm_eval.api.registry import register_model

    base: Any = model.LM

    @register_model("lawbound-test")
    class Deterministic(base):
        tokenizer_name = "none"

        @classmethod
        def create_from_arg_obj(cls, *args: Any, **kwargs: Any) -> "Deterministic":
            return cls()

        create_from_arg_string = create_from_arg_obj

        def apply_chat_template(self, chat: list[dict[str, str]], **kwargs: Any) -> str:
            return json.dumps(chat)

        def chat_template(self, name: Any = None) -> str:
            return "json"

        def generate_until(self, requests: Sequence[Any], **kwargs: Any) -> list[str]:
            chats = [json.loads(r.args[0]) for r in requests]
            found = [{m["role"]: m["content"] for m in chat} for chat in chats]
            return [_answer(chat.get("system", ""), chat["user"]) for chat in found]

        def loglikelihood(self, requests: Sequence[Any], **kwargs: Any) -> Any:
            raise NotImplementedError

        def loglikelihood_rolling(self, requests: Sequence[Any], **kwargs: Any) -> Any:
            raise NotImplementedError

    out: Path = tmp_path_factory.mktemp("logs")
    _lm_eval(out, LIMIT, "--model", "lawbound-test")
    yield out


def _lm_eval(out: Path, limit: int, *model: str) -> None:
    from lm_eval.__main__ import cli_evaluate

    arguments = [
        "lm_eval", "run", *model, "--include_path", str(TASKS), "--tasks", "lawbound_cn",
        "--apply_chat_template", "--log_samples", "--output_path", str(out),
        "--metadata", json.dumps({"lawbound": {"limit_items": limit}}),
    ]  # fmt: skip
    before = sys.argv
    sys.argv = arguments
    try:
        cli_evaluate()
    finally:
        sys.argv = before


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Logs of lm-eval over one item of each selection, its model behind a chat API, and its URL."""
    out: Path = tmp_path_factory.mktemp("api")
    with subprocess.Popen(
        [sys.executable, SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = f"http://127.0.0.1:{process.stdout.readline().strip()}/lm/v1/chat/completions"
        _lm_eval(
            out, 1, "--model", "local-chat-completions",
            "--model_args", f"model=tiny,base_url={url},num_concurrent=8",
        )  # fmt: skip
        yield out
        process.terminate()


def test_logs_of_a_chat_api_become_a_run(api: Path, tmp_path: Path) -> None:
    folder = import_logs(api, tmp_path / "imported")
    (entry,) = folder.read_run().models
    samples = read_samples(folder.samples(entry.model))
    assert (entry.requests, entry.failed) == (len(samples), 0)
    assert all(sample.text.startswith("answer to ") for sample in samples.values())
    assert {sample.placement for sample in samples.values()} == {"system", "none"}


def _emptied(line: dict[str, Any]) -> None:
    line["resps"] = [[""]]


def _answer_lost(line: dict[str, Any]) -> None:
    line["resps"] = [[None]]


def test_an_empty_text_of_a_chat_api_is_a_failed_request(
    api: Path, logs: Path, tmp_path: Path
) -> None:
    for name, found, failed in (("api", api, True), ("own", logs, False)):
        folder = import_logs(_edited(found, tmp_path / name, _emptied), tmp_path / f"{name}-run")
        (entry,) = folder.read_run().models
        samples = read_samples(folder.samples(entry.model))
        assert {bool(sample.error) for sample in samples.values()} == {failed}
        assert entry.failed == (entry.requests if failed else 0)


def _numbers(folder: Path) -> pd.DataFrame:
    frame = pd.read_csv(folder / "metrics.csv", keep_default_na=False)
    # Token counts and truncation are not in lm-eval's logs; everything else must agree.
    known = ~frame["metric"].isin(["token_cost", "truncated"])
    return frame[known].drop(columns=["model"]).reset_index(drop=True)


def test_its_logs_give_exactly_the_numbers_of_the_standalone_runner(
    logs: Path, tmp_path: Path
) -> None:
    def answer_and_split(request: Request) -> str:
        from lawbound.runners.engines.thinking import split_thinking

        return split_thinking(_from_request(request)).answer

    class Thinking(FunctionEngine):
        def generate(self, requests: Sequence[Request]) -> Iterator[Any]:
            from dataclasses import replace

            from lawbound.runners.engines.thinking import split_thinking

            for request, sample in zip(requests, super().generate(requests), strict=True):
                yield replace(sample, thinking=split_thinking(_from_request(request)).thinking)

    engine = Thinking(answer_and_split, name="lawbound-test")
    spec = RunSpec(suite="quick", models=("mine",), policies=("cn",), references=False, limit=LIMIT)
    evaluate(spec, tmp_path / "own", engines={"mine": engine})
    assert is_log_folder(logs)
    import_logs(logs, tmp_path / "imported")
    conclude(tmp_path / "imported")
    pd.testing.assert_frame_equal(_numbers(tmp_path / "imported"), _numbers(tmp_path / "own"))


def _board(logs: Path, out: Path) -> pd.DataFrame:
    return conclude(import_logs(logs, out).root).leaderboard


def test_its_board_can_be_merged_with_that_of_a_run_that_generates_everything(
    logs: Path, tmp_path: Path
) -> None:
    engine = FunctionEngine(_from_request, name="mine")
    spec = RunSpec(suite="quick", models=("mine",), policies=("cn",), limit=LIMIT)
    own = evaluate(spec, tmp_path / "own", engines={"mine": engine}).leaderboard
    imported = _board(logs, tmp_path / "imported")
    merged = merge_boards({"own": own, "imported": imported})
    assert not merged["comparability"].any()
    assert {"mine", *imported["model"]} <= set(merged["model"])


def test_logs_of_some_of_the_documents_are_no_twin_of_a_whole_run(
    logs: Path, tmp_path: Path
) -> None:
    part = _copied(logs, tmp_path / "part")
    samples = next(part.glob("samples_*.jsonl"))
    lines = samples.read_text(encoding="utf-8").splitlines(keepends=True)
    samples.write_text("".join(lines[:-1]), encoding="utf-8")
    boards = {"part": _board(part, tmp_path / "a"), "whole": _board(logs, tmp_path / "b")}
    assert boards["part"]["suite_hash"][0] != boards["whole"]["suite_hash"][0]
    limit = RunFolder(tmp_path / "a").read_run().spec["limit"]
    assert limit == f"{len(lines) - 1} of {len(lines)} documents"


def _longer(line: dict[str, Any]) -> None:
    if line["doc_id"] == 1:
        line["arguments"]["gen_args_0"]["arg_1"]["max_gen_toks"] = 256


def _older_policy(line: dict[str, Any]) -> None:
    about = json.loads(line["doc"]["lawbound"])
    line["doc"]["lawbound"] = json.dumps(about | {"policy_digest": "0123456789abcdef"})


def test_logs_that_were_asked_in_two_ways_are_no_run(logs: Path, tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="max_tokens is 48 in one log and 256 in another"):
        import_logs(_edited(logs, tmp_path / "logs", _longer), tmp_path / "out")


def test_a_policy_that_has_changed_since_the_log_judges_nothing(logs: Path, tmp_path: Path) -> None:
    import_logs(_edited(logs, tmp_path / "logs", _older_policy), tmp_path / "out")
    assert not (tmp_path / "out" / "policies").exists()
    with pytest.raises(FolderError, match="says something else than when it was asked"):
        conclude(tmp_path / "out")


def test_an_imported_run_holds_the_text_that_was_asked_under(logs: Path, tmp_path: Path) -> None:
    run = import_logs(logs, tmp_path / "out")
    (entry,) = run.read_run().policies
    assert entry.id == "cn"
    assert run_policies(run, run.read_run())["cn"].digest == entry.digest
    assert [path.name for path in (tmp_path / "out" / "policies").iterdir()] == ["cn.yaml"]


def test_what_its_logs_do_not_tell_is_nan_and_says_why(logs: Path, tmp_path: Path) -> None:
    import_logs(logs, tmp_path / "imported")
    board = conclude(tmp_path / "imported").leaderboard
    untold = ["truncated", "extra_prompt_tokens", "extra_answer_tokens", "extra_thinking_tokens"]
    assert board[untold].isna().all(axis=None)
    frame = pd.read_csv(tmp_path / "imported" / "metrics.csv")
    rows = frame[frame["metric"].isin(["token_cost", "truncated"])]
    assert len(rows) and rows["value"].isna().all() and (rows["n"] == 0).all()
    assert (rows["unscored"] > 0).all()
    assert set(rows["note"]) == {
        "nobody counted the tokens",
        "nobody knows how the answers ended",
    }
    verdicts = RunFolder(tmp_path / "imported").read_frame()
    assert verdicts[["truncated", "prompt_tokens"]].isna().all(axis=None)


def test_lm_eval_itself_shows_our_values_and_intervals(logs: Path, tmp_path: Path) -> None:
    results = json.loads(next(logs.rglob("results_*.json")).read_text(encoding="utf-8"))
    shown = results["results"]["lawbound_cn"]
    import_logs(logs, tmp_path / "imported")
    conclusion = conclude(tmp_path / "imported")
    mine = {e.metric: e for e in conclusion.estimates if e.slice == "" and e.strength == "full"}
    for metric in ("J", "adherence", "over_refusal", "capability"):
        assert shown[f"{metric.lower()},none"] == pytest.approx(mine[metric].value, nan_ok=True)
    assert shown["j_low,none"] <= shown["j,none"] <= shown["j_high,none"]


def test_the_policy_travels_in_every_doc_of_the_full_arm() -> None:
    docs = build_docs("cn", "quick")
    full = [doc for doc in docs if doc["condition"] == "full@cn"]
    none = [doc for doc in docs if doc["condition"] == "none"]
    assert full and all("China" in doc["system_policy"] for doc in full)
    assert none and all(doc["system_policy"] == "" for doc in none)


def _copied(logs: Path, folder: Path, *, replace: tuple[str, str] = ("", "")) -> Path:
    folder.mkdir()
    for file in logs.rglob("*.json*"):
        text = file.read_text(encoding="utf-8")
        text = text.replace(*replace) if replace[0] else text
        (folder / file.name).write_text(text, encoding="utf-8")
    return folder


def _edited(logs: Path, folder: Path, edit: Callable[[dict[str, Any]], None]) -> Path:
    _copied(logs, folder)
    samples = next(folder.glob("samples_*.jsonl"))
    lines = [json.loads(line) for line in samples.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        edit(line)
    samples.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return folder


def test_a_log_with_a_system_instruction_before_the_policy_is_refused(
    logs: Path, tmp_path: Path
) -> None:
    change = ('"system_instruction": null', '"system_instruction": "Be brief."')
    with pytest.raises(FolderError, match="system_instruction"):
        import_logs(_copied(logs, tmp_path / "logs", replace=change), tmp_path / "out")


def test_a_key_among_the_models_arguments_is_written_nowhere(logs: Path, tmp_path: Path) -> None:
    given = (
        '"model_args": {"model": "m", "api_key": "hunter2", "base_url": "http://u:hunter3@h/v1"}'
    )
    change = ('"model_args": {}', given)
    out = tmp_path / "out"
    conclude(import_logs(_copied(logs, tmp_path / "logs", replace=change), out).root)
    (entry,) = RunFolder(out).read_run().models
    assert (
        entry.model == "lm-eval:lawbound-test:api_key=[key],base_url=http://[hidden]@h/v1,model=m"
    )
    written = b"".join(file.read_bytes() for file in out.rglob("*") if file.is_file())
    assert b"hunter" not in written


def test_a_damaged_log_is_named_by_file_and_leaves_no_run(logs: Path, tmp_path: Path) -> None:
    folder = _copied(logs, tmp_path / "logs", replace=('"arg_0": "[{', '"arg_0": "[{"x'))
    with pytest.raises(FolderError, match=r"samples_lawbound_cn.*cannot be read"):
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
            r"jsonl:\d+: cannot be read \(TypeError\(.*\), expected a logged sample",
        ),
        (_answer_lost, "found None, expected a logged text"),
    ],
)
def test_a_log_that_could_not_be_defended_is_refused(
    logs: Path, tmp_path: Path, edit: Callable[[dict[str, Any]], None], message: str
) -> None:
    folder = _edited(logs, tmp_path / "logs", edit)
    with pytest.raises(FolderError, match=message):
        import_logs(folder, tmp_path / "out")
    assert not (tmp_path / "out" / "run.yaml").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--model", "dummy", "--tasks", "lawbound_xx"],
            "lm-eval: found no task lawbound_xx, expected one of its own (lawbound lm-eval ls tasks) or "
            "of lawbound_ae, ",
        ),
        (["--model", "dummy"], "lm-eval: No tasks specified"),
        (["--model", "dumy", "--tasks", "lawbound_cn"], "lm-eval: "),
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


def test_every_shipped_policy_has_a_task() -> None:
    from lawbound.rubrics.policy.files import shipped

    named = {file.stem.removeprefix("lawbound_") for file in TASKS.glob("lawbound_*.yaml")}
    assert named == set(shipped())


def test_a_suite_with_another_token_limit_says_how_to_pass_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    from lawbound.lmeval import docs

    docs("cn", {"limit_items": 1})
    assert not caplog.messages
    docs("cn", {"suite": "standard", "limit_items": 1})
    assert "pass --gen_kwargs max_gen_toks=512" in caplog.text


@pytest.mark.parametrize("write", [str, json.dumps])
def test_a_template_that_trims_a_policy_keeps_it(write: Callable[[str], str]) -> None:
    # A block of YAML (`text: |`) ends with a line break.
    policy = 'Rules:\n- Keep to the "law".\n'
    assert holds_policy(f"<system>{write(policy.strip())}<user>Why?", policy)
    assert not holds_policy(f"<system>{write('Rules:')}<user>Why?", policy)
