"""Standard streams that know few letters or are closed: no traceback, and the exit code stays what it is."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from answer_rows import ROWS, write_jsonl

from lawbound import streams
from lawbound.__main__ import main


def _printed(monkeypatch: pytest.MonkeyPatch, encoding: str, *arguments: str) -> tuple[int, bytes]:
    """What a command writes to a terminal of this encoding, with its exit code."""
    written = io.BytesIO()
    with monkeypatch.context() as patch:
        for name in ("stdout", "stderr"):
            patch.setattr(sys, name, io.TextIOWrapper(written, encoding, write_through=True))
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        sys.stdout.detach(), sys.stderr.detach()  # else they close what was written
    return int(stop.value.code or 0), written.getvalue()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("policy", "list"), "Vietnam"),
        (("policy", "diff", "de", "us"), "items differ"),
        (("policy", "show", "cn", "--strength", "full", "--lang", "zh"), "\\u4e2d"),
        (("tasks", "show", "campaign-media-005.zh"), "answer+notice"),
        (("policy", "show", "中国"), "\\u4e2d\\u56fd"),
        (("policy", "show", "-h"), "Usage"),
    ],
)
def test_a_letter_that_a_terminal_does_not_know_is_written_another_way(
    monkeypatch: pytest.MonkeyPatch, encoding: str, arguments: tuple[str, ...], says: str
) -> None:
    code, printed = _printed(monkeypatch, encoding, *arguments)
    assert code == (2 if arguments[-1] == "中国" else 0)
    assert says in printed.decode(encoding)


def test_a_terminal_of_utf_8_is_written_to_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "中国".encode() in _printed(monkeypatch, "utf-8", "policy", "show", "中国")[1]


def test_streams_that_something_else_has_put_in_place_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = io.StringIO()
    monkeypatch.setattr(sys, "stdout", mine)
    streams.prepare()
    assert sys.stdout is mine


def _closed(closed: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command that the shell starts with closed streams."""
    words = ["sh", "-c", f'exec "$0" -m lawbound "$@" {closed}', sys.executable, *arguments]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("closed", ["2>&-", "<&- 2>&-"])
@pytest.mark.parametrize(("name", "code"), [("de", 0), ("nowhere", 2)])
def test_a_closed_stream_that_takes_no_result_changes_no_exit_code(
    closed: str, name: str, code: int
) -> None:
    done = _closed(closed, "policy", "show", name)
    assert done.returncode == code
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("arguments", ["policy list", "--help", "grade"])
def test_a_closed_standard_output_is_one_line(tmp_path: Path, arguments: str) -> None:
    words = arguments.split()
    if words == ["grade"]:
        words.append(os.fspath(write_jsonl(tmp_path / "in.jsonl", ROWS)))
    done = _closed(">&-", *words)
    assert done.stderr.startswith("error: standard output: ") and done.stderr.count("\n") == 1
    assert done.returncode == 2
    assert _closed("<&- >&- 2>&-", *words).returncode == 2


def test_a_closed_standard_output_is_no_fault_where_a_file_takes_the_result(tmp_path: Path) -> None:
    source, out = write_jsonl(tmp_path / "in.jsonl", ROWS), tmp_path / "out.jsonl"
    for closed in (">&-", "<&- >&- 2>&-"):
        out.unlink(missing_ok=True)
        done = _closed(closed, "grade", os.fspath(source), "-o", os.fspath(out))
        assert done.returncode == 0
        assert len(out.read_text(encoding="utf-8").splitlines()) == len(ROWS)


def test_what_a_full_disk_does_not_take_of_graded_rows_is_one_line(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", ROWS)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "lawbound", "grade", os.fspath(source)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": ""},
            check=False,
        )
    assert done.stderr.startswith("error: standard output: ") and done.stderr.count("\n") == 1
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("arguments", "unbuffered"), [("policy list", ""), ("policy list", "1"), ("--help", "")]
)
def test_a_full_disk_behind_standard_output_is_one_line(arguments: str, unbuffered: str) -> None:
    """Python writes what it still holds at the end, and would end with a code and words of its own."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "lawbound", *arguments.split()],
            stdout=full,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
            check=False,
        )
    assert done.stderr == b"error: standard output: No space left on device\n"
    assert done.returncode == 2


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_output_that_nobody_reads_is_one_line_and_not_the_code_of_a_failed_gate(
    unbuffered: str,
) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as unread:
        done = subprocess.run(
            [sys.executable, "-m", "lawbound", "policy", "list"],
            stdout=unread,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
            check=False,
        )
    assert done.stderr == b"error: standard output: Broken pipe\n"
    assert done.returncode == 2


@pytest.mark.parametrize("arguments", ["policy list", "policy show nowhere", "policy nothing"])
def test_a_full_disk_behind_both_streams_is_told_by_the_exit_code(arguments: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "lawbound", *arguments.split()],
            stdout=full,
            stderr=full,
            check=False,
        )
    assert done.returncode == 2


def test_no_file_gets_the_number_of_a_closed_stream(tmp_path: Path) -> None:
    """What is printed past Python, as libraries in C do, would end in it."""
    program = (
        "import os, sys\n"
        "from lawbound import streams\n"
        "streams.prepare()\n"
        "with open(sys.argv[1], 'w') as file:\n"
        "    os.write(1, b'stray'), os.write(2, b'stray'), file.write('answer')\n"
        "    print('more')\n"
        "    try:\n"
        "        streams.flush()\n"
        "    except OSError:\n"
        "        pass\n"
        "assert os.read(0, 1) == b'' == sys.stdin.buffer.read()\n"
    )
    file = tmp_path / "answers"
    command = 'exec "$0" -c "$1" "$2" <&- >&- 2>&-'
    words = ["sh", "-c", command, sys.executable, program, os.fspath(file)]
    assert subprocess.run(words, check=False).returncode == 0
    assert file.read_text(encoding="utf-8") == "answer"
