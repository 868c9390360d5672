"""A command that is told to stop: Ctrl-C and SIGTERM, in the command's own process."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from lawbound import FunctionEngine
from lawbound.__main__ import STOPPED, STOPPED_KEEPING
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.runners.store import read_samples

Command = Callable[..., tuple[int, str, str]]


def _told(number: int) -> Any:
    def told(*_: Any, **__: Any) -> None:
        signal.raise_signal(number)

    return told


@pytest.fixture(autouse=True)
def as_in_a_fresh_process() -> Iterator[None]:
    """A cluster that was left in this process takes handlers away where Python cannot see it: a signal then ends pytest."""
    fresh = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
    before = {number: signal.signal(number, handler) for number, handler in fresh.items()}
    yield
    for number, handler in before.items():
        if handler is not None:  # else it is none of Python's, which cannot set it
            signal.signal(number, handler)


SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_run_that_is_told_to_stop_keeps_its_answers_and_says_so_in_one_line(
    command: Command, number: int, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(request: Any) -> str:
        asked.append(request.key)
        if len(asked) == 5:
            signal.raise_signal(number)
        return "Yes."

    engine = FunctionEngine(answer, name="m")
    monkeypatch.setattr("lawbound.evals.asking.open_model", lambda *_: engine)
    options = ["--policy", "us", "--limit", "1", "--no-references", "--out", str(tmp_path)]
    ended = command("run", "quick", "--model", "smollm2", *options)
    assert ended[0] == code and ended[2].splitlines()[-1] + "\n" == STOPPED_KEEPING
    assert len(read_samples(RunFolder(tmp_path).samples("m"))) == 4


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_run_whose_server_is_silent_from_the_first_word_is_stopped_at_once(
    command: Command, number: int, code: int, tmp_path: Path
) -> None:
    stopped, waited_in_vain = Event(), Event()

    def stay_silent() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(1)
            os.kill(os.getpid(), number)
            if not stopped.wait(20):
                waited_in_vain.set()

    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=stay_silent, daemon=True).start()
        model = f"openai:m@http://127.0.0.1:{server.getsockname()[1]}/v1"
        options = ["--policy", "us", "--limit", "1", "--no-references", "--out", str(tmp_path)]
        ended = command("run", "quick", "--model", model, *options)
        stopped.set()
    assert ended[0] == code and ended[2].splitlines()[-1] + "\n" == STOPPED_KEEPING
    assert not waited_in_vain.is_set()


@pytest.mark.parametrize(
    ("name", "does"),
    [
        ("grade", "grading.grade_file.grade_file"),
        ("calibrate", "calibration.labelled.read_labelled"),
        ("calibrate", "calibration.agreement.agreement"),
    ],
)
@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_command_that_says_itself_what_it_leaves_is_believed(
    command: Command,
    name: str,
    does: str,
    number: int,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(f"lawbound.rubrics.{does}", _told(number))
    answers = tmp_path / "answers.jsonl"
    answers.write_text('{"id": "a", "prompt": "Q?", "response": "A.", "gold": "answer"}\n')
    ended = command(name, answers)
    assert ended[0] == code and ended[2].splitlines()[-1] == "interrupted: nothing is written"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("run --limit 1", STOPPED_KEEPING),
        ("score out", STOPPED_KEEPING),
        ("run --limit 1 --dry-run", STOPPED),
        ("plan quick", STOPPED),
        ("report out", STOPPED),
        ("compare a b", STOPPED),
        ("grade answers.jsonl", STOPPED),
        ("tasks export --out run", STOPPED),
        ("", STOPPED),
    ],
)
@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_only_commands_that_store_answers_say_that_they_are_kept(
    command: Command,
    words: str,
    line: str,
    number: int,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lawbound.runners.cli.app", _told(number))  # before a command has begun
    assert command(*words.split()) == (code, "", line)


WHILE_PYTHON_IMPORTS = """
import signal, sys

class Told:
    def find_spec(self, name, *_):
        if name == sys.argv[1]:
            sys.meta_path.remove(self)
            signal.raise_signal(signal.SIGINT)

for name in [name for name in sys.modules if name == "signal"]:
    del sys.modules[name]
sys.meta_path.insert(0, Told())
import lawbound.__main__
"""


@pytest.mark.parametrize("module", ["signal", "lawbound.streams", "lawbound.tasks.io.errors"])
def test_ctrl_c_while_the_command_is_imported_is_one_line(module: str) -> None:
    words = [sys.executable, "-c", WHILE_PYTHON_IMPORTS, module]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", STOPPED)


def test_a_second_sigterm_finds_no_handler_and_none_stays_behind(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    then: list[Any] = []

    def stopped(*_: Any, **__: Any) -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            then.append(signal.getsignal(signal.SIGTERM))

    monkeypatch.setattr("lawbound.evals.conclude.conclude", stopped)
    assert command("report", tmp_path)[0] == 143
    assert [*then, signal.getsignal(signal.SIGTERM)] == [signal.SIG_DFL, signal.SIG_DFL]


IN_EXEC = """
import sys
from lawbound.__main__ import main
from lawbound.evals import conclude

def stopped(*_, **__):
    exec("import signal; signal.raise_signal(signal.SIGTERM)")

conclude.conclude = stopped
main()
"""
"""As where a dataclass is being made while a module is imported."""


def test_a_stop_inside_an_exec_ends_with_its_own_code_too(tmp_path: Path) -> None:
    (tmp_path / "stopped_in_exec.py").write_text(IN_EXEC, encoding="utf-8")
    words = [sys.executable, "-m", "stopped_in_exec", "report", str(tmp_path)]
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (143, STOPPED)


def test_a_stop_that_python_has_wrapped_is_one(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: Any, **__: Any) -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        except KeyboardInterrupt as stop:
            raise RuntimeError("Error calling __set_name__") from stop

    monkeypatch.setattr("lawbound.evals.conclude.conclude", stopped)
    assert command("report", tmp_path) == (143, "", STOPPED)


def _seen(handlers: list[Any]) -> Callable[..., None]:
    """Notes which handler there is while a command works, and ends it."""

    def work(*_: Any, **__: Any) -> None:
        handlers.append(signal.getsignal(signal.SIGTERM))
        raise SystemExit(0)

    return work


def test_a_handler_that_is_there_and_a_signal_that_is_ignored_stay(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[Any] = []
    monkeypatch.setattr("lawbound.evals.conclude.conclude", _seen(found))
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        assert command("report", tmp_path)[0] == 0
        assert found == [signal.getsignal(signal.SIGTERM)] == [signal.SIG_IGN]
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_command_outside_the_main_thread_sets_no_handler(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[Any] = []
    monkeypatch.setattr("lawbound.evals.conclude.conclude", _seen(found))
    thread = Thread(target=command, args=("report", tmp_path))
    thread.start()
    thread.join()
    assert found == [signal.SIG_DFL]
