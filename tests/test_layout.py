"""The shape that the project promises: imports follow the data and never run in circles, and every package is shipped."""

import ast
import re
import subprocess
import tomllib
from fnmatch import fnmatch
from functools import cache
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOW = ("tasks", "runners", "rubrics", "evals")
ABOUT_300 = 310
"""Lines of a module."""


@cache
def _imports(file: Path) -> tuple[tuple[int, str], ...]:
    """Line and full name of whatever of ours a file imports, also in a function or for its types alone."""
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        found += [(node.lineno, name) for name in names if name.startswith("lawbound.")]
    return tuple(found)


def _upward(folder: str, file: Path) -> list[str]:
    allowed = FLOW[: FLOW.index(folder) + 1]
    return [
        f"{file}:{line}: {folder} imports {name}, which is no part of {' or '.join(allowed)}"
        for line, name in _imports(file)
        if name.split(".")[1] not in allowed
    ]


def test_imports_follow_the_data() -> None:
    wrong = []
    for folder in FLOW:
        for file in (ROOT / folder).rglob("*.py"):
            if not file.is_relative_to(ROOT / "runners" / "cli"):
                wrong += _upward(folder, file)
    assert not wrong, "\n".join(wrong)


def test_nothing_imports_the_command_line() -> None:
    wrong = [
        str(file)
        for file in _sources()
        if not file.is_relative_to(ROOT / "runners" / "cli")
        and any(f"{name}.".startswith("lawbound.runners.cli.") for _, name in _imports(file))
    ]
    assert not wrong


def test_an_upward_import_would_be_seen(tmp_path: Path) -> None:
    file = tmp_path / "upward.py"
    file.write_text(
        "from lawbound.evals.suite.suite import Suite\nimport lawbound.rubrics.policy\n"
        "from lawbound import evals, evaluate\nfrom lawbound.tasks.item import Item\n"
    )
    assert len(_upward("runners", file)) == 4


def _circle(folder: Path, package: str) -> str:
    """Modules and packages of a folder, each package as one with all that is in it, that import each other in a circle."""
    said: dict[tuple[str, str], str] = {}
    for file in sorted(folder.rglob("*.py")):
        one = file.relative_to(folder).parts[0].removesuffix(".py")
        for line, name in _imports(file):
            if name.startswith(f"{package}."):
                other = name.removeprefix(f"{package}.").split(".")[0]
                if not ((folder / other).is_dir() or (folder / f"{other}.py").exists()):
                    other = "__init__"  # a name that the package itself has
                if one != other:
                    said[one, other] = f"{file.relative_to(folder)}:{line} imports {name}"
    order = TopologicalSorter[str]()
    for one, other in said:
        order.add(one, other)
    try:
        order.prepare()
    except CycleError as error:
        circle = error.args[1][::-1]  # so that each imports the next
        told = "; ".join(said[pair] for pair in pairwise(circle))
        return f"{package}: {' -> '.join(circle)}: {told}"
    return ""


def test_no_two_packages_of_a_folder_import_each_other() -> None:
    """Nor do modules: whoever reads one must never have read the other first."""
    doors = [door.parent for folder in FLOW for door in (ROOT / folder).rglob("__init__.py")]
    named = {door: "lawbound." + ".".join(door.relative_to(ROOT).parts) for door in doors}
    found = [circle for door, name in named.items() if (circle := _circle(door, name))]
    assert named
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "back",
    [
        "from lawbound.x.b import two",
        "def f():\n    import lawbound.x.b.deep",
        "if TYPE_CHECKING:\n    from lawbound.x import b",
    ],
)
def test_a_circle_would_be_seen_and_named_in_one_line(tmp_path: Path, back: str) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (tmp_path / "b" / "deep.py").write_text("\nfrom lawbound.x.a.one import f\n")
    assert not _circle(tmp_path, "lawbound.x")
    (tmp_path / "a" / "one.py").write_text(back)
    told = _circle(tmp_path, "lawbound.x")
    assert "b/deep.py:2 imports lawbound.x.a.one.f" in told and "a/one.py:" in told
    assert told.startswith("lawbound.x: ") and " -> " in told and "\n" not in told


def test_a_longer_circle_is_told_in_the_order_of_its_imports(tmp_path: Path) -> None:
    for one, other in ("ab", "bc", "ca"):
        (tmp_path / f"{one}.py").write_text(f"import lawbound.x.{other}\n")
    told = _circle(tmp_path, "lawbound.x").split(": ")[1]
    assert told in ("a -> b -> c -> a", "b -> c -> a -> b", "c -> a -> b -> c")


def test_a_circle_through_a_package_itself_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text("from lawbound.x.a import one\n")
    (tmp_path / "a.py").write_text("from lawbound.x import LIMIT\n")
    assert "__init__" in _circle(tmp_path, "lawbound.x")


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


@pytest.mark.parametrize("left", ["policy.yaml~", ".policy.yaml.swp", ".policy.yaml.swo", "#x#"])
def test_what_editors_leave_behind_is_in_no_archive(left: str) -> None:
    lines = (ROOT / "MANIFEST.in").read_text().replace("\\#", "#").splitlines()
    rules = [line.split() for line in lines]
    source = [pattern for rule in rules if rule[0] == "global-exclude" for pattern in rule[1:]]
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = config["tool"]["setuptools"]["exclude-package-data"]["*"]
    for patterns in (source, wheel):
        assert any(fnmatch(left, pattern) for pattern in patterns)


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


def test_the_width_of_an_interval_is_written_in_one_place() -> None:
    found = [f for f in _sources() if re.search(r"1\.9(?:6|59)", f.read_text(encoding="utf-8"))]
    assert found == [ROOT / "rubrics" / "calibration" / "intervals.py"]


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
    assert not long


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
