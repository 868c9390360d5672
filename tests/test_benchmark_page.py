"""Benchmarks say how they are called and write nothing when asked for it; what they print goes where it is sent."""

import importlib.util
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
SCRIPTS = [
    file
    for file in sorted(BENCHMARKS.glob("*.py"))
    if '\nif __name__ == "__main__":\n' in file.read_text(encoding="utf-8")
]
TRAINING = {"cross_grader", "train_grader"}
"""They need libraries of the extra `local`."""


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_says_how_it_is_called_and_does_no_more(
    script: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ".ArgumentParser(" in script.read_text(encoding="utf-8"), (
        "it would take --help for nothing"
    )
    for library in ("torch", "sklearn", "threadpoolctl") if script.stem in TRAINING else ():
        pytest.importorskip(library)
    monkeypatch.setattr(sys, "argv", [str(script), "--help"])
    monkeypatch.syspath_prepend(BENCHMARKS)
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(script), run_name="__main__")
    assert ended.value.code == 0
    assert f"usage: {script.name} " in capsys.readouterr().out


def test_what_it_says_goes_to_the_stream_that_is_named(
    page: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    page.say("the section")
    page.say("... under way", file=sys.stderr)
    assert capsys.readouterr() == ("the section\n", "... under way\n")


@pytest.fixture(scope="module")
def page() -> Any:
    spec = importlib.util.spec_from_file_location("benchmark_page", BENCHMARKS / "page.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
