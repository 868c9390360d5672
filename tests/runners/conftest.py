"""A real server in a process of its own for the endpoint tests, and tiny models for the local engine."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

import pytest
from tiny_models import TEMPLATE, save_model

from lawbound.runners.canonical import request_key
from lawbound.runners.condition import NONE
from lawbound.runners.engines.endpoint.engine import EndpointEngine
from lawbound.runners.engines.endpoint.patience import Patience
from lawbound.runners.engines.local.engine import LocalEngine
from lawbound.runners.engines.protocol import Engine
from lawbound.runners.plan import Arm, Plan, plan
from lawbound.runners.sample import Message, Request, Sample, Settings
from lawbound.tasks.item import Item


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
        return [one for one in self._all() if not one["user"].endswith("Say yes.")]

    def probes(self) -> int:
        """How often the probe came."""
        return len(self._all()) - len(self.seen())

    def _all(self) -> list[dict[str, Any]]:
        with urlopen(f"{self.root}/seen") as response:
            found: list[dict[str, Any]] = json.load(response)
        return found


@pytest.fixture
def stage(scripted_server: str, request: pytest.FixtureRequest) -> Callable[..., Stage]:
    """Call it with a script; see `servers/scripted.py`."""
    root = f"{scripted_server}/{abs(hash(request.node.nodeid))}"

    def begin(**script: Any) -> Stage:
        with urlopen(HttpRequest(f"{root}/script", json.dumps(script).encode(), method="PUT")):
            return Stage(root)

    return begin


@pytest.fixture
def open_endpoint(monkeypatch: pytest.MonkeyPatch) -> Callable[..., EndpointEngine]:
    """Open an impatient engine, with other fields of its patience among the options; whoever runs the tests lends it
    no key."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    def open_one(url: str, **options: Any) -> EndpointEngine:
        given = {one.name: options.pop(one.name) for one in fields(Patience) if one.name in options}
        patience = Patience(**{"pause": 0.01, "timeout": 5, **given})
        return EndpointEngine.open("tiny", url, patience=patience, **options)

    return open_one


@pytest.fixture
def endpoint_request() -> Callable[..., Request]:
    """Make a request as a plan would."""
    return _request


@pytest.fixture
def ask() -> Callable[..., dict[str, Sample]]:
    """Samples by user message; fails if one comes twice or not at all."""

    def ask_all(engine: EndpointEngine, users: Sequence[str], **more: Any) -> dict[str, Sample]:
        requests = {user: _request(engine, user, **more) for user in users}
        samples = list(engine.generate(list(requests.values())))
        assert Counter(s.key for s in samples) == Counter(r.key for r in requests.values())
        by_key = {sample.key: sample for sample in samples}
        return {user: by_key[request.key] for user, request in requests.items()}

    return ask_all


def _request(engine: EndpointEngine, user: str, system: str = "", **settings: Any) -> Request:
    chat = (*((Message("system", system),) if system else ()), Message("user", user))
    rendered, found = engine.render(chat), Settings(**settings)
    key = request_key(chat, rendered, found, 7, 0, (), engine.fingerprint())
    return Request(key, chat, rendered, found, seed=7)


@pytest.fixture
def plan_of() -> Callable[[Engine, int], Plan]:
    """Call it with an engine and a number of questions: a plan to ask them."""

    def made(engine: Engine, count: int) -> Plan:
        arms = [
            Arm(
                Item(
                    id=f"i{n}", group=f"i{n}", kind="policy", prompt=f"Question {n}?",
                    topic="everyday/school", acts=("inform",),
                ),
                NONE,
                ("cn",),
            )
            for n in range(count)
        ]  # fmt: skip
        return plan(
            arms, render=engine.render, fingerprint=engine.fingerprint(), settings=Settings()
        )

    return made


@pytest.fixture(scope="session")
def save(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Call it with an architecture: the folder of a tiny model that is written for the caller alone."""

    def saved(kind: str, template: str | None = TEMPLATE, **changes: Any) -> Path:
        return save_model(tmp_path_factory.mktemp(kind), kind, template, **changes)

    return saved


@pytest.fixture(scope="module")
def llama(save: Callable[..., Path]) -> LocalEngine:
    """A tiny model that shares prefixes."""
    return LocalEngine.load(str(save("llama")), threads=1)
