"""The command as a stranger's files meet it: run in process, its exit code and its last line at hand."""

import io
import shutil
import sys
import unicodedata
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from lawbound.__main__ import main

Call = Callable[..., int]
FORBIDDEN = ("Cc", "Cs", "Cf")


class _Terminal(io.TextIOWrapper):
    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    def text(self) -> str:
        """All that was written so far."""
        self.flush()
        return self.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]


def run_command(*arguments: object, expect: str = "") -> int:
    """Run the command; whatever it was given, it ends in order.

    A refusal is exit code 2 with one line of bounded length. No control sign of the input reaches the
    terminal.
    """
    out, err = _Terminal(), _Terminal()
    given, sys.argv = sys.argv, ["lawbound", *map(str, arguments)]
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main()
        code = 0
    except SystemExit as stop:
        code = int(stop.code or 0)
    finally:
        sys.argv = given
    last = (err.text().splitlines() or [""])[-1]
    assert code in (0, 1, 2, 3), arguments
    shown = out.text() + (last if code == 2 else "")
    assert not [c for c in shown if c not in "\n\t" and unicodedata.category(c) in FORBIDDEN]
    if code == 2:
        assert last.startswith("error: ") and len(last) < 1100
    if expect:
        assert code == 2 and expect in last, (code, last)
    return code


@pytest.fixture(scope="session")
def call() -> Call:
    """`run_command`."""
    return run_command


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run folder, judged and concluded; copy it before damaging it."""
    out = tmp_path_factory.mktemp("judged") / "out"
    models = ("--model", "reference:coin", "--model", "reference:parrot")
    options = ("--policy", "us", "--limit", "2", "--no-references", "--out", out)
    assert run_command("run", "quick", *models, *options) == 0
    return out


@pytest.fixture(scope="session")
def stranger(
    judged: Path, undigested: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The same from somebody who left out what its files were; copy it before damaging it."""
    return undigested(shutil.copytree(judged, tmp_path_factory.mktemp("stranger") / "run"))
