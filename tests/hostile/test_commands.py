"""Commands with damaged run folders and places that cannot be written: one line, exit code 2."""

import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from lawbound.evals.folder.verdicts import read_verdicts

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def concluded(command: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run") / "out"
    options = ("--policy", "us", "--limit", "1", "--no-references", "--out", out)
    assert command("run", "quick", "--model", "reference:coin", *options)[0] == 0
    return out


def _refused(ended: tuple[int, str, str], *parts: str) -> None:
    code, _, err = ended
    line = err.splitlines()[-1]
    assert code == 2
    assert line.startswith("error: ")
    assert len(line) < 400
    assert all(part in line for part in parts)


@pytest.mark.parametrize("place", ["new", "leaderboard", "compare", "grade", "export", "sample"])
def test_a_place_below_a_file_is_one_line(
    command: Command, concluded: Path, tmp_path: Path, place: str
) -> None:
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
    _refused(command(*commands[place]), str(file))
    assert file.read_text(encoding="utf-8") == "id,prompt,response\n"


@pytest.mark.parametrize(
    "arguments", [("run", "a" * 5000, "--model", "reference:coin"), ("policy", "show", "a" * 5000)]
)
def test_a_name_that_no_disk_takes_is_one_line(
    command: Command, arguments: tuple[str, ...]
) -> None:
    _refused(command(*arguments), "aaa...")


@pytest.mark.parametrize("content", [b"[]\n", b"5\n", b"{}\n", b"\xff", b"\0"])
def test_a_leaderboard_without_its_columns_is_refused(
    command: Command, concluded: Path, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "leaderboard.csv").write_bytes(content)
    _refused(command("leaderboard", tmp_path), "leaderboard.csv: c")


def test_a_leaderboard_without_rows_is_refused(
    command: Command, concluded: Path, tmp_path: Path
) -> None:
    header, *_ = (concluded / "leaderboard.csv").read_bytes().splitlines(keepends=True)
    for content, found in ((b"", "is empty"), (header, "holds no rows")):
        (tmp_path / "leaderboard.csv").write_bytes(content)
        _refused(command("leaderboard", tmp_path), f"leaderboard.csv: {found}")


def test_a_leaderboard_that_is_cut_off_is_refused(
    command: Command, concluded: Path, tmp_path: Path
) -> None:
    whole = (concluded / "leaderboard.csv").read_bytes()
    (tmp_path / "leaderboard.csv").write_bytes(whole[:-100])
    _refused(command("leaderboard", tmp_path), "leaderboard.csv:2: is cut off")


def test_a_folder_in_the_place_of_verdicts_is_refused(
    command: Command, concluded: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(concluded, run)
    (run / "verdicts.parquet").unlink()
    (run / "verdicts.parquet").mkdir()
    _refused(command("compare", run, run), "verdicts.parquet")


@pytest.mark.parametrize("option", [("--wording", 0), ("--lang", "zh")])
def test_a_choice_among_prompts_needs_a_prompt(
    command: Command, option: tuple[str, object]
) -> None:
    _refused(command("policy", "show", "cn", *option), f"{option[0]} chooses a prompt")


def test_an_endless_deviation_is_refused(command: Command) -> None:
    assert command("power", "--effect", "0.1", "--sd", "inf")[0] == 2


def test_a_negative_seed_is_refused(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert (
        command("run", "quick", "--model", "reference:coin", "--seed", "-5", "--out", out)[0] == 2
    )
    assert not out.exists()


@pytest.mark.parametrize("field", ["seed", "max_tokens", "limit", "batch_size", "max_errors"])
def test_a_number_that_could_not_be_read_again_is_refused_before_anything_is_asked(
    command: Command, tmp_path: Path, field: str
) -> None:
    option, out = f"--{field.replace('_', '-')}", tmp_path / "out"
    given = ("run", "quick", "--model", "reference:coin", option, 2**63, "--out", out)
    _refused(command(*given), f"{field}: found {2**63}, expected a number of at most {2**53}")
    assert not out.exists()


def test_repeats_without_end_are_refused_before_they_are_planned(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = ("plan", "quick", "--model", "reference:coin", "--no-references", "--epochs")
    _refused(
        command(*plan, 10**12), "epochs: found 1000000000000, expected a number of at most 1000"
    )
    monkeypatch.setattr("lawbound.evals.prepare.MOST_REQUESTS", 10_000)
    _refused(
        command(*plan, 1000), "epochs is 1000: found ", " requests a model, expected at most 10000"
    )


def test_more_verdicts_than_are_read_again_are_refused_before_anything_is_asked(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = ("--model", "reference:coin", "--model", "reference:oracle", "--no-references")
    given = ("run", "quick", *models, "--policy", "us", "--limit", 6, "--out", tmp_path / "out")
    assert command(*given)[0] == 0
    (rows,) = {len(read_verdicts(file)) for file in tmp_path.glob("out/*.parquet")}
    monkeypatch.setattr("lawbound.evals.folder.verdicts.MAX_ROWS", rows)
    assert command("plan", *given[1:-2])[0] == 0
    monkeypatch.setattr("lawbound.evals.folder.verdicts.MAX_ROWS", rows - 1)
    told = f"2 models in one run: found {rows} verdicts, expected at most {rows - 1}"
    for words in (("plan", *given[1:-2]), (*given[:-1], tmp_path / "second")):
        _refused(command(*words), told)
    assert not (tmp_path / "second").exists()


def test_a_suite_with_numbers_that_could_not_be_read_again_is_refused(
    command: Command, tmp_path: Path
) -> None:
    suite = tmp_path / "mine.yaml"
    for field in ("seed", "max_tokens"):
        select = "select: [{kind: policy, strengths: [none], count: 1}]"
        head = f"id: mine\nversion: '1'\nsummary: S.\n{select}\n"
        suite.write_text(f"{head}{field}: {2**62}\n", encoding="utf-8")
        _refused(command("plan", suite, "--model", "reference:coin"), f"at most {2**53}")


def test_a_policy_in_a_deep_folder_can_be_asked_under(command: Command, tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 200) / ("y" * 200) / "mine.yaml"
    deep.parent.mkdir(parents=True)
    deep.write_bytes((files("lawbound.rubrics") / "policies" / "us.yaml").read_bytes())
    given = ("--policy", deep, "--limit", "1", "--no-references", "--out", tmp_path / "out")
    assert command("run", "quick", "--model", "reference:coin", *given)[0] == 0
