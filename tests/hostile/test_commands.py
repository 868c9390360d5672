"""Commands with damaged run folders and places that cannot be written: one line, exit code 2."""

import io
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from lawbound.__main__ import main


def _call(*arguments: object) -> tuple[int, str]:
    out, err = io.StringIO(), io.StringIO()
    given, sys.argv = sys.argv, ["lawbound", *map(str, arguments)]
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main()
    except SystemExit as stop:
        return int(stop.code or 0), (err.getvalue().splitlines() or [""])[-1]
    finally:
        sys.argv = given
    return 0, ""


@pytest.fixture(scope="module")
def concluded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run") / "out"
    options = ("--policy", "us", "--limit", "1", "--no-references", "--out", out)
    assert _call("run", "quick", "--model", "reference:coin", *options)[0] == 0
    return out


def _refused(answer: tuple[int, str], *parts: str) -> None:
    code, line = answer
    assert code == 2
    assert line.startswith("error: ")
    assert len(line) < 400
    assert all(part in line for part in parts)


@pytest.mark.parametrize("place", ["new", "leaderboard", "compare", "grade", "export", "sample"])
def test_a_place_below_a_file_is_one_line(concluded: Path, tmp_path: Path, place: str) -> None:
    file = tmp_path / "file"
    file.write_text("id,prompt,response\n", encoding="utf-8")
    answers = tmp_path / "answers.csv"
    shutil.copy(file, answers)
    below = file / "x.csv"
    commands = {
        "new": ("policy", "new", "mine", "--out", below),
        "leaderboard": ("leaderboard", concluded, "-o", below),
        "compare": ("compare", concluded, concluded, "-o", below),
        "grade": ("grade", answers, "-o", below),
        "export": ("tasks", "export", "--out", below),
        "sample": ("calibrate", "sample", concluded, "-o", below),
    }
    _refused(_call(*commands[place]), str(file))
    assert file.read_text(encoding="utf-8") == "id,prompt,response\n"


@pytest.mark.parametrize(
    "arguments", [("run", "a" * 5000, "--model", "reference:coin"), ("policy", "show", "a" * 5000)]
)
def test_a_name_that_no_disk_takes_is_one_line(arguments: tuple[str, ...]) -> None:
    _refused(_call(*arguments), "aaa...")


@pytest.mark.parametrize("content", [b"", b"[]\n", b"5\n", b"{}\n", b"\xff", b"\0"])
def test_a_leaderboard_without_its_columns_is_refused(
    concluded: Path, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "leaderboard.csv").write_bytes(content)
    _refused(_call("leaderboard", tmp_path), "leaderboard.csv: c")


def test_a_leaderboard_that_is_cut_off_is_refused(concluded: Path, tmp_path: Path) -> None:
    whole = (concluded / "leaderboard.csv").read_bytes()
    (tmp_path / "leaderboard.csv").write_bytes(whole[:-100])
    _refused(_call("leaderboard", tmp_path), "leaderboard.csv:2: is cut off")


def test_a_folder_in_the_place_of_verdicts_is_refused(concluded: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(concluded, run)
    (run / "verdicts.parquet").unlink()
    (run / "verdicts.parquet").mkdir()
    _refused(_call("compare", run, run), "verdicts.parquet")


@pytest.mark.parametrize("option", [("--wording", 0), ("--lang", "zh")])
def test_a_choice_among_prompts_needs_a_prompt(option: tuple[str, object]) -> None:
    _refused(_call("policy", "show", "cn", *option), f"{option[0]} chooses a prompt")


def test_an_endless_deviation_is_refused() -> None:
    assert _call("power", "--effect", "0.1", "--sd", "inf")[0] == 2


def test_a_negative_seed_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert _call("run", "quick", "--model", "reference:coin", "--seed", "-5", "--out", out)[0] == 2
    assert not out.exists()
