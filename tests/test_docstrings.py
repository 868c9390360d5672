"""Docstrings say what is so: the parameters that they document are those that there are."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("lawbound", "tasks", "runners", "rubrics", "evals", "benchmarks")


def test_args_name_the_parameters_in_their_order() -> None:
    wrong = []
    for file in (file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                named = _documented(ast.get_docstring(node) or "")
                if named and named != _parameters(node.args):
                    wrong.append(f"{file}:{node.lineno}: {node.name}: {', '.join(named)}")
    assert not wrong, "\n".join(wrong)


def test_a_module_says_what_it_is() -> None:
    files = {file for folder in (*FOLDERS, "tests") for file in (ROOT / folder).rglob("*.py")}
    mute = [
        str(file)
        for file in sorted(files)
        if not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert not mute, "\n".join(mute)


def _documented(docstring: str) -> list[str]:
    section = re.search(r"^Args:\n((?:(?: .*)?\n?)+)", docstring, re.MULTILINE)
    return re.findall(r"^    \*{0,2}(\w+):", section[1], re.MULTILINE) if section else []


def _parameters(given: ast.arguments) -> list[str]:
    several = [given.vararg] if given.vararg else []
    by_name = [given.kwarg] if given.kwarg else []
    ordered = [*given.posonlyargs, *given.args, *several, *given.kwonlyargs, *by_name]
    return [one.arg for one in ordered if one.arg not in ("self", "cls")]
