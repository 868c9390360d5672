"""The lock: one run writes into a folder, and none leaves an empty one behind."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import pytest

from lawbound.runners.lock import StoreError, lock
from lawbound.tasks.io.safe_files import open_to_append


def test_a_second_process_is_refused_and_a_dead_one_is_not_in_the_way(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from lawbound.runners.lock import lock, StoreError\n"
        "try:\n    with lock(Path(sys.argv[1])): print('got it')\n"
        "except StoreError as error: print(error)"
    )

    def attempt() -> str:
        command = [sys.executable, "-c", code, str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    with lock(tmp_path):
        assert "another run is writing here" in attempt()
    assert "got it" in attempt()


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.EWOULDBLOCK, "another run is writing here, expected one at a time"),
        (errno.EACCES, "another run is writing here, expected one at a time"),
        (errno.ENOSYS, "cannot be locked (Function not implemented), expected a file system that"),
        (errno.ENOLCK, "cannot be locked (No locks available), expected a file system that"),
    ],
)
def test_a_file_system_without_locks_is_not_taken_for_another_run(
    number: int, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.raises(StoreError) as fault, lock(tmp_path):
        pass
    assert str(fault.value).startswith(f"{tmp_path}: {told}")


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(StoreError, match="cannot be written"), lock(file / "below"):
        pass


def test_a_name_that_is_too_long_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"), lock(tmp_path / ("a" * 300) / "b"):
        pass


def test_a_folder_that_a_way_back_leads_over_is_taken_away_again(tmp_path: Path) -> None:
    with lock(tmp_path / "n" / ".." / "z"):
        assert (tmp_path / "n").exists()
    assert not list(tmp_path.iterdir())


def test_a_folder_that_was_made_and_never_written_is_taken_away_again(tmp_path: Path) -> None:
    new, written, old = tmp_path / "out" / "new", tmp_path / "written", tmp_path / "old"
    old.mkdir()
    for folder in (new, written, old):
        with pytest.raises(RuntimeError, match="no model"), lock(folder):
            if folder == written:
                (folder / "run.yaml").touch()
            raise RuntimeError("no model")
    assert not new.parent.exists() and (written / "run.yaml").exists() and old.exists()


def test_of_the_folders_that_were_made_above_it_those_stay_that_hold_something(
    tmp_path: Path,
) -> None:
    new = tmp_path / "runs" / "today" / "new"
    with pytest.raises(RuntimeError, match="no model"), lock(new):
        (tmp_path / "runs" / "other").mkdir()
        raise RuntimeError("no model")
    assert [entry.name for entry in (tmp_path / "runs").iterdir()] == ["other"]


@pytest.mark.parametrize("kind", ["folder", "link", "pipe"])
def test_what_stands_in_the_locks_place_is_named(tmp_path: Path, kind: str) -> None:
    place = tmp_path / ".lock"
    if kind == "folder":
        place.mkdir()
    elif kind == "link":
        place.symlink_to("elsewhere")
    else:
        os.mkfifo(place)
    with pytest.raises(StoreError) as caught, lock(tmp_path):
        pass
    assert str(caught.value) == f"{place}: is no plain file, expected one or none: remove it"


def test_the_lock_of_a_folder_that_was_just_taken_away_holds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(path: Path) -> BinaryIO:
        handle = open_to_append(path)
        path.unlink()  # by the run that held it
        return handle

    monkeypatch.setattr("lawbound.runners.lock.open_to_append", late)
    with pytest.raises(StoreError, match="another run is writing here"), lock(tmp_path / "out"):
        pass
