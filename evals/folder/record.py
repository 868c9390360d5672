"""What ``run.yaml`` holds: of what suite, policies and models a run is, who was asked, and who judged.

A record that is read and written again loses nothing: what this version does not know is kept, after the fields
that it knows, and a field that an older version did not write is not written then either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidatorFunctionWrapHandler, WrapValidator

from lawbound.evals.folder.digests import DIGITS, NAMES, RESULTS
from lawbound.rubrics.judges.majority import UNSURE, JudgeMode
from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.policy.written import Slug
from lawbound.tasks.io.limits import LONGEST_NAME, MOST_COUNTED
from lawbound.tasks.io.yaml_files import parse, quoted

Word = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]


class Part(BaseModel):
    """A part of a record."""

    model_config = ConfigDict(frozen=True, extra="allow")

    def content(self) -> dict[str, Any]:
        """As it is written: by the names of a file, and only what was said."""
        return self.model_dump(by_alias=True, exclude_unset=True)


class SuiteEntry(Part):
    """The suite as it was asked; what else a suite file holds is kept and not looked at."""

    id: str
    version: str

    @property
    def references(self) -> tuple[str, ...]:
        """Its reference models."""
        return names_in(self.content().get("references"))

    @property
    def max_tokens(self) -> Any:
        """Tokens of an answer, as the suite has it."""
        return self.content().get("max_tokens")


class PolicyEntry(Part):
    """A policy that was asked under."""

    id: Slug  # a file is named after it
    name: str = ""
    version: str
    digest: str = ""
    """Of its text; ``policies/ID.yaml`` holds that."""
    typed: Annotated[Word, Field(alias="from")]
    """The name or path that it was asked for by."""

    @classmethod
    def of(cls, policy: Policy, typed: str, digest: str) -> PolicyEntry:
        """The entry of a policy.

        Args:
            policy: As it is now.
            typed: The name or path that it was asked for by.
            digest: Of the text that was asked under.
        """
        return cls.model_validate(
            {
                "id": policy.id,
                "name": policy.name,
                "version": policy.version,
                "digest": digest,
                "from": typed,
            }
        )


class ModelEntry(Part):
    """A model that was asked to its end."""

    model: Word
    """Its label."""
    spec: Word
    """As what it was asked, such as ``openai:NAME@URL``."""
    reference: bool
    grader: Literal["offline", "declared"]
    fingerprint: dict[str, Any] = {}
    requests: int = 0
    failed: int = 0
    stale: int = 0
    """Stored answers to what the run does not ask."""


class OriginEntry(Part):
    """A server that gave answers, see `lawbound.evals.folder.origins`."""

    model: Word
    revision: str
    spec: Word
    answered_as: dict[Word, Annotated[int, Field(strict=True, ge=1, le=MOST_COUNTED)]] = {}
    """Name that the server gave its model -> answers that came under it."""


class JudgeEntry(Part):
    """A judge, and what became of its requests when it was last asked."""

    model: Word
    fingerprint: dict[str, str] | None = None
    unreachable: str | None = None
    """Why it could not be opened; nothing else is known then."""
    read: int = 0
    """Questions that were its own to read."""
    failed: int = 0
    stale: int = 0
    requests: int = 0
    unanswered: int = 0
    unreadable: int = 0
    unreadable_because: dict[str, int] = {}
    """Earlier versions did not tell the reasons apart."""
    undecided: int = 0
    prompt_tokens: int | None = None
    """None, here and below, where nobody counted."""
    completion_tokens: int | None = None
    last_error: str = ""
    unreadable_reply: str | None = None
    """How one of the replies ends that nobody could read."""
    canaries_failed: int = 0


class AgreementEntry(Part):
    """How far two judges of a panel say the same, see `lawbound.evals.judging.agreement`."""

    judges: tuple[str, ...]
    both: int
    same: int
    same_outcome: int | None = None
    """Earlier versions did not count it."""
    kappa: float | None


def _as_given(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    """A number that holds, and not as another type: the digest of a question tells 1 from 1.0."""
    number = check(value)
    return value if isinstance(value, int) else number


class PanelEntry(Part):
    """Who judged, and what became of the answers that were theirs to read."""

    models: tuple[str, ...]
    mode: JudgeMode
    unsure: Annotated[float, Field(ge=0, le=1), WrapValidator(_as_given)] = UNSURE
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    form: str = ""
    """How the judges are asked and read, in one word."""
    asked: int = 0
    shortened: int = 0
    fates_known: bool = True
    """Whether the counts from `no_class` to `disagreed` are of all that was asked, and not of other answers."""
    no_class: int = 0
    unanswered: int = 0
    unreadable: int = 0
    undecided: int = 0
    split: int = 0
    disagreed: int = 0
    unread: int = 0
    """Answers given since the panel was asked: its own to read, and read by the offline grader."""
    agreement: tuple[AgreementEntry, ...] = ()
    last_pass: tuple[JudgeEntry, ...] = ()


_Digest = Annotated[str, Field(pattern=rf"^[0-9a-f]{{{DIGITS}}}$")]
_Name = Annotated[str, Field(pattern=NAMES, max_length=400)]


class RunRecord(Part):
    """The content of ``run.yaml``. Fields stand in the order in which they are written."""

    lawbound: str = ""
    """The version that asked, or that the answers were imported."""
    written: str = ""
    spec: dict[str, Any] = {}
    """What the user asked for: of a run, the fields of `lawbound.evals.run_spec.RunSpec`."""
    seed: Annotated[int, Field(ge=0)]
    suite: SuiteEntry
    bank: str | None = None
    """Digest of the bank that was drawn from."""
    policies: Annotated[tuple[PolicyEntry, ...], Field(min_length=1)]
    settings: dict[str, Any] | None = None
    """Generation settings: those of `lawbound.runners.sample.Settings`, and of lm-eval's logs ``others``."""
    untold: str = ""
    """What lm-eval's logs leave out."""
    models: Annotated[tuple[ModelEntry, ...], Field(min_length=1)]
    versions: dict[str, str] = {}
    asked_as: tuple[OriginEntry, ...] = ()
    """The servers that gave answers; see `tells_origins`."""
    digests: dict[_Name, tuple[_Digest, ...]] = {}
    """File -> what it may be, see `lawbound.evals.folder.digests`; empty as before they were kept."""
    judge: PanelEntry | None = None
    """None where the offline grader alone has read the answers."""
    scorer_version: str | None = None
    """With the panel; None where the offline grader alone has read the answers."""

    @property
    def tells_origins(self) -> bool:
        """Whether `asked_as` says who answered: that it is empty says nothing where it was not written."""
        return "asked_as" in self.model_fields_set

    def content(self) -> dict[str, Any]:
        """As it is written: by the names of a file, and only what was said."""
        return {name: value for name, value in super().content().items() if value is not None}

    def with_results(self, results: Mapping[str, str]) -> RunRecord:
        """Of a run that has been concluded: the digests of what was asked stay.

        Args:
            results: Name of a concluded file -> its digest.
        """
        asked = {name: known for name, known in self.digests.items() if name not in RESULTS}
        found = asked | {name: (digest,) for name, digest in results.items()}
        return self.model_copy(update={"digests": found})

    def without_results(self) -> RunRecord:
        """Of a run that is about to be concluded otherwise: until it is, the results that lie there fit none."""
        found = self.with_results({}).digests | dict.fromkeys(RESULTS, ())
        return self.model_copy(update={"digests": found})

    def judged_by(self, panel: PanelEntry | None, version: str | None) -> RunRecord:
        """Of a run that has been judged.

        Args:
            panel: Who judged; None where the offline grader alone has.
            version: The scorer's, with the panel.
        """
        return self.model_copy(update={"judge": panel, "scorer_version": version})


def names_in(value: Any) -> tuple[str, ...]:
    """Those of a list that is read as it is; none where there is no list."""
    names = value if isinstance(value, list | tuple) else ()
    return tuple(name for name in names if isinstance(name, str))


def read_record(data: Any, path: Path, error: type[Exception]) -> RunRecord:
    """The record that a parsed ``run.yaml`` holds.

    Raises:
        error: The first fault: no run wrote it.
    """
    run = parse(data, RunRecord, str(path), error)
    for part, names in (
        ("models", [entry.model for entry in run.models]),
        ("policies", [entry.id for entry in run.policies]),
    ):
        twice = next((name for name, count in Counter(names).items() if count > 1), None)
        if twice is not None:
            raise error(f"{path}: {part}: found {quoted(twice)} twice, expected each once")
    return run
