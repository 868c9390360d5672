"""Who answers while one model is asked, and how it ends: what ``run.yaml`` names then, and what is told."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from lawbound import FunctionEngine
from lawbound.evals.folder.origins import ModelAsked, Origins
from lawbound.evals.folder.record import OriginEntry, RunRecord
from lawbound.runners.plan import Plan
from lawbound.runners.run import RunCounts
from lawbound.runners.sample import Fingerprint, Message, Rendered, Request, Sample, Settings
from lawbound.runners.store import Store

Record = Callable[..., RunRecord]
HERE, ELSEWHERE = "openai:x@http://here:1/v1", "openai:x@http://elsewhere:1/v1"
BEFORE = {"model": "x", "revision": "unverified", "spec": ELSEWHERE, "answered_as": {"big": 3}}


class _Server(FunctionEngine):
    """Says under which names of a model its answers came."""

    def __init__(self) -> None:
        super().__init__(lambda request: "Yes.")
        self.answered_as = Counter({"probe": 1})


class _Asked:
    """One model at a time, asked two questions."""

    def __init__(self, folder: Path, before: RunRecord | None = None) -> None:
        self.origins, self.folder = Origins(before), folder
        self.engine = _Server()
        self.written: list[list[str]] = []

    def of(self, spec: str, label: str = "x", revision: str = "unverified") -> ModelAsked:
        chat = (Message("user", "Say yes."),)
        requests = [
            Request(key, chat, Rendered("", "none", "function"), Settings()) for key in "ab"
        ]
        plan = Plan(tuple(requests), (), Fingerprint(label, revision, "function", "1"))
        samples = self.folder / f"{label}.jsonl"
        return ModelAsked(self.origins, spec, plan, self.engine, samples, self._write)

    def _write(self) -> None:
        self.written.append(self.named())

    def named(self) -> list[str]:
        return [entry.spec for entry in self.origins.entries() or ()]


def test_models_that_are_asked_one_after_another_leave_nothing_to_each_other(
    tmp_path: Path,
) -> None:
    asked = _Asked(tmp_path)
    for label, name in (("x", "one"), ("y", "two"), ("z", "")):
        with asked.of(f"openai:{label}@http://h/v1", label) as model:
            model.hear(0)
            asked.engine.answered_as.update({name: 2} if name else {})
            model.hear(2)
        assert model.settle(RunCounts(0, 2, 0, 0), tmp_path) == []
    names = [dict(entry.answered_as) for entry in asked.origins.entries() or ()]
    assert names == [{"one": 2}, {"two": 2}, {}]
    # Each was named before its first answer.
    assert [len(named) for named in asked.written] == [1, 2, 3]


@pytest.mark.parametrize("before", [None, {}, {"asked_as": [BEFORE]}])
@pytest.mark.parametrize("heard", [[], [0], [0, 0], [2]])
def test_a_server_that_gave_nothing_before_a_stop_is_not_named(
    run_record: Record, tmp_path: Path, before: dict[str, object] | None, heard: list[int]
) -> None:
    asked = _Asked(tmp_path, None if before is None else run_record(**before))
    known = asked.origins.entries()
    with pytest.raises(KeyboardInterrupt), asked.of(HERE) as model:
        for steps in heard:
            model.hear(steps)
        raise KeyboardInterrupt
    assert asked.origins.entries() == known
    assert asked.written[-1:] in ([], [asked.named()])


@pytest.mark.parametrize("is_told", [True, False])
def test_a_server_that_answered_before_a_stop_stays_named_with_its_names(
    run_record: Record, tmp_path: Path, is_told: bool
) -> None:
    asked = _Asked(tmp_path, run_record(asked_as=[BEFORE]))
    with pytest.raises(KeyboardInterrupt), asked.of(HERE) as model:
        model.hear(0)
        asked.engine.answered_as["small"] += 1
        if is_told:
            model.hear(1)
        else:  # the stop comes between storing and telling
            with Store(tmp_path / "x.jsonl") as store:
                store.append([Sample("a", "Yes.", "stop")])
        raise KeyboardInterrupt
    assert asked.named() == asked.written[-1] == [ELSEWHERE, HERE]
    assert (asked.origins.entries() or ())[1].answered_as == {"small": 1}


def test_what_is_told_of_one_model_is_a_line_for_each_fault(
    run_record: Record, tmp_path: Path
) -> None:
    asked = _Asked(tmp_path, run_record(asked_as=[BEFORE]))
    with asked.of(HERE) as model:
        model.hear(1)
        asked.engine.answered_as["small"] += 1
        model.hear(1)
    moved, mixed = model.settle(RunCounts(1, 1, 0, 0), tmp_path)
    assert moved.startswith(f"x: 1 of 2 answers were stored in {tmp_path} before, when it was")
    assert f"as {ELSEWHERE}; these were not asked of {HERE} again" in moved
    assert "2 names of a model: big (3), small (1); " in mixed


def test_whoever_gives_two_servers_one_revision_is_not_told_that_they_are_two(
    run_record: Record, tmp_path: Path
) -> None:
    asked = _Asked(tmp_path, run_record(asked_as=[BEFORE | {"revision": "b"}]))
    with asked.of(HERE, revision="b") as model:
        model.hear(1)
        model.hear(1)
    assert model.settle(RunCounts(1, 1, 0, 0), tmp_path) == []


def test_a_server_of_which_nothing_is_owed_is_not_named_beside_the_one_that_answered(
    run_record: Record, tmp_path: Path
) -> None:
    asked = _Asked(tmp_path, run_record(asked_as=[BEFORE]))
    with asked.of(HERE) as model:
        model.hear(2)
    (moved,) = model.settle(RunCounts(2, 0, 0, 0), tmp_path)
    assert moved.startswith("x: all 2 answers were stored") and asked.written == []
    assert asked.origins.entries() == (OriginEntry.model_validate(BEFORE),)


@pytest.mark.parametrize("is_stopped", [True, False])
def test_a_model_that_is_no_server_leaves_what_is_named_as_it_is(
    tmp_path: Path, is_stopped: bool
) -> None:
    asked = _Asked(tmp_path)
    with suppress(KeyboardInterrupt), asked.of("hf:x") as model:
        model.hear(0)
        model.hear(2)
        if is_stopped:
            raise KeyboardInterrupt
    if not is_stopped:
        assert model.settle(RunCounts(0, 2, 0, 0), tmp_path) == []
    assert asked.origins.entries() is None and asked.written == []
