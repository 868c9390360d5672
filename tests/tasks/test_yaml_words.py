"""Faults of YAML that people write, in words that say what to do: none of a parser's tokens, nodes and contexts."""

from pathlib import Path

import pytest

from lawbound.tasks.io.yaml_files import read_yaml


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\n\tb: 2\n", "line 2: found a tab, expected spaces"),
        ("a:\n- b: 1\n\tc: 2\n", "line 3: found a tab, expected spaces"),
        ("a: @home\n", "line 1: found a text that begins with '@', expected quotes around it"),
        ("a: Decline: mock\n", "line 1: found ': ' where no key can stand, expected quotes around a"),
        ("a: 'Decline' to mock\n", "line 1: found no key, expected quotes around the whole of a text"),
        ("- a: 1\n   b: 2\n", "line 2: found ': ' where no key can stand, expected quotes .* indented"),
        ("- a: 1\n b: 2\n", "line 2: found no '- ', expected the entries of a list, and the keys of"),
        ("a:\n  b: 1\n c: 2\n", "line 3: found no key, expected .* indented like its neighbours"),
        ('a: "Decline\n', "line 2: found the end of the file within quotes, expected a closing quote"),
        ("a: 1\n---\na: 2\n", "line 2: found a second document after '---', expected one"),
        ("b: 1\na：[x]\n", "line 2: found no ': ' after a key, expected one; .* '：': YAML needs ':'"),
        ("b: 1\na\nc: 2\n", "line 2: found no ': ' after a key, expected one$"),
        ("a: [*]\n", "line 1: found a bare '\\*' or '&', expected it in quotes"),
        ("a: ['x' y]\n", "line 1: found no comma or closing bracket, expected one"),
        ("a: - b\n", "line 1: found '- ' beside a key, expected it on a line of its own"),
        ('a: "\\d"\n', "line 1: found a backslash in double quotes, expected two of them"),
        ("a: {ko: x, y}\n", "line 1: found 'y' without a value in braces or brackets, expected one, or"),
        ("a: [b, c: ]\n", "line 1: found 'c' without a value in braces or brackets, expected one, or"),
        ("a: 1\n b: 2\n", "line 2: found ': ' where no key can stand, expected .* indented like"),
        ("name\nb: 1\n", "line 2: found ': ' where no key can stand, .* on the line before, or a key"),
        ("a： 1\nb: 2\n", "line 2: .*; the line before holds a full-width '：': YAML needs ':'"),
        ("a: x：y\n b: 2\n", "line 2: found ': ' where no key can stand, .* its neighbours$"),
        ("%YAML 9\na: 1\n", "line 1: found a line that begins with '%', expected quotes around text"),
        ("a: " + "[" * 150 + "\n", "line 2: found a bracket, brace or comma where a value begins, expected"),
        ("a: 1\nb: “x”\n", "line 2: found '“x”' in curly quotes, which would stay, expected straight"),
    ],
)  # fmt: skip
def test_a_fault_of_yaml_says_what_was_found_and_expected(
    tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"a\.yaml: {told}") as caught:
        read_yaml(path, ValueError)
    for word in ("token", "context", "indentation", "alphabetic", "document start"):
        assert word not in str(caught.value)


def test_quotes_within_a_text_and_nothing_outside_of_braces_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: “x” and “y”\nb: '“x”'\nc:\nd: {e: null}\nf: |\n  “x”\n", encoding="utf-8")
    assert read_yaml(path, ValueError) == {
        "a": "“x” and “y”", "b": "“x”", "c": None, "d": {"e": None}, "f": "“x”\n",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("a: 1\nb: 거절\n".encode("cp949"), "line 2: byte 4 is not UTF-8, expected UTF-8 text (save it"),
        ("a: 1\n".encode("utf-16"), "is UTF-16, not UTF-8, expected UTF-8 text (save it again as"),
    ],
)  # fmt: skip
def test_a_file_in_another_encoding_says_where_and_what_to_do(
    tmp_path: Path, raw: bytes, told: str
) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(raw)
    with pytest.raises(ValueError) as caught:
        read_yaml(path, ValueError)
    assert str(caught.value).startswith(f"{path}: {told}")
