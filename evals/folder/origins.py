"""Which address and model name each stored answer of a server came from; request keys record neither.

A server may move, so its answers stay valid at another address. But another model may answer there, and a user
who runs it again must be told that it was not asked. At the same address, too, a gateway may replace the
requested model by another one, and says so only in its answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Self

from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.record import OriginEntry, RunRecord
from lawbound.runners.engines.endpoint import read_address
from lawbound.runners.engines.kinds import SERVER, is_server
from lawbound.runners.engines.protocol import OTHER_NAMES, Engine, ModelError, TellsWhoAnswered
from lawbound.runners.lock import StoreError
from lawbound.runners.plan import Plan
from lawbound.runners.run import RunCounts
from lawbound.runners.sample import UNVERIFIED
from lawbound.runners.store import read_samples
from lawbound.tasks.io.messages import counted

_SHOWN = 4
"""Most names of models that a warning lists."""


class MovedWarning(UserWarning):
    """Stored answers are from another address, or from more than one model."""


class Origins:
    """The servers that gave the answers of a run folder, by label and revision of the model."""

    def __init__(self, before: RunRecord | None) -> None:
        """Start with what the ``run.yaml`` of an earlier run says, if there was one."""
        self.servers = _servers_of(before) if before is not None else ()
        self.is_recorded = before is not None and before.tells_origins
        """True if an empty record means "no server answered", not "servers were not recorded"."""

    def entries(self) -> tuple[OriginEntry, ...] | None:
        """For ``run.yaml``; None if no server was asked."""
        return self.servers if self.is_recorded or self.servers else None


class ModelAsked:
    """Keeps in `Origins` who answers while one model is asked. If the model is no server, there is nothing to keep.

    Use it as a context around the asking, and call `settle` after it. A server is named before its first answer is
    stored, so that no stop loses it. If the asking is stopped, a server that was named for it and gave no answer is
    removed again.
    """

    def __init__(
        self,
        origins: Origins,
        spec: str,
        plan: Plan,
        engine: Engine,
        samples: Path,
        write: Callable[[], None],
    ) -> None:
        """Take down what is known before the model is asked.

        Args:
            origins: Where servers are kept.
            spec: How the model is named in the spec, such as ``openai:NAME@URL``.
            plan: What it is asked.
            engine: The engine that asks.
            samples: Where its answers are stored.
            write: Writes `origins` if a run is recorded already.
        """
        self._origins, self._spec, self._plan, self._engine = origins, spec, plan, engine
        self._samples, self._write = samples, write
        self._before = origins.servers
        here = _address(spec) if self._is_server else ""
        self._known = next(
            (e for e in self._of_model(self._before) if _address(e.spec) == here), None
        )
        """The server that is asked now, if it was named before."""
        self._names_before = _names_of(engine)
        self._stored_before: int | None = None
        self._has_answered = False

    def hear(self, steps: int) -> None:
        """Note the progress: first the number of answers stored before, then each further one."""
        if self._stored_before is not None:
            self._has_answered |= steps > 0
            return
        self._stored_before = steps
        if self._is_server and steps < len(self._plan.requests):
            self._change(self._named())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: object
    ) -> None:
        if kind is None or not self._is_server:
            return
        has_answers = self._known is not None or self._has_new_answers()
        with suppress(FolderError):  # the user is told what stopped the run
            self._change(self._named() if has_answers else self._before)

    def settle(self, counts: RunCounts, root: Path) -> list[str]:
        """Keep who answered, once the model was asked to its end.

        Args:
            counts: What happened to the planned requests.
            root: The run folder.

        Returns:
            What the user must be told: that stored answers may be of another server, and that the answers came
            under more than one name of a model; a line for each.
        """
        if self._is_server:
            has_answers = counts.asked or (counts.stored and not self._of_model(self._before))
            self._origins.servers = self._named() if has_answers else self._before
            self._origins.is_recorded = True
        return [line for line in (self._moved(counts, root), self._mixed(root)) if line]

    @property
    def _is_server(self) -> bool:
        return is_server(self._spec)

    def _has_new_answers(self) -> bool:
        """Count stored answers too that were not reported before a stop."""
        if self._has_answered or self._stored_before is None:
            return self._has_answered
        return _stored(self._plan, self._samples) > self._stored_before

    def _change(self, servers: tuple[OriginEntry, ...]) -> None:
        if servers != self._origins.servers:
            self._origins.servers = servers
            self._write()

    def _named(self) -> tuple[OriginEntry, ...]:
        """All servers, with the one asked now and the number of its answers under each name."""
        model, revision = self._plan.fingerprint.model, self._plan.fingerprint.revision
        entry = self._known or OriginEntry(model=model, revision=revision, spec=self._spec)
        if names := _names_of(self._engine) - self._names_before:
            every = dict(Counter(entry.answered_as) + names)
            entry = entry.model_copy(update={"answered_as": every})
        if self._known is None:
            return (*self._before, entry)
        return tuple(entry if other is self._known else other for other in self._before)

    def _of_model(self, servers: Iterable[OriginEntry]) -> list[OriginEntry]:
        """The servers that answered for this model at this revision."""
        wanted = self._plan.fingerprint.model, self._plan.fingerprint.revision
        return [entry for entry in servers if (entry.model, entry.revision) == wanted]

    def _moved(self, counts: RunCounts, root: Path) -> str:
        """A warning that stored answers may be from another server; nothing if they cannot be."""
        fingerprint, owed = self._plan.fingerprint, len(self._plan.requests)
        if not self._is_server or not counts.stored or fingerprint.revision != UNVERIFIED:
            return ""
        before = [entry.spec for entry in self._of_model(self._before)]
        others = [other for other in before if _address(other) != _address(self._spec)]
        if not others:
            return ""
        share = f"all {owed}" if counts.stored == owed else f"{counts.stored} of {owed}"
        some = "some of them " if len(others) < len(before) else ""
        return (
            f"{fingerprint.model}: {share} answers were stored in {root} before, {some}when it was asked as "
            f"{' and '.join(others)}; these were not asked of {self._spec} again: if another model answers "
            "there, give it another --model-revision or run folder"
        )

    def _mixed(self, root: Path) -> str:
        """A warning that answers came under more than one model name; nothing if they did not."""
        names: Counter[str] = Counter()
        for entry in self._of_model(self._origins.servers):
            names.update(entry.answered_as)
        if len(names) < 2:
            return ""
        are_all = not names.pop(OTHER_NAMES, 0)
        shown = [f"{name} ({count})" for name, count in names.most_common(_SHOWN)]
        if not are_all:
            shown.append("others")
        elif more := len(names) - len(shown):
            shown.append(counted(more, "further name"))
        number = f"{'' if are_all else 'more than '}{len(names)}"
        return (
            f"{self._plan.fingerprint.model}: the answers stored in {root} came under {number} names of a model: "
            f"{', '.join(shown)}; if these are different models, no number is of one alone: ask again into another run "
            "folder, or with another --model-revision"
        )


def _names_of(engine: Engine) -> Counter[str]:
    return Counter(engine.answered_as if isinstance(engine, TellsWhoAnswered) else {})


def _address(spec: str) -> str:
    """A server's name with the normalised URL: ``http://HOST/v1/`` is ``http://HOST/v1``."""
    name, _, url = spec.removeprefix(SERVER).rpartition("@")
    try:
        return f"{name}@{read_address(name, url).url}"
    except ModelError:  # a file may name a URL that no run would ask
        return spec


def _stored(plan: Plan, samples: Path) -> int:
    """How many of the answers are stored, including those stored before a stop and not reported."""
    wanted = {request.key for request in plan.requests}
    try:
        stored = read_samples(samples)
    except StoreError:
        return len(wanted)
    return sum(1 for key, sample in stored.items() if key in wanted and not sample.error)


def _servers_of(before: RunRecord) -> tuple[OriginEntry, ...]:
    """The servers that a record names; if it is from before servers were recorded, those its models
    were named with."""
    if before.tells_origins:
        return before.asked_as
    return tuple(
        OriginEntry(
            model=entry.model,
            revision=str(entry.fingerprint.get("revision", UNVERIFIED)),
            spec=entry.spec,
        )
        for entry in before.models
        if is_server(entry.spec)
    )
