"""Hand-written YAML that means harm: refused in one line, in no time, and without a crash of the loader."""

from pathlib import Path

import pytest

from lawbound.tasks.files import read_yaml

DEEP = {
    "lists": "[" * 200_000,
    "maps": "{a: " * 100_000,
    "dashes": "- " * 50_000,
    "questions": "? " * 50_000,
    "both": "- ? " * 30_000,
    "indented": "".join(" " * depth + "a:\n" for depth in range(2_500)),
    "behind quotes": '["]",' * 100_000,
}


@pytest.mark.parametrize("name", DEEP)
def test_depth_is_refused_before_it_overflows_the_stack(tmp_path: Path, name: str) -> None:
    file = tmp_path / "deep.yaml"
    file.write_text(DEEP[name], encoding="utf-8")
    with pytest.raises(ValueError, match=r"deep\.yaml: line \d+: is nested more than 100 deep"):
        read_yaml(file, ValueError)


def test_a_wide_file_is_no_deep_one(tmp_path: Path) -> None:
    file = tmp_path / "wide.yaml"
    file.write_text("a:\n" + "- [1, {b: 2}]\n" * 3_000, encoding="utf-8")
    assert read_yaml(file, ValueError) == {"a": [[1, {"b": 2}]] * 3_000}
