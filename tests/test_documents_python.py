"""The Python of the documents runs as it stands, shows what it says, and names what is there."""

import ast
import builtins
import json
import re
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

import lawbound

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCKS = {
    page: found
    for page in PAGES
    if (found := re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL))
}


def run_as_told(code: str, names: dict[str, Any]) -> None:
    """Run a block; comments below an expression are what it shows, ``...`` standing for anything."""
    lines = code.splitlines()
    for node in ast.parse(code).body:
        if not isinstance(node, ast.Expr):
            exec(ast.unparse(node), names)
            continue
        shown = repr(eval(ast.unparse(node), names))
        below = takewhile(lambda line: line.startswith("# "), lines[node.end_lineno :])
        if told := "\n".join(line[2:] for line in below):
            like = ".*".join(map(re.escape, told.split("...")))
            assert re.fullmatch(like, shown, re.DOTALL), f"{told}\nbut it shows\n{shown}"


@pytest.fixture
def judges(scripted_server: str) -> str:
    """The root URL of a server that judges every answer alike."""
    root = f"{scripted_server}/judges-of-the-documents"
    replies = [["Say yes.", "yes"], ["", "VERDICT: answer; ADDONS: none"]]
    with urlopen(
        Request(f"{root}/script", json.dumps({"replies": replies}).encode(), method="PUT")
    ):
        return root


@pytest.mark.parametrize("page", BLOCKS, ids=lambda page: page.name)
def test_the_python_of_a_page_runs(
    page: Path, judges: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if page.name == "judges.md":  # of a run that is there already
        spec = lawbound.RunSpec(models=("m",), policies=("de",), limit=1, references=False)
        mild = lawbound.FunctionEngine(lambda request: "It depends on a lot.")
        lawbound.evaluate(spec, "out/run", engines={"m": mild})
    names: dict[str, Any] = {}
    for block in BLOCKS[page]:
        run_as_told(re.sub(r"http://localhost:\d+", judges, block), names)


def test_a_block_that_shows_something_else_would_be_seen() -> None:
    run_as_told("[1, 2, 3]\n# [1, ...]", {})
    with pytest.raises(AssertionError, match=r"but it shows\s+2"):
        run_as_told("1 + 1\n# 3", {})


def test_every_public_name_has_its_place_on_the_page_on_python() -> None:
    told = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "python.md").read_text(encoding="utf-8")))
    assert set(lawbound.__all__) - told == {"__version__"}


def test_the_table_of_errors_names_what_each_is_also() -> None:
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+Error)` \|.*\| `(\w+Error)` \|$", text, re.MULTILINE)
    kinds = {name for name in lawbound.__all__ if name.endswith("Error")} - {"LawboundError"}
    assert {name for name, _ in rows} == kinds
    for name, akin in rows:
        assert getattr(lawbound, name).__bases__ == (
            lawbound.LawboundError,
            getattr(builtins, akin),
        )


def test_what_the_documents_name_of_a_class_is_there() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    classes = [name for name in lawbound.__all__ if name[0].isupper()]
    told = re.findall(rf"`({'|'.join(classes)})\.(\w+)", text)
    assert told
    for name, part in told:
        found = getattr(lawbound, name)
        assert hasattr(found, part) or part in found.__annotations__, f"{name}.{part}"
