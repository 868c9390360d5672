"""The module that benchmarks write their pages by, which no type checker reads."""

import ast
import importlib.util
import inspect
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def page() -> Any:
    spec = importlib.util.spec_from_file_location("benchmark_page", BENCHMARKS / "page.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _calls(file: Path) -> list[ast.Call]:
    text = file.read_text(encoding="utf-8")
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    is_page = "\nimport page\n" in text
    return [one for one in calls if is_page and ast.unparse(one.func).startswith("page.")]


def test_every_benchmark_calls_it_as_it_is_declared(page: Any) -> None:
    calls = [(file.name, call) for file in BENCHMARKS.glob("*.py") for call in _calls(file)]
    assert len({name for name, _ in calls}) > 5
    for name, call in calls:
        assert isinstance(call.func, ast.Attribute)
        given = [one for one in call.args if not isinstance(one, ast.Starred)]
        named = {one.arg: one.value for one in call.keywords if one.arg}
        try:
            inspect.signature(getattr(page, call.func.attr)).bind_partial(*given, **named)
        except TypeError as error:
            pytest.fail(f"{name}: {ast.unparse(call)}: {error}")


def test_what_it_says_goes_to_the_stream_that_is_named(
    page: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    page.say("the section")
    page.say("... under way", file=sys.stderr)
    assert capsys.readouterr() == ("the section\n", "... under way\n")
