"""What the console prints holds no sign that a terminal obeys, and a row of a table is one line."""

import pytest

from lawbound.runners.cli.console import note, show, table
from lawbound.tasks.io.messages import printable

HOSTILE = "\x1b[2J\x1b]0;title\x07\x9b31m\r\x08\u202egnp\u2066\u200b\ufeff\ud800\U000e0041\x00"


def test_signs_that_steer_a_terminal_are_replaced() -> None:
    assert set(printable(HOSTILE)) == set("\ufffd[2J]0;title31mgnp")
    assert printable("a\tb\nc é 终 ١") == "a\tb\nc é 终 ١"


def test_every_way_of_printing_replaces_them(capsys: pytest.CaptureFixture[str]) -> None:
    show(HOSTILE)
    note(HOSTILE)
    table([HOSTILE], [[HOSTILE]])
    printed = "".join(capsys.readouterr())
    assert printed.count("gnp") == 4
    assert printable(printed) == printed


def test_a_name_cannot_add_rows_to_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    table(["model", "J"], [["mine\nbest-model  1.000", "0.1"], ["a\tb", "0.2"]])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[1].startswith("mine best-model 1.000  ") and lines[2].startswith("a b ")


def test_columns_stand_below_each_other_in_every_script(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Four columns of a terminal are two Chinese signs, or three Latin letters and a blank; the vowel of the Thai
    word stands above its first letter."""
    table(["name", "n"], [["abc", "1"], ["中国", "2"], ["กิน", "3"], ["e\u0301t\u00e9", "4"]])
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["name  n", "abc   1", "中国  2", "กิน    3", "e\u0301t\u00e9   4"]
