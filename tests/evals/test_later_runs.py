"""Runs that are stopped in a folder that holds an older one: what is read then is one run or nothing, and a run may go on."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest
from asked_runs import PLAN, RESULTS, VERDICTS, arguments, ask_run, run_spec, stopped
from run_files import CSVS

from lawbound import FunctionEngine, evaluate, open_run
from lawbound.evals.asking import ask
from lawbound.evals.folder.digests import file_digest
from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.folder.stored_run import stored_run
from lawbound.evals.prepare import prepare
from lawbound.runners.sample import Request
from lawbound.tasks.io.safe_files import whole_file

Command = Callable[..., tuple[int, str, str]]
Undigested = Callable[[Path], Path]


class _Stops:
    """A stop right before, or right after, one of the files that are replaced takes its place."""

    def __init__(self, at: int, *, after: bool) -> None:
        self.at, self.after, self.begun = at, after, 0

    @contextmanager
    def file(self, path: Path, *, is_locked: bool) -> Iterator[BinaryIO]:
        """`whole_file`, that may be stopped."""
        self.begun += 1
        is_last = self.begun == self.at  # another may be written before this one is whole
        with whole_file(path, is_locked=is_locked) as handle:
            yield handle
            if is_last and not self.after:
                raise KeyboardInterrupt
        if is_last:
            raise KeyboardInterrupt


@pytest.mark.filterwarnings("ignore:.*answers were stored")
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("limit", [2, 6])
def test_no_stop_while_a_folder_is_asked_again_locks_its_user_out(
    asked_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int, after: bool
) -> None:
    """With fewer questions and with more, stopped at every file that is written.

    What is concluded then is the run that run.yaml describes, or nothing, and only then is a later run told. And the
    same run goes on.
    """
    prepared = prepare(run_spec(limit), own=("m",))
    engines = {"m": FunctionEngine(lambda _: "Yes.", name="m", revision="2")}
    fates = set()
    for at in range(1, 40):
        out = Path(shutil.copytree(asked_run, tmp_path / str(at)))
        folder = RunFolder(out)
        stops = _Stops(at, after=after)
        monkeypatch.setattr("lawbound.evals.folder.files.whole_file", stops.file)
        try:
            ask(prepared, out, engines=engines)
        except KeyboardInterrupt:
            monkeypatch.undo()
        else:
            break
        record = folder.read_run()
        is_older = file_digest(out / PLAN) == file_digest(asked_run / PLAN)
        is_described = is_older == (record.spec["limit"] == 4)
        fates.add((is_older, is_described))
        assert folder.is_being_replaced(record) is not is_described
        if is_described:
            found = stored_run(folder, record)
            assert {one.item for one in folder.read_plan("m")} <= set(found.items)
        else:
            with pytest.raises(
                FolderError, match=rf"{PLAN}: was written by a run that was stopped.*run it again"
            ):
                stored_run(folder, record)
        ask(prepared, out, engines=engines)
        stored_run(folder, folder.read_run())
        assert folder.read_run().spec["limit"] == limit
    else:
        raise AssertionError("it writes more files than that")
    assert at > 7
    assert {(True, True), (False, False)} <= fates
    assert all(len(known) == 1 for known in folder.read_run().digests.values())


@pytest.mark.parametrize("reader", ["score", "report", "gate", "power", "leaderboard", "compare"])
def test_a_stopped_run_under_another_suite_is_not_concluded_as_the_one_before_it(
    command: Command, run: Path, reader: str
) -> None:
    before = {name: (run / name).read_bytes() for name in (*CSVS, VERDICTS)}
    with pytest.raises(KeyboardInterrupt):
        ask_run(run, 6, stopped)
    code, _, err = command(*arguments(reader, run))
    told = f"WARNING: {run}: a later run in this folder has not asked a model to its end"
    if reader in RESULTS:  # these read what was concluded of the older run
        assert code == (1 if reader == "gate" else 0)
        assert err.count(told) == 1
        assert ("no gate passes while a later run is not finished" in err) is (reader == "gate")
        assert "later-run" in [one.kind for one in open_run(run).caveats]
    else:
        assert code == 2
        (line,) = err.splitlines()
        assert f"{run / PLAN}: was written by a run that was stopped" in line
    assert before == {name: (run / name).read_bytes() for name in before}
    if reader == "gate":
        assert command(*arguments(reader, run), "--missing", "1")[0] == 0
    ask_run(run, 6)
    assert command("score", run)[0] == 0
    code, _, err = command(*arguments(reader, run))
    assert code == 0 and told not in err


def _ask_models(out: Path, answers: dict[str, Callable[[Request], str]], *, limit: int = 4) -> None:
    spec = run_spec(limit).model_copy(update={"models": tuple(answers)})
    engines = {name: FunctionEngine(answer, name=name) for name, answer in answers.items()}
    evaluate(spec, out, engines=engines)


@pytest.mark.filterwarnings("ignore:.*answers were stored")
@pytest.mark.parametrize("end", ["it goes on", "the one before", "both"])
def test_a_stopped_run_that_asks_another_model_the_same_questions_is_told(
    command: Command, run: Path, end: str
) -> None:
    """No file that the older run wrote is another then, and its numbers still pass no gate."""
    before = {name: (run / name).read_bytes() for name in ("items.jsonl", PLAN)}
    gate = arguments("gate", run)
    told = "a later run in this folder has not asked a model to its end"
    for _ in range(2):  # stopped, and stopped again when it goes on
        with pytest.raises(KeyboardInterrupt):
            _ask_models(run, {"other": stopped})
        for reader in ("gate", "report", "gate"):  # to report is to conclude
            code, _, err = command(*arguments(reader, run))
            assert code == (1 if reader == "gate" else 0)
            assert err.count(told) == 1
        assert "no gate passes while a later run is not finished" in err
        assert "later-run" in [one.kind for one in open_run(run).caveats]
    assert before == {name: (run / name).read_bytes() for name in before}
    names = {"it goes on": ["other"], "the one before": ["m"], "both": ["m", "other"]}[end]
    _ask_models(run, dict.fromkeys(names, lambda _: "Yes."))
    # The plan of a model that was dropped stays in the folder, and no longer in run.yaml.
    assert [path.name for path in (run / "plan").glob("other-*.jsonl")]
    code, _, err = command(*gate)
    assert code == 0 and told not in err
    assert "later-run" not in [one.kind for one in open_run(run).caveats]


@pytest.mark.filterwarnings("ignore:.*answers were stored")
def test_a_run_that_is_stopped_at_its_second_model_is_not_a_later_one(
    command: Command, run: Path, undigested: Undigested
) -> None:
    old = undigested(Path(shutil.copytree(run, run.parent / "old")))
    for folder in (run, old):
        with pytest.raises(KeyboardInterrupt):
            _ask_models(folder, {"m": lambda _: "Yes.", "other": stopped})
        code, _, err = command(*arguments("report", folder))
        assert code == 0 and "a later run" not in err
        assert "not-asked" in [one.kind for one in open_run(folder).caveats]


def test_a_later_run_that_is_going_on_is_not_said_to_be_stopped(
    command: Command, run: Path
) -> None:
    told: list[str] = []

    def answer(_: Request) -> str:
        if not told:
            told.append(command(*arguments("gate", run))[2])
        return "Yes."

    ask_run(run, 6, answer)
    assert f"{run}: a later run in this folder has not asked a model to its end" in told[0]
    assert "wait for it or, where it was stopped, run again" in told[0]
    assert "was stopped before" not in told[0]


def test_questions_of_another_bank_that_a_stopped_run_wrote_are_not_those_of_the_one_before(
    run: Path, rewrite: Callable[..., None]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        _ask_models(run, {"n": stopped}, limit=6)
    folder = RunFolder(run)
    stored_run(folder, folder.read_run())  # of the installed bank, so that each is held against it
    rewrite(run, bank="of another version")
    with pytest.raises(FolderError, match=r"items\.jsonl: was written by a run that was stopped"):
        stored_run(folder, folder.read_run())


def test_asking_again_and_stopping_does_not_make_edited_questions_believed(run: Path) -> None:
    file = run / "items.jsonl"
    file.write_bytes(file.read_bytes().replace(b'"acts": ["', b'"acts": ["deny", "'))
    assert b'"deny", "' in file.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        evaluate(run_spec(1), run, engines={"m": FunctionEngine(stopped, name="m", revision="2")})
    assert b'"deny", "' not in file.read_bytes()
