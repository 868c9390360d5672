"""The front door: what it promises is there, and opening it is cheap."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import lawbound


def test_every_exported_name_is_there_and_nothing_else_is_lazy() -> None:
    assert set(lawbound.__all__) == {*lawbound._HOMES, "__version__"}
    assert all(getattr(lawbound, name) is not None for name in lawbound.__all__)


def test_type_checkers_are_told_the_same_names_from_the_same_modules() -> None:
    tree = ast.parse(Path(lawbound.__file__).read_text(encoding="utf-8"))
    (told,) = (node for node in tree.body if isinstance(node, ast.If))
    homes = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in told.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert homes == lawbound._HOMES


def test_completion_shows_the_public_names_alone() -> None:
    assert dir(lawbound) == sorted(lawbound.__all__)


def test_a_name_that_is_none_is_refused_as_by_any_module() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'shipped'"):
        lawbound.shipped  # noqa: B018


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import json, sys, lawbound; print(json.dumps(sorted(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"torch", "transformers", "pandas", "numpy", "datasets", "lm_eval", "scipy", "pydantic"}
    assert not heavy & set(json.loads(found.stdout))


def test_who_concludes_loads_a_reader_of_answers_only_where_one_is_needed() -> None:
    code = "import json, sys, lawbound.evals.conclude; print(json.dumps(sorted(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    readers = {"behaviour.decision", "answers.checking", "answers.facts"}
    late = {"numpy", "pandas", *(f"lawbound.rubrics.{name}" for name in readers)}
    assert not late & set(json.loads(found.stdout))


def test_showing_help_loads_nothing_heavy() -> None:
    code = (
        "import json, sys\nfrom lawbound.runners.cli import app\n"
        "try: app(['--help'], prog_name='lawbound')\nexcept SystemExit: pass\n"
        "sys.stderr.write(json.dumps(sorted(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"torch", "transformers", "pandas", "numpy", "datasets", "lm_eval", "scipy"}
    assert not heavy & set(json.loads(found.stderr))
