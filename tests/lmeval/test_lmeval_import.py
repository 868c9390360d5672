"""Which of lm-eval's files become a run, and what is left of one that another process writes meanwhile."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lm_eval_logs import write_log

from lawbound.evals.folder.files import FolderError
from lawbound.evals.lmeval import logs as logs_module
from lawbound.evals.lmeval.docs import build_docs
from lawbound.evals.lmeval.files import find_results, is_log_folder
from lawbound.evals.lmeval.logs import import_logs
from lawbound.rubrics.policy.files import load_policy
from lawbound.runners.lock import LOCK, StoreError, lock

Command = Callable[..., tuple[int, str, str]]

CHAT = "local-chat-completions"


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    settings = {"until": [], "max_gen_toks": 48, "do_sample": False, "temperature": 0.0}
    lines = []
    for doc in build_docs("us")[:2]:
        prompt = json.dumps([["system", doc["system_policy"]], ["user", doc["question"]]])
        asked = {"gen_args_0": {"arg_0": prompt, "arg_1": settings}}
        lines.append({"doc": doc, "arguments": asked, "resps": [["a"]]})
    write_log(folder, "2026", CHAT, {"model": "m"}, lines)
    return folder


def test_results_without_a_log_of_ours_are_nobodys(logs: Path, tmp_path: Path) -> None:
    (logs / "results_2025.json").write_text("{}", encoding="utf-8")
    (logs / "samples_gsm8k_2025.jsonl").write_text("", encoding="utf-8")
    assert [file.name for file in find_results(logs)] == ["results_2026.json"]
    assert len(import_logs(logs, tmp_path / "run").read_run().models) == 1


def test_results_that_were_named_otherwise_are_sent_to_their_folder(logs: Path) -> None:
    mine = (logs / "results_2026.json").rename(logs / "mine_2026.json")
    with pytest.raises(FolderError, match=r"\(with its results\): lawbound score"):
        is_log_folder(mine)


def test_a_run_that_another_process_writes_meanwhile_is_neither_replaced_nor_taken_away(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes last before ours holds the folder."""
    out = tmp_path / "run"

    def late(folder: Path) -> Any:
        folder.mkdir(exist_ok=True)
        (folder / "run.yaml").write_text("theirs", encoding="utf-8")
        return lock(folder)

    monkeypatch.setattr(logs_module, "lock", late)
    with pytest.raises(FolderError, match="already exists"):
        import_logs(logs, out)
    assert (out / "run.yaml").read_text(encoding="utf-8") == "theirs"


def test_a_folder_that_another_process_holds_is_left_to_it(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "run"

    def held(folder: Path) -> Any:
        folder.mkdir()
        (folder / "answers").touch()
        raise StoreError("another run is writing here")

    monkeypatch.setattr(logs_module, "lock", held)
    with pytest.raises(StoreError):
        import_logs(logs, out)
    assert (out / "answers").exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [(None, None), ((), {LOCK}), (("mine",), {LOCK, "mine", "items.jsonl"})],
)
def test_an_import_that_breaks_off_leaves_what_was_there(
    logs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: tuple[str, ...] | None,
    after: set[str] | None,
) -> None:
    out = tmp_path / "above" / "run"
    if before is not None:
        out.mkdir(parents=True)
        for name in before:
            (out / name).touch()

    def stopped(target: Any, *_: Any) -> None:
        (target.root / "items.jsonl").touch()
        (target.root / "samples").mkdir()
        (target.root / "samples").rmdir()
        raise KeyboardInterrupt

    monkeypatch.setattr(logs_module, "_write", stopped)
    with pytest.raises(KeyboardInterrupt):
        import_logs(logs, out)
    assert out.parent.exists() == (before is not None)
    if after is not None:
        assert {entry.name for entry in out.iterdir()} == after


def test_the_command_holds_a_new_run_until_it_is_concluded(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    out = tmp_path / "above" / "run"

    def unable(folder: Path, **_: Any) -> None:
        assert (folder / "run.yaml").exists()
        raise FolderError("cannot be concluded")

    monkeypatch.setattr("lawbound.evals.lmeval.conclude.conclude", unable)
    assert "cannot be concluded" in command("score", logs, "--out", out)[2]
    assert not out.parent.exists()


def test_runs_that_differ_say_so_though_one_of_them_is_damaged(
    logs: Path, tmp_path: Path, command: Command
) -> None:
    from lawbound.evals.leaderboard.merge import LeaderboardError, merge_boards, read_board

    out = tmp_path / "run"
    command("score", logs, "--out", out)
    board = read_board(out / "leaderboard.csv")
    boards = {"a": board, "b": board.assign(suite_hash="0", model="other")}
    (out / "run.yaml").write_text("[", encoding="utf-8")
    with pytest.raises(LeaderboardError, match=r"differ in suite_hash \(of suite, seed"):
        merge_boards(boards, folders={"a": out, "b": out})


def _edit_lines(logs: Path, edit: Callable[[list[str]], list[str]]) -> Path:
    (log,) = logs.glob("samples_*.jsonl")
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
    log.write_text("".join(edit(lines)), encoding="utf-8")
    return log


def _refusal(logs: Path, out: Path) -> str:
    with pytest.raises(FolderError) as caught:
        import_logs(logs, out)
    assert not out.exists()
    return str(caught.value)


def test_a_log_cut_off_between_two_lines_is_refused(logs: Path, tmp_path: Path) -> None:
    """It would look like a smaller --limit."""
    log = _edit_lines(logs, lambda lines: lines[:1])
    assert _refusal(logs, tmp_path / "run") == (
        f"{log}: found 1 answers, expected 2 as results_2026.json says: lines are missing"
    )


def test_a_line_that_a_log_holds_twice_is_named_by_the_log(logs: Path, tmp_path: Path) -> None:
    log = _edit_lines(logs, lambda lines: [*lines, lines[1]])
    assert _refusal(logs, tmp_path / "run") == (
        f"{log}:3: asks what line 2 asks, expected each question once"
    )


def test_a_log_asked_under_another_text_of_its_policy_is_named(logs: Path, tmp_path: Path) -> None:
    digest, other = load_policy("us").digest, "0123456789abcdef"
    log = _edit_lines(logs, lambda lines: [line.replace(digest, other) for line in lines])
    assert _refusal(logs, tmp_path / "run").startswith(
        f"{log}: policy 'us': 'us' as installed says something else than when it was asked, with the digest "
        f"'{digest}', expected '{other}' as in the log"
    )


def test_a_document_whose_condition_is_not_that_of_its_strength_is_refused(
    logs: Path, tmp_path: Path
) -> None:
    """Metrics go by the strength, requests by the condition."""

    def weakened(lines: list[str]) -> list[str]:
        old, new = (rf"\"strength\": \"{strength}\"" for strength in ("full", "placebo"))
        assert old in lines[1]
        return [lines[0], lines[1].replace(old, new)]

    log = _edit_lines(logs, weakened)
    assert _refusal(logs, tmp_path / "run") == (
        f"{log}:2: condition is 'full@us', expected 'placebo@us', as strength and policy say"
    )


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        ("configs", "lm-eval's, which say what the task asked"),
        ("n-samples", "lm-eval's count of its answers"),
    ],
)
def test_results_that_do_not_say_what_a_task_asked_and_answered_prove_nothing(
    logs: Path, tmp_path: Path, lost: str, told: str
) -> None:
    results = logs / "results_2026.json"
    found = json.loads(results.read_text(encoding="utf-8"))
    results.write_text(json.dumps(found | {lost: {}}), encoding="utf-8")
    assert _refusal(logs, tmp_path / "run") == (
        f"{results}: found no {lost} of 'lawbound_us', expected {told}"
    )
