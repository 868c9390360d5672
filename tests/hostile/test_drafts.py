"""Drafts of files that a user names: each process has its own, and what refuses one is told at the start."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from lawbound.tasks.io.safe_files import whole_file

Call = Callable[..., int]
SECRET = "keep me\n"


def test_two_processes_that_write_one_file_each_have_a_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "board.csv"
    with whole_file(path, is_locked=False) as first:
        first.write(b"first, ")
        with monkeypatch.context() as other:
            other.setattr(os, "getpid", lambda: 1)
            with whole_file(path, is_locked=False) as second:
                second.write(b"second whole")
        assert path.read_bytes() == b"second whole"
        first.write(b"whole")
    assert path.read_bytes() == b"first, whole"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", [f"{'a' * 247}.csv", f"{'文' * 83}.csv"])
def test_a_name_may_be_as_long_as_the_system_allows(tmp_path: Path, name: str) -> None:
    with whole_file(tmp_path / name, is_locked=False) as handle:
        handle.write(b"whole")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_name_that_is_too_long_is_told_before_anything_is_written(tmp_path: Path) -> None:
    begun = False
    path = tmp_path / "new" / f"{'a' * 252}.csv"
    with pytest.raises(OSError, match="File name too long"), whole_file(path, is_locked=False):
        begun = True
    assert not begun and not list(tmp_path.iterdir())


def test_what_refuses_the_draft_is_told_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = False
    path = tmp_path / "out.csv"
    (tmp_path / f".{path.name}.1.part").mkdir()
    monkeypatch.setattr(os, "getpid", lambda: 1)
    with pytest.raises(IsADirectoryError), whole_file(path, is_locked=False):
        begun = True
    assert not begun


@pytest.mark.parametrize(("make", "told"), [(os.mkdir, "directory"), (os.mkfifo, "regular file")])
def test_what_is_no_file_stays_and_is_told_before_anything_is_written(
    tmp_path: Path, make: Callable[[Path], None], told: str
) -> None:
    begun = False
    path = tmp_path / "out.csv"
    make(path)
    with pytest.raises(OSError, match=told), whole_file(path, is_locked=False):
        begun = True
    assert not begun and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("lacking", ["", "os.O_TMPFILE", "os.link"])
@pytest.mark.parametrize("is_locked", [True, False])
@pytest.mark.parametrize("permissions", [0o600, 0o666, 0o440])
def test_a_file_that_is_replaced_leaves_its_permissions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: str, is_locked: bool, permissions: int
) -> None:
    if lacking == "os.link":
        monkeypatch.setattr(lacking, _refuse)
    elif lacking:
        monkeypatch.delattr(lacking)
    path = tmp_path / "answers.csv"
    path.write_text(SECRET, encoding="utf-8")
    path.chmod(permissions)
    with whole_file(path, is_locked=is_locked) as handle:
        assert os.fstat(handle.fileno()).st_mode & 0o777 == permissions
        handle.write(b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == permissions


def test_a_file_that_replaces_a_link_is_as_private_as_what_it_led_to(tmp_path: Path) -> None:
    path, target = tmp_path / "link.csv", tmp_path / "answers.csv"
    target.write_text(SECRET, encoding="utf-8")
    target.chmod(0o600)
    path.symlink_to(target)
    with whole_file(path, is_locked=False) as handle:
        handle.write(b"new")
    assert not path.is_symlink() and path.stat().st_mode & 0o777 == 0o600
    assert target.read_text(encoding="utf-8") == SECRET


def _refuse(*names: object, **folders: object) -> None:
    raise PermissionError


@pytest.mark.parametrize("kind", ["leaderboard", "compare", "calibrate"])
def test_a_table_that_the_user_names_takes_no_draft_that_another_process_may_have(
    call: Call, judged: Path, tmp_path: Path, kind: str
) -> None:
    path, others = tmp_path / "table.csv", tmp_path / "table.csv.draft"
    others.write_text(SECRET, encoding="utf-8")
    models = ("--model-a", "reference:coin", "--model-b", "reference:parrot")
    arguments = {
        "leaderboard": ("leaderboard", judged),
        "compare": ("compare", judged, judged, *models),
        "calibrate": ("calibrate", "sample", judged),
    }[kind]
    assert call(*arguments, "--out", path) == 0
    assert path.is_file() and others.read_text(encoding="utf-8") == SECRET


@pytest.mark.parametrize("is_locked", [True, False])
def test_a_file_is_on_the_disk_before_it_takes_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_locked: bool
) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"old")
    synced: list[tuple[int, bytes]] = []

    def sync(descriptor: int) -> None:
        synced.append((os.fstat(descriptor).st_size, path.read_bytes()))

    monkeypatch.setattr(os, "fsync", sync)
    with whole_file(path, is_locked=is_locked) as handle:
        handle.write(b"new table")
    assert synced == [(len(b"new table"), b"old")]
    assert path.read_bytes() == b"new table"
