"""Files of a run folder that were edited since they were written are found, whatever reads them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml
from asked_runs import PLAN, READERS, RESULTS, VERDICTS, arguments, ask_run, sign, stopped

from lawbound import conclude
from lawbound.evals.columns import SCHEMA_VERSION
from lawbound.evals.folder.digests import file_digest
from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.run_folder import RunFolder

Command = Callable[..., tuple[int, str, str]]
Undigested = Callable[[Path], Path]


def _drop_a_line(file: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:-1]))


def _edit_verdicts(file: Path) -> None:
    frame = pd.read_parquet(file)
    frame.assign(met=1.0).to_parquet(file, index=False)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", ["items.jsonl", PLAN])
def test_every_command_that_reads_a_run_refuses_edited_questions_and_plans(
    command: Command, run: Path, reader: str, name: str
) -> None:
    assert command(*arguments(reader, run))[0] == 0
    (run.parent / "sheet.csv").unlink(missing_ok=True)
    before = file_digest(run / name)
    _drop_a_line(run / name)
    code, _, err = command(*arguments(reader, run))
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
    code, _, err = command(*arguments(reader, run))
    assert code == 2
    assert f"{file}: found the digest " in err
    assert (
        f"as in run.yaml: it was changed since, or concluding was stopped (`lawbound score {run}`"
        in err
    )
    assert command("score", run)[0] == 0
    assert file.read_bytes() == before
    assert command(*arguments(reader, run))[0] == 0


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
    code, out, err = command(*arguments(reader, run))
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
        ask_run(run, 4)
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
    code, _, err = command(*arguments(reader, run))
    assert code == 0
    where = "" if reader in ("score", "report") else f"{run}: "
    assert f"{where}run.yaml holds no digests of the questions and plan" in err


@pytest.mark.filterwarnings("ignore:.*answers were stored")
def test_asking_again_writes_the_digests(
    command: Command, run: Path, undigested: Undigested
) -> None:
    ask_run(undigested(run), 4)
    code, _, err = command("score", run)
    assert code == 0 and "nobody can tell" not in err


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
    before = RunFolder(run).read_run().with_results({})
    RunFolder(run).write_run(before)  # as between asking and concluding
    with pytest.raises(
        FolderError,
        match=r"verdicts\.parquet: .* which has none: it was changed since, or concluding was stopped",
    ):
        RunFolder(run).read_frame()
    conclude(run)
    RunFolder(run).read_frame()


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
    sign(run, "items.jsonl")
    with pytest.raises(FolderError) as caught:
        conclude(run)
    assert told in str(caught.value) and "'" + str(RunFolder(run).read_run().bank) + "'" in str(
        caught.value
    )
    rewrite(run, bank="of another version")
    (run / "leaderboard.csv").unlink()  # its suite_hash is of the bank that was asked
    if "topic" in change:  # nobody knows what that bank asks
        conclude(run)


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
    sign(run, name)
    asks = ("gate", run, "--that", "J>=0") if name == "metrics.csv" else ("leaderboard", run)
    code, _, err = command(*asks)
    assert code == 2
    assert (
        f"{table}: schema_version is '2', expected {SCHEMA_VERSION}: another version of Lawbound wrote it ("
        in err
    )
    assert f"(`lawbound score {run}` writes it anew)" in err and "columns differ" not in err
    with pytest.raises(KeyboardInterrupt):
        ask_run(run, 6, stopped)
    err = command(*asks)[2]
    assert (
        f"expected {SCHEMA_VERSION}: another version of Lawbound wrote it (and a later run is not finished: where it was stopped, run it again"
        in err
    )
    assert "lawbound score" not in err
    assert command("score", run)[0] == 2, "the plan is no longer that of run.yaml"
