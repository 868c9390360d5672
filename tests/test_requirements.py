"""What the code imports is asked for at install: by the project itself, or by the extra that needs it."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ENGINES = {
    "local": ("lawbound.runners.engines.local.engine", "LocalEngine"),
    "openvino": ("lawbound.runners.engines.openvino_local", "OpenVinoEngine"),
    "ray": ("lawbound.runners.engines.cluster.joining", "joined"),
}
"""What an extra is for."""
PACKAGES = {"yaml": "pyyaml"}
"""Packages that are not called as the modules that they bring."""
ASKED_OF_NOBODY = {"vllm"}
"""Which of its builds fits is for its own installer to say; the engine tells where it is missing."""

TOOLS = {"mypy", "pandas-stubs", "pytest-xdist", "ruff", "scipy-stubs", "types-pyyaml"}
"""What is run beside the code, or read by what checks it."""


def test_every_import_of_the_package_is_required_by_it_or_an_extra() -> None:
    everything = set().union(*(_required(extra) for extra in (*ENGINES, "")))
    imported = {
        package
        for folder in ("tasks", "runners", "rubrics", "evals", "lawbound")
        for file in (ROOT / folder).rglob("*.py")
        for package in _packages(_module(file))
    }
    assert imported - everything == ASKED_OF_NOBODY


def test_every_package_for_development_is_imported_or_a_tool() -> None:
    """Another package's extra brings what a program of that package needs, which nobody here imports."""
    asked = [line for line in PROJECT["optional-dependencies"]["dev"] if "[" not in line]
    imported = {
        package
        for folder in ("tests", "benchmarks")
        for file in (ROOT / folder).rglob("*.py")
        for package in _packages(_module(file))
    }
    assert _names(asked) - imported == TOOLS


@pytest.mark.parametrize("extra", ENGINES)
def test_an_extra_alone_brings_what_its_engine_imports(extra: str) -> None:
    assert _needed(*ENGINES[extra]) - _required(extra) == set()


def test_a_missing_requirement_would_be_seen() -> None:
    assert "psutil" in _needed(*ENGINES["openvino"]) and "torch" not in _needed(
        *ENGINES["openvino"]
    )
    assert "torch" in _needed(*ENGINES["local"])


def _required(extra: str) -> set[str]:
    """Names of packages that an install with this extra asks for."""
    return _names(
        [*PROJECT["dependencies"], *(PROJECT["optional-dependencies"][extra] if extra else ())]
    )


def _names(lines: Sequence[str]) -> set[str]:
    """The packages that requirements name."""
    return {re.split(r"[^\w.-]", line)[0].lower() for line in lines}


def _needed(module: str, name: str) -> set[str]:
    """Packages that are imported when a definition is used: by it, by ours that it names, and so on."""
    seen: set[tuple[str, str]] = set()
    found: set[str] = set()
    todo = [(module, name)]
    while todo:
        one = todo.pop()
        if one in seen:
            continue
        seen.add(one)
        tree = _tree(one[0])
        top = [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
        used = [node for node in tree.body if one[1] in _defined(node)]
        for node in (*top, *used):
            found |= _packages(node)
        words = {node.id for part in used for node in ast.walk(part) if isinstance(node, ast.Name)}
        inner = [node for part in used for node in _imports(part)]
        for node in (*tree.body, *inner):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lawbound."):
                names = [alias.name for alias in node.names]
                todo += [(str(node.module), n) for n in names if n in words or node in inner]
                todo.append((str(node.module), ""))
            todo += [(one[0], word) for word in words & _defined(node)]
    return found


def _defined(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    return (
        {node.target.id}
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        else set()
    )


def _packages(node: ast.AST) -> set[str]:
    """Packages outside Python's library that a part of a module imports."""
    names: list[str] = []
    for found in _imports(node):
        if isinstance(found, ast.Import):
            names += [alias.name for alias in found.names]
        elif isinstance(found, ast.ImportFrom):
            names.append(found.module or "")
        elif isinstance(found.args[0], ast.Constant):
            names.append(str(found.args[0].value))
    tops = {name.partition(".")[0] for name in names} - {"lawbound"} - sys.stdlib_module_names
    return {PACKAGES.get(top, top.replace("_", "-")) for top in tops}


def _imports(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom | ast.Call]:
    """Imports that happen: not those for type checkers alone."""
    if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield node
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "import_module":
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _imports(child)


def _tree(module: str) -> ast.Module:
    path = ROOT / Path(*module.split("."))
    return _module(path / "__init__.py" if path.is_dir() else path.with_suffix(".py"))


@cache
def _module(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))
