"""A real server in a process of its own, for the endpoint tests."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

SCRIPTED = Path(__file__).parent / "servers" / "scripted.py"


@dataclass(frozen=True, slots=True)
class Stage:
    """One test's corner of the scripted server."""

    root: str

    @property
    def url(self) -> str:
        """The base URL that a user would give."""
        return f"{self.root}/v1"

    def seen(self) -> list[dict[str, Any]]:
        """Every request that came after the probe, in order of arrival."""
        with urlopen(f"{self.root}/seen") as response:
            found: list[dict[str, Any]] = json.load(response)
        return [one for one in found if not one["user"].endswith("Say yes.")]


@pytest.fixture(scope="session")
def scripted_server() -> Iterator[str]:
    """Root URL of the server."""
    with subprocess.Popen(
        [sys.executable, SCRIPTED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.terminate()


@pytest.fixture
def stage(scripted_server: str, request: pytest.FixtureRequest) -> Callable[..., Stage]:
    """Call it with a script; see `servers/scripted.py`."""
    root = f"{scripted_server}/{abs(hash(request.node.nodeid))}"

    def begin(**script: Any) -> Stage:
        with urlopen(Request(f"{root}/script", json.dumps(script).encode(), method="PUT")):
            return Stage(root)

    return begin
