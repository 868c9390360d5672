"""The front door: what it promises is there, and opening it is cheap."""

import json
import subprocess
import sys

import lawbound


def test_every_exported_name_is_there_and_nothing_else_is_lazy() -> None:
    assert set(lawbound.__all__) == {*lawbound._HOMES, "__version__"}
    assert all(getattr(lawbound, name) is not None for name in lawbound.__all__)


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import json, sys, lawbound; print(json.dumps(sorted(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"torch", "transformers", "pandas", "numpy", "datasets", "lm_eval", "scipy", "pydantic"}
    assert not heavy & set(json.loads(found.stdout))


def test_showing_help_loads_nothing_heavy() -> None:
    code = (
        "import json, sys\nfrom lawbound.runners.cli import app\n"
        "try: app(['--help'], prog_name='lawbound')\nexcept SystemExit: pass\n"
        "sys.stderr.write(json.dumps(sorted(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"torch", "transformers", "pandas", "numpy", "datasets", "lm_eval", "scipy"}
    assert not heavy & set(json.loads(found.stderr))
