"""Files of a run folder that were edited since they were written are found, and no stop is taken for an edit."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pytest
import yaml
from run_files import CSVS

from lawbound import FunctionEngine, RunSpec, conclude, evaluate, open_run
from lawbound.evals.asking import ask
from lawbound.evals.columns import SCHEMA_VERSION
from lawbound.evals.folder.digests import file_digest
from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.folder.stored_run import stored_run
from lawbound.evals.prepare import prepare
from lawbound.runners.sample import Request
from lawbound.tasks.io.safe_files import whole_file

Command = Callable[..., tuple[int, str, str]]

Undigested = Callable[[Path], Path]


def _spec(limit: int) -> RunSpec:
    return RunSpec(suite="quick", models=("m",), policies=("us",), limit=limit, references=False)


def _ask(out: Path, limit: int, answer: Callable[[Request], str] = lambda _: "Yes.") -> None:
    evaluate(_spec(limit), out, engines={"m": FunctionEngine(answer, name="m")})


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run; copy it before it is changed."""
    out = tmp_path_factory.mktemp("asked") / "out"
    _ask(out, 4)
    return out


@pytest.fixture
def run(asked: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(asked, tmp_path / "run"))


def _drop_a_line(file: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:-1]))


def _edit_verdicts(file: Path) -> None:
    frame = pd.read_parquet(file)
    frame.assign(met=1.0).to_parquet(file, index=False)


PLAN, VERDICTS = "plan/m-62c66a7a.jsonl", "verdicts.parquet"
READERS = {
    "score": (),
    "report": (),
    "gate": ("--that", "J.value@us>=-1"),
    "power": ("--effect", "0.1", "--metric", "J"),
    "leaderboard": (),
    "compare": ("RUN",),
    "calibrate sample": ("-o", "SHEET"),
}
RESULTS = {
    "gate": "metrics.csv",
    "power": "metrics.csv",
    "leaderboard": "leaderboard.csv",
    "compare": VERDICTS,
    "calibrate sample": VERDICTS,
}
"""What each command reads of what was concluded; the others conclude."""


def _arguments(reader: str, run: Path) -> list[object]:
    places = {"RUN": run, "SHEET": run.parent / "sheet.csv"}
    return [*reader.split(), run, *(places.get(word, word) for word in READERS[reader])]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", ["items.jsonl", PLAN])
def test_every_command_that_reads_a_run_refuses_edited_questions_and_plans(
    command: Command, run: Path, reader: str, name: str
) -> None:
    assert command(*_arguments(reader, run))[0] == 0
    (run.parent / "sheet.csv").unlink(missing_ok=True)
    before = file_digest(run / name)
    _drop_a_line(run / name)
    code, _, err = command(*_arguments(reader, run))
    (line,) = (line for line in err.splitlines() if line.startswith("error: "))
    assert code == 2
    assert (
        f"{run / name}: found the digest '{file_digest(run / name)}', expected '{before}'" in line
    )


@pytest.mark.parametrize("reader", RESULTS)
def test_edited_results_are_refused_and_concluded_anew(
    command: Command, run: Path, reader: str
) -> None:
    file = run / RESULTS[reader]
    before = file.read_bytes()
    (_edit_verdicts if file.name == VERDICTS else _drop_a_line)(file)
    code, _, err = command(*_arguments(reader, run))
    assert code == 2
    assert f"{file}: found the digest " in err
    assert (
        f"as in run.yaml: it was changed since, or concluding was stopped (`lawbound score {run}`"
        in err
    )
    assert command("score", run)[0] == 0
    assert file.read_bytes() == before
    assert command(*_arguments(reader, run))[0] == 0


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("place", [("suite", "max_tokens"), ("settings", "max_tokens"), ("seed",)])
def test_every_command_that_reads_a_run_refuses_another_suite_in_its_record(
    command: Command, run: Path, reader: str, place: tuple[str, ...]
) -> None:
    record = yaml.safe_load((run / "run.yaml").read_text(encoding="utf-8"))
    part = record
    for name in place[:-1]:
        part = part[name]
    part[place[-1]] += 1
    (run / "run.yaml").write_text(yaml.safe_dump(record), encoding="utf-8")
    code, out, err = command(*_arguments(reader, run))
    assert (code, out) == (2, "")
    assert f"{run / 'run.yaml'}: found the suite_hash '" in err
    assert (
        "as in leaderboard.csv: its suite, seed, settings, limit or bank was changed since" in err
    )


def test_asking_as_before_mends_a_record_that_names_another_suite(
    run: Path, rewrite: Callable[..., None]
) -> None:
    before = (run / "leaderboard.csv").read_bytes()
    rewrite(run, seed=7)
    with pytest.raises(FolderError, match="suite_hash"):
        conclude(run)
    with pytest.warns(UserWarning, match="the function was not asked"):
        _ask(run, 4)
    conclude(run)
    assert (run / "leaderboard.csv").read_bytes() == before


def test_compare_refuses_an_edited_board_before_it_says_anything(
    command: Command, run: Path, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(run, tmp_path / "other"))
    _drop_a_line(other / "leaderboard.csv")
    code, out, err = command("compare", run, other, "-o", tmp_path / "flips.csv")
    assert (code, out) == (2, "")
    assert f"{other / 'leaderboard.csv'}: found the digest " in err
    assert not (tmp_path / "flips.csv").exists()


@pytest.mark.parametrize("reader", READERS)
def test_a_run_of_before_digests_were_kept_is_read_and_says_so(
    command: Command, run: Path, undigested: Undigested, reader: str
) -> None:
    undigested(run)
    code, _, err = command(*_arguments(reader, run))
    assert code == 0
    where = "" if reader in ("score", "report") else f"{run}: "
    assert f"{where}run.yaml holds no digests of the questions and plan" in err


@pytest.mark.filterwarnings("ignore:.*answers were stored")
def test_asking_again_writes_the_digests(
    command: Command, run: Path, undigested: Undigested
) -> None:
    _ask(undigested(run), 4)
    assert "nobody can tell" not in command("score", run)[2]


def test_a_board_without_its_run_is_read_and_says_so(
    command: Command, run: Path, tmp_path: Path
) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(run / "leaderboard.csv", alone)
    code, _, err = command("leaderboard", alone)
    assert code == 0
    assert f"{alone}: holds no run.yaml, so nobody can tell" in err


def test_numbers_that_are_older_than_the_run_are_refused(run: Path) -> None:
    asked = RunFolder(run).read_run().with_results({})
    RunFolder(run).write_run(asked)  # as between asking and concluding
    with pytest.raises(
        FolderError,
        match=r"verdicts\.parquet: .* which has none: it was changed since, or concluding was stopped",
    ):
        RunFolder(run).read_frame()
    conclude(run)
    RunFolder(run).read_frame()


def _sign(run: Path, name: str) -> None:
    """Enter the digest of what is there now, as anybody can."""
    file = run / "run.yaml"
    record = yaml.safe_load(file.read_text(encoding="utf-8"))
    record["digests"][name] = [file_digest(run / name)]
    file.write_text(yaml.safe_dump(record, sort_keys=False), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"topic": "economy/wages"}, "topic: found 'economy/wages', expected '"),
        ({"id": "no-such-item"}, "found the item 'no-such-item' of "),
    ],
)
def test_a_question_that_the_installed_bank_asks_otherwise_is_refused_whatever_its_digest(
    run: Path, rewrite: Callable[..., None], change: dict[str, str], told: str
) -> None:
    file = run / "items.jsonl"
    records = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    at = next(i for i, record in enumerate(records) if record["kind"] == "policy")
    records[at] |= change
    file.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    _sign(run, "items.jsonl")
    with pytest.raises(FolderError) as caught:
        conclude(run)
    assert told in str(caught.value) and "'" + str(RunFolder(run).read_run().bank) + "'" in str(
        caught.value
    )
    rewrite(run, bank="of another version")
    (run / "leaderboard.csv").unlink()  # its suite_hash is of the bank that was asked
    if "topic" in change:  # nobody knows what that bank asks
        conclude(run)


class _Stops:
    """A stop right before, or right after, one of the files that are replaced takes its place."""

    def __init__(self, at: int, *, after: bool) -> None:
        self.at, self.after, self.begun = at, after, 0

    @contextmanager
    def file(self, path: Path) -> Iterator[BinaryIO]:
        """`whole_file`, that may be stopped."""
        self.begun += 1
        is_last = self.begun == self.at  # another may be written before this one is whole
        with whole_file(path) as handle:
            yield handle
            if is_last and not self.after:
                raise KeyboardInterrupt
        if is_last:
            raise KeyboardInterrupt


@pytest.mark.filterwarnings("ignore:.*answers were stored")
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("limit", [2, 6])
def test_no_stop_while_a_folder_is_asked_again_locks_its_user_out(
    asked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int, after: bool
) -> None:
    """With fewer questions and with more, stopped at every file that is written.

    What is concluded then is the run that run.yaml describes, or nothing: and the same run goes on.
    """
    prepared = prepare(_spec(limit), own=("m",))
    engines = {"m": FunctionEngine(lambda _: "Yes.", name="m", revision="2")}
    fates = set()
    for at in range(1, 40):
        out = Path(shutil.copytree(asked, tmp_path / str(at)))
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
        is_older = file_digest(out / PLAN) == file_digest(asked / PLAN)
        is_described = is_older == (record.spec["limit"] == 4)
        fates.add((is_older, is_described))
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


def _stopped(_: Request) -> str:
    raise KeyboardInterrupt


@pytest.mark.parametrize("reader", ["score", "report", "gate", "power", "leaderboard", "compare"])
def test_a_stopped_run_under_another_suite_is_not_concluded_as_the_one_before_it(
    command: Command, run: Path, reader: str
) -> None:
    before = {name: (run / name).read_bytes() for name in (*CSVS, VERDICTS)}
    with pytest.raises(KeyboardInterrupt):
        evaluate(_spec(6), run, engines={"m": FunctionEngine(_stopped, name="m")})
    code, _, err = command(*_arguments(reader, run))
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
        assert command(*_arguments(reader, run), "--missing", "1")[0] == 0
    evaluate(_spec(6), run, engines={"m": FunctionEngine(lambda _: "Yes.", name="m")})
    assert command("score", run)[0] == 0
    code, _, err = command(*_arguments(reader, run))
    assert code == 0 and told not in err


def _ask_models(out: Path, answers: dict[str, Callable[[Request], str]]) -> None:
    spec = _spec(4).model_copy(update={"models": tuple(answers)})
    engines = {name: FunctionEngine(answer, name=name) for name, answer in answers.items()}
    evaluate(spec, out, engines=engines)


@pytest.mark.filterwarnings("ignore:.*answers were stored")
@pytest.mark.parametrize("end", ["it goes on", "the one before", "both"])
def test_a_stopped_run_that_asks_another_model_the_same_questions_is_told(
    command: Command, run: Path, end: str
) -> None:
    """No file that the older run wrote is another then, and its numbers still pass no gate."""
    before = {name: (run / name).read_bytes() for name in ("items.jsonl", PLAN)}
    gate = _arguments("gate", run)
    told = "a later run in this folder has not asked a model to its end"
    for _ in range(2):  # stopped, and stopped again when it goes on
        with pytest.raises(KeyboardInterrupt):
            _ask_models(run, {"other": _stopped})
        for reader in ("gate", "report", "gate"):  # to report is to conclude
            code, _, err = command(*_arguments(reader, run))
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
            _ask_models(folder, {"m": lambda _: "Yes.", "other": _stopped})
        code, _, err = command(*_arguments("report", folder))
        assert code == 0 and "a later run" not in err
        assert "not-asked" in [one.kind for one in open_run(folder).caveats]


def test_a_later_run_that_is_going_on_is_not_said_to_be_stopped(
    command: Command, run: Path
) -> None:
    told: list[str] = []

    def answer(_: Request) -> str:
        if not told:
            told.append(command(*_arguments("gate", run))[2])
        return "Yes."

    _ask(run, 6, answer)
    assert f"{run}: a later run in this folder has not asked a model to its end" in told[0]
    assert "wait for it or, where it was stopped, run again" in told[0]
    assert "was stopped before" not in told[0]


@pytest.mark.filterwarnings("ignore:.*answers were stored")
@pytest.mark.parametrize(
    ("name", "column"), [("metrics.csv", b"p_holm"), ("leaderboard.csv", b"J_mde")]
)
def test_a_table_of_another_version_is_written_anew_by_what_can_write_it(
    command: Command, run: Path, name: str, column: bytes
) -> None:
    table = run / name
    older = (
        table.read_bytes()
        .replace(f"\n{SCHEMA_VERSION},".encode(), b"\n2,")
        .replace(column, b"old", 1)
    )
    table.write_bytes(older)
    _sign(run, name)
    asks = ("gate", run, "--that", "J>=0") if name == "metrics.csv" else ("leaderboard", run)
    code, _, err = command(*asks)
    assert code == 2
    assert (
        f"{table}: schema_version is '2', expected {SCHEMA_VERSION}: another version of Lawbound wrote it ("
        in err
    )
    assert f"(`lawbound score {run}` writes it anew)" in err and "columns differ" not in err
    with pytest.raises(KeyboardInterrupt):
        evaluate(_spec(6), run, engines={"m": FunctionEngine(_stopped, name="m")})
    err = command(*asks)[2]
    assert (
        f"expected {SCHEMA_VERSION}: another version of Lawbound wrote it (and a later run is not finished: where it was stopped, run it again"
        in err
    )
    assert "lawbound score" not in err
    assert command("score", run)[0] == 2, "the plan is no longer that of run.yaml"


def test_questions_of_another_bank_that_a_stopped_run_wrote_are_not_those_of_the_one_before(
    run: Path, rewrite: Callable[..., None]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        evaluate(
            RunSpec(suite="quick", models=("n",), policies=("us",), limit=6, references=False),
            run, engines={"n": FunctionEngine(_stopped, name="n")},
        )  # fmt: skip
    folder = RunFolder(run)
    stored_run(folder, folder.read_run())  # of the installed bank, so that each is held against it
    rewrite(run, bank="of another version")
    with pytest.raises(FolderError, match=r"items\.jsonl: was written by a run that was stopped"):
        stored_run(folder, folder.read_run())


def test_asking_again_and_stopping_does_not_make_edited_questions_believed(run: Path) -> None:
    file = run / "items.jsonl"
    kept = file.read_bytes()
    file.write_bytes(kept.replace(b'"acts": ["', b'"acts": ["deny", "'))
    with pytest.raises(KeyboardInterrupt):
        evaluate(_spec(1), run, engines={"m": FunctionEngine(_stopped, name="m", revision="2")})
    assert b'"deny", "' not in file.read_bytes()


def test_missing_answers_fail_a_gate_and_are_told_beside_a_board(
    command: Command, run: Path
) -> None:
    (samples,) = (run / "samples").iterdir()
    lines = samples.read_bytes().splitlines(keepends=True)
    samples.write_bytes(b"".join(lines[::2]))
    assert command("score", run)[0] == 0
    mark = ("gate", run, "--that", "truncated.value@us<=1")
    code, out, err = command(*mark)
    assert code == 1 and "FAILS" in out
    assert re.search(
        r"WARNING: truncated\S*: \S+ % of what was asked of m under us is missing \(\d+ of \d+ failed",
        err,
    )
    assert "more than 0.05 of it: it fails (--missing allows more)" in err
    code, out, err = command(*mark, "--missing", "1")
    assert code == 0 and "holds" in out and "is missing" in err and "it fails" not in err
    assert re.search(
        r"WARNING: \d+ answers of m \(run\) under us are missing", command("leaderboard", run)[2]
    )
