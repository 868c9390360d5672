"""A run folder of a newer Lawbound: read where it can be, and never written anew as an older one's."""

import re
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from lawbound import FolderError, FunctionEngine, RunSpec, evaluate
from lawbound.evals.columns import SCHEMA_VERSION
from lawbound.evals.folder.digests import file_digest
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.folder.versions import is_newer
from lawbound.rubrics.score import SCORER_VERSION

Command = Callable[..., tuple[int, str, str]]
NEWER = str(int(SCHEMA_VERSION) + 1)


def _files(out: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def _of_version(out: Path, wrote: str) -> None:
    text = (out / "run.yaml").read_text()
    (out / "run.yaml").write_text(re.sub(r"(?m)^lawbound: .*$", f"lawbound: '{wrote}'", text))


def _of_schema(out: Path, schema: str) -> None:
    """Both tables of another schema, with digests that fit."""
    for name in ("metrics.csv", "leaderboard.csv"):
        table, folder = out / name, RunFolder(out)
        now = table.read_bytes()
        table.write_bytes(now.replace(f"\n{SCHEMA_VERSION},".encode(), f"\n{schema},".encode()))
        record = folder.read_run()
        digests = {**record.digests, name: (file_digest(table),)}
        folder.write_run(record.model_copy(update={"digests": digests}))


@pytest.mark.parametrize("asked", ["score", "report"])
def test_what_a_newer_version_wrote_is_not_written_anew(
    command: Command, out: Path, asked: str
) -> None:
    _of_version(out, "9.10.0")
    before = _files(out)
    code, shown, err = command(asked, out)
    assert (code, shown) == (2, "") and _files(out) == before
    assert err.count("\n") == 1 and "is of Lawbound '9.10.0', and this is " in err
    assert err.endswith("upgrade Lawbound\n")


def test_nothing_is_asked_in_the_folder_of_a_newer_version(out: Path) -> None:
    _of_version(out, "9.10.0")
    before = _files(out)
    spec = RunSpec(suite="quick", models=("n",), policies=("us",), limit=6, references=False)
    asked: list[object] = []
    engine = FunctionEngine(lambda request: asked.append(request) or "Yes.", name="n")
    with pytest.raises(FolderError, match=r"run\.yaml: is of Lawbound '9\.10\.0'"):
        evaluate(spec, out, engines={"n": engine})
    assert not asked and _files(out) == before


def test_tables_of_a_newer_schema_are_not_written_anew(command: Command, out: Path) -> None:
    _of_schema(out, NEWER)
    before = _files(out)
    code, _, err = command("score", out)
    assert code == 2 and _files(out) == before
    assert f"metrics.csv: schema_version is '{NEWER}', and that of this Lawbound (" in err
    assert f") is '{SCHEMA_VERSION}'" in err and "upgrade Lawbound" in err


def test_tables_of_a_newer_scorer_are_not_written_anew(command: Command, out: Path) -> None:
    board = out / "leaderboard.csv"
    newer = f",{int(SCORER_VERSION) + 1}+judge:x,"
    board.write_text(board.read_text().replace(f",{SCORER_VERSION},", newer))
    code, _, err = command("score", out)
    assert code == 2 and "leaderboard.csv: scorer_version is " in err and "upgrade Lawbound" in err


def test_tables_of_a_newer_schema_are_still_read_and_the_advice_is_to_upgrade(
    command: Command, out: Path
) -> None:
    _of_schema(out, NEWER)
    code, shown, err = command("leaderboard", out)
    assert code == 0 and "policy_tax" in shown
    assert f"a newer version of Lawbound made these numbers (schema {NEWER}, now" in err
    for asks in (("power", out, "--effect", "0.1"), ("gate", out, "--that", "J>=0")):
        code, _, told = command(*asks)
        assert code == 2
        assert "a newer version of Lawbound wrote it (upgrade Lawbound)" in told
        err += told
    assert "lawbound score" not in err


def test_boards_of_an_older_and_a_newer_schema_ask_for_an_upgrade(
    command: Command, out: Path, tmp_path: Path
) -> None:
    other = copytree(out, tmp_path / "other")
    _of_schema(out, NEWER)
    code, _, err = command("leaderboard", out, other, "--by-run")
    assert code == 2 and "schema_version (of columns" in err
    assert "upgrading" in err and "lawbound score" not in err


def test_a_record_that_cannot_be_read_names_the_newer_version(command: Command, out: Path) -> None:
    _of_version(out, "9.10.0")
    text = (out / "run.yaml").read_text()
    (out / "run.yaml").write_text(re.sub(r"(?m)^seed: .*$", "seed: [1, 2]", text))
    code, _, err = command("leaderboard", out)
    assert code == 2 and err.count("\n") == 1
    assert "seed" in err and "(it is of Lawbound '9.10.0', and this is " in err


@pytest.mark.parametrize(
    ("found", "than", "newer"),
    [
        ("0.10", "0.9.9", True), ("1", "0.9", True), ("0.1.1", "0.1.0", True), ("15+judge:x", "14", True),
        ("0.1.0", "0.1", False), ("0.1", "0.1.0", False), ("0.1.0.dev3", "0.1.0", False), ("0.0.9", "0.1.0", False),
        ("imported from lm-eval", "0.1.0", False), ("", "5", False), ("9.9", "not installed", False),
    ],
)  # fmt: skip
def test_versions_are_compared_by_their_numbers(found: str, than: str, newer: bool) -> None:
    assert is_newer(found, than) is newer
