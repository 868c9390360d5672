"""Pipes, devices and links where files belong: nothing waits, nothing is written through a link."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from lawbound.tasks.io.safe_files import (
    open_new,
    open_regular,
    open_to_append,
    whole_file,
    whole_folder,
    why,
)

Call = Callable[..., int]
MADE = ("leaderboard.csv", "metrics.csv", "report.html", "verdicts.parquet")
SECRET = "keep me\n"


def test_a_pipe_is_refused_at_once(call: Call, tmp_path: Path) -> None:
    pipes = {}
    for name in ("p.yaml", "a.jsonl", "a.csv", "a.parquet", "e.jsonl"):
        pipes[name] = tmp_path / name
        os.mkfifo(pipes[name])
    suite = tmp_path / "suite.yaml"
    suite.write_text(
        "{id: s, version: '1', summary: s, select: [{kind: policy, strengths: [none], "
        f"external: {{source: {pipes['e.jsonl']}}}}}]}}",
        encoding="utf-8",
    )
    call("policy", "check", pipes["p.yaml"], expect="Not a regular file")
    call("plan", pipes["p.yaml"], expect="Not a regular file")
    call("plan", "--config", pipes["p.yaml"], expect="Not a regular file")
    call("plan", suite, "-p", "us", "-m", "reference:coin", expect="found no such file")
    for name in ("a.jsonl", "a.csv", "a.parquet"):
        call("grade", pipes[name], expect="is no regular file")
        call("calibrate", pipes[name], expect="is no regular file")


@pytest.mark.parametrize("name", ["run.yaml", "items.jsonl", "samples", "plan", "policies"])
def test_a_pipe_in_a_run_folder_is_refused_at_once(
    call: Call, judged: Path, tmp_path: Path, name: str
) -> None:
    run = tmp_path / "run"
    shutil.copytree(judged, run)
    file = run / name if "." in name else min((run / name).iterdir())
    file.unlink()
    os.mkfifo(file)
    call("score", run, expect=f"{file}: cannot be read")


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
@pytest.mark.parametrize(
    "name", ["run.yaml", "items.jsonl", "verdicts.parquet", "samples", "plan", "policies"]
)
def test_asking_again_replaces_what_is_no_file_or_says_to_move_it_away(
    call: Call, judged: Path, tmp_path: Path, name: str, make: Callable[[Path], None]
) -> None:
    run = tmp_path / "run"
    shutil.copytree(judged, run)
    file = run / name if "." in name else min((run / name).iterdir())
    file.unlink()
    make(file)
    is_replaced = make is os.mkfifo and name not in ("run.yaml", "samples")
    wanted = {"run.yaml": "expected a YAML file; move it away, and `lawbound run` as before"}.get(
        name, "expected a file or none: move it away"
    )
    options = ("--policy", "us", "--limit", "2", "--no-references", "--out", run)
    call("run", "quick", "-m", "reference:coin", *options, expect="" if is_replaced else wanted)
    assert file.is_file() is is_replaced


@pytest.mark.parametrize("name", ["metrics.csv", "leaderboard.csv", "verdicts.parquet"])
def test_a_pipe_among_the_results_is_refused_at_once(
    call: Call, judged: Path, tmp_path: Path, name: str
) -> None:
    run = tmp_path / "run"
    shutil.copytree(judged, run)
    (run / name).unlink()
    os.mkfifo(run / name)
    commands = {
        "metrics.csv": ("gate", run, "--that", "J@us>=0"),
        "leaderboard.csv": ("leaderboard", run),
        "verdicts.parquet": ("calibrate", "sample", run, "--out", tmp_path / "sheet.csv"),
    }
    call(*commands[name], expect=f"{run / name}: cannot be read")


def test_an_endless_device_is_refused(call: Call, tmp_path: Path) -> None:
    link = tmp_path / "zero.yaml"
    link.symlink_to("/dev/zero")
    call("policy", "check", link, expect="Not a regular file")


def test_links_in_the_place_of_results_and_drafts_do_not_reach_outside(
    call: Call, judged: Path, tmp_path: Path
) -> None:
    run, outside = tmp_path / "run", tmp_path / "outside.txt"
    shutil.copytree(judged, run)
    outside.write_text(SECRET, encoding="utf-8")
    for name in MADE:
        (run / f"{name}.draft").symlink_to(outside)
    for name in ("report.html", "leaderboard.csv"):
        (run / name).unlink()
        (run / name).symlink_to(outside)
    assert call("score", run) == 0
    assert outside.read_text(encoding="utf-8") == SECRET
    assert not [path for path in run.iterdir() if path.is_symlink()]


@pytest.mark.parametrize(
    ("name", "told"), [("samples", "cannot be written"), (".lock", ".lock: is no plain file")]
)
def test_a_link_in_the_place_of_a_store_or_lock_is_refused(
    call: Call, judged: Path, tmp_path: Path, name: str, told: str
) -> None:
    run, outside = tmp_path / "run", tmp_path / "outside.txt"
    shutil.copytree(judged, run)
    outside.write_text(SECRET, encoding="utf-8")
    file = run / name if name == ".lock" else next((run / name).glob("*coin*"))
    file.unlink()
    file.symlink_to(outside)
    options = ("--policy", "us", "--limit", "2", "--no-references", "--out", run)
    call("run", "quick", "-m", "reference:coin", *options, expect=told)
    assert outside.read_text(encoding="utf-8") == SECRET


def test_a_link_in_the_place_of_a_policy_is_replaced_when_asking(
    call: Call, judged: Path, tmp_path: Path
) -> None:
    run, outside = tmp_path / "run", tmp_path / "outside.txt"
    shutil.copytree(judged, run)
    outside.write_text(SECRET, encoding="utf-8")
    file = run / "policies" / "us.yaml"
    before = file.read_bytes()
    file.unlink()
    file.symlink_to(outside)
    call("score", run, expect=f"{file}: ")
    options = ("--policy", "us", "--limit", "2", "--no-references", "--out", run)
    assert call("run", "quick", "-m", "reference:coin", *options) == 0
    assert not file.is_symlink() and file.read_bytes() == before
    assert outside.read_text(encoding="utf-8") == SECRET


def test_a_folder_of_a_run_that_lies_elsewhere_is_refused(
    call: Call, judged: Path, tmp_path: Path
) -> None:
    run, elsewhere = tmp_path / "run", tmp_path / "elsewhere"
    shutil.copytree(judged, run)
    (run / "samples").rename(elsewhere)
    (run / "samples").symlink_to(elsewhere)
    call("score", run, expect="samples: is a link")


def test_a_link_to_itself_is_refused_where_folders_are_compared(
    call: Call, judged: Path, tmp_path: Path
) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    call("leaderboard", loop, expect="loop/leaderboard.csv: cannot be read")
    call("leaderboard", judged, loop, expect="loop/leaderboard.csv: cannot be read")
    call("tasks", "list", "--bank", loop, expect="loop: ")


def test_a_command_in_a_folder_that_was_removed_says_so(tmp_path: Path) -> None:
    command = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" -m lawbound run quick -m reference:coin -p us'
    done = subprocess.run(
        ["sh", "-c", command, sys.executable], cwd=tmp_path, capture_output=True, check=False
    )
    wanted = b"error: the folder that it was started in: No such file or directory\n"
    assert (done.returncode, done.stderr) == (2, wanted)


def test_a_run_folder_may_itself_be_a_link(call: Call, judged: Path, tmp_path: Path) -> None:
    shutil.copytree(judged, tmp_path / "disk")
    (tmp_path / "run").symlink_to(tmp_path / "disk")
    assert call("score", tmp_path / "run") == 0


def test_a_new_policy_does_not_write_through_a_link(call: Call, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").symlink_to(tmp_path / "outside.yaml")
    call("policy", "new", "mine", "--out", tmp_path / "mine.yaml", expect="already exists")
    assert not (tmp_path / "outside.yaml").exists()


def test_a_draft_replaces_what_an_earlier_one_left(tmp_path: Path) -> None:
    (tmp_path / "draft").write_text("old", encoding="utf-8")
    with open_new(tmp_path / "draft") as handle:
        handle.write(b"new")
    assert (tmp_path / "draft").read_bytes() == b"new"


def test_appending_keeps_what_is_there(tmp_path: Path) -> None:
    for part in (b"one", b"two"):
        with open_to_append(tmp_path / "log") as handle:
            handle.write(part)
    assert (tmp_path / "log").read_bytes() == b"onetwo"


def test_a_folder_is_no_file_to_read(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        open_regular(tmp_path)


def test_a_folder_appears_whole_or_leaves_no_trace(tmp_path: Path) -> None:
    target = tmp_path / "new" / "deep"
    with pytest.raises(RuntimeError), whole_folder(target) as draft:
        (draft / "half").touch()
        raise RuntimeError("the disk is full")
    assert not list(tmp_path.iterdir())
    with whole_folder(target) as draft:
        (draft / "all").touch()
    assert [path.name for path in target.iterdir()] == ["all"]
    assert [path.name for path in target.parent.iterdir()] == ["deep"]


@pytest.mark.parametrize("said", ["No space left on device", "Error writing bytes. Detail: [28]"])
def test_a_folder_that_a_full_disk_refuses_is_named(tmp_path: Path, said: str) -> None:
    with pytest.raises(OSError) as caught, whole_folder(tmp_path / "bank"):
        raise OSError(errno.ENOSPC, said)  # as a write does, which names no file
    assert caught.value.filename == str(tmp_path / "bank")
    assert why(caught.value) == "No space left on device"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("make", [whole_file, whole_folder])
@pytest.mark.parametrize("below", [(), ("deep",), ("new", "deep")])
def test_what_stands_where_a_folder_is_needed_is_named(
    tmp_path: Path, make: Callable[[Path], AbstractContextManager[object]], below: tuple[str, ...]
) -> None:
    (tmp_path / "in.jsonl").touch()
    (tmp_path / "gone").symlink_to(tmp_path / "nothing")
    told = {"in.jsonl": "in.jsonl is a file, not a folder", "gone": "gone is no folder"}
    for name, reason in told.items():
        with (
            pytest.raises(NotADirectoryError) as caught,
            make(tmp_path.joinpath(name, *below, "out")),
        ):
            pass
        assert why(caught.value) == reason
    assert {path.name for path in tmp_path.iterdir()} == set(told)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (OSError(28, "No space left on device", "f"), "No space left on device"),
        (OSError("an odd file system"), "an odd file system"),
        (OSError(), "OSError"),
        (UnicodeError("not UTF-8"), "not UTF-8"),
    ],
)
def test_why_a_file_failed_is_always_told(fault: Exception, told: str) -> None:
    assert why(fault) == told
