"""What stands beside a progress bar, and that a log gets what failed and no bar."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from lawbound.runners.cli.console import bars
from lawbound.runners.engines import ModelError

Command = Callable[..., tuple[int, str, str]]


@pytest.mark.usefixtures("watched")
def test_failing_requests_are_counted_beside_the_bar_and_the_first_is_quoted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with bars() as observer:
        observer.stage("asking m", 4)
        observer.advance(1)
        for failing in (1, 2, 3):
            observer.trouble(failing, f"status 500\x1b[31m\nof {failing}")
        early = capsys.readouterr().err
    told = "requests are failing, and are asked again where that may help; the first said: "
    told += "status 500\ufffd[31m of 1"
    assert early.count("requests are failing") == 1 and told in early, "before the bar has ended"
    assert "3 failing" in capsys.readouterr().err


@pytest.mark.usefixtures("watched")
def test_what_fails_no_more_leaves_the_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with bars() as observer:
        observer.trouble(1, "no stage yet")
        observer.stage("asking m", 4)
        observer.trouble(1, "status 429")
        observer.trouble(0, "")
        observer.stage("asking n", 4)
        observer.trouble(1, "status 429")
    told = capsys.readouterr().err
    assert told.count("requests are failing") == 2 and told.count("1 failing") == 1


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize(("fails", "drawn"), [(True, "0/?"), (False, "1/1")])
def test_a_stage_that_failed_ends_no_bar_full(
    fails: bool, drawn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with suppress(ModelError), bars() as observer:
        observer.stage("loading m", None)
        if fails:
            raise ModelError("no such model")
    assert drawn in capsys.readouterr().err


def test_a_log_gets_what_failed_once_a_stage_and_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with bars() as observer:
        observer.trouble(1, "no stage yet")
        observer.stage("asking m", 2)
        observer.advance(1)
        observer.trouble(1, "status 500 of http://u:hunter2@h\x1b[31m")
        observer.trouble(2, "status 500")
        observer.stage("asking n", 2)
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "asking m" not in told
    assert told.startswith("requests are failing, and are asked again where that may help; the fi")
    assert "hunter2" not in told and "\x1b" not in told


@pytest.mark.parametrize(
    "asks",
    [
        ("grade", "none.jsonl"), ("calibrate", "none.jsonl"), ("score", "none"), ("report", "none"),
        ("compare", "none", "none"), ("leaderboard", "none"), ("tasks", "validate", "none"),
        ("run", "quick", "--model", "reference:none", "--out", "out"),
        ("plan", "quick", "--model", "reference:none"),
    ],
)  # fmt: skip
def test_an_error_in_a_log_is_one_line(
    asks: tuple[str, ...], command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = command(*asks)
    assert code == 2 and err.count("\n") == 1 and err.startswith("error: ")
