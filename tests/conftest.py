"""The command in the test's own process; a server whose replies are scripted; Ctrl-C as at a terminal."""

import io
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from hypothesis import settings

from lawbound.__main__ import main
from lawbound.evals.folder.record import RunRecord
from lawbound.evals.folder.run_folder import RunFolder

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts background jobs so, and the programs that tests interrupt would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile(
    "untimed", deadline=None
)  # speed is measured in benchmarks; a test's machine may be busy
settings.load_profile("untimed")

SCRIPTED = Path(__file__).parent / "runners" / "servers" / "scripted.py"
LONGEST = ("test_behaviour_learned.py", "test_fuzz.py")
"""The first fits the grader's tables anew, which takes longer than any other file."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files go first: last, one would run alone while the other processes wait."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


class Ended(NamedTuple):
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


def _run(*arguments: object) -> Ended:
    streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2)]
    out, err = streams
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as stop:
        main([str(one) for one in arguments])
    told = [one.buffer.getvalue().decode() for one in streams]  # type: ignore[attr-defined]
    return Ended(int(stop.value.code or 0), *told)


@pytest.fixture(scope="session")
def command() -> Callable[..., Ended]:
    """Call it with what stands behind ``lawbound``; it runs in this process."""
    return _run


@pytest.fixture(scope="session")
def undigested() -> Callable[[Path], Path]:
    """Call it with a run folder: it then says no more what its files were, so that they can be edited."""

    def forget(run: Path) -> Path:
        file = run / "run.yaml"
        record = yaml.safe_load(file.read_text(encoding="utf-8"))
        del record["digests"]
        file.write_text(yaml.safe_dump(record, sort_keys=False), encoding="utf-8")
        return run

    return forget


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is drawn as on a terminal."""
    monkeypatch.setattr("lawbound.runners.cli.console.is_watched", lambda: True)


@pytest.fixture
def private_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `datasets` reads from files is kept for this test alone."""
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")


@pytest.fixture(scope="session")
def rewrite() -> Callable[..., None]:
    """Call it with a run folder and what its ``run.yaml`` is to hold instead, by the names of the file."""

    def write(run: Path, **content: object) -> None:
        folder = RunFolder(run)
        record = RunRecord.model_validate(folder.read_run().content() | content)
        folder.write_run(record)

    return write


@pytest.fixture(scope="session")
def scripted_server() -> Iterator[str]:
    """Root URL of the server."""
    with subprocess.Popen(
        [sys.executable, SCRIPTED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.terminate()
