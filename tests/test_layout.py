"""The shape that the project promises: imports follow the data, and every package is shipped."""

import ast
import subprocess
import tomllib
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOW = ("tasks", "runners", "rubrics", "evals")
ABOUT_300 = 310
"""Lines of a module."""
LONG = {
    "runners/engines/endpoint/engine.py": "opening, asking and closing share the state of one event loop",
    "tasks/external.py": "one mapping is declared, checked and applied; its shapes differ by lines",
}
"""Modules that may be longer, up to 450 lines, and why."""


def _imports(file: Path) -> list[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = [n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module]
    found += [alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names]
    return found


def _folder_imports(file: Path) -> list[str]:
    return [name.split(".")[1] for name in _imports(file) if name.startswith("lawbound.")]


def test_imports_follow_the_data() -> None:
    wrong = []
    for rank, folder in enumerate(FLOW):
        for file in (ROOT / folder).rglob("*.py"):
            if file.is_relative_to(ROOT / "runners" / "cli"):
                continue
            allowed = set(FLOW[: rank + 1])
            wrong += [f"{file}: {name}" for name in _folder_imports(file) if name not in allowed]
    assert not wrong


def test_nothing_imports_the_command_line() -> None:
    wrong = [
        str(file)
        for folder in FLOW
        for file in (ROOT / folder).rglob("*.py")
        if not file.is_relative_to(ROOT / "runners" / "cli")
        and any(name.startswith("lawbound.runners.cli") for name in _imports(file))
    ]
    assert not wrong


def test_an_upward_import_would_be_seen(tmp_path: Path) -> None:
    file = tmp_path / "upward.py"
    file.write_text("from lawbound.evals.suite import Suite\nimport lawbound.rubrics.policy\n")
    assert _folder_imports(file) == ["evals", "rubrics"]


def test_no_package_hides_a_module_behind_a_name_of_its_own() -> None:
    """`import lawbound.x.grade` would be a function, and nothing in the module could be reached by its path."""
    hidden = []
    for folder in FLOW:
        for door in (ROOT / folder).rglob("__init__.py"):
            here = "lawbound." + ".".join(door.parent.relative_to(ROOT).parts)
            modules = {file.stem for file in door.parent.glob("*.py")}
            for node in ast.parse(door.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ImportFrom) and node.module != here:
                    names = {alias.asname or alias.name for alias in node.names}
                    hidden += [f"{here}.{name}" for name in sorted(names & modules)]
    assert not hidden


def test_every_package_on_disk_is_listed() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = set(config["tool"]["setuptools"]["packages"])
    on_disk = {"lawbound"} | {
        "lawbound." + ".".join(file.parent.relative_to(ROOT).parts)
        for folder in FLOW
        for file in (ROOT / folder).rglob("__init__.py")
    }
    assert listed == on_disk


def test_every_data_file_is_shipped() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    data: dict[str, list[str]] = config["tool"]["setuptools"]["package-data"]
    shipped = {
        file
        for package, patterns in data.items()
        for pattern in patterns
        for file in (ROOT / Path(*package.split(".")[1:])).glob(pattern)
    }
    on_disk = {
        file
        for folder in FLOW
        for file in (ROOT / folder).rglob("*")
        if file.is_file()
        and "training" not in file.parts  # what the grader's table is made from stays behind
        and file.suffix in (".yaml", ".json", ".css", ".js", ".html", ".txt", ".j2", ".md", ".npz")
    }
    assert on_disk - shipped == set()


def test_a_source_archive_holds_whatever_is_tracked() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this is such an archive, or another copy without its history")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip(f"git does not tell what is tracked: {listed.stderr}")
    links = {f"lawbound/{folder}" for folder in FLOW}
    tracked = set(listed.stdout.rstrip("\0").split("\0")) - links
    rules = [line.split() for line in (ROOT / "MANIFEST.in").read_text().splitlines()]
    folders = tuple(f"{name}/" for rule in rules if rule[0] == "graft" for name in rule[1:])
    patterns = [pattern for rule in rules if rule[0] == "include" for pattern in rule[1:]]
    left = {name for name in tracked if not name.startswith(folders)}
    assert {name for name in left if not any(fnmatch(name, one) for one in patterns)} == set()


def test_one_function_says_why_a_file_failed() -> None:
    """An error of the system may have no text, and one in place of it is easily forgotten."""
    reads = {
        str(file.relative_to(ROOT))
        for folder in (*FLOW, "lawbound")
        for file in (ROOT / folder).glob("**/*.py")
        if ".strerror" in file.read_text(encoding="utf-8").replace("os.strerror", "")
    }
    assert not reads, "use lawbound.tasks.io.safe_files.why"


def test_every_error_of_ours_can_be_caught_as_one() -> None:
    """And as the built-in error that it is akin to, as a caller may know it."""
    bases = {
        node.name: [ast.unparse(base) for base in node.bases]
        for folder in (*FLOW, "lawbound")
        for file in (ROOT / folder).glob("**/*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and node.name.endswith("Error")
    }
    assert bases.pop("LawboundError") == ["Exception"]
    pairs = [["LawboundError", akin] for akin in ("ValueError", "RuntimeError", "OSError")]
    wrong = {name for name, over in bases.items() if over not in pairs and set(over) - set(bases)}
    assert bases and not wrong


def test_a_name_is_imported_from_the_module_that_defines_it() -> None:
    wrong = []
    for file in _sources():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (
                isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lawbound.")
            ):
                continue
            home = ROOT / f"{str(node.module).removeprefix('lawbound.').replace('.', '/')}.py"
            if home.exists():
                defined = _defined(home)
                wrong += [f"{file}: {one.name}" for one in node.names if one.name not in defined]
    assert not wrong


def test_what_is_no_number_is_written_as_python_has_it() -> None:
    assert not [f for f in _sources() if 'float("nan")' in f.read_text(encoding="utf-8")]


def _sources() -> list[Path]:
    return [file for folder in FLOW for file in (ROOT / folder).rglob("*.py")]


@cache
def _defined(file: Path) -> frozenset[str]:
    """Names that a module gives to something, and does not import."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = [n.name for n in ast.walk(tree) if isinstance(n, ast.ClassDef | ast.FunctionDef)]
    names += [
        n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    ]
    return frozenset(names)


def test_modules_stay_readable() -> None:
    long = {
        str(file.relative_to(ROOT)): lines
        for folder in (*FLOW, "lawbound")
        for file in (ROOT / folder).glob("**/*.py")
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > ABOUT_300
    }
    assert not {file: lines for file, lines in long.items() if file not in LONG or lines > 450}


def test_each_package_of_the_engines_names_its_modules() -> None:
    doors = list((ROOT / "runners" / "engines").glob("*/__init__.py"))
    assert doors
    unnamed = []
    for door in doors:
        told = ast.get_docstring(ast.parse(door.read_text(encoding="utf-8"))) or ""
        modules = (file.stem for file in door.parent.glob("[!_]*.py"))
        unnamed += [f"{door.parent.name}/{name}" for name in modules if f"`{name}`" not in told]
    assert not unnamed


def test_each_of_the_longest_files_is_there(pytestconfig: pytest.Config) -> None:
    """One that was renamed would run last, while the other processes wait."""
    settings = pytestconfig.pluginmanager.get_plugin(str(ROOT / "tests" / "conftest.py"))
    assert settings is not None
    found = {file.name for file in (ROOT / "tests").rglob("test_*.py")}
    assert not set(settings.LONGEST) - found
