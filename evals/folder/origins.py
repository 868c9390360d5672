"""Which address and model name each stored answer of a server came from; request keys record neither.

A server may move, so its answers stay valid at another address. But another model may answer there, and a user
who runs it again must be told that it was not asked. At the same address, too, a gateway may replace the
requested model by another one, and says so only in its answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.record import OriginEntry, RunRecord
from lawbound.runners.engines.endpoint import read_address
from lawbound.runners.engines.protocol import OTHER_NAMES, Engine, ModelError, TellsWhoAnswered
from lawbound.runners.plan import Plan
from lawbound.runners.run import Progress, RunCounts
from lawbound.runners.store import StoreError, read_samples
from lawbound.tasks.io.messages import counted

SERVER = "openai:"
UNVERIFIED = "unverified"
"""Revision of a model whose user gave none. A given one is the user's word that two addresses run the same model."""


_SHOWN = 4
"""Names of models that a warning lists."""


class MovedWarning(UserWarning):
    """Stored answers are from another address, or from more than one model."""


class Origins:
    """The servers that gave the answers of a run folder, by label and revision."""

    def __init__(self, before: RunRecord | None) -> None:
        """Take down what the ``run.yaml`` of an earlier run says, where there was one."""
        self._entries: list[OriginEntry] = []
        self._expected: OriginEntry | None = None
        """Of the entries the one of which no answer has come yet."""
        self._names: Counter[str] = Counter()
        """Names under which the last model that was asked gave answers, and how many."""
        self._is_told = before is not None and before.tells_origins
        """Whether a record without any says that none answered, and not that it does not tell."""
        for entry in _told_by(before) if before is not None else ():
            self._add(entry.model, entry.revision, entry.spec, entry.answered_as)

    def entries(self) -> tuple[OriginEntry, ...] | None:
        """For ``run.yaml``; None where no server was asked."""
        return tuple(self._entries) if self._is_told or self._entries else None

    @contextmanager
    def asking(
        self, spec: str, plan: Plan, engine: Engine, samples: Path, write: Callable[[], None]
    ) -> Iterator[Progress]:
        """While a server is asked: name it before its first answer is stored, so that no stop loses it.

        Args:
            spec: As what the model is asked, such as ``openai:NAME@URL``.
            plan: What it is owed.
            engine: Who asks it.
            samples: Where its answers are stored.
            write: Write `entries` where a run is recorded already.

        Yields:
            What hears of the progress: how many answers were stored before, then of each further one.
        """
        heard: list[int] = []
        told = _names_of(engine)

        def hear(steps: int) -> None:
            heard.append(steps)
            is_first, is_owed = len(heard) == 1, steps < len(plan.requests)
            if is_first and is_owed and spec.startswith(SERVER) and self._expect(spec, plan):
                write()

        try:
            yield hear
        except BaseException:  # Ctrl-C names no server either that gave no answer
            if self._expected and not any(heard[1:]) and _stored(plan, samples) <= heard[0]:
                self._drop()
                is_changed = True
            else:
                is_changed = self._count(spec, plan, _names_of(engine) - told)
            if is_changed:
                with suppress(FolderError):  # what stopped the run is told
                    write()
            raise
        self._names = _names_of(engine) - told

    def take(self, spec: str, plan: Plan, counts: RunCounts, root: Path) -> str:
        """Keep who answered.

        Args:
            spec: As what the model was asked now, such as ``openai:NAME@URL``.
            plan: What it was owed.
            counts: What became of that.
            root: The run folder.

        Returns:
            One line where stored answers may be of another server, else nothing.
        """
        revision = plan.fingerprint.revision
        if not spec.startswith(SERVER):
            return ""
        self._is_told = True
        self._drop()
        before = [entry.spec for entry in self._of(plan)]
        if counts.asked or (counts.stored and not before):
            self._expect(spec, plan)
            self._expected = None
            self._count(spec, plan, self._names)
        others = [other for other in before if _place(other) != _place(spec)]
        if not (counts.stored and others) or revision != UNVERIFIED:
            return ""
        owed = len(plan.requests)
        share = f"all {owed}" if counts.stored == owed else f"{counts.stored} of {owed}"
        some = "some of them " if len(others) < len(before) else ""
        return (
            f"{plan.fingerprint.model}: {share} answers were stored in {root} before, {some}when it was asked as "
            f"{' and '.join(others)}; these were not asked of {spec} again: if another model answers "
            "there, give it another --model-revision or run folder"
        )

    def mixture(self, plan: Plan, root: Path) -> str:
        """One line where the answers of a model came under more than one name, else nothing.

        Args:
            plan: What the model was owed.
            root: The run folder.
        """
        names: Counter[str] = Counter()
        for entry in self._of(plan):
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
            f"{plan.fingerprint.model}: the answers stored in {root} came under {number} names of a model: "
            f"{', '.join(shown)}; if these are different models, no number is of one alone: ask again into another run "
            "folder, or with another --model-revision"
        )

    def _of(self, plan: Plan) -> list[OriginEntry]:
        """The servers that are named for a model."""
        label, revision = plan.fingerprint.model, plan.fingerprint.revision
        return [
            entry for entry in self._entries if (entry.model, entry.revision) == (label, revision)
        ]

    def _expect(self, spec: str, plan: Plan) -> bool:
        """Name a server of which an answer may come; whether it was not named before."""
        if self._entry(spec, plan):
            return False
        self._add(plan.fingerprint.model, plan.fingerprint.revision, spec)
        self._expected = self._entries[-1]
        return True

    def _entry(self, spec: str, plan: Plan) -> OriginEntry | None:
        """The server of that address, where it is named."""
        place = _place(spec)
        return next((entry for entry in self._of(plan) if _place(entry.spec) == place), None)

    def _count(self, spec: str, plan: Plan, names: Counter[str]) -> bool:
        """Add the answers that came under names; whether there are any."""
        entry = self._entry(spec, plan)
        if entry is None or not names:
            return False
        every = dict(Counter(entry.answered_as) + names)
        self._entries[self._entries.index(entry)] = entry.model_copy(update={"answered_as": every})
        if self._expected == entry:
            self._expected = None
        return True

    def _drop(self) -> None:
        if self._expected is not None:
            self._entries.remove(self._expected)
            self._expected = None

    def _add(
        self, model: str, revision: str, spec: str, names: Mapping[str, int] | None = None
    ) -> None:
        known = [(entry.model, entry.revision, entry.spec) for entry in self._entries]
        if (model, revision, spec) not in known:
            entry = OriginEntry(model=model, revision=revision, spec=spec)
            counts = {"answered_as": dict(names)} if names else {}
            self._entries.append(entry.model_copy(update=counts))


def _names_of(engine: Engine) -> Counter[str]:
    return Counter(engine.answered_as if isinstance(engine, TellsWhoAnswered) else {})


def _place(spec: str) -> str:
    """A server's name with the URL that is asked: ``http://HOST/v1/`` is ``http://HOST/v1``."""
    name, _, url = spec.removeprefix(SERVER).rpartition("@")
    try:
        return f"{name}@{read_address(name, url).url}"
    except ModelError:  # a file may name what no run would ask
        return spec


def _stored(plan: Plan, samples: Path) -> int:
    """How many of the answers are stored, whether or not a stop came before they were told of."""
    wanted = {request.key for request in plan.requests}
    try:
        stored = read_samples(samples)
    except StoreError:
        return len(wanted)
    return sum(1 for key, sample in stored.items() if key in wanted and not sample.error)


def _told_by(before: RunRecord) -> tuple[OriginEntry, ...]:
    """Of folders from before origins were kept, the addresses of the last run."""
    if before.tells_origins:
        return before.asked_as
    return tuple(
        OriginEntry(
            model=entry.model,
            revision=str(entry.fingerprint.get("revision", UNVERIFIED)),
            spec=entry.spec,
        )
        for entry in before.models
        if entry.spec.startswith(SERVER)
    )
