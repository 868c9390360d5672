"""What stands beside a progress bar, and that it reaches a log as well as a terminal."""

from contextlib import suppress

import pytest

from lawbound.evals.observer import Silent, trouble_of
from lawbound.runners.cli.console import Bars, bars
from lawbound.runners.engines import ModelError


def test_failing_requests_are_counted_beside_the_bar_and_the_first_is_quoted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with bars() as observer:
        observer.stage("asking m", 4)
        observer.advance(1)
        for failing in (1, 2, 3):
            trouble_of(observer)(failing, f"status 500\x1b[31m\nof {failing}")
        early = capsys.readouterr().err
    told = "requests are failing, and are asked again where that may help; the first said: "
    told += "status 500\ufffd[31m of 1"
    assert early.count("requests are failing") == 1 and told in early, "before the bar has ended"
    assert "3 failing" in capsys.readouterr().err


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


def test_an_observer_that_does_not_listen_is_told_nothing() -> None:
    trouble_of(Silent())(1, "status 500")
    assert trouble_of(drawn := Bars()) == drawn.trouble


@pytest.mark.parametrize(("fails", "drawn"), [(True, "0/?"), (False, "1/1")])
def test_a_stage_that_failed_ends_no_bar_full(
    fails: bool, drawn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with suppress(ModelError), bars() as observer:
        observer.stage("loading m", None)
        if fails:
            raise ModelError("no such model")
    assert drawn in capsys.readouterr().err
