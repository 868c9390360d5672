"""The lm-eval plugin: the plain command runs our tasks, and its logs give the runner's own numbers."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lm_eval_logs import LIMIT, answer_of, copied, edited

from lawbound.evals.conclude import conclude
from lawbound.evals.evaluate import evaluate
from lawbound.evals.folder.policies import run_policies
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.leaderboard.merge import merge_boards
from lawbound.evals.lmeval.files import is_log_folder
from lawbound.evals.lmeval.logs import import_logs
from lawbound.evals.run_spec import RunSpec
from lawbound.runners.engines.function import FunctionEngine
from lawbound.runners.sample import Request
from lawbound.runners.store import read_samples

# lm-eval itself warns a great deal; what we promise is that it works, not that it is silent.
pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.model]


def _from_request(request: Request) -> str:
    chat = {message.role: message.content for message in request.messages}
    return answer_of(chat.get("system", ""), chat["user"])


def test_logs_of_a_chat_api_become_a_run(api: Path, tmp_path: Path) -> None:
    folder = import_logs(api, tmp_path / "imported")
    (entry,) = folder.read_run().models
    samples = read_samples(folder.samples(entry.model))
    assert (entry.requests, entry.failed) == (len(samples), 0)
    assert all(sample.text.startswith("answer to ") for sample in samples.values())
    assert {sample.placement for sample in samples.values()} == {"system", "none"}


def _emptied(line: dict[str, Any]) -> None:
    line["resps"] = [[""]]


def test_an_empty_text_of_a_chat_api_is_a_failed_request(
    api: Path, logs: Path, tmp_path: Path
) -> None:
    for name, found, failed in (("api", api, True), ("own", logs, False)):
        folder = import_logs(edited(found, tmp_path / name, _emptied), tmp_path / f"{name}-run")
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
    engine = FunctionEngine(_from_request, name="lawbound-test")
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
    part = copied(logs, tmp_path / "part")
    samples = next(part.glob("samples_*.jsonl"))
    lines = samples.read_text(encoding="utf-8").splitlines(keepends=True)
    samples.write_text("".join(lines[:-1]), encoding="utf-8")
    (results,) = part.glob("results_*.json")
    found = json.loads(results.read_text(encoding="utf-8"))
    found["n-samples"]["lawbound_cn"]["effective"] -= 1  # as after lm-eval's own --limit
    results.write_text(json.dumps(found), encoding="utf-8")
    boards = {"part": _board(part, tmp_path / "a"), "whole": _board(logs, tmp_path / "b")}
    assert boards["part"]["suite_hash"][0] != boards["whole"]["suite_hash"][0]
    limit = RunFolder(tmp_path / "a").read_run().spec["limit"]
    assert limit == f"{len(lines) - 1} of {len(lines)} documents"


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


def test_a_key_among_the_models_arguments_is_written_nowhere(logs: Path, tmp_path: Path) -> None:
    given = (
        '"model_args": {"model": "m", "api_key": "hunter2", "base_url": "http://u:hunter3@h/v1"}'
    )
    change = ('"model_args": {}', given)
    out = tmp_path / "out"
    conclude(import_logs(copied(logs, tmp_path / "logs", replace=change), out).root)
    (entry,) = RunFolder(out).read_run().models
    assert (
        entry.model == "lm-eval:lawbound-test:api_key=[key],base_url=http://[hidden]@h/v1,model=m"
    )
    written = b"".join(file.read_bytes() for file in out.rglob("*") if file.is_file())
    assert b"hunter" not in written
