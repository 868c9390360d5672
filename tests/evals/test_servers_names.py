"""Servers whose answers come from another model than the one that is asked: counted by name, and told."""

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import Request as Put
from urllib.request import urlopen

import pytest

from lawbound import RunSpec
from lawbound.evals.asking import ask
from lawbound.evals.folder.origins import MovedWarning
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.observer import Observer, Silent
from lawbound.evals.prepare import prepare
from lawbound.runners.engines.protocol import OTHER_NAMES
from lawbound.runners.store import read_samples

Serve = Callable[..., str]
Run = Callable[..., list[str]]


@pytest.fixture
def serve(
    scripted_server: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Serve:
    """Call it with the names under which the server answers in turn; returns a model named x, always at one address."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    root = f"{scripted_server}/names-{abs(hash(request.node.nodeid))}"

    def script(*names: str) -> str:
        content = json.dumps({"replies": [["", "I am it."]], "models": names}).encode()
        with urlopen(Put(f"{root}/script", content, method="PUT")):
            return f"openai:x@{root}/v1"

    return script


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Call it with a model, and what to ask it otherwise; returns what is told of names."""

    def call(model: str, observer: Observer | None = None, **more: Any) -> list[str]:
        spec = RunSpec(models=(model,), policies=("us",), limit=1, references=False, **more)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            ask(prepare(spec), tmp_path, observer=observer)
        return [str(one.message) for one in told if isinstance(one.message, MovedWarning)]

    return call


def _counts(out: Path) -> dict[str, int]:
    (origin,) = RunFolder(out).read_run().asked_as
    return dict(origin.answered_as)


def test_one_name_is_recorded_and_no_warning(serve: Serve, run: Run, tmp_path: Path) -> None:
    assert run(serve("x-2026-01-01"), strengths=("full",)) == []
    first = len(read_samples(RunFolder(tmp_path).samples("x")))
    assert _counts(tmp_path) == {"x-2026-01-01": first}
    # What extends the folder adds to it.
    assert run(serve("x-2026-01-01")) == []
    second = len(read_samples(RunFolder(tmp_path).samples("x")))
    assert _counts(tmp_path) == {"x-2026-01-01": second} and second > first


def test_a_server_that_names_nothing_is_recorded_without(
    serve: Serve, run: Run, tmp_path: Path
) -> None:
    assert run(serve()) == []
    assert "answered_as" not in RunFolder(tmp_path).run_yaml.read_text(encoding="utf-8")


def test_a_fallback_within_a_run_is_told(serve: Serve, run: Run, tmp_path: Path) -> None:
    (told,) = run(serve("x", "x", "fallback-1b"))
    counts = _counts(tmp_path)
    assert set(counts) == {"x", "fallback-1b"} and counts["x"] > counts["fallback-1b"] > 0
    assert sum(counts.values()) == len(read_samples(RunFolder(tmp_path).samples("x")))
    assert told.startswith(
        f"x: the answers stored in {tmp_path} came under 2 names of a model: "
        f"x ({counts['x']}), fallback-1b ({counts['fallback-1b']}); "
    )


def test_another_name_than_that_of_the_stored_answers_is_told(
    serve: Serve, run: Run, tmp_path: Path
) -> None:
    assert run(serve("x"), strengths=("full",)) == []
    (told,) = run(serve("other-7b"))
    assert list(_counts(tmp_path)) == ["x", "other-7b"]
    # It stays a mixture, whoever is asked then.
    assert run(serve("x")) == [told]
    assert run(serve("other-7b"), model_revision="b") == []


def test_names_that_were_not_kept_apart_are_no_name(serve: Serve, run: Run, tmp_path: Path) -> None:
    (told,) = run(serve(*(f"x-{number}" for number in range(40))), epochs=20)
    counts = _counts(tmp_path)
    assert counts[OTHER_NAMES] > max(count for name, count in counts.items() if name != OTHER_NAMES)
    assert "came under more than 32 names of a model: x-" in told
    assert told.count("x-") == 4 and ", others; if" in told and OTHER_NAMES not in told


class _Stop(Silent):
    """A stop at the first answers that are told of."""

    def __init__(self) -> None:
        self.told = 0

    def advance(self, steps: int) -> None:
        self.told += 1
        if self.told > 1 and steps:
            raise KeyboardInterrupt


def test_a_stop_does_not_lose_the_names_of_what_came(
    serve: Serve, run: Run, tmp_path: Path
) -> None:
    run(serve("x"), strengths=("full",))
    before = _counts(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        run(serve("other-7b"), _Stop())
    after = _counts(tmp_path)
    assert after.pop("other-7b") > 0 and after == before
    (told,) = run(serve("x"))
    assert "other-7b (" in told
