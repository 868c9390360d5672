"""Hand-written YAML that means harm: refused in one line, in no time, and without a crash of the loader."""

from pathlib import Path
from typing import Annotated

import pytest
import yaml
from pydantic import BaseModel, Field

from lawbound.tasks.io import yaml_files
from lawbound.tasks.io.yaml_files import MAX_BYTES, MAX_ENTRIES, parse, plain_yaml, read_yaml

ROOT = Path(__file__).parents[2]

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


MANY = {
    "flow": lambda count: "[" + "1," * count + "]",
    "flow in lines": lambda count: "[" + "1\n,\n" * count + "]",
    "dashes": lambda count: "- 1\n" * count,
    "empty dashes": lambda count: "-\n" * count,
    "returns": lambda count: "-\r" * count,
    "old line ends": lambda count: "- 1\x85" * count,
    "keys without values": lambda count: "{" + "".join(f"k{n}," for n in range(count // 2)) + "}",
    "pairs": lambda count: "[" + "a: ," * (count // 3) + "]",
    "pairs of questions": lambda count: "[" + "? a," * (count // 3) + "]",
    "lists": lambda count: "[" + "[]," * count + "]",
    "texts": lambda count: "".join(f"k{n}: v\n" for n in range(count // 2)),
}


@pytest.mark.parametrize("name", MANY)
def test_more_entries_than_anybody_writes_are_refused_before_they_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("lawbound.tasks.io.yaml_files.MAX_ENTRIES", 3_000)
    file = tmp_path / "many.yaml"
    file.write_text(MANY[name](3_010), encoding="utf-8", newline="")
    with pytest.raises(ValueError, match=r"many\.yaml: line \d+: has more than \d+ values, keys"):
        read_yaml(file, ValueError)
    file.write_text(MANY[name](1_000), encoding="utf-8", newline="")
    if not name.startswith(("pairs", "keys")):  # these are refused for their keys or missing values
        read_yaml(file, ValueError)


def test_shipped_files_are_far_below_the_limits() -> None:
    shipped = [
        file
        for folder in ("evals", "rubrics", "tasks", "tests")
        for file in (ROOT / folder).rglob("*.yaml")
    ]
    assert len(shipped) > 100
    largest = max(shipped, key=lambda file: file.stat().st_size)
    counted = sum(
        isinstance(event, yaml.events.ScalarEvent | yaml.events.CollectionStartEvent)
        for event in yaml.parse(largest.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    )
    assert largest.stat().st_size * 5 < MAX_BYTES
    assert counted * 20 < MAX_ENTRIES


class _Listed(BaseModel):
    names: Annotated[tuple[str, ...], Field(min_length=1)]


def test_of_very_many_faults_only_some_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    placed = []

    def counted(*given: object) -> yaml_files.Place:
        placed.append(given)
        return place(*given)  # type: ignore[arg-type]

    place = yaml_files.place
    monkeypatch.setattr("lawbound.tasks.io.yaml_files.place", counted)
    with pytest.raises(ValueError, match=r"names\.0: found 1, .* \(and more than 999 more\)$"):
        parse({"names": [1] * 50_000}, _Listed, "x.yaml", ValueError)
    assert len(placed) == 1000


def test_what_could_not_be_read_again_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lawbound.tasks.io.yaml_files.MAX_ENTRIES", 3_000)
    monkeypatch.setattr("lawbound.tasks.io.yaml_files.MAX_BYTES", 20_000)
    assert yaml.safe_load(plain_yaml({"seed": 2**63 - 1})) == {"seed": 2**63 - 1}
    for content, told in (
        ({"seed": 2**63}, "holds 9223372036854775808, expected a number below 2"),
        ({"text": "a" * 20_000}, "has 20007 bytes, expected at most 20000"),
        ({"list": [1] * 3_000}, r"line 2999: has more than 3000 values"),
    ):
        with pytest.raises(ValueError, match=told):
            plain_yaml(content)


@pytest.mark.parametrize(
    "text",
    [
        "\U0001f600",
        "\r",
        "a\x85b",
        "\u2028",
        "\ufeffx",
        "\x00",
        "yes",
        "1e3",
        " a: #b ",
        "-\n-\n",
    ],
)
def test_what_is_written_is_read_as_the_same(tmp_path: Path, text: str) -> None:
    content = {"text": text, "list": [text, 1, None, True], "map": {"key": text}}
    file = tmp_path / "a.yaml"
    file.write_bytes(plain_yaml(content))
    assert read_yaml(file, ValueError) == content


def test_half_a_character_is_written_as_its_number() -> None:
    assert plain_yaml({"text": "\ud800"}) == b'text: "\\uD800"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: {<<: {b: 1}}", "line 1: found '<<', expected plain keys and values"),
        ("a: =", "line 1: found '=', expected plain keys and values"),
        ("a: !run b", "line 1: found the tag '!run', expected plain keys and values"),
        ("a: 1\n? {b: 1}\n: 2", "line 2: found a mapping as a key, expected a word"),
        ("? [b]\n: 2", "line 1: found a list as a key, expected a word"),
    ],
)
def test_yaml_beyond_plain_keys_and_values_is_refused_in_our_words(
    tmp_path: Path, text: str, told: str
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError) as caught:
        read_yaml(file, ValueError)
    assert str(caught.value) == f"{file}: {told}"
