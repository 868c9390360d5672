"""The command as a stranger's files meet it: run in process, its exit code and its last line at hand."""

import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

Call = Callable[..., int]
FORBIDDEN = ("Cc", "Cs", "Cf")


@pytest.fixture(scope="session")
def call(command: Callable[..., tuple[int, str, str]]) -> Call:
    """Run the command; whatever it was given, it ends in order.

    A refusal is exit code 2 with one line of bounded length. No control sign of the input reaches the
    terminal.
    """

    def run(*arguments: object, expect: str = "") -> int:
        code, out, err = command(*arguments)
        last = (err.splitlines() or [""])[-1]
        assert code in (0, 1, 2, 3), arguments
        shown = out + (last if code == 2 else "")
        assert not [c for c in shown if c not in "\n\t" and unicodedata.category(c) in FORBIDDEN]
        if code == 2:
            assert last.startswith("error: ") and len(last) < 1100
        if expect:
            assert code == 2 and expect in last, (code, last)
        return code

    return run


@pytest.fixture(scope="session")
def judged(call: Call, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run folder, judged and concluded; copy it before damaging it."""
    out = tmp_path_factory.mktemp("judged") / "out"
    models = ("--model", "reference:coin", "--model", "reference:parrot")
    options = ("--policy", "us", "--limit", "2", "--no-references", "--out", out)
    assert call("run", "quick", *models, *options) == 0
    return out


@pytest.fixture(scope="session")
def stranger(
    judged: Path, undigested: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The same from somebody who left out what its files were; copy it before damaging it."""
    return undigested(shutil.copytree(judged, tmp_path_factory.mktemp("stranger") / "run"))
